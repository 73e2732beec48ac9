import { npmNamePattern, npmPlacePattern, versionPattern } from './npm-names.ts';

const sha256 = { type: 'string', pattern: '^[0-9a-f]{64}$' };
const size = { type: 'integer', minimum: 1 };
const version = { type: 'string', pattern: versionPattern };
const npmName = { type: 'string', pattern: npmNamePattern };
/** A relative path whose parts begin with no dot: neither absolute nor able to climb. */
const plainParts = '[0-9A-Za-z+~:%_@-][0-9A-Za-z.+~:%_@-]*';
const answers = {
  type: 'object',
  propertyNames: { pattern: '^(debian|debian-source|pypi|npm|npm-tree|npm-lockfile|openwrt):[!-~]+$' },
  additionalProperties: { type: 'array', minItems: 1, uniqueItems: true, items: { type: 'string' } },
};

function entry(
  kind: string,
  properties: Record<string, unknown>,
  optional: Record<string, unknown> = {},
): Record<string, unknown> {
  const all = { kind: { const: kind }, version, size, sha256, ...properties };
  const required = Object.keys(all);
  return { type: 'object', required, additionalProperties: false, properties: { ...all, ...optional } };
}

/** JSON Schema of boardsmith.lock. What stands between entries and requests is checked by `lock-rules.ts`. */
export const lockSchema = {
  type: 'object',
  required: ['lockVersion', 'date', 'requests', 'hostRequests', 'entries'],
  additionalProperties: false,
  properties: {
    lockVersion: { const: 1 },
    date: { type: 'string', pattern: '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' },
    requests: answers,
    hostRequests: { type: 'object', additionalProperties: false, properties: { x86_64: answers } },
    entries: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        required: ['kind'],
        discriminator: { propertyName: 'kind' },
        oneOf: [
          entry('debian', {
            name: { type: 'string', pattern: '^[a-z0-9][a-z0-9+.-]+$' },
            suite: { type: 'string', pattern: '^[a-z][a-z-]*$' },
            architecture: { enum: ['amd64', 'arm64', 'all'] },
            path: { type: 'string', pattern: `^(${plainParts}/)+${plainParts}\\.deb$` },
          }),
          entry('debian-source', {
            name: { type: 'string', pattern: '^[a-z0-9][a-z0-9+.-]+$' },
            suite: { type: 'string', pattern: '^[a-z][a-z-]*$' },
            path: { type: 'string', pattern: `^(${plainParts}/)+${plainParts}\\.tar\\.(xz|gz|bz2)$` },
          }),
          entry('npm', {
            name: npmName,
            integrity: {
              type: 'string',
              pattern: '^sha(1|256|384|512)-[A-Za-z0-9+/]+={0,2}( sha(1|256|384|512)-[A-Za-z0-9+/]+={0,2})*$',
            },
          }),
          entry('pypi', {
            name: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$' },
            file: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._+!-]*\\.whl$' },
            platform: { type: 'string', pattern: '^[a-z0-9_]+$' },
          }),
          entry(
            'openwrt',
            {
              name: { type: 'string', pattern: `^${plainParts}$` },
              path: { type: 'string', pattern: `^releases/(${plainParts}/)+${plainParts}$` },
            },
            {
              signedBy: {
                type: 'object',
                required: ['gpg', 'usign'],
                additionalProperties: false,
                properties: {
                  gpg: { type: 'string', pattern: '^[0-9A-F]{40}$' },
                  // 42 bytes are 56 characters.
                  usign: { type: 'string', pattern: '^RW[A-Za-z0-9+/]{54}$' },
                },
              },
            },
          ),
        ],
      },
    },
    trees: {
      type: 'object',
      propertyNames: { pattern: '^(npm-tree|npm-lockfile):[!-~]+$' },
      additionalProperties: {
        type: 'array',
        minItems: 1,
        items: {
          type: 'object',
          required: ['path', 'entry'],
          additionalProperties: false,
          properties: {
            path: { type: 'string', pattern: npmPlacePattern },
            entry: { type: 'string' },
          },
        },
      },
    },
  },
} as const;
