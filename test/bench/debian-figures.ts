import { existsSync, readdirSync } from 'node:fs';
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { findDebianMirrors } from '../../builder/lock/clients/debian-mirrors.ts';
import { loadRecipe } from '../../builder/recipe/load-recipe.ts';
import type { BootableImage, DirectBoot } from '../../qemu/bootable-image.ts';
import { builtStep } from '../support/built-step.ts';
import { checkout, testCache } from '../support/places.ts';
import { buildTestImage } from '../support/test-build.ts';
import { bootTimes, insideFigures } from './boot-figures.ts';
import { type Figures, type FileCounts, median } from './figures.ts';
import { imageSizes } from './image-sizes.ts';

const packages = ['systemd-sysv', 'nodejs', 'linux-image-arm64'];
const diskSize = '2G';
const binfmt = '/proc/sys/fs/binfmt_misc/qemu-aarch64';

/** Why a plain Debian cannot be made here; null if it can. */
export async function whyNoDebian(): Promise<string | null> {
  if (process.getuid?.() !== 0) return 'it needs root';
  for (const program of ['mmdebstrap', 'zstd', 'mke2fs']) {
    const found = await execa('sh', ['-c', `command -v ${program}`], { reject: false });
    if (found.exitCode !== 0) return `${program} is not installed`;
  }
  // Programs of the board's processor must start by themselves: packages run some while they are installed.
  if (!existsSync(binfmt))
    return 'the kernel does not start programs of arm64 (binfmt_misc with qemu-user-static)';
  return null;
}

/**
 * A plain Debian (mmdebstrap, variant minbase) with systemd, its own kernel and its own Node, and the same bundle of the same daemon as a
 * service; booted and measured. The first time takes some seven minutes on two cores.
 */
export async function debianFigures(boots: number): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), 'boardsmith-bench-debian-'));
  try {
    const root = join(folder, 'root');
    await mkdir(root);
    await execa('tar', ['-C', root, '-xpf', await bootstrapped(folder)]);
    return await rootFigures(folder, root, boots);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Puts the daemon into a Debian's root and measures that. @param folder for the disk image */
export async function rootFigures(folder: string, root: string, boots: number): Promise<Figures> {
  await installDaemon(root);
  const counts = await fileCounts(root);
  const image = join(folder, 'debian.img');
  await execa('mke2fs', ['-q', '-t', 'ext4', '-d', root, image, diskSize]);
  const ours = await buildTestImage({ recipe: 'recipes/cxo' });
  const bootable: BootableImage = { ...ours, image };
  const direct = directBoot(root);
  const inside = await insideFigures(bootable, direct, 'node');
  const ready: number[] = [];
  for (let boot = 0; boot < boots; boot += 1) ready.push((await bootTimes(bootable, direct)).ready);
  const sizes = await imageSizes(image);
  return {
    name: 'plain Debian',
    ...sizes,
    releaseBytes: sizes.compressedBytes,
    daemonStarts: null,
    ready: median(ready),
    readyByBootLoader: null,
    ...inside,
    ...counts,
  };
}

/** The root as a tar. It is made once and kept in the cache: what is measured is what runs, not its making. */
async function bootstrapped(folder: string): Promise<string> {
  const kept = join(testCache, 'bench', 'debian-trixie-arm64.tar');
  if (existsSync(kept)) return kept;
  const mirrors = await findDebianMirrors(process.env, folder, new AbortController().signal);
  await mkdir(dirname(kept), { recursive: true });
  const draft = `${kept}.draft`;
  await execa('mmdebstrap', [
    ...['--quiet', '--variant=minbase', '--architectures=arm64', `--include=${packages.join()}`],
    ...['--format=tar', 'trixie', draft, mirrors.main],
  ]);
  await rename(draft, kept);
  return kept;
}

/** The bundle as it is in our own image, a unit for it, and DHCP on every card. */
async function installDaemon(root: string): Promise<void> {
  const { environment } = await loadRecipe(join(checkout, 'recipes/cxo'));
  const bundle = await builtStep({ recipe: 'recipes/cxo', board: 'qemu-virt', kind: 'bundle-daemon' });
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), text);
  };
  await write('usr/lib/cxo/daemon.cjs', await readFile(join(bundle, 'daemon.cjs'), 'utf8'));
  const settings = Object.entries({ ...environment, CXO_DATA: '/var/lib/cxo' });
  await write(
    'etc/systemd/system/cxo.service',
    [
      '[Unit]',
      'After=network.target',
      '[Service]',
      'ExecStart=/usr/bin/node /usr/lib/cxo/daemon.cjs',
      'DynamicUser=yes',
      'StateDirectory=cxo',
      ...settings.map(([name, value]) => `Environment=${name}=${value}`),
      '[Install]',
      'WantedBy=multi-user.target',
      '',
    ].join('\n'),
  );
  await write('etc/systemd/network/20-dhcp.network', '[Match]\nType=ether\n[Network]\nDHCP=yes\n');
  await write('etc/fstab', '/dev/vda / ext4 rw 0 1\n');
  const wanted = join(root, 'etc/systemd/system/multi-user.target.wants');
  await mkdir(wanted, { recursive: true });
  await symlink('/etc/systemd/system/cxo.service', join(wanted, 'cxo.service'));
  await symlink('/usr/lib/systemd/system/systemd-networkd.service', join(wanted, 'systemd-networkd.service'));
  await chmod(root, 0o755);
}

/** Without its boot loader: that favours it by what a boot loader takes. */
function directBoot(root: string): DirectBoot {
  const boot = join(root, 'boot');
  const file = (prefix: string): string =>
    join(boot, readdirSync(boot).find((name) => name.startsWith(prefix))!);
  return {
    kernel: file('vmlinuz-'),
    initramfs: file('initrd.img-'),
    commandLine: 'root=/dev/vda rw console=ttyAMA0 quiet',
  };
}

async function fileCounts(root: string): Promise<FileCounts> {
  const counts = { files: 0, elfFiles: 0, setuidFiles: 0 };
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    counts.files += 1;
    if (((await lstat(path)).mode & 0o6000) !== 0) counts.setuidFiles += 1;
    if (await beginsAsElf(path)) counts.elfFiles += 1;
  }
  return counts;
}

async function beginsAsElf(path: string): Promise<boolean> {
  const handle = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    return bytesRead === 4 && buffer.equals(Buffer.from('\x7fELF', 'latin1'));
  } finally {
    await handle.close();
  }
}
