/** A listing as `nft -j list ruleset` gives it. */
export interface Listing {
  readonly nftables: readonly Listed[];
}
export type Listed = Readonly<Record<string, Json>>;
// biome-ignore lint/suspicious/noExplicitAny: what is mutated has no form that could be relied upon
type Json = any;

export interface Mutation {
  readonly what: string;
  /** Where: the rule's place, or the name of the set or chain. */
  readonly kind: string;
  readonly listing: Listing;
}

/** Names in use, to put one in another's place. */
interface Surroundings {
  readonly devices: readonly string[];
  readonly chains: readonly string[];
}

/**
 * Every listing that differs from this one in one thing: a rule, statement or element taken out or put elsewhere, a verdict, value, device, range, prefix,
 * flag, operator, jump, policy, hook or priority changed, an element added. What is not changed is the same object.
 */
export function mutations(listing: Listing): Mutation[] {
  const found: Mutation[] = [];
  const objects = listing.nftables;
  const around: Surroundings = {
    devices: distinct(objects, /^(eth|wan|lan|uplink|pppoe|lo)/),
    chains: objects.flatMap(({ chain }) =>
      chain !== undefined && chain.hook === undefined ? [chain.name as string] : [],
    ),
  };
  const replaced = (index: number, ...by: readonly Listed[]): Listing => ({
    nftables: [...objects.slice(0, index), ...by, ...objects.slice(index + 1)],
  });
  for (const [index, object] of objects.entries()) {
    const { rule, chain, set, map } = object;
    if (rule !== undefined) {
      const place = `${rule.table} ${rule.chain} handle ${rule.handle}`;
      found.push({ kind: 'rule removed', what: place, listing: replaced(index) });
      const next = objects[index + 1];
      if (next?.rule !== undefined && next.rule.chain === rule.chain && next.rule.table === rule.table) {
        const swapped = [...objects];
        swapped[index] = next;
        swapped[index + 1] = object;
        found.push({ kind: 'rules swapped', what: place, listing: { nftables: swapped } });
      }
      for (const { kind, what, expr } of ruleMutations(rule.expr, around)) {
        found.push({
          kind,
          what: `${place}: ${what}`,
          listing: replaced(index, { rule: { ...rule, expr } }),
        });
      }
    }
    if (chain?.hook !== undefined) {
      for (const { kind, what, chain: changed } of chainMutations(chain)) {
        found.push({
          kind,
          what: `${chain.table} ${chain.name}: ${what}`,
          listing: replaced(index, { chain: changed }),
        });
      }
    }
    const name = set !== undefined ? 'set' : 'map';
    const held = set ?? map;
    if (held?.elem !== undefined) {
      for (const { kind, what, elem } of elementMutations(held.elem, set === undefined, around)) {
        found.push({
          kind,
          what: `${held.table} ${held.name}: ${what}`,
          listing: replaced(index, { [name]: { ...held, elem } }),
        });
      }
    }
  }
  return found;
}

function distinct(json: Json, pattern: RegExp): string[] {
  const names = new Set<string>();
  JSON.stringify(json, (_key, value) => {
    if (typeof value === 'string' && pattern.test(value) && /^[a-z]+\d*(\.\d+)?$/.test(value))
      names.add(value);
    return value;
  });
  return [...names].sort();
}

function chainMutations(chain: Json): { kind: string; what: string; chain: Json }[] {
  const { type: _type, hook: _hook, prio: _prio, policy: _policy, ...bare } = chain;
  const hooks =
    chain.family === 'arp'
      ? ['input', 'output']
      : ['prerouting', 'input', 'forward', 'output', 'postrouting'];
  return [
    {
      kind: 'policy flipped',
      what: chain.policy,
      chain: { ...chain, policy: chain.policy === 'drop' ? 'accept' : 'drop' },
    },
    { kind: 'hook removed', what: chain.hook, chain: bare },
    ...hooks
      .filter((hook) => hook !== chain.hook)
      .map((hook) => ({ kind: 'hook changed', what: `${chain.hook} to ${hook}`, chain: { ...chain, hook } })),
    ...[-450, -300, -150, 0, 300]
      .filter((prio) => prio !== chain.prio)
      .map((prio) => ({
        kind: 'priority changed',
        what: `${chain.prio} to ${prio}`,
        chain: { ...chain, prio },
      })),
  ];
}

function ruleMutations(
  expr: readonly Json[],
  around: Surroundings,
): { kind: string; what: string; expr: Json[] }[] {
  return expr.flatMap((statement, index) => {
    const withStatement = (...by: readonly Json[]): Json[] => [
      ...expr.slice(0, index),
      ...by,
      ...expr.slice(index + 1),
    ];
    const [name, body] = Object.entries(statement)[0] as [string, Json];
    const changes = statementMutations(name, body, around).map(([kind, changed]) => ({
      kind,
      what: `${JSON.stringify(statement)} to ${JSON.stringify(changed)}`,
      expr: withStatement(changed),
    }));
    return [
      { kind: 'statement removed', what: JSON.stringify(statement), expr: withStatement() },
      ...changes,
    ];
  });
}

function statementMutations(name: string, body: Json, around: Surroundings): [string, Json][] {
  switch (name) {
    case 'match':
      return matchMutations(body, around).map(([kind, changed]) => [kind, { match: changed }]);
    case 'accept':
      return [
        ['verdict changed', { drop: null }],
        ['verdict changed', { return: null }],
      ];
    case 'drop':
      return [
        ['verdict changed', { accept: null }],
        ['verdict changed', { return: null }],
        ['verdict changed', { reject: { type: 'icmpx', expr: 'port-unreachable' } }],
      ];
    case 'return':
      return [
        ['verdict changed', { accept: null }],
        ['verdict changed', { drop: null }],
      ];
    case 'jump':
    case 'goto':
      return [
        ['verdict changed', { accept: null }],
        ['verdict changed', { drop: null }],
        ['jump turned to goto or back', { [name === 'jump' ? 'goto' : 'jump']: body }],
        ...neighbours(around.chains, body.target).map((target): [string, Json] => [
          'jump target changed',
          { [name]: { target } },
        ]),
      ];
    case 'limit':
      return [['limit turned over', { limit: { ...body, inv: body.inv !== true } }]];
    case 'vmap':
      return typeof body.data === 'string'
        ? []
        : elementMutations(body.data.set, true, around).map(({ kind, elem }) => [
            kind,
            { vmap: { ...body, data: { set: elem } } },
          ]);
    case 'dnat':
      return [
        ...valueMutations(body.addr, around).map(([kind, addr]): [string, Json] => [
          kind,
          { dnat: { ...body, addr } },
        ]),
        ...valueMutations(body.port, around).map(([kind, port]): [string, Json] => [
          kind,
          { dnat: { ...body, port } },
        ]),
      ];
    case 'masquerade':
      return [['verdict changed', { accept: null }]];
    default:
      return [];
  }
}

/** The chain before and the chain after it in the listing. */
function neighbours(chains: readonly string[], chain: string): string[] {
  const at = chains.indexOf(chain);
  return [chains[(at + 1) % chains.length]!, chains[(at + chains.length - 1) % chains.length]!];
}

function matchMutations(body: Json, around: Surroundings): [string, Json][] {
  const opposite = ({ '==': '!=', '!=': '==' } as Record<string, string>)[body.op];
  const changes: [string, Json][] =
    opposite === undefined ? [] : [['operator turned', { ...body, op: opposite }]];
  const { right } = body;
  if (typeof right === 'string' && right.startsWith('@')) return changes;
  if (right?.set !== undefined) {
    changes.push(
      ...elementMutations(right.set, false, around).map(({ kind, elem }): [string, Json] => [
        kind,
        { ...body, right: { set: elem } },
      ]),
    );
  } else if (Array.isArray(right)) {
    changes.push(
      ...right.map((_: Json, index: number): [string, Json] => [
        'flag removed',
        { ...body, right: right.filter((_one: Json, at: number) => at !== index) },
      ]),
    );
  } else
    changes.push(
      ...valueMutations(right, around).map(([kind, changed]): [string, Json] => [
        kind,
        { ...body, right: changed },
      ]),
    );
  const [tag, operand] = Object.entries(body.left)[0] as [string, Json];
  if (tag === '&' && typeof operand[1] === 'number') {
    changes.push(['mask changed', { ...body, left: { '&': [operand[0], operand[1] >> 1] } }]);
  }
  if (tag === '&' && Array.isArray(operand[1])) {
    changes.push(
      ...operand[1].map((_: Json, index: number): [string, Json] => [
        'mask changed',
        { ...body, left: { '&': [operand[0], operand[1].filter((_one: Json, at: number) => at !== index)] } },
      ]),
    );
  }
  if (tag === 'ct' && operand.dir !== undefined) {
    changes.push([
      'direction changed',
      { ...body, left: { ct: { ...operand, dir: operand.dir === 'original' ? 'reply' : 'original' } } },
    ]);
  }
  return changes;
}

function elementMutations(
  elements: readonly Json[],
  isMap: boolean,
  around: Surroundings,
): { kind: string; what: string; elem: Json[] }[] {
  return elements.flatMap((element, index) => {
    const withElement = (...by: readonly Json[]): Json[] => [
      ...elements.slice(0, index),
      ...by,
      ...elements.slice(index + 1),
    ];
    const text = JSON.stringify(element);
    const found = [{ kind: 'element removed', what: text, elem: withElement() }];
    const key = isMap ? element[0] : element;
    const rebuilt = (changed: Json): Json => (isMap ? [changed, element[1]] : changed);
    for (const [kind, changed] of keyMutations(key, around)) {
      found.push({
        kind: `element: ${kind}`,
        what: `${text} to ${JSON.stringify(changed)}`,
        elem: withElement(rebuilt(changed)),
      });
      // Twice the same cannot be, and what overlaps is refused: only what stands apart is added.
      if (kind === 'value changed')
        found.push({
          kind: 'element added',
          what: JSON.stringify(changed),
          elem: [...elements, rebuilt(changed)],
        });
    }
    if (isMap) {
      const [name, body] = Object.entries(element[1])[0] as [string, Json];
      for (const [kind, verdict] of statementMutations(name, body, around)) {
        found.push({
          kind: `element: ${kind}`,
          what: `${text} to ${JSON.stringify(verdict)}`,
          elem: withElement([key, verdict]),
        });
      }
    }
    return found;
  });
}

function keyMutations(key: Json, around: Surroundings): [string, Json][] {
  if (key?.elem !== undefined)
    return keyMutations(key.elem.val, around).map(([kind, val]) => [kind, { elem: { ...key.elem, val } }]);
  if (typeof key !== 'object' || key.concat === undefined) return valueMutations(key, around);
  return key.concat.flatMap((part: Json, index: number) =>
    valueMutations(part, around).map(([kind, changed]): [string, Json] => [
      kind,
      { concat: key.concat.map((one: Json, at: number) => (at === index ? changed : one)) },
    ]),
  );
}

const others: Readonly<Record<string, readonly string[]>> = {
  tcp: ['udp'],
  udp: ['tcp'],
  icmp: ['igmp'],
  'ipv6-icmp': ['tcp'],
  ipv4: ['ipv6'],
  ipv6: ['ipv4'],
  new: ['established', 'invalid'],
  established: ['new', 'related'],
  related: ['established', 'invalid'],
  invalid: ['new', 'untracked'],
  original: ['reply'],
  reply: ['original', 'request'],
  request: ['reply'],
  host: ['other'],
  dnat: ['snat'],
  confirmed: ['dnat'],
  local: ['unicast'],
  'echo-request': ['echo-reply'],
  'echo-reply': ['echo-request'],
  'destination-unreachable': ['redirect'],
  'time-exceeded': ['timestamp-request'],
  'parameter-problem': ['timestamp-request'],
  'packet-too-big': ['echo-reply'],
  'nd-router-solicit': ['nd-redirect'],
  'nd-router-advert': ['nd-redirect'],
  'nd-neighbor-solicit': ['nd-redirect'],
  'nd-neighbor-advert': ['nd-redirect'],
};

/** One value, and what it could be instead. */
function valueMutations(value: Json, { devices }: Surroundings): [string, Json][] {
  const changed = (json: Json): [string, Json] => ['value changed', json];
  if (typeof value === 'number')
    return [
      changed(value + 1),
      ...(value > 0 ? [changed(value - 1)] : []),
      ['value widened', { range: [value, value + 1] }],
    ];
  if (typeof value === 'boolean') return [changed(!value)];
  if (value?.range !== undefined) {
    const [first, last] = value.range as [Json, Json];
    return [
      ...moved(last, 1).map((to): [string, Json] => ['value widened', { range: [first, to] }]),
      ...moved(first, -1).map((to): [string, Json] => ['value widened', { range: [to, last] }]),
      ...moved(last, -1).map((to): [string, Json] => [
        'value narrowed',
        first === to ? first : { range: [first, to] },
      ]),
      ...moved(first, 1).map((to): [string, Json] => [
        'value narrowed',
        last === to ? last : { range: [to, last] },
      ]),
    ];
  }
  if (value?.prefix !== undefined) {
    const { addr, len } = value.prefix;
    const wider = widened(addr, len);
    return [
      ...(wider === null ? [] : [['value widened', wider] as [string, Json]]),
      ['value narrowed', { prefix: { addr, len: len + 1 } }],
    ];
  }
  if (typeof value !== 'string') return [];
  if (devices.includes(value)) {
    const at = devices.indexOf(value);
    return distinctDevices(devices[(at + 1) % devices.length]!, value, 'eth99').map(changed);
  }
  if (others[value] !== undefined) return others[value].map(changed);
  if (/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(value))
    return [changed(value.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')))];
  return moved(value, 1).map(changed);
}

const distinctDevices = (other: string, own: string, strange: string): string[] =>
  other === own ? [strange] : [other, strange];

/** A number or an address, so many further; empty where there is none. */
function moved(value: Json, by: 1 | -1): Json[] {
  if (typeof value === 'number') return value + by < 0 || value + by > 65535 ? [] : [value + by];
  if (typeof value !== 'string') return [];
  const four = /^(\d+\.\d+\.\d+\.)(\d+)$/.exec(value);
  if (four !== null) {
    const last = Number(four[2]) + by;
    return last < 0 || last > 255 ? [] : [`${four[1]}${last}`];
  }
  const six = /^([0-9a-f:]*:)([0-9a-f]{1,4})?$/.exec(value);
  if (six !== null) {
    const last = Number.parseInt(six[2] ?? '0', 16) + by;
    return last < 0 || last > 0xffff ? [] : [`${six[1]}${last.toString(16)}`];
  }
  return [];
}

/** The network that is one bit larger, for IPv4. */
function widened(address: string, length: number): Json {
  if (!/^\d+\./.test(address) || length === 0) return length === 0 ? null : widenedIpv6(address, length);
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const host = 2 ** (33 - length);
  const start = number - (number % host);
  return {
    prefix: {
      addr: [24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join('.'),
      len: length - 1,
    },
  };
}

/** Only where the bit that is given up is not set. */
function widenedIpv6(address: string, length: number): Json {
  const first = Number.parseInt(address.split(':')[0] === '' ? '0' : address.split(':')[0]!, 16);
  if (length > 16) return null;
  const host = 2 ** (17 - length);
  const start = first - (first % host);
  return { prefix: { addr: `${start.toString(16)}::`, len: length - 1 } };
}
