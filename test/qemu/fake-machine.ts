import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BootableImage } from '../../qemu/bootable-image.ts';

/** A script for fake-qemu.mjs. */
export interface FakeScript {
  readonly steps?: readonly FakeStep[];
  readonly qmp?: boolean;
  readonly http?: readonly number[];
  /** Port of the guest that it says it forwards; 8080 without it. */
  readonly guestPort?: number;
  readonly powerKey?: readonly string[] | null;
  readonly mute?: true | string;
  /** How many times the power key is pressed before somebody notices. */
  readonly lostPresses?: number;
  readonly leaving?: true;
  readonly portTaken?: string;
}

export type FakeStep =
  | { readonly say: string }
  | { readonly bytes: string }
  | { readonly complain: string }
  | { readonly connected: true }
  | { readonly wait: number }
  | { readonly child: true }
  | { readonly event: string; readonly data?: Readonly<Record<string, unknown>> }
  | { readonly crash: NodeJS.Signals }
  | { readonly exit: number };

/** The command line of a QEMU that plays the script. */
export function fakeCommand(script: FakeScript): string[] {
  return [process.execPath, join(import.meta.dirname, 'fake-qemu.mjs'), JSON.stringify(script)];
}

/** An image as the board qemu-virt has it; its files need not be there. */
export const fakeImage: BootableImage = {
  recipe: 'cxo',
  board: 'qemu-virt',
  image: '/images/cxo-qemu-virt.img',
  firmware: '/images/cxo-qemu-virt.firmware.bin',
  environmentFlash: '/images/cxo-qemu-virt.firmware-environment.bin',
  machine: {
    machine: 'virt',
    cpu: 'cortex-a53',
    cores: 4,
    memoryMiB: 2048,
    disk: 'virtio-blk-pci',
    network: 'virtio-net-pci',
    devices: ['virtio-rng-pci', 'i6300esb'],
  },
  leastMemoryMiB: 385,
  console: 'ttyAMA0',
  ports: [{ name: 'http', port: 8080, protocol: 'tcp', purpose: 'objects over HTTP' }],
  health: { port: 8080, path: '/health' },
};

/** Lines of a boot that goes well, by way of U-Boot. */
export const goodBoot: readonly string[] = [
  'U-Boot 2025.01-3+deb13u1 (Jun 24 2026 - 09:07:15 +0000)',
  'Starting kernel ...',
  'BOARDSMITH {"event":"start","uptime_ms":1900,"recipe":"cxo","board":"qemu-virt","slot":"a"}',
  'BOARDSMITH {"event":"daemon","uptime_ms":2100,"pid":154,"attempt":1}',
  'cxo| listening on 8080',
  'BOARDSMITH {"event":"ready","uptime_ms":2500,"by":"descriptor","attempt":1,"memory_available_kib":873924,"daemon_rss_kib":49172}',
];

/** What init says when the power key is pressed. */
export const goodEnd: readonly string[] = [
  'BOARDSMITH {"event":"stop","uptime_ms":7169,"reason":"power-key","then":"power-off"}',
  'BOARDSMITH {"event":"power-off","uptime_ms":7507}',
];

export function saying(lines: readonly string[]): FakeStep[] {
  return lines.map((say) => ({ say }));
}

/** True while there is a process of this number that is not a zombie. */
export async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return stat !== null && !/\) [ZX] /.test(stat);
}

/** Waits until a process is gone. @throws if it is still there after 20 s */
export async function untilGone(pid: number): Promise<void> {
  for (let tries = 0; await isAlive(pid); tries += 1) {
    if (tries > 400) throw new Error(`process ${pid} survives`);
    await sleep(50);
  }
}

/** The promise, or an error after 30 s: a test that is wrong must not hang. */
export async function soon<T>(promise: Promise<T>): Promise<T> {
  const deadline = new AbortController();
  const late = sleep(30_000, undefined, { signal: deadline.signal }).then(
    () => {
      throw new Error('nothing came of it in 30 s');
    },
    () => new Promise<never>(() => {}),
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    deadline.abort();
  }
}
