import type { RouterFile } from '../router-file.ts';
import type { ManagementServices } from './management-services.ts';

/** What pppd is given in the place of a password; the router makes it from the unit's when it boots. */
export const pppoeSecret = '/tmp/boardsmith/pppoe-secret';

/** What is one unit's own, is in no image, and is given when its card is burnt: a secret of its identity. */
export interface UnitSecret {
  readonly name: 'PPPOE_PASSWORD' | 'ROOT_PASSWORD_HASH';
  /** What must be given, in words. */
  readonly description: string;
  /** All of the value, as an extended regular expression; overlays/openwrt/lib/boardsmith/unit.sh takes nothing else, either. */
  readonly pattern: string;
}

const pppoePassword: UnitSecret = {
  name: 'PPPOE_PASSWORD',
  description: 'password of the uplink: 1 to 255 printable letters of ASCII',
  pattern: '[ -~]{1,255}',
};
const rootPasswordHash: UnitSecret = {
  name: 'ROOT_PASSWORD_HASH',
  description: "hash of root's password by SHA-256, SHA-512 or yescrypt, as mkpasswd prints it",
  pattern: '\\$(5|6|y)\\$[./A-Za-z0-9$=]{20,200}',
};

/** What a router's unit must be given, sorted: the provider's password if it dials, root's where something asks for one. */
export function unitSecrets({
  services,
  policy,
}: {
  readonly services: ManagementServices;
  readonly policy: readonly RouterFile[];
}): readonly UnitSecret[] {
  const dials = policy.some(
    ({ path, content }) => path === '/etc/config/network' && content.includes(`file ${pppoeSecret}`),
  );
  return [
    ...(dials ? [pppoePassword] : []),
    ...(services.web || services.serialLogin ? [rootPasswordHash] : []),
  ];
}
