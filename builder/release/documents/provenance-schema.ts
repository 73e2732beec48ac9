const text = { type: 'string', minLength: 1 };
/** RFC 3986: a scheme, and nothing that must be escaped. */
const uri = { type: 'string', pattern: "^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9%._~:/?#\\[\\]@!$&'()*+,;=-]+$" };

/** A ResourceDescriptor of in-toto: one of uri, digest and content at least. */
const resource = {
  type: 'object',
  anyOf: [{ required: ['uri'] }, { required: ['digest'] }, { required: ['content'] }],
  additionalProperties: false,
  properties: {
    name: text,
    uri,
    digest: {
      type: 'object',
      minProperties: 1,
      additionalProperties: { type: 'string', pattern: '^[0-9a-f]+$' },
    },
    content: { type: 'string' },
    downloadLocation: uri,
    mediaType: text,
    annotations: { type: 'object' },
  },
};

/** An in-toto Statement v1 with the fields of a SLSA provenance v1 predicate, by their specifications. Fields that would be of a run are left out. */
export const provenanceSchema = {
  type: 'object',
  required: ['_type', 'subject', 'predicateType', 'predicate'],
  additionalProperties: false,
  properties: {
    _type: { const: 'https://in-toto.io/Statement/v1' },
    subject: {
      type: 'array',
      minItems: 1,
      items: { ...resource, required: ['name', 'digest'] },
    },
    predicateType: { const: 'https://slsa.dev/provenance/v1' },
    predicate: {
      type: 'object',
      required: ['buildDefinition', 'runDetails'],
      additionalProperties: false,
      properties: {
        buildDefinition: {
          type: 'object',
          required: ['buildType', 'externalParameters'],
          additionalProperties: false,
          properties: {
            buildType: uri,
            externalParameters: { type: 'object' },
            internalParameters: { type: 'object' },
            resolvedDependencies: { type: 'array', items: resource },
          },
        },
        runDetails: {
          type: 'object',
          required: ['builder'],
          additionalProperties: false,
          properties: {
            builder: {
              type: 'object',
              required: ['id'],
              additionalProperties: false,
              properties: {
                id: uri,
                version: { type: 'object', additionalProperties: { type: 'string' } },
                builderDependencies: { type: 'array', items: resource },
              },
            },
          },
        },
      },
    },
  },
};
