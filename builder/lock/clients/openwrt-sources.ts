import { BoardsmithError } from '../../error/boardsmith-error.ts';
import type { Environment } from './client-environment.ts';

/** Root of OpenWrt's downloads, as its ImageBuilders name it. */
export const releaseServer = 'https://downloads.openwrt.org';

/**
 * Fingerprint of the OpenPGP key that signs releases from 23.05 on (openwrt.org, "OpenWrt Build System <contact@openwrt.org>").
 * Another one is for a mirror with builds of one's own.
 */
export const releaseKeyFingerprint = '8A8BC12F46B836C0F9CDB36F1D53D1877742E911';

/** What verifies a release: both signatures are needed. */
export interface OpenwrtTrust {
  /** File with the OpenPGP public key, binary or armoured. */
  readonly gpgKey: string;
  /** Fingerprint that this key must have, upper-case hex. */
  readonly gpgFingerprint: string;
  /** File with the usign public key of the release's branch, as OpenWrt publishes it: two lines. */
  readonly usignKey: string;
}

/**
 * Address of the mirror, without a slash at the end: BOARDSMITH_OPENWRT_MIRROR, or OpenWrt's own server.
 * @throws BoardsmithError HOST_UNSUITABLE if it is no http or https address
 */
export function openwrtMirror(environment: Environment): string {
  const address = (environment.BOARDSMITH_OPENWRT_MIRROR ?? releaseServer).replace(/\/+$/, '');
  if (/^https?:\/\/[^/\s?#@]+(\/[^\s?#]*)?$/.test(address)) return address;
  throw new BoardsmithError('HOST_UNSUITABLE', `BOARDSMITH_OPENWRT_MIRROR is no address: ${address}`, {
    hint: `set it to the folder that holds releases/, as in ${releaseServer}`,
  });
}

/**
 * The keys, which a person gives: BOARDSMITH_OPENWRT_GPG_KEY and BOARDSMITH_OPENWRT_USIGN_KEY name files, and
 * BOARDSMITH_OPENWRT_GPG_FINGERPRINT another fingerprint than OpenWrt's own.
 * @throws BoardsmithError HOST_UNSUITABLE with all that are missing
 */
export function openwrtTrust(environment: Environment): OpenwrtTrust {
  const gpgKey = environment.BOARDSMITH_OPENWRT_GPG_KEY;
  const usignKey = environment.BOARDSMITH_OPENWRT_USIGN_KEY;
  const gpgFingerprint = (environment.BOARDSMITH_OPENWRT_GPG_FINGERPRINT ?? releaseKeyFingerprint)
    .replaceAll(/\s/g, '')
    .toUpperCase();
  const problems = [
    ...(gpgKey === undefined ? ['BOARDSMITH_OPENWRT_GPG_KEY does not name the OpenPGP key'] : []),
    ...(usignKey === undefined ? ['BOARDSMITH_OPENWRT_USIGN_KEY does not name the usign key'] : []),
    ...(/^[0-9A-F]{40}$/.test(gpgFingerprint)
      ? []
      : [`BOARDSMITH_OPENWRT_GPG_FINGERPRINT is no fingerprint of 40 hex digits: ${gpgFingerprint}`]),
  ];
  if (problems.length > 0 || gpgKey === undefined || usignKey === undefined) {
    throw new BoardsmithError('HOST_UNSUITABLE', 'the keys that verify an OpenWrt release are not given', {
      problems,
      hint: 'take both public keys from a place that you trust and name their files; docs/openwrt.md says how',
    });
  }
  return { gpgKey, gpgFingerprint, usignKey };
}
