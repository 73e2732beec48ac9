import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';

const address = /https?:\/\/[^\s/]+\/(?:[^\s]*?\/)??(releases\/[^\s]*)|https?:\/\/\S+/g;

/**
 * Points the feeds of an ImageBuilder at another server and leaves everything else (the local packages, `option check_signature`) as it is.
 * @param list text of `repositories.conf` or `repositories`
 * @param version of the release; a feed of another one is refused
 * @param origin `http://127.0.0.1:PORT`
 * @throws BoardsmithError STEP_FAILED for a feed that lies in no release: nothing says what it holds
 */
export function rewriteFeeds(list: string, version: string, origin: string): string {
  const strange: string[] = [];
  const rewritten = list
    .split('\n')
    .map((line) => {
      if (line.trimStart().startsWith('#')) return line;
      return line.replace(address, (whole, path: string | undefined) => {
        if (path?.startsWith(`releases/${version}/`) && !path.includes('..')) return `${origin}/${path}`;
        strange.push(whole);
        return whole;
      });
    })
    .join('\n');
  if (strange.length === 0) return rewritten;
  throw new BoardsmithError('STEP_FAILED', `the ImageBuilder has feeds outside of OpenWrt ${version}`, {
    problems: strange.sort(),
    hint: 'take the ImageBuilder of a release; one of a snapshot cannot be pinned',
  });
}
