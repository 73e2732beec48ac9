import { isSpdxExpression } from '../../builder/sbom/licence-expression.ts';
import type { ReadableRoot } from './root-problems.ts';

/** opkg keeps a file for each package, apk one for all. */
const opkgRecord = /^\/usr\/lib\/opkg\/info\/([^/]+)\.control$/;
const apkRecords = /^\/(?:usr\/)?lib\/apk\/db\/installed$/;

/**
 * What the package manager's own records in a root file system say of licences: SPDX expressions by the packages' names. A package that declares
 * none, or one that SPDX does not know, is not there.
 */
export async function packageLicences(root: ReadableRoot): Promise<ReadonlyMap<string, string>> {
  const licences = new Map<string, string>();
  const declare = (name: string, declared: string | undefined): void => {
    const expression = declared === undefined ? null : asExpression(declared);
    if (expression !== null) licences.set(name, expression);
  };
  for (const { path, type } of await root.entries()) {
    if (type !== 'file') continue;
    const opkg = opkgRecord.exec(path);
    if (opkg !== null) declare(opkg[1]!, field('License: ', (await root.readFile(path)).toString('utf8')));
    if (!apkRecords.test(path)) continue;
    for (const paragraph of (await root.readFile(path)).toString('utf8').split(/\n\n+/)) {
      const name = field('P:', paragraph);
      if (name !== undefined) declare(name, field('L:', paragraph));
    }
  }
  return licences;
}

function field(start: string, paragraph: string): string | undefined {
  return paragraph
    .split('\n')
    .find((line) => line.startsWith(start))
    ?.slice(start.length)
    .trim();
}

/** A package of several parts under several licences lists them with spaces between: all of them hold. */
function asExpression(declared: string): string | null {
  if (isSpdxExpression(declared)) return declared;
  const words = declared.split(/[\s,]+/).filter((word) => word !== '');
  return words.length > 0 && words.every(isSpdxExpression) ? [...new Set(words)].sort().join(' AND ') : null;
}
