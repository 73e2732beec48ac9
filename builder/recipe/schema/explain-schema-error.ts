import type { ErrorObject } from 'ajv/dist/2020.js';
import { suggest } from '../did-you-mean.ts';
import { meantQuantity } from '../quantity.ts';
import { pathOf } from '../yaml/position.ts';
import type { Finding } from '../yaml/source-document.ts';
import type { RootSchema, SchemaNode } from './schema-node.ts';

/** ajv's error as a finding in plain words, or null for one that only repeats another. */
export function explainSchemaError(error: ErrorObject, root: RootSchema): Finding | null {
  // Wrong names have an error of their own, which says what is wrong with the name.
  if (error.keyword === 'propertyNames') return null;
  const node = error.parentSchema as SchemaNode;
  const path = pathOf(error.instancePath);
  const name = error.propertyName;
  if (name !== undefined) {
    const found = words(error, node, root, name);
    return { at: [...path, name], on: 'key', ...found };
  }
  if (error.keyword === 'additionalProperties') {
    const unknown: string = error.params.additionalProperty;
    const message = `unknown field ${unknown}${path.length > 0 ? ` in ${spoken(path)}` : ''}`;
    return {
      at: [...path, unknown],
      on: 'key',
      message,
      remedy: knownFields(unknown, Object.keys(node.properties!)),
    };
  }
  const subject = path.length === 0 ? 'the file' : spoken(path);
  const on = error.keyword === 'required' && path.length > 0 && !/^\d+$/.test(path.at(-1)!) ? 'key' : 'value';
  return { at: path, on, ...words(error, node, root, subject) };
}

function knownFields(unknown: string, known: readonly string[]): string {
  return known.length === 0 ? 'remove it: there is nothing more to say, write {}' : suggest(unknown, known);
}

/** `ports.http.port`, `kernel.modules[0]`. */
function spoken(path: readonly string[]): string {
  return path
    .map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('');
}

interface Words {
  readonly message: string;
  readonly remedy: string;
}

/** @param subject what is spoken of: `ports.http.port`, or the name itself if it is a key that is wrong */
function words(error: ErrorObject, node: SchemaNode, root: RootSchema, subject: string): Words {
  const { keyword, params, data } = error;
  const explain = explanations[keyword];
  if (explain === undefined) throw new Error(`no words for the keyword ${keyword} (${error.schemaPath})`);
  return explain({ subject, data, node, params, root });
}

interface Case {
  readonly subject: string;
  readonly data: unknown;
  readonly node: SchemaNode;
  readonly params: Readonly<Record<string, unknown>>;
  readonly root: RootSchema;
}

const explanations: Readonly<Record<string, (found: Case) => Words>> = {
  type: ({ subject, data, node }) => ({
    message:
      data === null
        ? `${subject} has no value`
        : `${subject} must be ${typeNames[node.type!]}, not ${kindOf(data)}`,
    remedy: typeRemedy(data, node),
  }),
  required: ({ subject, node, params, root }) => {
    const missing = params.missingProperty as string;
    const example = exampleOf(resolve(node.properties![missing]!, root));
    return {
      message: `${subject} lacks ${missing}`,
      remedy: example === null ? `add ${missing}:` : `add ${missing}: ${example}`,
    };
  },
  pattern: ({ subject, data, node }) => ({
    message: `${subject === data ? '' : `${subject}: `}${quote(data)} is not ${node.title}`,
    remedy: patternRemedy(String(data), node),
  }),
  enum: ({ subject, data, node }) => ({
    message: `${subject}: ${quote(data)} is not ${node.title}`,
    remedy: suggest(String(data), node.enum!.map(String)),
  }),
  minimum: ({ subject, data, node }) => ({
    message: `${subject}: ${data} is too small`,
    remedy: rangeRemedy(node),
  }),
  maximum: ({ subject, data, node }) => ({
    message: `${subject}: ${data} is too large`,
    remedy: rangeRemedy(node),
  }),
  minLength: ({ subject, data, node }) => ({
    message: `${subject} is ${data === '' ? 'empty' : 'too short'}`,
    remedy: `write ${node.title}${exampleSuffix(node)}`,
  }),
  maxLength: ({ subject, params }) => ({
    message: `${subject} is longer than ${params.limit} letters`,
    remedy: 'shorten it',
  }),
  minItems: ({ subject, node }) => ({
    message: `${subject} is an empty list`,
    remedy: `name at least one${exampleSuffix(node)}`,
  }),
  maxItems: ({ subject, params }) => ({
    message: `${subject} has more than ${params.limit} elements`,
    remedy: 'remove some',
  }),
  uniqueItems: ({ subject, data, params }) => ({
    message: `${subject} names ${quote((data as unknown[])[params.j as number])} twice`,
    remedy: 'keep one of them',
  }),
  minProperties: ({ subject, node }) => ({
    message: `${subject} is empty`,
    remedy:
      node.properties === undefined
        ? 'name at least one in it'
        : `write one of ${Object.keys(node.properties).join(', ')} in it`,
  }),
  maxProperties: ({ subject, node, params }) => ({
    message: `${subject} has more than ${params.limit === 1 ? 'one entry' : `${params.limit} entries`}`,
    remedy:
      node.properties === undefined
        ? 'remove some'
        : `keep one of ${Object.keys(node.properties).join(', ')}`,
  }),
};

const typeNames = {
  object: 'a map',
  array: 'a list',
  string: 'text',
  integer: 'a whole number',
  boolean: 'true or false',
} as const;

function typeRemedy(data: unknown, node: SchemaNode): string {
  switch (node.type!) {
    case 'object':
      if (fieldNames(node) === '') return 'write {}';
      return `write its fields below it, indented: ${fieldNames(node)}${node.required === undefined ? ' (or {} for none)' : ''}`;
    case 'array':
      return `begin each element with "- "${exampleSuffix(node)}`;
    case 'boolean':
      return 'write true or false without quotes';
    case 'integer':
      return `write ${node.title} in decimal digits, without quotes${exampleSuffix(node)}`;
    case 'string':
      if (node.enum !== undefined) return suggest(String(data), node.enum.map(String));
      if (node.examples !== undefined || data === null || typeof data === 'object') {
        return `write ${node.title}${exampleSuffix(node)}`;
      }
      return `put it in quotes: '${String(data)}'`;
  }
}

function fieldNames({ properties, propertyNames }: SchemaNode): string {
  return properties === undefined
    ? `NAME: …${propertyNames === undefined ? '' : ' for each'}`
    : Object.keys(properties).join(', ');
}

function patternRemedy(text: string, node: SchemaNode): string {
  const meant = meantQuantity(text);
  if (meant !== null && new RegExp(node.pattern!, 'u').test(meant)) return `did you mean ${meant}?`;
  return `${node.patternErrorMessage}${exampleSuffix(node)}`;
}

function rangeRemedy({ minimum, maximum }: SchemaNode): string {
  return `write a number from ${minimum} to ${maximum}`;
}

function exampleSuffix(node: SchemaNode): string {
  const example = exampleOf(node);
  return example === null ? '' : `, for example ${example}`;
}

function exampleOf({ examples, enum: choices }: SchemaNode): string | null {
  const [example] = examples ?? choices ?? [];
  if (example === undefined) return null;
  return Array.isArray(example) ? `[${example.join(', ')}]` : String(example);
}

function resolve(node: SchemaNode, root: RootSchema): SchemaNode {
  return node.$ref === undefined ? node : { ...root.$defs[node.$ref.slice('#/$defs/'.length)], ...node };
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'string') return 'text';
  return typeof value === 'number' ? `the number ${value}` : `the truth value ${value}`;
}

function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}…"` : text;
}
