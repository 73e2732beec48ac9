import { parseIPv4, parseIPv6, parseMac } from '../addresses.ts';
import { between, type Interval, point } from '../interval.ts';
import { deviceNumber, ipv4Base } from '../packet-fields.ts';
import { NotUnderstood, readArray, readInteger, readKeys, readString } from './not-understood.ts';
import { type Selector, type ValueType, valueType } from './selectors.ts';

/** Longest name of a device without its closing zero (IFNAMSIZ). */
const longestDeviceName = 15;

/** One value, range, prefix or device wildcard, as an interval of the selector's values. */
export function readInterval(json: unknown, selector: Selector): Interval {
  const type = valueType(selector);
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) {
    if ('range' in json) {
      const ends = readArray(readKeys(json, 'a range', ['range']).range, 'a range');
      if (ends.length !== 2) throw new NotUnderstood('a range without two ends is not understood', json);
      const [first, last] = ends.map((end) => readScalar(end, type));
      if (type.kind === 'device' || first! > last!)
        throw new NotUnderstood('this range is not understood', json);
      return between(first!, last!);
    }
    if ('prefix' in json) return readPrefix(readKeys(json, 'a prefix', ['prefix']).prefix, type);
  }
  if (type.kind === 'device' && typeof json === 'string' && json.endsWith('*') && !json.endsWith('\\*')) {
    const stem = json.slice(0, -1);
    const rest = 8n * BigInt(16 - Buffer.byteLength(stem));
    if (stem === '' || rest < 8n) throw new NotUnderstood('this wildcard is not understood', json);
    const first = deviceNumber(stem);
    return between(first, first | ((1n << rest) - 1n));
  }
  return point(readScalar(json, type));
}

function readPrefix(json: unknown, type: ValueType): Interval {
  const { addr, len } = readKeys(json, 'a prefix', ['addr', 'len']);
  if (type.kind !== 'ipv4' && type.kind !== 'ipv6')
    throw new NotUnderstood('a prefix is understood of addresses only', json);
  const bits = type.kind === 'ipv4' ? 32 : 128;
  const length = readInteger(len, 'a prefix length');
  if (length < 0 || length > bits) throw new NotUnderstood('a prefix of this length is not understood', json);
  const host = 1n << BigInt(bits - length);
  const address = readScalar(addr, type);
  if (address % host !== 0n)
    throw new NotUnderstood('a prefix with bits below its length is not understood', json);
  return between(address, address + host - 1n);
}

/** One value as a number. Flags joined by `|` or listed are their sum. */
export function readScalar(json: unknown, type: ValueType): bigint {
  switch (type.kind) {
    case 'device': {
      const name = readString(json, 'a device');
      if (name === '' || Buffer.byteLength(name) > longestDeviceName)
        throw new NotUnderstood('a device of this name is not understood', json);
      return deviceNumber(name);
    }
    case 'mac': {
      const mac = typeof json === 'string' ? parseMac(json) : null;
      if (mac === null) throw new NotUnderstood('this is not a MAC address', json);
      return mac;
    }
    case 'ipv4': {
      const address = typeof json === 'string' ? parseIPv4(json) : null;
      if (address === null) throw new NotUnderstood('this is not an IPv4 address', json);
      return ipv4Base + address;
    }
    case 'ipv6': {
      const address = typeof json === 'string' ? (parseIPv6(json) ?? parseHexadecimal(json)) : null;
      if (address === null) throw new NotUnderstood('this is not an IPv6 address', json);
      return address;
    }
    case 'number':
      return readNumber(json, type);
  }
}

/** A raw 128-bit value, as nft prints what it has no field for. */
function parseHexadecimal(text: string): bigint | null {
  return /^0x[0-9a-f]{1,32}$/i.test(text) ? BigInt(text) : null;
}

function readNumber(json: unknown, type: ValueType & { kind: 'number' }): bigint {
  const several: readonly unknown[] | null = Array.isArray(json)
    ? json
    : typeof json === 'object' && json !== null && '|' in json
      ? readArray(json['|'], 'a sum of flags')
      : null;
  if (several !== null && type.flags)
    return several.reduce((sum: bigint, flag: unknown) => sum | readNumber(flag, type), 0n);
  if (typeof json === 'boolean' && type.bits === 1) return json ? 1n : 0n;
  if (typeof json === 'string') {
    const named = type.names?.get(json);
    if (named !== undefined) return named;
    if (/^0x[0-9a-f]+$/i.test(json)) return inRange(BigInt(json), type.bits, json);
    throw new NotUnderstood('this name has no number here', json);
  }
  return inRange(BigInt(readInteger(json, 'a value')), type.bits, json);
}

function inRange(value: bigint, bits: number, json: unknown): bigint {
  if (value < 0n || value >= 1n << BigInt(bits))
    throw new NotUnderstood(`this is not a value of ${bits} bits`, json);
  return value;
}
