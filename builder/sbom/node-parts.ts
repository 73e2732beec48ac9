import type { PackagedTool } from '../toolchain/packaged-tool.ts';
import { genericPackageUrl } from './package-url.ts';
import type { SbomPart } from './sbom-component.ts';

/** Names in `process.versions` that are numbers of interfaces or data formats, not of libraries. */
const noLibraries = new Set(['modules', 'napi', 'unicode', 'cldr', 'tz']);
/** Names there under which vulnerabilities are not reported. */
const usualNames: Readonly<Record<string, string>> = {
  node: 'nodejs',
  uv: 'libuv',
  ares: 'c-ares',
  icu: 'icu4c',
};

/**
 * The libraries that are built into Node, by the versions that it says it has.
 * @param node Node for this machine, of the same version as the one in the image
 */
export async function nodeParts(node: Pick<PackagedTool, 'run'>, signal: AbortSignal): Promise<SbomPart[]> {
  const script = 'process.stdout.write(JSON.stringify(process.versions))';
  const stdout = await node.run(['-e', script], { signal });
  return Object.entries(JSON.parse(stdout) as Record<string, string>)
    .filter(([name, version]) => version !== '' && !noLibraries.has(name))
    .map(([own, version]) => {
      const name = usualNames[own] ?? own;
      return { name, version, purl: genericPackageUrl(name, version) };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
