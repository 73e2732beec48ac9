import { addressBits, formatAddress, parseAddress } from '../../builder/recipe/address/ip-network.ts';
import { formatMac, parseMac } from '../../builder/recipe/address/mac-address.ts';

/** The six bytes of `52:54:00:12:34:56`. */
export function macBytes(text: string): Buffer {
  return bytesOf(parseMac(text), 6);
}

export function macText(bytes: Uint8Array): string {
  return formatMac(numberOf(bytes));
}

/** Four bytes of an IPv4 address or sixteen of an IPv6 address. @throws RangeError for what is no address */
export function addressBytes(text: string): Buffer {
  const parsed = parseAddress(text);
  if (parsed === null) throw new RangeError(`no address: ${text}`);
  return bytesOf(parsed.address, addressBits[parsed.family] / 8);
}

/** @param bytes four or sixteen */
export function addressText(bytes: Uint8Array): string {
  return formatAddress(bytes.length === 4 ? 'ipv4' : 'ipv6', numberOf(bytes));
}

/** `fe80::` with the modified EUI-64 of a MAC (RFC 4291, appendix A). */
export function linkLocalAddress(mac: string): string {
  const bytes = macBytes(mac);
  const identifier = Buffer.concat([bytes.subarray(0, 3), Buffer.from([0xff, 0xfe]), bytes.subarray(3)]);
  identifier[0]! ^= 2;
  return addressText(Buffer.concat([addressBytes('fe80::').subarray(0, 8), identifier]));
}

function bytesOf(value: bigint, size: number): Buffer {
  return Buffer.from(value.toString(16).padStart(size * 2, '0'), 'hex');
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}
