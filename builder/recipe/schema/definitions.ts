import { macPattern } from '../address/mac-address.ts';
import { durationPattern, sizePattern } from '../quantity.ts';
import { longestName, namePattern } from '../recipe-name.ts';
import type { RootSchema, SchemaNode } from './schema-node.ts';

/** Linux: IFNAMSIZ is 16, the last byte ends the name. */
export const longestInterfaceName = 15;

const mac = {
  title: 'a MAC address',
  type: 'string',
  pattern: macPattern,
  patternErrorMessage: 'write six pairs of lower-case hexadecimal digits with colons between, in quotes',
  examples: ["'52:54:00:00:01:01'"],
} as const;

const ipAddress = {
  title: 'an IP address',
  type: 'string',
  maxLength: 39,
  pattern: '^[0-9a-f.:]+$',
  patternErrorMessage: 'write an IPv4 or IPv6 address in digits, lower case, without a prefix length',
  examples: ['172.20.0.1'],
} as const;

const ipNetwork = {
  title: 'a network',
  type: 'string',
  maxLength: 43,
  pattern: '^[0-9a-f.:]+/[0-9]{1,3}$',
  patternErrorMessage: 'write an address, a slash and the length of the prefix',
  examples: ['172.20.5.0/24'],
} as const;

const connections = {
  title: 'a number of connections',
  type: 'integer',
  minimum: 1,
  maximum: 100_000,
  examples: [20],
} as const;

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
  routerPort: {
    title: "a router's port",
    type: 'string',
    maxLength: longestInterfaceName,
    pattern: '^[a-z][a-z0-9]*$',
    patternErrorMessage: 'write the kernel’s name of the interface: lower-case letters and digits',
    examples: ['eth0'],
  },
  routerPorts: {
    type: 'array',
    items: {
      title: "a router's port, or a range of them",
      type: 'string',
      maxLength: 2 * longestInterfaceName + 2,
      pattern: '^[a-z][a-z0-9]*(\\.\\.[a-z][a-z0-9]*)?$',
      patternErrorMessage: 'write one interface, or first..last',
      examples: ['eth1..eth4'],
    },
    minItems: 1,
    maxItems: 256,
    examples: [['eth1..eth4']],
  },
  mac,
  macs: { type: 'array', items: mac, minItems: 1, maxItems: 256, examples: [mac.examples] },
  ipAddress,
  ipAddresses: {
    type: 'array',
    items: ipAddress,
    maxItems: 8,
    uniqueItems: true,
    examples: [ipAddress.examples],
  },
  ipNetwork,
  ipNetworks: {
    type: 'array',
    items: ipNetwork,
    minItems: 1,
    maxItems: 64,
    uniqueItems: true,
    examples: [ipNetwork.examples],
  },
  authority: {
    type: 'array',
    items: {
      title: 'a public key',
      type: 'string',
      // 42 bytes: `Ed`, 8 of the key's number, 32 of the key.
      pattern: '^RW[QRST][A-Za-z0-9+/]{53}$',
      patternErrorMessage: 'write the second line of a .pub file of boardsmith keygen or minisign -G',
      examples: ['RWQpZ3WzRo3oursgyRgEdoDJc83VqbgrMiXExYGl7zTPgMiisceHlkHj'],
    },
    maxItems: 8,
    examples: [['RWQpZ3WzRo3oursgyRgEdoDJc83VqbgrMiXExYGl7zTPgMiisceHlkHj']],
  },
  clusterEnd: {
    title: 'an end of a flow',
    type: 'string',
    maxLength: longestName + '-256'.length,
    pattern: namePattern,
    patternErrorMessage: 'write the name of a group of boards, of one board, or uplink',
    examples: ['wallet'],
  },
  portNumbers: {
    type: 'array',
    items: { title: 'a port number', type: 'integer', minimum: 1, maximum: 65535, examples: [8080] },
    minItems: 1,
    maxItems: 32,
    uniqueItems: true,
    examples: [['443']],
  },
  portRange: {
    title: 'a range of ports',
    type: 'string',
    pattern: '^[1-9][0-9]{0,4}\\.\\.[1-9][0-9]{0,4}$',
    patternErrorMessage: 'write first..last',
    examples: ['30000..30100'],
  },
  openwrtDevice: {
    type: 'object',
    properties: {
      target: {
        title: 'a target',
        description: 'Target and subtarget.',
        type: 'string',
        maxLength: 60,
        pattern: '^[a-z0-9]+/[a-z0-9_]+$',
        patternErrorMessage: 'write the target, a slash and the subtarget, as the release names them',
        examples: ['armsr/armv8'],
      },
      profile: {
        title: 'a profile',
        description: 'Name of the device in the target’s `profiles.json`.',
        type: 'string',
        maxLength: 100,
        pattern: '^[A-Za-z0-9][A-Za-z0-9._+-]*$',
        patternErrorMessage: 'write its name as it stands in the release’s profiles.json',
        examples: ['generic'],
      },
      image: {
        title: 'a type of image',
        description: 'Which of the profile’s images is all of a disk.',
        type: 'string',
        maxLength: 60,
        pattern: '^[a-z0-9][a-z0-9._-]*$',
        patternErrorMessage: 'write the type as it stands in the release’s profiles.json',
        examples: ['combined-efi'],
      },
    },
    required: ['target', 'profile', 'image'],
    additionalProperties: false,
  },
  openwrtPackage: {
    title: "an OpenWrt package's name",
    type: 'string',
    maxLength: 100,
    pattern: '^[a-z0-9][a-z0-9._+-]*$',
    patternErrorMessage: 'use the name of a package: lower-case letters, digits, +, -, _ and .',
    examples: ['tcpdump-mini'],
  },
  sshKey: {
    title: 'a public key of SSH',
    type: 'string',
    maxLength: 2000,
    pattern: '^[ -~]+$',
    patternErrorMessage: 'write it in one line, as it stands in the file that ends with .pub',
    examples: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI… operator@desk'],
  },
  connectionRate: {
    type: 'object',
    properties: {
      perSecond: { ...connections, description: 'New connections a second; more are dropped.' },
      burst: {
        ...connections,
        description: 'So many at once after a quiet time. Left out: as many as `perSecond`.',
      },
    },
    required: ['perSecond'],
    additionalProperties: false,
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
