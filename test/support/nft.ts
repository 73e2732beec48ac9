import { execaSync } from 'execa';

/** True if this machine has nft (of the version whose messages are compared) and lets a process have a network namespace of its own. */
export function nftUnavailable(): string | null {
  const version = execaSync('nft', ['--version'], { reject: false });
  if (version.failed) return 'there is no nft';
  if (!/ v1\.0\.6 /.test(`${version.stdout} `)) return `${version.stdout} is not that of Debian 12`;
  const { failed, shortMessage } = inNamespace(['nft', 'list', 'ruleset']);
  return failed ? `no network namespace with nf_tables: ${shortMessage}` : null;
}

/** Runs a program as root of a network namespace of its own, with a user namespace where this user is not root. */
export function inNamespace(command: readonly string[], input: string | Uint8Array = '') {
  const user = process.getuid!() === 0 ? [] : ['--user', '--map-root-user'];
  return execaSync('unshare', [...user, '--net', '--', ...command], {
    input,
    reject: false,
    maxBuffer: 500_000_000,
  });
}

/** What `nft -j list ruleset` shows after `command`, run with `input`, had its effect on an empty namespace; without handles. */
export function loadedRuleset(command: string, input: string | Uint8Array): unknown {
  const { failed, stdout, stderr } = inNamespace(
    ['sh', '-c', `cat | ${command} && nft -j list ruleset`],
    input,
  );
  if (failed) throw new Error(stderr);
  return JSON.parse(stdout, (key, value) => (key === 'handle' || key === 'metainfo' ? undefined : value));
}

export interface SentMessage {
  readonly type: number;
  /** Hex, from struct nfgenmsg on. */
  readonly body: string;
}

/** What nft sends for a text, between the batch's begin and end, read from what `--debug=mnl` prints. */
export function messagesOfNft(text: string): SentMessage[] {
  const { failed, stdout, stderr } = inNamespace(['nft', '--debug=mnl', '-f', '-'], text);
  if (failed) throw new Error(stderr.slice(0, 4000));
  const messages: { type: number; body: string }[] = [];
  // Colours are printed even to a pipe.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character begins a colour
  for (const line of `${stdout}\n${stderr}`.replaceAll(/\x1b\[[0-9;]*m/g, '').split('\n')) {
    const header = /^\| (\d{5}) \| \S{4} \|\t\| {2}type \| flags/.exec(line);
    if (header) {
      messages.push({ type: Number(header[1]), body: '' });
      continue;
    }
    const bytes = /^\| ((?:[0-9a-f]{2} ){4}) \|\t\|( {6}data| {2}extra)/.exec(line);
    const attribute = /^\|(\d{5})\|([N-])([B-])\|(\d{5})\|\t\|len /.exec(line);
    const last = messages.at(-1);
    if (last === undefined) continue;
    if (bytes) last.body += bytes[1]!.replaceAll(' ', '');
    if (attribute) {
      const [length, nested, order, type] = attribute.slice(1);
      const head = Buffer.alloc(4);
      head.writeUInt16LE(Number(length), 0);
      head.writeUInt16LE(Number(type) | (nested === 'N' ? 0x8000 : 0) | (order === 'B' ? 0x4000 : 0), 2);
      last.body += head.toString('hex');
    }
  }
  const begin = messages.findIndex(({ type }) => type === 0x10);
  const end = messages.findIndex(({ type }) => type === 0x11);
  return messages.slice(begin + 1, end);
}

/** A message as nested attributes, for a person who looks at a difference. */
export function describeMessage({ type, body }: SentMessage): string {
  const bytes = Buffer.from(body, 'hex');
  return `message ${type} family ${bytes[0]}\n${describeAttributes(bytes.subarray(4), '  ')}`;
}

function describeAttributes(bytes: Buffer, indent: string): string {
  let text = '';
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt16LE(at);
    const type = bytes.readUInt16LE(at + 2);
    const payload = bytes.subarray(at + 4, at + length);
    text +=
      (type & 0x8000) !== 0
        ? `${indent}${type & 0x3fff}:\n${describeAttributes(payload, `${indent}  `)}`
        : `${indent}${type}: ${payload.toString('hex')}\n`;
    at += (length + 3) & ~3;
  }
  return text;
}
