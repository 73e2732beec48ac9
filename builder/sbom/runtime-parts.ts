import type { Runtime } from '../runtime/runtime.ts';
import type { PackagedTool } from '../toolchain/packaged-tool.ts';
import { genericPackageUrl } from './package-url.ts';
import type { SbomPart } from './sbom-component.ts';

/** Names in `process.versions` under which vulnerabilities are not reported. */
const usualNames: Readonly<Record<string, string>> = {
  node: 'nodejs',
  uv: 'libuv',
  ares: 'c-ares',
  icu: 'icu4c',
};

/**
 * The libraries that are built into a runtime, by the versions that it says it has.
 * @param runtime that runtime
 * @param host it for this machine, of the same version as the one in the image
 * @param folder an empty one to run it in
 */
export async function runtimeParts(
  { notLibraries }: Pick<Runtime, 'notLibraries'>,
  host: Pick<PackagedTool, 'run'>,
  folder: string,
  signal: AbortSignal,
): Promise<SbomPart[]> {
  const script = 'process.stdout.write(JSON.stringify(process.versions))';
  const stdout = await host.run(['-e', script], { cwd: folder, signal });
  return Object.entries(JSON.parse(stdout) as Record<string, string>)
    .filter(([name, version]) => version !== '' && !notLibraries.includes(name))
    .map(([own, version]) => {
      const name = usualNames[own] ?? own;
      return { name, version, purl: genericPackageUrl(name, version) };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
