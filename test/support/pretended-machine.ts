import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { DiskSystem, PathNode } from '../../builder/burn/disks/disk-system.ts';
import { systemError } from './card-simulator.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A disk as a test describes it. */
export interface PretendedDisk {
  readonly name: string;
  readonly number: string;
  readonly gigabytes: number;
  /** Below `sys/devices`, up to the folder `block`; a disk of the kernel's own lies in `virtual`. */
  readonly place: string;
  /** Files below `sys/devices`, by their path there. */
  readonly hardware?: Readonly<Record<string, string>>;
  /** Files in the disk's own folder. */
  readonly own?: Readonly<Record<string, string>>;
  /** Partitions by name, with what udev found in each (or nothing) . */
  readonly partitions?: Readonly<Record<string, string>>;
  readonly removable?: boolean;
  readonly readOnly?: boolean;
}

/** A folder with `sys`, `proc` and `run` as the kernel and udev fill them, and the nodes of `/dev` that would go with it. */
export class PretendedMachine implements DiskSystem {
  readonly root = temporaryFolder('machine');
  readonly #nodes = new Map<string, PathNode>([['/dev', { kind: 'folder' }]]);
  readonly #busy = new Set<string>();
  readonly #mounts: string[] = [];
  readonly #numbers = new Map<string, string>();
  readonly #folders = new Map<string, string>();

  constructor() {
    this.write('proc/self/mountinfo', '');
    this.write('proc/swaps', 'Filename\tType\tSize\tUsed\tPriority\n');
    this.link('proc/self/ns/mnt', 'mnt:[1]');
  }

  write(path: string, content: string): void {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, 'latin1');
  }

  link(path: string, target: string): void {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    symlinkSync(target, file);
  }

  disk(disk: PretendedDisk): this {
    const { name, number, place, own = {}, hardware = {}, partitions = {} } = disk;
    const folder = `sys/devices/${place}/block/${name}`;
    this.#block(folder, name, number, disk.gigabytes);
    this.write(`${folder}/removable`, disk.removable === true ? '1\n' : '0\n');
    this.write(`${folder}/ro`, disk.readOnly === true ? '1\n' : '0\n');
    if (place !== 'virtual') this.link(`${folder}/device`, '../..');
    for (const [path, content] of Object.entries(own)) this.write(`${folder}/${path}`, content);
    for (const [path, content] of Object.entries(hardware)) this.write(`sys/devices/${path}`, content);
    this.link(`sys/block/${name}`, relative('sys/block', folder));
    for (const [index, [partition, content]] of Object.entries(partitions).entries()) {
      const [major, minor] = number.split(':').map(Number);
      const path = `${folder}/${partition}`;
      this.#block(path, partition, `${major}:${minor! + index + 1}`, disk.gigabytes / 4);
      this.write(`${path}/partition`, `${index + 1}\n`);
      if (content !== '') this.udev(partition, { ID_FS_TYPE: content });
    }
    return this;
  }

  #block(folder: string, name: string, number: string, gigabytes: number): void {
    this.write(`${folder}/dev`, `${number}\n`);
    this.write(`${folder}/size`, `${Math.floor((gigabytes * 1e9) / 4096) * 8}\n`);
    mkdirSync(join(this.root, folder, 'holders'));
    mkdirSync(join(this.root, folder, 'slaves'));
    this.#numbers.set(name, number);
    this.#folders.set(name, folder);
    this.setNode(`/dev/${name.replaceAll('!', '/')}`, { kind: 'block', number });
  }

  /** A device made of others, as device-mapper, md and bcache are. */
  made(
    name: string,
    number: string,
    slaves: readonly string[],
    own: Readonly<Record<string, string>> = {},
  ): this {
    this.disk({ name, number, gigabytes: 10, place: 'virtual', own });
    for (const slave of slaves) {
      this.link(`${this.#folders.get(name)!}/slaves/${slave}`, `../../${slave}`);
      this.link(`${this.#folders.get(slave)!}/holders/${name}`, `../../${name}`);
    }
    return this;
  }

  udev(name: string, properties: Readonly<Record<string, string>>): this {
    const lines = Object.entries(properties).map(([key, value]) => `E:${key}=${value}\n`);
    this.write(`run/udev/data/b${this.#numbers.get(name)!}`, `I:1\n${lines.join('')}`);
    return this;
  }

  /** @param number of the file system's own, where it has one */
  mount(point: string, name: string, type = 'ext4', number = this.#numbers.get(name)!, options = 'rw'): this {
    this.#mounts.push(mountLine(point, `/dev/${name}`, type, number, options));
    this.write('proc/self/mountinfo', this.#mounts.join(''));
    return this;
  }

  /** Mounted for one other process only. */
  mountElsewhere(process: number, point: string, name: string): this {
    this.write(
      `proc/${process}/mountinfo`,
      mountLine(point, `/dev/${name}`, 'ext4', this.#numbers.get(name)!, 'rw'),
    );
    this.link(`proc/${process}/ns/mnt`, `mnt:[${process}]`);
    return this;
  }

  swap(...files: readonly string[]): this {
    const lines = files.map((file) => `${file} partition 65532 0 -2\n`);
    this.write('proc/swaps', `Filename\tType\tSize\tUsed\tPriority\n${lines.join('')}`);
    return this;
  }

  /** What a path of `/dev` is. */
  setNode(path: string, node: PathNode): this {
    this.#nodes.set(path, node);
    return this;
  }

  /** The kernel will not hand it out alone. */
  busy(path: string): this {
    this.#busy.add(path);
    return this;
  }

  /** Puts other text into an attribute of a disk. */
  change(name: string, attribute: string, content: string): void {
    this.write(`${this.#folders.get(name)!}/${attribute}`, content);
  }

  readonly node = async (path: string): Promise<PathNode> => this.#nodes.get(path) ?? { kind: 'missing' };

  /** Of a disk, its size alone: an empty file. */
  readonly open: DiskSystem['open'] = async (path) => {
    const node = this.#nodes.get(path);
    if (node?.kind !== 'block') throw systemError('ENOENT');
    if (this.#busy.has(path)) throw systemError('EBUSY');
    const handle = await open('/dev/null', 'r');
    const [major, minor] = node.number.split(':').map(Number);
    const stats = { rdev: major! * 256 + minor!, size: 0, isBlockDevice: () => true, isFile: () => false };
    handle.stat = (async () => stats) as never;
    return handle;
  };
}

function mountLine(point: string, source: string, type: string, number: string, options: string): string {
  return `22 1 ${number} / ${point} rw,relatime shared:1 - ${type} ${source} ${options}\n`;
}
