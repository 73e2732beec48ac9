import type { ErrorObject } from 'ajv/dist/2020.js';
import type { RootSchema, SchemaNode } from './schema-node.ts';

/** Keywords by which a value can be refused. `propertyNames` only hands on to the schema of the names. */
const refusing = [
  'type',
  'additionalProperties',
  'minProperties',
  'maxProperties',
  'minItems',
  'maxItems',
  'uniqueItems',
  'enum',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'pattern',
] as const;

/** The branch of a schema that refused a value: `#/properties/memory/type`, and for a missing field `#/required/memory`. */
export function schemaBranch({ schemaPath, keyword, params }: ErrorObject): string {
  return keyword === 'required' ? `${schemaPath}/${params.missingProperty}` : schemaPath;
}

/** Every branch by which a schema can refuse a value, as `schemaBranch` writes them. */
export function schemaBranches(schema: RootSchema): string[] {
  const definitions = Object.entries(schema.$defs).flatMap(([name, node]) =>
    branchesOf(node, `#/$defs/${name}`),
  );
  return [...branchesOf(schema, '#'), ...definitions];
}

function branchesOf(node: SchemaNode, path: string): string[] {
  const own = refusing
    .filter((keyword) => (keyword === 'additionalProperties' ? node[keyword] === false : keyword in node))
    .map((keyword) => `${path}/${keyword}`);
  const missing = (node.required ?? []).map((name) => `${path}/required/${name}`);
  const parts = Object.entries(node.properties ?? {}).flatMap(([name, part]) =>
    branchesOf(part, `${path}/properties/${name}`),
  );
  const inner = (['additionalProperties', 'propertyNames', 'items'] as const).flatMap((keyword) => {
    const part = node[keyword];
    return typeof part === 'object' ? branchesOf(part, `${path}/${keyword}`) : [];
  });
  return [...own, ...missing, ...parts, ...inner];
}
