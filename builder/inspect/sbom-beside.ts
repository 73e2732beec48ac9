import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import type { ReportedComponent } from './image-report.ts';

/** The parts of a CycloneDX document that are read here. */
interface Bom {
  readonly bomFormat?: unknown;
  readonly components?: readonly BomComponent[];
}

interface BomComponent {
  readonly name?: unknown;
  readonly version?: unknown;
  readonly purl?: unknown;
  readonly licenses?: readonly {
    readonly expression?: unknown;
    readonly license?: { readonly id?: unknown; readonly name?: unknown };
  }[];
}

/**
 * The components that `<image without .img>.cdx.json` names, sorted by name and version.
 * @returns null if there is no such file
 * @throws BoardsmithError FILE_UNUSABLE if it is no CycloneDX document
 */
export async function readComponents(image: string): Promise<ReportedComponent[] | null> {
  const file = image.replace(/\.img$/, '.cdx.json');
  const text = file === image ? null : await readFile(file, 'utf8').catch(() => null);
  if (text === null) return null;
  let bom: Bom;
  try {
    bom = JSON.parse(text) as Bom;
  } catch (cause) {
    throw unusable(file, cause);
  }
  if (bom.bomFormat !== 'CycloneDX' || !Array.isArray(bom.components)) throw unusable(file);
  return bom.components
    .map((component: BomComponent) => ({
      name: String(component.name ?? ''),
      version: String(component.version ?? ''),
      purl: typeof component.purl === 'string' ? component.purl : null,
      licence: licenceOf(component),
    }))
    .sort((a, b) => compare(a.name, b.name) || compare(a.version, b.version));
}

function licenceOf({ licenses = [] }: BomComponent): string | null {
  const texts = licenses.map(({ expression, license }) => expression ?? license?.id ?? license?.name);
  const known = texts.filter((text): text is string => typeof text === 'string');
  return known.length === 0 ? null : known.join(', ');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function unusable(file: string, cause?: unknown): BoardsmithError {
  return new BoardsmithError('FILE_UNUSABLE', `${basename(file)} is no CycloneDX document`, {
    hint: 'build the image again, or take the file away: an image can be inspected without it',
    cause,
  });
}
