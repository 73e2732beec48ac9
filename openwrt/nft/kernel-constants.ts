/** Of the kernel's headers, with their names there. Userspace ABI: numbers are never changed. */

/** linux/netlink.h */
export const netlinkFlag = { request: 0x1, acknowledge: 0x4, create: 0x400, append: 0x800 } as const;

/** linux/netfilter/nfnetlink.h */
export const nfnetlink = { batchBegin: 0x10, batchEnd: 0x11, subsystemNftables: 10, version0: 0 } as const;

/** linux/netfilter.h; NFPROTO_ARP */
export const protocolFamily = { inet: 1, ipv4: 2, arp: 3 } as const;

/** linux/netfilter.h: NF_INET_*; linux/netfilter_arp.h: NF_ARP_* */
export const hookNumber = {
  inet: { prerouting: 0, input: 1, forward: 2, output: 3, postrouting: 4 },
  arp: { input: 0, output: 1, forward: 2 },
} as const;

/** linux/netfilter.h: NF_DROP, NF_ACCEPT; linux/netfilter/nf_tables.h: NFT_JUMP, NFT_GOTO, NFT_RETURN */
export const verdictCode = { drop: 0, accept: 1, jump: -3, goto: -4, return: -5 } as const;

// linux/netfilter/nf_tables.h from here on.

/** NFT_MSG_* */
export const message = {
  newTable: 0,
  newChain: 3,
  newRule: 6,
  newSet: 9,
  newElements: 12,
  newObject: 18,
} as const;

/** NFTA_LIST_ELEM */
export const listElement = 1;
/** NFTA_TABLE_* */
export const tableAttribute = { name: 1, flags: 2 } as const;
/** NFTA_CHAIN_*, NFTA_HOOK_* */
export const chainAttribute = { table: 1, name: 3, hook: 4, policy: 5, type: 7 } as const;
export const hookAttribute = { number: 1, priority: 2 } as const;
/** NFTA_OBJ_*, NFTA_COUNTER_*, NFT_OBJECT_COUNTER */
export const objectAttribute = { table: 1, name: 2, type: 3, data: 4 } as const;
export const counterAttribute = { bytes: 1, packets: 2 } as const;
export const counterObject = 1;
/** NFTA_RULE_*, NFTA_EXPR_* */
export const ruleAttribute = { table: 1, chain: 2, expressions: 4 } as const;
export const expressionAttribute = { name: 1, data: 2 } as const;
/** NFTA_DATA_*, NFTA_VERDICT_* */
export const dataAttribute = { value: 1, verdict: 2 } as const;
export const verdictAttribute = { code: 1, chain: 2 } as const;

/** NFTA_SET_*, NFTA_SET_DESC_*, NFTA_SET_FIELD_LEN, NFT_SET_* (flags), NFT_DATA_VERDICT */
export const setAttribute = {
  table: 1,
  name: 2,
  flags: 3,
  keyType: 4,
  keyLength: 5,
  dataType: 6,
  dataLength: 7,
  description: 9,
  id: 10,
  userData: 13,
  expression: 17,
} as const;
export const setDescription = { fields: 2, fieldLength: 1 } as const;
export const setFlag = { interval: 0x4, map: 0x8, concatenation: 0x80 } as const;
export const verdictDataType = 0xffffff00;
/** NFTA_SET_ELEM_LIST_*, NFTA_SET_ELEM_* */
export const elementsAttribute = { table: 1, set: 2, elements: 3, setId: 4 } as const;
export const elementAttribute = { key: 1, data: 2, userData: 6, keyEnd: 10 } as const;

/** NFT_REG_VERDICT, NFT_REG_1, NFT_REG32_00 */
export const register = { verdict: 0, first128: 1, first32: 8 } as const;
/** NFT_CMP_* */
export const comparison = { '==': 0, '!=': 1 } as const;
/** NFT_PAYLOAD_* */
export const payloadBase = { link: 0, network: 1, transport: 2 } as const;
/** linux/netfilter/nf_conntrack_tuple_common.h: IP_CT_DIR_* */
export const trackedDirection = { original: 0, reply: 1 } as const;
/** NFTA_META_*, NFTA_PAYLOAD_*, NFTA_CT_*, NFTA_FIB_*, NFTA_CMP_*, NFTA_BITWISE_* */
export const metaAttribute = { destination: 1, key: 2 } as const;
export const payloadAttribute = { destination: 1, base: 2, offset: 3, length: 4 } as const;
export const ctAttribute = { destination: 1, key: 2, direction: 3 } as const;
export const fibAttribute = { destination: 1, result: 2, flags: 3 } as const;
export const compareAttribute = { source: 1, operator: 2, data: 3 } as const;
export const bitwiseAttribute = {
  source: 1,
  destination: 2,
  length: 3,
  mask: 4,
  xor: 5,
  operation: 6,
} as const;
/** NFT_BITWISE_BOOL */
export const bitwiseBoolean = 0;
/** NFT_FIB_RESULT_ADDRTYPE; NFTA_FIB_F_DADDR with NFTA_FIB_F_IIF */
export const fibAddressType = 3;
export const fibDestinationOnDevice = 2 | 8;
/** NFTA_LOOKUP_*, NFT_LOOKUP_F_INV */
export const lookupAttribute = { set: 1, source: 2, destination: 3, setId: 4, flags: 5 } as const;
export const lookupInverted = 1;
/** NFTA_IMMEDIATE_* */
export const immediateAttribute = { destination: 1, data: 2 } as const;
/** NFTA_OBJREF_IMM_* */
export const objectReference = { type: 1, name: 2 } as const;
/** NFTA_LIMIT_*, NFT_LIMIT_PKTS, NFT_LIMIT_F_INV */
export const limitAttribute = { rate: 1, unit: 2, burst: 3, type: 4, flags: 5 } as const;
export const limitOfPackets = 0;
export const limitInverted = 1;
/** NFTA_CONNLIMIT_*, NFT_CONNLIMIT_F_INV */
export const connectionLimit = { count: 1, flags: 2 } as const;
export const connectionLimitInverted = 1;
/** NFTA_LOG_*, NFT_LOGLEVEL_INFO */
export const logAttribute = { prefix: 2, level: 5 } as const;
export const logLevelInfo = 6;
/** NFTA_NAT_*, NFT_NAT_DNAT */
export const natAttribute = { type: 1, family: 2, addressMinimum: 3, portMinimum: 5, flags: 7 } as const;
export const natDestination = 1;
/** linux/netfilter/nf_nat.h: NF_NAT_RANGE_PROTO_SPECIFIED */
export const natPortSpecified = 2;
