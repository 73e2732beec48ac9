import { Ajv, type ValidateFunction } from 'ajv';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { osListSchema } from './os-list-schema.ts';
import { provenanceSchema } from './provenance-schema.ts';

const ajv = new Ajv({ allErrors: true });

/** Compiled when it is first asked for: most commands release nothing. */
function compiled(schema: object): () => ValidateFunction {
  let validate: ValidateFunction | undefined;
  return () => {
    validate ??= ajv.compile(schema);
    return validate;
  };
}

const schemas = {
  'the list for Raspberry Pi Imager': compiled(osListSchema),
  'a statement of provenance': compiled(provenanceSchema),
};

/**
 * Gives a document that others' programs read, if it is what they read: what they would refuse is not published.
 * @param path in the release folder, for the message
 * @throws BoardsmithError RELEASE_INVALID with every place that does not fit the schema
 */
export function requireSchema(kind: keyof typeof schemas, path: string, text: string): string {
  const validate = schemas[kind]();
  if (validate(JSON.parse(text))) return text;
  throw new BoardsmithError('RELEASE_INVALID', `${path} would not be ${kind}: it does not fit the schema`, {
    problems: (validate.errors ?? []).map(
      ({ instancePath, message }) => `${path}${instancePath}: ${message}`,
    ),
    hint: 'mend what it is made of: --url-base, and names and descriptions of recipes and clusters',
  });
}
