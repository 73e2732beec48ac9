import { plainPathPattern } from './plain-path.ts';

const sha256 = { type: 'string', pattern: '^[0-9a-f]{64}$' };
/** Also a version, a board and a partition: what may stand in a name of a file. */
const name = { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._+~-]{0,127}$' };
const path = { type: 'string', pattern: plainPathPattern, maxLength: 512 };
const bytes = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
const number = { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER };
const value = all(
  {
    name: { type: 'string', pattern: '^[A-Z][A-Z0-9_]{0,127}$' },
    description: { type: 'string' },
    required: { type: 'boolean' },
  },
  { pattern: { type: 'string', minLength: 1, maxLength: 512 } },
);

function all(
  properties: Record<string, unknown>,
  optional: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    type: 'object',
    required: Object.keys(properties),
    additionalProperties: false,
    properties: { ...properties, ...optional },
  };
}

function list(items: unknown): Record<string, unknown> {
  return { type: 'array', items };
}

/** JSON Schema of a release's manifest. What stands between its fields is checked by `manifest-rules.ts`. */
export const manifestSchema = all({
  format: { const: 'boardsmith-release/1' },
  name,
  kind: { enum: ['recipe', 'cluster'] },
  number,
  version: name,
  date: { type: 'string', pattern: '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' },
  builder: all({ name: { const: 'boardsmith' }, version: name }),
  sourceRevision: { type: ['string', 'null'], pattern: '^([0-9a-f]{40}|[0-9a-f]{64})$' },
  lock: sha256,
  images: {
    ...list(
      all({
        name,
        recipe: name,
        board: name,
        positions: list(name),
        raw: all({ size: { ...bytes, minimum: 1 }, sha256 }),
        zstd: path,
        xz: { ...path, type: ['string', 'null'] },
        bmap: path,
        buildManifest: path,
        provenance: path,
        sboms: list(path),
        mapped: list(all({ first: bytes, last: bytes, sha256 })),
        layout: { enum: ['slots', 'openwrt'] },
        partitions: {
          ...list(all({ name, offset: bytes, size: { ...bytes, minimum: 1 } })),
          minItems: 1,
        },
        unit: all({
          authorities: list({ type: 'string', pattern: '^RW[A-Za-z0-9+/]{54}$' }),
          settings: list(value),
          secrets: list(value),
        }),
      }),
    ),
    minItems: 1,
  },
  files: list(all({ path, size: bytes, sha256 })),
  previous: { ...all({ number, manifest: sha256 }), type: ['object', 'null'] },
});
