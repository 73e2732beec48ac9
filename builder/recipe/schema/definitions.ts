import { durationPattern, sizePattern } from '../quantity.ts';
import { longestName, namePattern } from '../recipe-name.ts';
import type { RootSchema, SchemaNode } from './schema-node.ts';

/** What several fields share. `title` names the thing in messages; `examples` and `patternErrorMessage` become remedies. */
const definitions = {
  label: {
    title: 'a name',
    type: 'string',
    maxLength: longestName,
    pattern: namePattern,
    patternErrorMessage:
      'use lower-case letters, digits and hyphens; begin with a letter, end with a letter or digit',
    examples: ['object-store'],
  },
  sentence: {
    title: 'a sentence',
    type: 'string',
    minLength: 3,
    maxLength: 200,
    pattern: '^[^\\u0000-\\u001f\\u007f]*$',
    patternErrorMessage: 'write it in one line',
    examples: ['objects over HTTP'],
  },
  text: {
    title: 'a text',
    type: 'string',
    maxLength: 4096,
    pattern: '^[^\\u0000-\\u001f\\u007f]*$',
    patternErrorMessage:
      'leave out line breaks and control characters: environment and arguments are single lines',
  },
  size: {
    title: 'a size',
    type: 'string',
    pattern: sizePattern,
    patternErrorMessage: 'write a whole number, one space and KiB, MiB or GiB',
    examples: ['64 MiB'],
  },
  address: {
    title: 'an address',
    type: 'string',
    // 48 bits: a number in JavaScript, and all the memory that a small board can have.
    pattern: '^0x[0-9a-f]{1,12}$',
    patternErrorMessage: 'write 0x and a number in lower-case hexadecimal digits, in quotes',
    examples: ['0x40000000'],
  },
  duration: {
    title: 'a duration',
    type: 'string',
    pattern: durationPattern,
    patternErrorMessage: 'write a whole number, one space and s or min',
    examples: ['10 s'],
  },
  portNumber: { title: 'a port number', type: 'integer', minimum: 1, maximum: 65535, examples: [8080] },
  transport: { title: 'a transport', type: 'string', enum: ['tcp', 'udp'] },
  switch: { title: 'a truth value', type: 'boolean', examples: [true] },
  count: { title: 'a number of failures', type: 'integer', minimum: 1, maximum: 100, examples: [3] },
  environmentName: {
    title: 'a name of an environment variable',
    type: 'string',
    maxLength: 64,
    pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
    patternErrorMessage: 'use letters, digits and underscores; do not begin with a digit',
    examples: ['CXO_QUOTA_MIB'],
  },
  debianPackage: {
    title: "a Debian package's name",
    type: 'string',
    maxLength: 100,
    // Debian Policy 5.6.1.
    pattern: '^[a-z0-9][a-z0-9+.-]+$',
    patternErrorMessage: 'use the name of a binary package: lower-case letters, digits, +, - and .',
    examples: ['linux-image-arm64'],
  },
  relativePath: {
    title: 'a path inside a package',
    type: 'string',
    maxLength: 200,
    pattern: '^(?!.*(^|/)\\.\\.?(/|$))[A-Za-z0-9._+-]+(/[A-Za-z0-9._+-]+)*$',
    patternErrorMessage: 'write it without a leading slash and without . or .. as a part',
    examples: ['usr/lib/u-boot/qemu_arm64/u-boot.bin'],
  },
  qemuDevice: {
    title: 'a QEMU device',
    type: 'string',
    maxLength: 200,
    pattern: '^[a-z0-9][a-z0-9._-]*(,[a-z0-9._-]+=[A-Za-z0-9._:-]*)*$',
    patternErrorMessage: 'write its name, then ,property=value for each property',
    examples: ['virtio-blk-pci'],
  },
} as const satisfies Record<string, SchemaNode>;

/** A reference to one of the definitions, with what is special about this use. */
export function ref(name: keyof typeof definitions, special: SchemaNode = {}): SchemaNode {
  return { $ref: `#/$defs/${name}`, ...special };
}

/** A whole schema, with those definitions that it refers to. */
export function rootSchema(id: string, body: SchemaNode): RootSchema {
  const used = JSON.stringify(body);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: id,
    ...body,
    $defs: Object.fromEntries(
      Object.entries(definitions).filter(([name]) => used.includes(`"#/$defs/${name}"`)),
    ),
  };
}
