import { canonicalText } from '../canonical-text.ts';
import type { ReleaseFacts } from '../make/released-source.ts';
import type { ReleasedFile, ReleasedImage } from '../release-manifest.ts';

/** What Raspberry Pi Imager shows beside a name; its schema wants one. A card with a chip on it. */
const icon = `data:image/svg+xml;base64,${Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><path d="M9 3h17l6 7v27H9z" fill="#1b4f86"/><path d="M14 7h2v6h-2zm4 0h2v6h-2zm4 0h2v6h-2zM14 20h13v11H14z" fill="#dbe8f6"/></svg>',
).toString('base64')}`;

/**
 * A list of operating systems as Raspberry Pi Imager reads it (`--repo`). The addresses need to be known for the programme to fetch the images;
 * without them they are paths in the folder, which its schema takes and its download does not. xz is named where there is one: any version reads it.
 */
export function osList(
  { urlBase, ...facts }: Pick<ReleaseFacts, 'name' | 'version' | 'date' | 'urlBase'>,
  images: readonly (ReleasedImage & { readonly description: string })[],
  files: readonly ReleasedFile[],
): string {
  const boards = [...new Set(images.map(({ board }) => board))].sort();
  return canonicalText({
    // Imager filters by the devices that a list names, and by these alone: an image of a device that is not there is not shown.
    imager: {
      devices: boards.map((board) => ({
        name: board,
        tags: [board],
        icon,
        description: `${facts.name}: ${images
          .filter((image) => image.board === board)
          .map(({ recipe }) => recipe)
          .join(', ')}`,
        matching_type: 'exclusive',
      })),
    },
    os_list: images.map((image) => {
      const path = image.xz ?? image.zstd;
      const packed = files.find((file) => file.path === path)!;
      return {
        name: `${facts.name} ${facts.version}: ${image.name}`,
        description: image.description,
        icon,
        url: urlBase === null ? path : `${urlBase}${path}`,
        extract_size: image.raw.size,
        extract_sha256: image.raw.sha256,
        image_download_size: packed.size,
        image_download_sha256: packed.sha256,
        release_date: facts.date,
        devices: [image.board],
      };
    }),
  });
}
