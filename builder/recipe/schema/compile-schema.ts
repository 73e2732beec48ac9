import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import type { RootSchema } from './schema-node.ts';

/** Every mistake of shape in a value; empty if there is none. */
export type SchemaCheck = (value: unknown) => readonly ErrorObject[];

/** A check by a schema. Annotations that ajv does not know are for editors and for our own messages. */
export function compileSchema(schema: RootSchema): SchemaCheck {
  // `verbose` hands over the schema at fault, which carries the words for our message; `unicodeRegExp` is what JSON Schema says of patterns.
  const ajv = new Ajv2020({ allErrors: true, strict: true, verbose: true, unicodeRegExp: true });
  ajv.addVocabulary(['patternErrorMessage']);
  const validate = ajv.compile(schema);
  return (value) => (validate(value) ? [] : [...validate.errors!]);
}
