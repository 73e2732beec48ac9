import { basename } from 'node:path/posix';
import type { Audit } from './audit.ts';
import type { AuditedFile } from './audited-file.ts';
import type { Finding } from './finding.ts';
import { isInterpreterName } from './interpreter-signatures.ts';

/** One daemon for one architecture, and nothing that could run anything else. */
export function auditPrograms(audit: Audit): Finding[] {
  const names = audit.tree
    .filter(({ type, path }) => type !== 'directory' && isInterpreterName(basename(path)))
    .map(({ path }) => interpreterFinding(path, `it is called ${basename(path)}`));
  const files = [...audit.files.values()].flatMap((file) => [
    ...interpreters(file),
    ...architecture(file, audit),
    ...secondDaemon(file, audit),
  ]);
  return [...names, ...files];
}

function interpreters({ entry, script, interpreter }: AuditedFile): Finding[] {
  return [
    ...(interpreter === null ? [] : [interpreterFinding(entry.path, `its content is ${interpreter}`)]),
    ...(script === null ? [] : [interpreterFinding(entry.path, `it is a script for ${script}`)]),
  ];
}

function interpreterFinding(path: string, message: string): Finding {
  return {
    path,
    rule: 'shell-or-interpreter',
    message,
    remedy: 'take it out: nothing in an image may run code that came later',
  };
}

function architecture({ entry, elf, elfProblem }: AuditedFile, { options }: Audit): Finding[] {
  const { path } = entry;
  if (elfProblem !== null) {
    const message = `it begins like an ELF file, but ${elfProblem}`;
    return [{ path, rule: 'malformed-elf', message, remedy: 'make it again; it may be cut off' }];
  }
  if (elf === null || (elf.machine === options.architecture && elf.bits === 64 && elf.littleEndian))
    return [];
  const order = elf.littleEndian ? '' : ', big-endian';
  return [
    {
      path,
      rule: 'foreign-architecture',
      message: `it is for ${elf.machine} (${elf.bits} bits${order}), not for ${options.architecture}`,
      remedy: `use the ${options.architecture} build of it`,
    },
  ];
}

function secondDaemon({ entry, elf }: AuditedFile, { options }: Audit): Finding[] {
  const meant = [options.daemon, ...(options.helpers ?? [])];
  if (elf?.role !== 'program' || meant.includes(entry.path)) return [];
  return [
    {
      path: entry.path,
      rule: 'second-daemon',
      message: `it is a program besides ${options.daemon}`,
      remedy: 'take it out: one daemon, one computer',
    },
  ];
}
