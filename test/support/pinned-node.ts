import { makeNodeBase } from '../../builder/runtime/node-base.ts';
import { nodeRuntime } from '../../builder/runtime/node-runtime.ts';
import { lockedTool } from './locked-tools.ts';
import { pinnedRuntime } from './pinned-runtime.ts';

/** The locked parts of the runtime, unpacked once for all tests. Tests only read them. */
export interface PinnedNode {
  /** Folders of the unpacked packages. */
  readonly wheel: string;
  readonly musl: string;
  readonly binutils: string;
  readonly nodeHost: string;
  readonly hostLibraries: string;
  readonly esbuild: string;
  /** What `makeNodeBase` made of them. */
  readonly base: string;
  /** A root with what a program needs besides itself, for qemu-user's `-L`. */
  readonly root: string;
}

/** For slow tests: the first call needs the network. */
export async function pinnedNode(): Promise<PinnedNode> {
  const binutils = await lockedTool('binutils');
  const { parts, base, root } = await pinnedRuntime(nodeRuntime, async ({ wheel, musl }, output) => {
    await makeNodeBase({
      wheel: wheel!,
      musl: musl!,
      binutils,
      output,
      signal: new AbortController().signal,
    });
  });
  return {
    wheel: parts.wheel!,
    musl: parts.musl!,
    nodeHost: parts.nodeHost!,
    binutils,
    hostLibraries: await lockedTool('hostLibraries'),
    esbuild: await lockedTool('esbuild'),
    base,
    root,
  };
}
