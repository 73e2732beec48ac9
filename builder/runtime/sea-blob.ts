/** Name of the module inside the blob; nobody sees it but who reads the bytes. */
export const mainName = 'daemon.cjs';

/** kMagic, kDisableExperimentalSeaWarning and kIncludeExecArgv of Node 24's src/node_sea.cc and .h. */
const magic = 0x143da20;
const withoutWarning = 1;
const withFlags = 1 << 4;
/** SeaExecArgvExtension::kNone there: NODE_OPTIONS is not honoured. */
const flagsAreFixed = 0;

/**
 * The blob of a single executable: code and flags as Node stores them, with neither compiled code nor a snapshot. These are the bytes that
 * `makeSeaBlob` has Node write, in no time; `requireSameBlob` holds the one to the other for the Node that is locked.
 * @param code one CommonJS module
 * @param flags Node's own flags, one at least; there are no others at run time
 */
export function seaBlob(code: string, flags: readonly string[]): Buffer {
  const head = Buffer.alloc(9);
  head.writeUInt32LE(magic, 0);
  head.writeUInt32LE(withoutWarning | withFlags, 4);
  head.writeUInt8(flagsAreFixed, 8);
  return Buffer.concat([head, ...text(mainName), ...text(code), word(flags.length), ...flags.flatMap(text)]);
}

/** A length and the bytes, without an end. */
function text(content: string): Buffer[] {
  const bytes = Buffer.from(content, 'utf8');
  return [word(bytes.length), bytes];
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
