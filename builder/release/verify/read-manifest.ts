import { Ajv } from 'ajv';
import { JsonPositions } from '../../lock/json-positions.ts';
import { canonicalText } from '../canonical-text.ts';
import type { ReleaseManifest } from '../release-manifest.ts';
import { manifestName } from '../signature-name.ts';
import { ruleProblems } from './manifest-rules.ts';
import { manifestSchema } from './manifest-schema.ts';
import type { ReleaseProblem } from './release-problem.ts';

const isManifest = new Ajv({ allErrors: true, allowUnionTypes: true }).compile<ReleaseManifest>(
  manifestSchema,
);

/** A manifest as far as it can be read. */
export interface ReadManifest {
  /** null if it has not the shape of one: then nothing that it says is used. */
  readonly manifest: ReleaseManifest | null;
  readonly problems: readonly ReleaseProblem[];
}

/** Reads a manifest's bytes and finds everything that is wrong with them alone. */
export function readManifest(bytes: Buffer): ReadManifest {
  const text = bytes.toString();
  const problem = (where: string, message: string): ReleaseProblem => ({ kind: 'manifest', where, message });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return {
      manifest: null,
      problems: [problem(manifestName, `it is no JSON: ${(error as Error).message}`)],
    };
  }
  const problems: ReleaseProblem[] = [];
  // Byte by byte: what is not UTF-8 was replaced when it was read.
  if (!Buffer.from(canonicalText(value)).equals(bytes)) {
    const mistake = new JsonPositions(text).firstMistake();
    problems.push(
      mistake === null
        ? problem(manifestName, 'it is not in canonical form: names out of order, or other white space')
        : problem(`${manifestName}:${mistake.position}`, mistake.message),
    );
  }
  if (!isManifest(value)) {
    const errors = isManifest.errors ?? [];
    problems.push(
      ...errors.map(({ instancePath, message, params }) =>
        problem(
          manifestName + instancePath,
          `${message}${'additionalProperty' in params ? `: ${params.additionalProperty}` : ''}`,
        ),
      ),
    );
    return { manifest: null, problems };
  }
  return { manifest: value, problems: [...problems, ...ruleProblems(value)] };
}
