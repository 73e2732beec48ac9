import type { LockedInput } from '../lock/lock-format.ts';
import type { PackageFacts } from './package-licence.ts';
import { packageUrl } from './package-url.ts';
import type { SbomComponent } from './sbom-component.ts';

/** An entry of the lock as a component. */
export function lockedComponent({ id, entry }: LockedInput, facts: PackageFacts): SbomComponent {
  const { name, version, sha256 } = entry;
  return { id, type: typeOf(name), name, version, purl: packageUrl(entry), sha256, ...facts };
}

function typeOf(name: string): SbomComponent['type'] {
  if (/^linux-(?:image|source)-/.test(name)) return 'operating-system';
  return /^(?:u-boot|arm-trusted-firmware)/.test(name) ? 'firmware' : 'library';
}
