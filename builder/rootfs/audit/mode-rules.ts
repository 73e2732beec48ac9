import type { TreeEntry } from '../tree.ts';
import type { Audit } from './audit.ts';
import type { Finding } from './finding.ts';

/** Nothing gives rights by its mode, and nothing in the tree can be written by anybody but root. */
export function auditModes({ tree }: Audit): Finding[] {
  return tree
    .filter(({ type }) => type !== 'symlink')
    .flatMap((entry) => [...specialBits(entry), ...writable(entry)]);
}

function specialBits({ path, mode }: TreeEntry): Finding[] {
  const names = [
    ...((mode & 0o4000) === 0 ? [] : ['setuid']),
    ...((mode & 0o2000) === 0 ? [] : ['setgid']),
    ...((mode & 0o1000) === 0 ? [] : ['sticky']),
  ];
  if (names.length === 0) return [];
  return [
    {
      path,
      rule: 'special-bits',
      message: `it is ${names.join(' and ')}`,
      remedy: 'give it a mode without that bit',
    },
  ];
}

function writable({ path, mode, uid, gid }: TreeEntry): Finding[] {
  const who = [
    ...(uid !== 0 && (mode & 0o200) !== 0 ? [`its owner ${uid}`] : []),
    ...(gid !== 0 && (mode & 0o020) !== 0 ? [`its group ${gid}`] : []),
    ...((mode & 0o002) !== 0 ? ['everybody'] : []),
  ];
  if (who.length === 0) return [];
  return [
    {
      path,
      rule: 'writable',
      message: `${who.join(' and ')} can write to it`,
      remedy: 'let root own it and take the write bit away: a daemon writes to /data alone',
    },
  ];
}
