import { encodeRule } from './encode-rule.ts';
import { encodeElements, encodeSet } from './encode-set.ts';
import * as kernel from './kernel-constants.ts';
import type { Chain, Ruleset, Table } from './model.ts';
import { aligned, type Bytes, nested, number32, number64, string } from './netlink-attribute.ts';

/** One message of the batch, without its netlink header. */
export interface NetlinkMessage {
  /** nlmsg_type */
  readonly type: number;
  readonly flags: number;
  /** From struct nfgenmsg on. */
  readonly body: Bytes;
}

/**
 * The ruleset as one transaction of nf_tables: messages for a netlink socket of the family NETLINK_NETFILTER, to be sent with one call. The
 * same ruleset gives the same bytes. The kernel takes all of it or nothing; it acknowledges the last message before the batch's end, and
 * answers any that it refuses with an error, whose sequence number is the message's index.
 * Numbers are in the byte order of little-endian machines where the kernel wants its own.
 */
export function encodeRuleset(ruleset: Ruleset): Uint8Array {
  const messages = rulesetMessages(ruleset);
  const last = messages.length - 1;
  const batch = [
    boundary(kernel.nfnetlink.batchBegin),
    ...messages.map((message, index) =>
      index === last ? { ...message, flags: message.flags | kernel.netlinkFlag.acknowledge } : message,
    ),
    boundary(kernel.nfnetlink.batchEnd),
  ];
  return Buffer.concat(batch.map(withHeader));
}

/** What stands between the batch's begin and end, in the order in which nft sends it. */
export function rulesetMessages(ruleset: Ruleset): NetlinkMessage[] {
  let sets = 0;
  return ruleset.tables.flatMap((table) => {
    const numbers = new Map(table.sets.map(({ name }) => [name, ++sets]));
    return tableMessages(table, numbers);
  });
}

function tableMessages(table: Table, numbers: ReadonlyMap<string, number>): NetlinkMessage[] {
  const { family, name } = table;
  const { message, netlinkFlag } = kernel;
  const make = (type: number, flags: number, attributes: readonly Bytes[]): NetlinkMessage => ({
    type: (kernel.nfnetlink.subsystemNftables << 8) | type,
    flags: netlinkFlag.request | flags,
    body: Buffer.concat([
      Uint8Array.of(kernel.protocolFamily[family], kernel.nfnetlink.version0, 0, 0),
      ...attributes,
    ]),
  });
  const create = netlinkFlag.create;
  return [
    make(message.newTable, create, [
      string(kernel.tableAttribute.name, name),
      number32(kernel.tableAttribute.flags, 0),
    ]),
    ...table.chains.map((chain) => make(message.newChain, create, encodeChain(table, chain))),
    ...table.counters.map((counter) => make(message.newObject, create, encodeCounter(table, counter))),
    ...table.sets.flatMap((set) => {
      const id = numbers.get(set.name)!;
      return [
        make(message.newSet, create, encodeSet(name, set, id)),
        ...encodeElements(name, set, id).map((body) => make(message.newElements, create, body)),
      ];
    }),
    ...table.chains.flatMap((chain) =>
      chain.rules.map((rule) =>
        make(message.newRule, create | netlinkFlag.append, [
          string(kernel.ruleAttribute.table, name),
          string(kernel.ruleAttribute.chain, chain.name),
          nested(kernel.ruleAttribute.expressions, ...encodeRule(rule, numbers)),
        ]),
      ),
    ),
  ];
}

function encodeChain(table: Table, { name, hook }: Chain): Bytes[] {
  const place = [string(kernel.chainAttribute.table, table.name), string(kernel.chainAttribute.name, name)];
  if (hook === null) return place;
  const hooks: Readonly<Record<string, number>> = kernel.hookNumber[table.family];
  const number = hooks[hook.hook];
  if (number === undefined) throw new Error(`the family ${table.family} has no hook ${hook.hook}`);
  return [
    ...place,
    string(kernel.chainAttribute.type, hook.type),
    number32(kernel.chainAttribute.policy, kernel.verdictCode[hook.policy]),
    nested(
      kernel.chainAttribute.hook,
      number32(kernel.hookAttribute.number, number),
      number32(kernel.hookAttribute.priority, hook.priority),
    ),
  ];
}

const encodeCounter = (table: Table, name: string): Bytes[] => [
  string(kernel.objectAttribute.table, table.name),
  string(kernel.objectAttribute.name, name),
  number32(kernel.objectAttribute.type, kernel.counterObject),
  nested(
    kernel.objectAttribute.data,
    number64(kernel.counterAttribute.bytes, 0),
    number64(kernel.counterAttribute.packets, 0),
  ),
];

function boundary(type: number): NetlinkMessage {
  const body = Buffer.alloc(4);
  body[1] = kernel.nfnetlink.version0;
  body.writeUInt16BE(kernel.nfnetlink.subsystemNftables, 2);
  return { type, flags: kernel.netlinkFlag.request, body };
}

/** struct nlmsghdr: length, type, flags, sequence number, port id (the kernel's own answer to 0). */
function withHeader({ type, flags, body }: NetlinkMessage, sequence: number): Bytes {
  const bytes = Buffer.alloc(aligned(16 + body.length));
  bytes.writeUInt32LE(16 + body.length, 0);
  bytes.writeUInt16LE(type, 4);
  bytes.writeUInt16LE(flags, 6);
  bytes.writeUInt32LE(sequence, 8);
  bytes.set(body, 16);
  return bytes;
}
