import { readContent } from '../file-content.ts';
import type { Audit } from './audit.ts';
import type { AuditedFile } from './audited-file.ts';
import type { Finding } from './finding.ts';
import { muslSystemPath, searchLibraries } from './library-search.ts';

/** Names of glibc's loader and of its libraries. */
const glibcLoader = /(?:^|\/)ld-linux[^/]*\.so\.\d+$/;
const glibcLibrary =
  /^lib(?:c|m|pthread|rt|dl|util|resolv|nsl|crypt|anl|BrokenLocale|thread_db|nss_\w+)\.so\.\d+$/;

/** Every program finds its loader and its libraries in the tree, none of it is glibc's, and no library is there for nothing. */
export async function auditLibraries(audit: Audit): Promise<Finding[]> {
  const { files, paths } = audit;
  const used = new Set<string>();
  const findings: Finding[] = [];
  for (const { entry, elf } of files.values()) {
    if (elf?.role !== 'program') continue;
    if (elf.interpreter !== null) {
      const loader = paths.file(elf.interpreter);
      if (loader === undefined) findings.push(missingInterpreter(entry.path, elf.interpreter));
      else used.add(loader);
    }
    const systemPath = await muslSystemPath(elf.interpreter ?? '', (path) => text(audit, path));
    const { loaded, unresolved } = searchLibraries(entry.path, files, paths, systemPath);
    for (const path of loaded) used.add(path);
    for (const { path, library } of unresolved) findings.push(unresolvedLibrary(path, library, entry.path));
  }
  for (const file of files.values()) {
    findings.push(...glibc(file), ...unneeded(file, used));
  }
  return findings;
}

async function text({ paths, files }: Audit, path: string): Promise<string | undefined> {
  const entry = files.get(paths.file(path) ?? '')?.entry;
  return entry === undefined ? undefined : (await readContent(entry)).toString();
}

function missingInterpreter(path: string, interpreter: string): Finding {
  return {
    path,
    rule: 'missing-interpreter',
    message: `its loader ${interpreter} is not in the tree`,
    remedy: 'add the loader of the musl it was built for, or link it statically',
  };
}

function unresolvedLibrary(path: string, library: string, program: string): Finding {
  const whose = path === program ? '' : ` (loaded by ${program})`;
  return {
    path,
    rule: 'unresolved-library',
    message: `it needs ${library}, which is in no folder that its loader searches${whose}`,
    remedy: 'add the library, or correct the search path of the file that needs it',
  };
}

function glibc({ entry, elf }: AuditedFile): Finding[] {
  const { path } = entry;
  const name = path.slice(path.lastIndexOf('/') + 1);
  const signs = [
    ...(glibcLoader.test(path) || glibcLibrary.test(name) ? ['it has the name of a part of glibc'] : []),
    ...(glibcLoader.test(elf?.interpreter ?? '') ? [`its loader is glibc's ${elf?.interpreter}`] : []),
    ...(elf?.needed ?? [])
      .filter((library) => glibcLibrary.test(library) || glibcLoader.test(library))
      .map((library) => `it needs glibc's ${library}`),
    ...(elf?.glibcNote ? ["it holds glibc's start code (note NT_GNU_ABI_TAG)"] : []),
  ];
  if (signs.length === 0) return [];
  return [{ path, rule: 'glibc', message: signs.join(', '), remedy: 'use a build for musl' }];
}

function unneeded({ entry, elf }: AuditedFile, used: ReadonlySet<string>): Finding[] {
  if (elf?.role !== 'library' || used.has(entry.path)) return [];
  return [
    {
      path: entry.path,
      rule: 'unneeded-library',
      message: 'no program in the tree loads it',
      remedy: 'take it out',
    },
  ];
}
