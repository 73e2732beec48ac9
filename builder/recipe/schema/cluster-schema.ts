import { defaultOpenwrtVersion } from '../openwrt-device.ts';
import { ref, rootSchema } from './definitions.ts';
import { fields, list, named, type SchemaNode } from './schema-node.ts';

const routerPorts = (description: string): SchemaNode => ref('routerPorts', { description });

const networks = (description: string): SchemaNode => ref('ipNetworks', { description });

const network = (description: string, example: string): SchemaNode =>
  ref('ipNetwork', { description, examples: [example] });

const staticUplink = (family: string, own: string, gateway: string): SchemaNode =>
  fields(
    ['address', 'gateway'],
    {
      address: network('Address of the router, with the length of its prefix.', own),
      gateway: ref('ipAddress', { description: 'The next router on the way out.', examples: [gateway] }),
    },
    { description: `A fixed ${family} address.` },
  );

const end = (description: string, example: string): SchemaNode =>
  ref('clusterEnd', { description, examples: [example] });

const ports = (transport: string): SchemaNode =>
  ref('portNumbers', { description: `${transport} ports at the other end.` });

const portRange = (transport: string): SchemaNode =>
  ref('portRange', { description: `${transport} ports at the other end that follow each other.` });

const rate = ref('connectionRate', { description: 'A limit for each pair of boards. Left out: none.' });

const upstream = (description: string): SchemaNode => ref('ipAddresses', { description, default: [] });

/** recipes/clusters/*.yaml. Nothing in it can turn a default into allow: what is not named is dropped. */
export const clusterSchema = rootSchema(
  'urn:boardsmith:cluster',
  fields(
    ['name', 'description', 'router', 'addressing', 'boards'],
    {
      name: ref('label', { description: 'As the file is named, without `.yaml`.', examples: ['skyminer-4'] }),
      description: ref('sentence', { description: 'What the cluster is, in a sentence.' }),
      authority: ref('authority', {
        description:
          'Whose word counts for what a unit of it is given: public keys that sign certificates of batches, for every image. Left out: those of each recipe.',
        default: [],
      }),
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
          openwrt: fields(
            [],
            {
              version: {
                title: 'a version of OpenWrt',
                description: 'Of a release.',
                type: 'string',
                maxLength: 20,
                pattern: '^[0-9]{2}\\.[0-9]{2}\\.[0-9]+(-rc[0-9]+)?$',
                patternErrorMessage: 'write the version of a release',
                default: defaultOpenwrtVersion,
                examples: [defaultOpenwrtVersion],
              },
              device: ref('openwrtDevice', {
                description:
                  'What the release calls the router’s hardware. Left out: as the board’s file says.',
              }),
              fileSystem: {
                title: 'a file system',
                description: 'Of its root: `squashfs` cannot be written to, `ext4` can.',
                type: 'string',
                enum: ['squashfs', 'ext4'],
                default: 'squashfs',
              },
              rootSize: ref('size', {
                description: 'Of its root partition, what it writes while it runs included.',
                default: '104 MiB',
                examples: ['256 MiB'],
              }),
              packages: list(ref('openwrtPackage'), 64, {
                description: 'What it is to hold besides what the policy needs.',
                uniqueItems: true,
                default: [],
                examples: [['tcpdump-mini']],
              }),
            },
            { description: 'Which release, for the `openwrt` base.' },
          ),
        },
        { description: 'The machine between the boards.' },
      ),
      uplink: fields(
        ['port'],
        {
          port: ref('routerPort', { description: 'Where the way out is plugged in.' }),
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
          ipv4: network('Every board’s segment is cut from it, in the order of the file.', '10.77.0.0/24'),
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
              trunk: ref('routerPort', { description: 'Port of the router that carries all of them.' }),
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
          firstMac: ref('mac', { description: 'MAC address of the first board; the others follow.' }),
          macs: ref('macs', { description: 'MAC addresses, one for each board; instead of `firstMac`.' }),
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
          tcp: ports('TCP'),
          udp: ports('UDP'),
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
      ssh: fields(
        [],
        {
          keys: list(ref('sshKey'), 64, {
            description:
              'Public keys, one of which whoever logs in must have; a password is never asked for.',
            default: [],
          }),
        },
        { description: 'Who may log into the router where `management` names `ssh`.' },
      ),
      dns: fields(
        [],
        {
          upstream: upstream('Resolvers that the router asks. Left out: those that the uplink gives.'),
        },
        {
          description:
            'Names for boards whose recipe says `needs.dns`; names out there only for those with a flow to the uplink.',
        },
      ),
      time: fields(
        [],
        {
          upstream: upstream('NTP servers that the router asks. Left out: it keeps its own clock.'),
        },
        { description: 'The time of day, for boards whose recipe says `needs.time`.' },
      ),
    },
    { title: 'A cluster', description: 'Boards behind a router, and the flows between them.' },
  ),
);
