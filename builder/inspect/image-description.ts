import { BoardsmithError } from '../error/boardsmith-error.ts';
import type { ImageDescription } from '../plan/image-description.ts';
import type { CardFile } from './card-file.ts';

/** @returns null if the image has none. @throws BoardsmithError FILE_UNUSABLE */
export async function readDescription(file: CardFile | undefined): Promise<ImageDescription | null> {
  if (file === undefined) return null;
  try {
    const description = JSON.parse((await file.read()).toString('utf8')) as Partial<ImageDescription> | null;
    const { recipe, board, date, cage } = description ?? {};
    if (typeof cage !== 'object' || cage === null) throw new TypeError('it has no cage');
    return { recipe: String(recipe), board: String(board), date: String(date), cage };
  } catch (cause) {
    throw new BoardsmithError('FILE_UNUSABLE', `${file.path} on ${file.place} describes no image`, {
      hint: 'the image is damaged, or no image of boardsmith build',
      cause,
    });
  }
}
