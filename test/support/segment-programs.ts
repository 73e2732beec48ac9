import { execaSync } from 'execa';
import { compileHostProgram } from './host-program.ts';
import { nftUnavailable } from './nft.ts';
import { compileRulesetLoader } from './ruleset-loader.ts';
import type { Programs } from './segment-world.ts';

/** Why namespaces cannot be joined on this machine; null where they can. */
export function segmentsUnavailable(): string | null {
  const user = process.getuid!() === 0 ? [] : ['--user', '--map-root-user'];
  const links = execaSync('unshare', [...user, '--net', '--', 'ip', 'link', 'add', 'v', 'type', 'veth'], {
    reject: false,
  });
  return links.failed ? `no pair of joined network devices: ${links.shortMessage}` : nftUnavailable();
}

export const compileSegmentPrograms = async (): Promise<Programs> => ({
  segments: await compileHostProgram('segments', ['test/openwrt/programs/segments.c']),
  loader: await compileRulesetLoader(),
});
