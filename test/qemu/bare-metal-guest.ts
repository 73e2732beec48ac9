import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BootableImage, DirectBoot } from '../../qemu/bootable-image.ts';
import { fakeImage } from './fake-machine.ts';

/** How the guest ends after it has said its text. */
export type GuestEnd = 'power-off' | 'reset' | 'stay';

/** Function numbers of PSCI (Arm DEN0022), SYSTEM_OFF and SYSTEM_RESET; QEMU's virt takes them by hvc. */
const psci = { 'power-off': 0x8, reset: 0x9, stay: 0 };

/**
 * A guest of eleven instructions for QEMU's virt machine: it writes a text to the first serial port (a PL011 at 0x09000000) and ends. With it real
 * QEMU is tested in a second and without a kernel.
 */
function program(text: string, end: GuestEnd): Buffer {
  const call = 0x52800000 | (psci[end] << 5);
  const words = [
    0xd2a12000, // movz x0, #0x0900, lsl #16
    0x10000141, // adr x1, text
    0x38401422, // next: ldrb w2, [x1], #1
    0x34000062, // cbz w2, said
    0xb9000002, // str w2, [x0]
    0x17fffffd, // b next
    call, // said: movz w0, #function
    0x72b08000, // movk w0, #0x8400, lsl #16
    end === 'stay' ? 0xd503207f : 0xd4000002, // wfi, or hvc #0
    0xd503207f, // stay: wfi
    0x17ffffff, // b stay
  ];
  const code = Buffer.alloc(words.length * 4);
  for (const [index, word] of words.entries()) code.writeUInt32LE(word, index * 4);
  return Buffer.concat([code, Buffer.from(`${text}\0`)]);
}

/** An image and a direct boot of a guest that says these lines. */
export async function bareMetalGuest(
  folder: string,
  lines: readonly string[],
  end: GuestEnd,
): Promise<{ image: BootableImage; direct: DirectBoot }> {
  await mkdir(folder, { recursive: true });
  const file = async (name: string, content: Uint8Array): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  };
  const text = lines.map((line) => `${line}\r\n`).join('');
  return {
    image: { ...fakeImage, image: await file('card.img', Buffer.alloc(1 << 20)) },
    direct: {
      kernel: await file('kernel', program(text, end)),
      initramfs: await file('initramfs', Buffer.alloc(16)),
      commandLine: 'console=ttyAMA0',
    },
  };
}
