import { createHash } from 'node:crypto';
import type { ManifestSource } from '../plan/manifest-parts.ts';
import type { SbomComponent } from './sbom-component.ts';

/** The component that a source file belongs to: a recipe (`recipe/NAME`), or Boardsmith itself. */
export function componentOfSource(path: string): string {
  return /^recipe\/[^/]+/.exec(path)?.[0] ?? 'boardsmith';
}

/**
 * What is in an image and came from no registry: Boardsmith's own sources and the recipe's, each as one component whose hash is over its
 * files' paths and hashes.
 * @param licence of Boardsmith; a recipe declares none
 */
export function ownComponents(
  sources: readonly ManifestSource[],
  boardsmith: { readonly version: string; readonly licence: string },
): SbomComponent[] {
  const ids = ['boardsmith', ...new Set(sources.map(({ path }) => componentOfSource(path)))];
  return [...new Set(ids)].sort().map((id) => {
    const lines = sources
      .filter(({ path }) => componentOfSource(path) === id)
      .map(({ path, sha256 }) => `${sha256}  ${path}\n`);
    const own = id === 'boardsmith';
    return {
      id,
      type: 'application',
      name: id.replace(/^recipe\//, ''),
      version: own ? boardsmith.version : '',
      purl: null,
      sha256: createHash('sha256').update(lines.join('')).digest('hex'),
      licence: own ? boardsmith.licence : null,
      licenceTexts: [],
      parts: [],
    };
  });
}
