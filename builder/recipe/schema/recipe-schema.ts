import { runtimeNames } from '../runtime-name.ts';
import { unitFactNames } from '../unit-fact.ts';
import { ref, rootSchema } from './definitions.ts';
import { fields, list, named, type SchemaNode } from './schema-node.ts';

const purpose = ref('sentence', { description: 'What it is for.' });
const unitValueDescription = ref('sentence', { description: 'What it sets, for whoever prepares a unit.' });
const required: SchemaNode = ref('switch', {
  description: 'Whether a unit cannot work without it.',
  default: false,
});

const healthTimes = {
  interval: ref('duration', { description: 'Time from one check to the next.', default: '10 s' }),
  timeout: ref('duration', { description: 'Longest time that an answer may take.', default: '5 s' }),
  failures: ref('count', {
    description: 'So many failures in a row, and the daemon is started anew.',
    default: 3,
  }),
};

/** recipe.yaml. Numbers of bounds are those of init where init has one (overlays/init/plan.h), else generous. */
export const recipeSchema = rootSchema(
  'urn:boardsmith:recipe',
  fields(
    ['name', 'description', 'entry', 'memory'],
    {
      name: ref('label', { description: 'Names the image, the daemon’s process and the host.' }),
      description: ref('sentence', { description: 'What the appliance is, in a sentence.' }),
      runtime: {
        title: 'a runtime',
        description: 'What runs the daemon.',
        type: 'string',
        enum: [...runtimeNames],
        default: runtimeNames[0],
      },
      entry: {
        title: 'an entry',
        description:
          'The daemon: path of its main module below the recipe’s folder, or `npm:PACKAGE@VERSION` for one that is published on npm.',
        type: 'string',
        minLength: 1,
        maxLength: 300,
        examples: ['daemon.ts', 'npm:http-server@14.1.1'],
      },
      bin: {
        title: 'a command',
        description: 'Which command of an npm package to run, if it has several.',
        type: 'string',
        pattern: '^[A-Za-z0-9._-]{1,100}$',
        patternErrorMessage: 'use a name from `bin` of the package’s package.json',
        examples: ['http-server'],
      },
      arguments: list(ref('text'), 64, {
        description: 'Arguments of the daemon.',
        default: [],
        examples: [['--verbose']],
      }),
      ports: named(
        ref('label'),
        fields(['port', 'purpose'], {
          port: ref('portNumber', { description: 'The number.' }),
          protocol: ref('transport', { description: 'tcp or udp.', default: 'tcp' }),
          purpose,
        }),
        32,
        { description: 'What the daemon listens on, by name; all of it, and nothing else may listen.' },
      ),
      environment: named(ref('environmentName'), ref('text', { description: 'Its value.' }), 100, {
        description: 'Environment of the daemon, fixed when the image is built.',
      }),
      memory: ref('size', { description: 'Memory that the daemon may use.', examples: ['96 MiB'] }),
      data: fields(
        ['minimum'],
        { minimum: ref('size', { description: 'Smallest data partition with which the daemon can work.' }) },
        { description: 'Keeps /data, where the daemon may write. Left out: the daemon keeps nothing.' },
      ),
      budgets: fields(
        [],
        {
          program: ref('size', {
            description:
              'The daemon’s program with its runtime, packed as it lies in the root. Left out: no limit.',
            examples: ['48 MiB'],
          }),
        },
        { description: 'What parts of an image may take on the card. A larger one stops the build.' },
      ),
      health: fields(
        [],
        {
          http: fields(
            ['port'],
            {
              port: {
                title: 'a port of the recipe',
                description: 'Name of a TCP port of `ports`.',
                type: 'string',
                examples: ['http'],
              },
              path: {
                title: 'a path of a request',
                description: 'What is asked for; any answer from 200 to 299 is healthy.',
                type: 'string',
                maxLength: 300,
                pattern: '^/[!-~]*$',
                patternErrorMessage: 'begin with / and use printable ASCII without spaces',
                default: '/health',
                examples: ['/health'],
              },
              ...healthTimes,
            },
            { description: 'Healthy: it answers a GET request.' },
          ),
          listen: fields([], healthTimes, { description: 'Healthy: all its ports listen.' }),
        },
        {
          description: 'How init sees that the daemon works: `http` or `listen`. Left out: `listen`.',
          minProperties: 1,
          maxProperties: 1,
        },
      ),
      readiness: {
        title: 'a kind of readiness',
        description:
          'How init learns that the daemon is ready. `descriptor`: it writes `ready` and a line feed to the descriptor whose number is in BOARDSMITH_READY_FD, and closes it. `ports`: its ports listen and its health check passes.',
        type: 'string',
        enum: ['descriptor', 'ports'],
        default: 'ports',
      },
      startTimeout: ref('duration', {
        description: 'Time that the daemon has to become ready; then it is stopped and started again.',
        default: '60 s',
      }),
      stopTimeout: ref('duration', {
        description: 'Time that the daemon has to stop after SIGTERM; then it is killed.',
        default: '10 s',
      }),
      needs: fields(
        [],
        {
          dns: ref('switch', { description: 'Whether it looks up names.', default: false }),
          time: ref('switch', {
            description:
              'Whether it needs the right time of day: a claim that a cluster must meet. Until its network gives the time, the clock begins at the date of the lock.',
            default: false,
          }),
        },
        { description: 'What the network must provide.' },
      ),
      connects: named(
        ref('label'),
        fields(['ports', 'purpose'], {
          protocol: ref('transport', { description: 'tcp or udp.', default: 'tcp' }),
          ports: list(ref('portNumber'), 32, {
            description: 'Ports at the other end.',
            minItems: 1,
            uniqueItems: true,
            examples: [['443']],
          }),
          by: {
            title: 'a way to find the other end',
            description:
              '`name`: the daemon looks it up, so `needs.dns` must be true. `address`: it is given or learns IP addresses.',
            type: 'string',
            enum: ['name', 'address'],
            default: 'name',
          },
          purpose,
        }),
        32,
        {
          description:
            'What the daemon reaches outside its board, by name: what a cluster’s policy may open for it.',
        },
      ),
      capabilities: list(
        {
          title: 'a capability',
          type: 'string',
          enum: ['net_bind_service', 'net_admin', 'net_raw'],
        },
        3,
        {
          description:
            'Linux capabilities that the daemon keeps: `net_bind_service`, `net_admin`, `net_raw`.',
          uniqueItems: true,
          default: [],
          examples: [['net_bind_service']],
        },
      ),
      systemCalls: list(
        {
          title: 'a system call',
          type: 'string',
          maxLength: 40,
          pattern: '^[a-z][a-z0-9_]*$',
          patternErrorMessage: 'use its name as in man 2 syscalls, such as timerfd_create',
        },
        32,
        {
          description: 'System calls of Linux that the daemon makes beside those of its runtime.',
          uniqueItems: true,
          default: [],
          examples: [['timerfd_create']],
        },
      ),
      unit: fields(
        [],
        {
          authority: ref('authority', {
            description:
              'Whose word counts for what a unit is given: public keys that sign certificates of batches. Left out: the image takes nothing from the card, unless a cluster or --authority names a key.',
            default: [],
          }),
          receives: list(
            {
              title: 'a fact about a unit',
              type: 'string',
              enum: unitFactNames,
            },
            unitFactNames.length,
            {
              description:
                'What the daemon also learns of its unit, in the environment: `serial` (BOARDSMITH_SERIAL), `cluster` (BOARDSMITH_CLUSTER), `position` (BOARDSMITH_POSITION), `device-key` (BOARDSMITH_DEVICE_KEY, public), `device-seed` (BOARDSMITH_DEVICE_SEED, to sign as the unit).',
              uniqueItems: true,
              default: [],
              examples: [['serial', 'device-key']],
            },
          ),
          settings: named(
            ref('environmentName'),
            fields(['description'], {
              description: unitValueDescription,
              required,
              default: ref('text', { description: 'Its value as long as a unit is given no other.' }),
            }),
            50,
            {
              description:
                'Settings, by the name of the environment variable in which the daemon finds them.',
            },
          ),
          secrets: named(
            ref('environmentName'),
            fields(['description'], { description: unitValueDescription, required }),
            50,
            { description: 'Secrets, likewise. They are never part of an image.' },
          ),
        },
        {
          description:
            'What a unit may be given when it is burnt. Until then a setting has its default, and a secret is absent.',
        },
      ),
    },
    { title: 'A recipe', description: 'One daemon and what its appliance needs.' },
  ),
);
