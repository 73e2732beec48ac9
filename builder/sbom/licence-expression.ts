import parse from 'spdx-expression-parse';

/** Debian's short names (copyright-format 1.0) of licences that the SPDX list calls otherwise. */
const debianNames: Readonly<Record<string, string>> = {
  'GPL-2': 'GPL-2.0-only',
  'GPL-2.0': 'GPL-2.0-only',
  'GPL-2+': 'GPL-2.0-or-later',
  'GPL-2.0+': 'GPL-2.0-or-later',
  'GPL-3': 'GPL-3.0-only',
  'GPL-3+': 'GPL-3.0-or-later',
  'LGPL-2.1': 'LGPL-2.1-only',
  'LGPL-2.1+': 'LGPL-2.1-or-later',
  Expat: 'MIT',
  'BSD-2-clause': 'BSD-2-Clause',
  'BSD-3-clause': 'BSD-3-Clause',
};

/** True if a declared licence is an SPDX expression of known licences. */
export function isSpdxExpression(declared: string): boolean {
  try {
    parse(declared);
    return true;
  } catch {
    return false;
  }
}

/**
 * The licence of the main part of a Debian package (`Files: *` in its copyright file, copyright-format 1.0) as an SPDX expression.
 * @returns null if the file is of no such form, or names a licence that SPDX does not have
 */
export function debianLicence(copyright: string): string | null {
  const stanza = copyright.split(/\n\s*\n/).find((part) => /^Files:\s*\*\s*$/m.test(part));
  const declared = /^License:\s*(\S+)\s*$/m.exec(stanza ?? '')?.[1];
  if (declared === undefined) return null;
  const known = debianNames[declared] ?? declared;
  return isSpdxExpression(known) ? known : null;
}
