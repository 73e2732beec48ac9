import { Card } from './card.ts';
import type { CardFile } from './card-file.ts';
import { compareBytes, firstDifference } from './compare-bytes.ts';
import { compareReports, fileName } from './compare-reports.ts';
import type { FileChange, ImageDifference } from './image-difference.ts';
import { inspectImage } from './inspect-image.ts';

/**
 * What changed from one image to another, down to the byte.
 * @throws BoardsmithError FILE_UNUSABLE, INTERRUPTED as `inspectImage`
 */
export async function compareImages(from: string, to: string, signal: AbortSignal): Promise<ImageDifference> {
  const [before, after] = [await inspectImage(from, signal), await inspectImage(to, signal)];
  const { parts, files, components, settings } = compareReports(before, after);
  const cards = [await Card.open(from), await Card.open(to)] as const;
  try {
    const [filesBefore, filesAfter] = [byName(await cards[0].files()), byName(await cards[1].files())];
    const fileChanges: FileChange[] = [];
    for (const change of files) {
      const [a, b] = [filesBefore.get(change.name), filesAfter.get(change.name)];
      const both = a !== undefined && b !== undefined;
      fileChanges.push({ ...change, offset: both ? firstDifference(await a.read(), await b.read()) : null });
    }
    const bytes = await compareBytes(...cards, await cards[1].parts(), [...filesAfter.values()]);
    const same = before.image.sha256 === after.image.sha256;
    return { from, to, same, parts, files: fileChanges, components, settings, bytes };
  } finally {
    await Promise.all(cards.map((card) => card.close()));
  }
}

function byName(files: readonly CardFile[]): ReadonlyMap<string, CardFile> {
  return new Map(files.map((file) => [fileName(file), file]));
}
