import { BoardsmithError } from '../../../builder/error/boardsmith-error.ts';
import type { RouterFile } from '../router-file.ts';
import type { ManagementServices } from './management-services.ts';

/** What is one unit's own, is in no image, and is given when its card is burnt. */
export type UnitSetting = 'pppoe-password' | 'root-password-hash';

/** Where a unit's settings lie: a file for each, of one line, in this folder of the card's first partition, which is a FAT. */
export const unitFolder = 'boardsmith';
/** What pppd is given in the place of a password; the router makes it from the unit's when it boots. */
export const pppoeSecret = '/tmp/boardsmith/pppoe-secret';

interface SettingForm {
  /** All of the one line. */
  readonly pattern: RegExp;
  readonly words: string;
}

/** overlays/openwrt/lib/boardsmith/unit.sh takes nothing else, either. */
const forms: Readonly<Record<UnitSetting, SettingForm>> = {
  'pppoe-password': { pattern: /^[ -~]{1,255}$/, words: '1 to 255 printable letters of ASCII in one line' },
  'root-password-hash': {
    pattern: /^\$(5|6|y)\$[./A-Za-z0-9$=]{20,200}$/,
    words: 'a hash that crypt(3) makes with SHA-256, SHA-512 or yescrypt, as mkpasswd prints it',
  },
};

/** Which settings a router's unit is to be given, sorted: the provider's password if it dials, root's where something asks for one. */
export function unitSettings({
  services,
  policy,
}: {
  readonly services: ManagementServices;
  readonly policy: readonly RouterFile[];
}): readonly UnitSetting[] {
  const dials = policy.some(
    ({ path, content }) => path === '/etc/config/network' && content.includes(`file ${pppoeSecret}`),
  );
  return [
    ...(dials ? (['pppoe-password'] as const) : []),
    ...(services.web || services.serialLogin ? (['root-password-hash'] as const) : []),
  ];
}

/**
 * The files that hold a unit's settings, by their path on the card's first partition: for whoever burns it. Nothing of them belongs into an
 * image, an SBOM or a release.
 * @param wanted by the image: `openwrt.unit` of its manifest
 * @throws BoardsmithError USAGE with every setting that is missing, not wanted or not in its form; no value is repeated
 */
export function unitFiles(
  wanted: readonly UnitSetting[],
  given: Readonly<Partial<Record<UnitSetting, string>>>,
): RouterFile[] {
  const names = Object.keys(given) as UnitSetting[];
  const problems = [
    ...wanted.filter((name) => given[name] === undefined).map((name) => `${name} is not given`),
    ...names
      .filter((name) => !wanted.includes(name))
      .map((name) => `${name} is given, and nothing in this image asks for it`),
    ...wanted
      .filter((name) => given[name] !== undefined && !forms[name].pattern.test(given[name]))
      .map((name) => `${name} is not what it must be: ${forms[name].words}`),
  ];
  if (problems.length > 0) {
    throw new BoardsmithError('USAGE', "the unit's own settings are not what the router's image asks for", {
      problems: problems.sort(),
      hint: 'give what the image asks for, and nothing else; docs/openwrt.md has the list',
    });
  }
  return wanted.map((name) => ({ path: `/${unitFolder}/${name}`, mode: 0o600, content: `${given[name]}\n` }));
}
