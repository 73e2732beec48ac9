const sha256 = { type: 'string', pattern: '^[0-9a-f]{64}$' };
const text = { type: 'string', minLength: 1, maxLength: 512 };
const textOrNull = { type: ['string', 'null'], minLength: 1, maxLength: 512 };
const count = { type: 'integer', minimum: 0 };
const names = { type: 'array', items: text, uniqueItems: true };
const chained = {
  previous: sha256,
  line: { type: 'integer', minimum: 1 },
  time: { type: 'string', pattern: '^[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]Z$' },
};

function kind(name: string, members: Record<string, unknown>): Record<string, unknown> {
  const properties = { kind: { const: name }, ...chained, batch: text, ...members };
  return { type: 'object', required: Object.keys(properties), additionalProperties: false, properties };
}

/** JSON Schema of one line of a ledger. What stands between lines is held to by `ledger-history.ts`. */
export const recordSchema = {
  type: 'object',
  required: ['kind'],
  discriminator: { propertyName: 'kind' },
  oneOf: [
    kind('batch-opened', {
      manufacturer: text,
      release: sha256,
      releaseName: text,
      releaseNumber: { type: 'integer', minimum: 1 },
      releaseVersion: text,
      key: sha256,
    }),
    kind('unit-begun', { serial: text, card: text, devicePublicKey: sha256, operator: text }),
    kind('unit', {
      serial: text,
      image: text,
      imageSha256: sha256,
      release: sha256,
      card: text,
      cardSize: count,
      devicePublicKey: sha256,
      mac: textOrNull,
      cluster: textOrNull,
      position: textOrNull,
      settings: names,
      secrets: names,
      result: { enum: ['verified', 'not-verified', 'failed'] },
      fault: {
        type: ['object', 'null'],
        required: ['what', 'offset'],
        additionalProperties: false,
        properties: { what: text, offset: { type: ['integer', 'null'], minimum: 0 } },
      },
      operator: text,
    }),
    kind('batch-closed', {
      verified: count,
      notVerified: count,
      failed: count,
      signature: { type: 'string', pattern: '^[0-9a-f]{128}$' },
    }),
  ],
} as const;
