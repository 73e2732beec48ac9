import { packageUrl } from '../../sbom/package-url.ts';
import type { ImageManifest } from '../../steps/image-manifest.ts';
import { canonicalText } from '../canonical-text.ts';
import type { ReleaseFacts } from '../make/released-source.ts';

/** How externalParameters and resolvedDependencies are to be read: docs/releasing.md says it. */
export const buildType = 'urn:boardsmith:image-build:1';
export const builderId = 'urn:boardsmith:builder';

export interface ProvenanceSubject {
  /** Path in the release folder, or the raw image's name. */
  readonly name: string;
  readonly sha256: string;
}

/**
 * An in-toto Statement (v1) with a SLSA provenance predicate (v1) of one image. Nothing in it is of the run that made it: two people who build
 * the same have the same statement, and each vouches for it with a signature over the manifest that names it.
 */
export function provenance(
  facts: ReleaseFacts,
  manifest: ImageManifest,
  subjects: readonly ProvenanceSubject[],
): string {
  return canonicalText({
    _type: 'https://in-toto.io/Statement/v1',
    subject: subjects.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType,
        externalParameters: {
          release: { name: facts.name, kind: facts.kind, number: facts.number },
          recipe: manifest.recipe,
          board: manifest.board,
          date: manifest.date,
          compression: 'dense',
        },
        resolvedDependencies: [
          { name: 'boardsmith.lock', digest: { sha256: facts.lock } },
          ...(facts.sourceRevision === null
            ? []
            : [{ name: 'sources', digest: { gitCommit: facts.sourceRevision } }]),
          ...manifest.inputs.map(({ id, sha256 }) => ({ name: id, ...uriOf(facts, id), digest: { sha256 } })),
          ...manifest.sources.map(({ path, sha256 }) => ({ name: path, digest: { sha256 } })),
        ],
      },
      runDetails: { builder: { id: builderId, version: { boardsmith: facts.builderVersion } } },
    },
  });
}

function uriOf({ locked }: ReleaseFacts, id: string): { uri?: string } {
  const entry = locked[id];
  return entry === undefined ? {} : { uri: packageUrl(entry) };
}
