import { debianSourceName, isKernelPackage, kernelSourcePackage } from '../lock/debian-source-name.ts';
import type { InputRequest } from '../lock/lock-format.ts';
import type { ResolvedBoard } from '../recipe/resolved-board.ts';

/**
 * Source packages of what boards take from binary packages. No build needs them: a lock pins them so that a release can come with its sources,
 * and they are fetched by such a release alone.
 */
export function correspondingSourceRequests(boards: readonly ResolvedBoard[]): InputRequest[] {
  return boards.flatMap(({ kernel, bootloader, architecture }): InputRequest[] => {
    const packages = [kernel.origin, bootloader.origin].flatMap((origin) =>
      origin.kind === 'package' ? [origin.package] : [],
    );
    return packages.map((name) =>
      isKernelPackage(name)
        ? { kind: 'debian', package: kernelSourcePackage, architecture, closure: false, host: false }
        : { kind: 'debian-source', package: debianSourceName(name), host: false },
    );
  });
}
