import { open, rename } from 'node:fs/promises';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { crc32 } from './crc32.ts';

/** CONFIG_ENV_SIZE of qemu_arm64_defconfig. */
const environmentSize = 0x40000;
/** One bank of the flash of QEMU's `virt` machine. */
const flashBankSize = 64 * 1024 * 1024;

/**
 * U-Boot's environment as it lies in flash: CRC-32, `name=value` ended by NULs, an empty one at the end, filled up with 0xFF as
 * mkenvimage does. It replaces U-Boot's default environment, all of it.
 * @throws BoardsmithError STEP_FAILED if it does not fit or a name or value cannot be written
 */
export function ubootEnvironment(
  variables: Readonly<Record<string, string>>,
  size = environmentSize,
): Buffer {
  const pairs = Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, value] of pairs) {
    if (name === '' || /[=\0\n]/.test(name) || /[\0\n]/.test(value)) {
      throw cannot(`cannot hold ${JSON.stringify(`${name}=${value}`)}`);
    }
  }
  const text = Buffer.from(`${pairs.map(([name, value]) => `${name}=${value}\0`).join('')}\0`);
  if (text.length > size - 4) throw cannot(`has ${text.length} bytes, but only ${size - 4} fit`);
  const bytes = Buffer.alloc(size, 0xff);
  text.copy(bytes, 4);
  bytes.writeUInt32LE(crc32(bytes.subarray(4)), 0);
  return bytes;
}

/** Writes a flash bank (64 MiB, sparse) that begins with an environment, for QEMU's second pflash. */
export async function writeFlashBank(file: string, environment: Uint8Array): Promise<void> {
  const partial = `${file}.partial`;
  const handle = await open(partial, 'w', 0o644);
  try {
    await handle.write(environment);
    await handle.truncate(flashBankSize);
  } finally {
    await handle.close();
  }
  await rename(partial, file);
}

function cannot(what: string): BoardsmithError {
  return new BoardsmithError('STEP_FAILED', `the environment of the boot loader ${what}`, {
    hint: "correct bootloader: environment: in the board's file",
  });
}
