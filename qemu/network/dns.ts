import { addressBytes, addressText } from './address-bytes.ts';

/** One question and its addresses (RFC 1035), which is all that a stub resolver says and hears. */
export interface DnsMessage {
  readonly id: number;
  readonly isAnswer: boolean;
  /** RCODE: 0 no error, 3 no such name, 5 refused. */
  readonly code: number;
  readonly name: string;
  /** 1 for an IPv4 address (A), 28 for IPv6 (AAAA). */
  readonly type: number;
  readonly addresses: readonly string[];
}

export const dnsPort = 53;
export const dnsType = { a: 1, aaaa: 28 } as const;
const internet = 1;

export function encodeDns(message: DnsMessage): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(message.id, 0);
  head.writeUInt16BE((message.isAnswer ? 0x8180 : 0x0100) | message.code, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(message.addresses.length, 6);
  const labels = message.name
    .split('.')
    .flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)]);
  const answers = message.addresses.map((address) => {
    const data = addressBytes(address);
    const answer = Buffer.alloc(12);
    // The name of the question, at byte 12.
    answer.writeUInt16BE(0xc00c, 0);
    answer.writeUInt16BE(data.length === 4 ? dnsType.a : dnsType.aaaa, 2);
    answer.writeUInt16BE(internet, 4);
    answer.writeUInt32BE(60, 6);
    answer.writeUInt16BE(data.length, 10);
    return Buffer.concat([answer, data]);
  });
  const question = Buffer.alloc(4);
  question.writeUInt16BE(message.type, 0);
  question.writeUInt16BE(internet, 2);
  return Buffer.concat([head, ...labels, Buffer.from([0]), question, ...answers]);
}

/** @returns null for what is no DNS message with one question */
export function decodeDns(bytes: Buffer): DnsMessage | null {
  if (bytes.length < 12 || bytes.readUInt16BE(4) !== 1) return null;
  const asked = readName(bytes, 12);
  if (asked === null || asked.end + 4 > bytes.length) return null;
  const addresses: string[] = [];
  let at = asked.end + 4;
  for (let left = bytes.readUInt16BE(6); left > 0; left -= 1) {
    const name = readName(bytes, at);
    if (name === null || name.end + 10 > bytes.length) return null;
    const [type, length] = [bytes.readUInt16BE(name.end), bytes.readUInt16BE(name.end + 8)];
    const data = bytes.subarray(name.end + 10, name.end + 10 + length);
    if ((type === dnsType.a && length === 4) || (type === dnsType.aaaa && length === 16)) {
      addresses.push(addressText(data));
    }
    at = name.end + 10 + length;
  }
  const flags = bytes.readUInt16BE(2);
  return {
    id: bytes.readUInt16BE(0),
    isAnswer: (flags & 0x8000) !== 0,
    code: flags & 15,
    name: asked.name,
    type: bytes.readUInt16BE(asked.end),
    addresses,
  };
}

/** A name, whose end may be a pointer to an earlier one: only where it ends matters then. */
function readName(bytes: Buffer, start: number): { readonly name: string; readonly end: number } | null {
  const labels: string[] = [];
  for (let at = start; at < bytes.length; ) {
    const length = bytes[at]!;
    if (length === 0) return { name: labels.join('.'), end: at + 1 };
    if (length >= 0xc0) return { name: labels.join('.'), end: at + 2 };
    labels.push(bytes.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return null;
}
