import { isTakenRelease, oldestRelease } from '../../openwrt-device.ts';
import { mebibyte } from '../../quantity.ts';
import type { ResolvedBoard } from '../../resolved-board.ts';
import { checkWholeMebibytes } from '../../whole-mebibytes.ts';
import { clusterRule } from '../cluster-fields.ts';
import { readSshPublicKey } from '../ssh-public-key.ts';

/** Less has no room for a release and what it writes; more than a card has. */
const rootBounds = { least: 64 * mebibyte, most: 16 * 1024 * mebibyte };

export const openwrtRules = [
  clusterRule('openwrt-device-known', ['router'], ({ router }, report, { boards }) => {
    const board = boards.get(router.board);
    if (router.base !== 'openwrt' || router.openwrt.device !== null) return;
    // Of a board that cannot be had board-usable says more.
    if (board === undefined || board instanceof Error || (board as ResolvedBoard).openwrt !== null) return;
    report({
      at: ['router', 'base'],
      message: `nothing says what OpenWrt calls the board ${router.board}`,
      remedy: 'write router.openwrt.device, with its target, profile and image',
    });
  }),

  clusterRule('openwrt-release-taken', ['router'], ({ router }, report) => {
    if (isTakenRelease(router.openwrt.version)) return;
    report({
      at: ['router', 'openwrt', 'version'],
      message: `OpenWrt ${router.openwrt.version} is older than the key that signs releases, and is not mended any more`,
      remedy: `write a version from ${oldestRelease} on`,
    });
  }),

  clusterRule('openwrt-root-size-usable', ['router'], ({ router }, report) => {
    checkWholeMebibytes(
      report,
      ['router', 'openwrt', 'rootSize'],
      router.openwrt.rootSize,
      rootBounds.least,
      rootBounds.most,
    );
  }),

  clusterRule('ssh-key-given', ['router', 'management', 'ssh'], ({ router, management, ssh }, report) => {
    // Of the other base management-needs-openwrt says more.
    if (ssh.keys.length > 0 || router.base !== 'openwrt') return;
    for (const [index, { service }] of management.entries()) {
      if (service !== 'ssh') continue;
      report({
        at: ['management', index],
        message: 'nobody could log in: no public key is given',
        remedy: 'write it into ssh.keys, or remove this',
      });
    }
  }),

  clusterRule('ssh-keys-used', ['management', 'ssh'], ({ management, ssh }, report) => {
    if (ssh.keys.length === 0 || management.some(({ service }) => service === 'ssh')) return;
    report({
      at: ['ssh', 'keys'],
      on: 'key',
      message: 'management names no ssh, so nobody can log in with these keys',
      remedy: 'name who may under management, or remove them',
    });
  }),

  clusterRule('ssh-key-public', ['ssh'], ({ ssh }, report) => {
    for (const [index, line] of ssh.keys.entries()) {
      const read = readSshPublicKey(line);
      if (typeof read !== 'string') continue;
      report({
        at: ['ssh', 'keys', index],
        message: `this is no public key that can be used: ${read}`,
        remedy: 'write the one line of the file that ends with .pub',
      });
    }
  }),

  clusterRule('ssh-key-once', ['ssh'], ({ ssh }, report) => {
    const seen = new Set<string>();
    for (const [index, line] of ssh.keys.entries()) {
      const read = readSshPublicKey(line);
      if (typeof read === 'string') continue;
      if (seen.has(read.key)) {
        report({ at: ['ssh', 'keys', index], message: 'this key is there already', remedy: 'remove it' });
      }
      seen.add(read.key);
    }
  }),
];
