import { BoardsmithError } from '../error/boardsmith-error.ts';
import type { CardFile } from './card-file.ts';
import type { ImageDescription } from './image-report.ts';

/** On the boot partition: nothing loads it, so it costs neither memory nor time. */
export const descriptionPath = '/boardsmith.json';

/** @returns null if the image has none. @throws BoardsmithError FILE_UNUSABLE */
export async function readDescription(file: CardFile | undefined): Promise<ImageDescription | null> {
  if (file === undefined) return null;
  try {
    return JSON.parse((await file.read()).toString('utf8')) as ImageDescription;
  } catch (cause) {
    throw new BoardsmithError('FILE_UNUSABLE', `${file.path} on ${file.place} is no JSON`, {
      hint: 'the image is damaged, or no image of boardsmith build',
      cause,
    });
  }
}
