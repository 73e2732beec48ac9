import { BoardsmithError } from '../error/boardsmith-error.ts';
import type { HostArchitecture } from './lock-format.ts';

/**
 * Architecture of this machine, as locks call it.
 * @param nodeArchitecture what Node calls it (`process.arch`)
 * @throws BoardsmithError HOST_UNSUITABLE for one on which Boardsmith does not run
 */
export function hostArchitecture(nodeArchitecture: string = process.arch): HostArchitecture {
  if (nodeArchitecture === 'x64') return 'x86_64';
  throw new BoardsmithError(
    'HOST_UNSUITABLE',
    `Boardsmith builds on x86-64 machines; this one is ${nodeArchitecture}`,
    { hint: 'build on an x86-64 Linux machine; the images run on any board that has a board file' },
  );
}
