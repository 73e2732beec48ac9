/**
 * The part of JSON Schema draft 2020-12 that these schemas use, with two annotations of the YAML language server. Branches are told apart by
 * which key is there (`minProperties` and `maxProperties` 1), never by `oneOf` or `if`, whose errors speak of branches that nobody meant.
 */
export interface SchemaNode {
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false | SchemaNode;
  readonly propertyNames?: SchemaNode;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly items?: SchemaNode;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: true;
  readonly enum?: readonly (string | number)[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  /** What to do if the pattern does not match; editors show it too. */
  readonly patternErrorMessage?: string;
  readonly default?: string | number | boolean | readonly string[];
  readonly examples?: readonly (string | number | boolean | readonly string[])[];
}

/** A whole schema. */
export interface RootSchema extends SchemaNode {
  readonly $schema: 'https://json-schema.org/draft/2020-12/schema';
  readonly $id: string;
  readonly $defs: Readonly<Record<string, SchemaNode>>;
}

/** A map with fixed fields: no others are allowed. */
export function fields(
  required: readonly string[],
  properties: Readonly<Record<string, SchemaNode>>,
  special: SchemaNode = {},
): SchemaNode {
  return {
    type: 'object',
    ...special,
    properties,
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}

/** A map whose keys are names that the author chooses. */
export function named(
  names: SchemaNode,
  values: SchemaNode,
  most: number,
  special: SchemaNode = {},
): SchemaNode {
  return {
    type: 'object',
    ...special,
    propertyNames: names,
    additionalProperties: values,
    maxProperties: most,
  };
}

/** A list. */
export function list(items: SchemaNode, most: number, special: SchemaNode = {}): SchemaNode {
  return { type: 'array', ...special, items, maxItems: most };
}
