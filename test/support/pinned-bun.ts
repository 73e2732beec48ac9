import { makeBunBase } from '../../builder/runtime/bun-base.ts';
import { bunRuntime } from '../../builder/runtime/bun-runtime.ts';
import { lockedTool } from './locked-tools.ts';
import { pinnedRuntime } from './pinned-runtime.ts';

/** The locked parts of the runtime, unpacked once for all tests. Tests only read them. */
export interface PinnedBun {
  /** Folders of the unpacked packages. */
  readonly bun: string;
  readonly bunHost: string;
  readonly bunTypes: string;
  readonly wheel: string;
  readonly musl: string;
  readonly binutils: string;
  readonly hostLibraries: string;
  /** What `makeBunBase` made of them. */
  readonly base: string;
  /** A root with what a program needs besides itself, for qemu-user's `-L`. */
  readonly root: string;
}

/** For slow tests: the first call needs the network. */
export async function pinnedBun(): Promise<PinnedBun> {
  const binutils = await lockedTool('binutils');
  const { parts, base, root } = await pinnedRuntime(bunRuntime, async ({ bun, wheel, musl }, output) => {
    const { signal } = new AbortController();
    await makeBunBase({ bun: bun!, wheel: wheel!, musl: musl!, binutils, output, signal });
  });
  const { bun, bunHost, bunTypes, wheel, musl } = parts;
  return {
    ...{ bun: bun!, bunHost: bunHost!, bunTypes: bunTypes!, wheel: wheel!, musl: musl! },
    ...{ binutils, hostLibraries: await lockedTool('hostLibraries'), base, root },
  };
}
