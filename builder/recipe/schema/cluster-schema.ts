import { macPattern } from '../address/mac-address.ts';
import { ref, rootSchema } from './definitions.ts';
import { fields, list, named, type SchemaNode } from './schema-node.ts';

/** Linux: IFNAMSIZ is 16, the last byte ends the name. */
export const longestInterfaceName = 15;

const routerPort = {
  title: "a router's port",
  type: 'string',
  maxLength: longestInterfaceName,
  pattern: '^[a-z][a-z0-9]*$',
  patternErrorMessage: 'write the kernel’s name of the interface: lower-case letters and digits',
  examples: ['eth1'],
} as const satisfies SchemaNode;

const routerPorts = (description: string): SchemaNode =>
  list(
    {
      title: "a router's port, or a range of them",
      type: 'string',
      maxLength: 2 * longestInterfaceName + 2,
      pattern: '^[a-z][a-z0-9]*(\\.\\.[a-z][a-z0-9]*)?$',
      patternErrorMessage: 'write one interface, or first..last',
      examples: ['eth1..eth4'],
    },
    256,
    { description, minItems: 1, examples: [['eth1..eth4']] },
  );

const address = (description: string, example: string): SchemaNode => ({
  title: 'an IP address',
  description,
  type: 'string',
  maxLength: 39,
  pattern: '^[0-9a-f.:]+$',
  patternErrorMessage: 'write an IPv4 or IPv6 address in digits, lower case, without a prefix length',
  examples: [example],
});

const network = (title: string, description: string, example: string): SchemaNode => ({
  title,
  description,
  type: 'string',
  maxLength: 43,
  pattern: '^[0-9a-f.:]+/[0-9]{1,3}$',
  patternErrorMessage: 'write an address, a slash and the length of its prefix',
  examples: [example],
});

const networks = (description: string): SchemaNode =>
  list(network('a network', 'One network.', '172.20.5.0/24'), 64, {
    description,
    minItems: 1,
    uniqueItems: true,
    examples: [['172.20.5.0/24']],
  });

const mac = (description: string): SchemaNode => ({
  title: 'a MAC address',
  description,
  type: 'string',
  pattern: macPattern,
  patternErrorMessage: 'write six pairs of lower-case hexadecimal digits with colons between, in quotes',
  examples: ["'52:54:00:00:01:01'"],
});

const staticUplink = (family: string, own: string, gateway: string): SchemaNode =>
  fields(
    ['address', 'gateway'],
    {
      address: network('an address with the length of its prefix', 'Of the router.', own),
      gateway: address('The next router on the way out.', gateway),
    },
    { description: `A fixed ${family} address.` },
  );

const end = (description: string, example: string): SchemaNode => ({
  title: 'an end of a flow',
  description,
  type: 'string',
  maxLength: 40,
  pattern: '^[a-z]([a-z0-9-]*[a-z0-9])?$',
  patternErrorMessage: 'write the name of a group of boards, of one board, or uplink',
  examples: [example],
});

const portList = (transport: string): SchemaNode =>
  list(ref('portNumber'), 32, {
    description: `${transport} ports at the other end.`,
    minItems: 1,
    uniqueItems: true,
    examples: [['443']],
  });

const portRange = (transport: string): SchemaNode => ({
  title: 'a range of ports',
  description: `${transport} ports at the other end that follow each other.`,
  type: 'string',
  pattern: '^[1-9][0-9]{0,4}\\.\\.[1-9][0-9]{0,4}$',
  patternErrorMessage: 'write first..last',
  examples: ['30000..30100'],
});

const rate = fields(
  ['perSecond'],
  {
    perSecond: {
      title: 'a number of connections',
      description: 'New connections a second; more are dropped.',
      type: 'integer',
      minimum: 1,
      maximum: 100_000,
      examples: [20],
    },
    burst: {
      title: 'a number of connections',
      description: 'So many at once after a quiet time. Left out: as many as `perSecond`.',
      type: 'integer',
      minimum: 1,
      maximum: 100_000,
      examples: [40],
    },
  },
  { description: 'A limit for each pair of boards. Left out: none.' },
);

const upstream = (what: string, example: string): SchemaNode =>
  list(address(`One of them.`, example), 8, {
    description: what,
    uniqueItems: true,
    default: [],
    examples: [[example]],
  });

/** recipes/clusters/*.yaml. Nothing in it can turn a default into allow: what is not named is dropped. */
export const clusterSchema = rootSchema(
  'urn:boardsmith:cluster',
  fields(
    ['name', 'description', 'router', 'addressing', 'boards'],
    {
      name: ref('label', { description: 'As the file is named, without `.yaml`.', examples: ['skyminer-4'] }),
      description: ref('sentence', { description: 'What the cluster is, in a sentence.' }),
      router: fields(
        ['board', 'ports'],
        {
          board: ref('label', {
            description: 'Which board it is: a file of `recipes/boards/`.',
            examples: ['qemu-virt'],
          }),
          base: {
            title: 'a base',
            description:
              '`embedded`: built here from source. `openwrt`: a release of OpenWrt, for hardware that people own.',
            type: 'string',
            enum: ['embedded', 'openwrt'],
            default: 'embedded',
          },
          ports: routerPorts('All its network interfaces that are used, the uplink’s too.'),
        },
        { description: 'The machine between the boards.' },
      ),
      uplink: fields(
        ['port'],
        {
          port: { ...routerPort, description: 'Where the way out is plugged in.', examples: ['eth0'] },
          ipv4: fields(
            [],
            {
              dhcp: fields([], {}, { description: 'The address is asked for; write {}.' }),
              static: staticUplink('IPv4', '172.20.0.2/24', '172.20.0.1'),
              pppoe: fields(
                ['user'],
                {
                  user: {
                    title: 'a user’s name',
                    description: 'At the provider. The password is given when a unit is burnt, never here.',
                    type: 'string',
                    maxLength: 100,
                    pattern: '^[!#-&(-\\[\\]-~]+$',
                    patternErrorMessage: 'write it without spaces, quotes and backslashes',
                    examples: ['user@provider'],
                  },
                },
                { description: 'Dial-up over the port; the `openwrt` base alone can.' },
              ),
            },
            {
              description: 'How the router gets its IPv4 address. Left out: DHCP.',
              minProperties: 1,
              maxProperties: 1,
            },
          ),
          ipv6: fields(
            [],
            {
              advertised: fields([], {}, { description: 'The uplink’s router advertises it; write {}.' }),
              static: staticUplink('IPv6', 'fd20::2/64', 'fd20::1'),
            },
            {
              description:
                'How the router gets its IPv6 address. Left out: all IPv6 of the uplink is dropped.',
              minProperties: 1,
              maxProperties: 1,
            },
          ),
        },
        { description: 'The way out. Left out: there is none.' },
      ),
      addressing: fields(
        ['ipv4'],
        {
          ipv4: network(
            'an IPv4 network',
            'Every board’s segment is cut from it, in the order of the file.',
            '10.77.0.0/24',
          ),
          segmentLength: {
            title: 'the length of a prefix',
            description:
              'Of each segment: 30 has room for the router and the board, 29 for five more addresses.',
            type: 'integer',
            minimum: 29,
            maximum: 30,
            default: 30,
          },
          ipv6: network(
            'an IPv6 network',
            'Likewise, a /64 for each board; unique local or routed. Left out: all IPv6 is dropped.',
            'fd77:5b1c:90ad::/48',
          ),
        },
        { description: 'What addresses the boards have.' },
      ),
      boards: named(
        ref('label'),
        fields(['appliance', 'board'], {
          appliance: {
            title: 'a path of an appliance',
            description: 'Folder with its `recipe.yaml`, from the folder of this file.',
            type: 'string',
            maxLength: 200,
            pattern: '^(\\.\\./)*([A-Za-z0-9_+-][A-Za-z0-9._+-]*/)*[A-Za-z0-9_+-][A-Za-z0-9._+-]*$',
            patternErrorMessage: 'write a relative path',
            examples: ['../cxo'],
          },
          board: ref('label', {
            description: 'Which board it runs on: a file of `recipes/boards/`.',
            examples: ['qemu-virt'],
          }),
          count: {
            title: 'a number of boards',
            description: 'Of more than one, each is called by the group’s name and its number: `cxo-1`.',
            type: 'integer',
            minimum: 1,
            maximum: 256,
            default: 1,
            examples: [4],
          },
          ports: routerPorts('Ports of the router, one for each board.'),
          vlans: fields(
            ['trunk', 'first'],
            {
              trunk: { ...routerPort, description: 'Port of the router that carries all of them.' },
              first: {
                title: 'a VLAN',
                description: 'VLAN of the first board; the others follow.',
                type: 'integer',
                minimum: 1,
                maximum: 4094,
                examples: [10],
              },
            },
            { description: 'A switch behind one port of the router; instead of `ports`.' },
          ),
          firstMac: mac('MAC address of the first board; the others follow.'),
          macs: list(mac('Of one board.'), 256, {
            description: 'MAC addresses, one for each board; instead of `firstMac`.',
            minItems: 1,
            examples: [["'52:54:00:00:01:01'"]],
          }),
        }),
        64,
        {
          description: 'Groups of boards with one role, by name. Every board is a segment of its own.',
          minProperties: 1,
        },
      ),
      flows: list(
        fields(['from', 'to'], {
          from: end('Who opens the connection: a group or one board.', 'wallet'),
          to: end(
            'Who is reached: a group, one board or `uplink`. Within a group: its other boards.',
            'node',
          ),
          networks: networks('For `to: uplink`: where it may go. Left out: anywhere out there.'),
          service: ref('label', {
            description:
              'A port that the reached appliance names in `ports`; for `to: uplink`, what the opening one names in `connects`.',
          }),
          tcp: portList('TCP'),
          udp: portList('UDP'),
          tcpRange: portRange('TCP'),
          udpRange: portRange('UDP'),
          icmp: {
            title: 'an ICMP message',
            description: '`echo`: ping. Errors of what is allowed pass without being named.',
            type: 'string',
            enum: ['echo'],
          },
          families: list({ title: 'a family of addresses', type: 'string', enum: ['ipv4', 'ipv6'] }, 2, {
            description: 'Left out: both, as far as both ends have them.',
            minItems: 1,
            uniqueItems: true,
            examples: [['ipv4']],
          }),
          rate,
        }),
        1000,
        { description: 'Who may open connections to whom. Whatever is not named is dropped.', default: [] },
      ),
      forwards: list(
        fields(['port', 'to', 'service'], {
          port: ref('portNumber', {
            description: 'On the router’s IPv4 address at the uplink.',
            examples: [6000],
          }),
          to: end('One board.', 'node-1'),
          service: ref('label', { description: 'A port that its appliance names in `ports`.' }),
          sources: networks('IPv4 networks that may use it. Left out: anybody out there.'),
          rate,
        }),
        256,
        { description: 'Ports of the router at the uplink that lead to a board.', default: [] },
      ),
      management: list(
        fields(['service', 'from'], {
          service: {
            title: 'a service of the router',
            description: '`ssh` (TCP 22) or `web` (TCP 443); only the `openwrt` base has them.',
            type: 'string',
            enum: ['ssh', 'web'],
          },
          from: end('Who may: a group, one board or `uplink`.', 'wallet'),
          networks: networks('For `from: uplink`: from where.'),
        }),
        16,
        { description: 'Who may open connections to the router itself. Left out: nobody.', default: [] },
      ),
      dns: fields(
        [],
        {
          upstream: upstream(
            'Resolvers that the router asks. Left out: those that the uplink gives.',
            '9.9.9.9',
          ),
        },
        {
          description:
            'Names for boards whose recipe says `needs.dns`; names out there only for those with a flow to the uplink.',
        },
      ),
      time: fields(
        [],
        {
          upstream: upstream(
            'NTP servers that the router asks. Left out: it keeps its own clock.',
            '162.159.200.1',
          ),
        },
        { description: 'The time of day, for boards whose recipe says `needs.time`.' },
      ),
    },
    { title: 'A cluster', description: 'Boards behind a router, and the flows between them.' },
  ),
);
