import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import type { ByteRange } from '../image/byte-range.ts';
import { sha256OfFile } from '../lock/sha256-of-file.ts';
import { descriptionPath } from '../plan/image-description.ts';
import type { TreeEntry } from '../rootfs/tree.ts';
import { Card } from './card.ts';
import type { CardFile } from './card-file.ts';
import { elfClosure } from './elf-closure.ts';
import { readDescription } from './image-description.ts';
import type { ImageReport, ReportedBoot, ReportedElf, ReportedFile, ReportedPart } from './image-report.ts';
import { kernelFacts } from './kernel-facts.ts';
import { readComponents } from './sbom-beside.ts';

/**
 * Reads an image, and an SBOM if one lies beside it; nothing else: neither its sources nor a program of this machine.
 * @throws BoardsmithError FILE_UNUSABLE if it is no image of Boardsmith, or a damaged one; INTERRUPTED
 */
export async function inspectImage(image: string, signal: AbortSignal): Promise<ImageReport> {
  const card = await Card.open(image);
  try {
    const parts = await card.parts();
    const slot = bootedSlot(parts, basename(image));
    const contents = new Map<string, Buffer>();
    const files: ReportedFile[] = [];
    const cardFiles = await card.files();
    for (const { read, extents: _extents, ...file } of cardFiles) {
      if (signal.aborted) throw new BoardsmithError('INTERRUPTED', 'stopped');
      const bytes = file.type === 'file' ? await read() : null;
      if (bytes !== null && file.place === `root-${slot}`) contents.set(file.path, bytes);
      files.push({ ...file, sha256: bytes === null ? null : sha256(bytes) });
    }
    const reportedParts: ReportedPart[] = [];
    for (const part of parts) {
      reportedParts.push({ ...part, sha256: await sha256OfRange(card.range(part.offset, part.size)) });
    }
    return {
      reportVersion: 1,
      image: {
        file: basename(image),
        size: card.size,
        sha256: await sha256OfFile(image),
      },
      parts: reportedParts,
      files,
      elf: await rootElf(cardFiles, contents, slot),
      boot: await readBoot(card, cardFiles, slot),
      description: await readDescription(
        cardFiles.find(({ place, path }) => place === `boot-${slot}` && path === descriptionPath),
      ),
      components: await readComponents(image),
    };
  } finally {
    await card.close();
  }
}

/** The slot whose boot partition has the attribute that the boot loader looks for. */
export function bootedSlot(parts: readonly { name: string; bootable: boolean }[], file: string): string {
  const slot = parts
    .find(({ name, bootable }) => bootable && name.startsWith('boot-'))
    ?.name.slice('boot-'.length);
  if (slot !== undefined && parts.some(({ name }) => name === `root-${slot}`)) return slot;
  throw new BoardsmithError(
    'FILE_UNUSABLE',
    `${file} is no image of Boardsmith: it has no slot that is booted`,
    {
      hint: 'boardsmith build RECIPE makes one',
      problems: parts.map(({ name }) => `it has the partition ${name || '(without a name)'}`),
    },
  );
}

async function rootElf(
  files: readonly CardFile[],
  contents: ReadonlyMap<string, Buffer>,
  slot: string,
): Promise<ReportedElf[]> {
  const tree = files
    .filter(({ place, type }) => place === `root-${slot}` && type !== 'other')
    .map(({ path, type, uid, gid, mode, target }): TreeEntry => {
      const common = { path, uid, gid, mode: mode ?? 0, origin: 'image' };
      if (type === 'directory') return { ...common, type };
      if (type === 'symlink') return { ...common, type, target };
      return { ...common, type: 'file', content: { bytes: contents.get(path)! } };
    });
  return await elfClosure(tree);
}

async function readBoot(card: Card, files: readonly CardFile[], slot: string): Promise<ReportedBoot> {
  const partition = `boot-${slot}`;
  const entry = await card.extlinux(partition);
  if (entry === null) {
    throw new BoardsmithError('FILE_UNUSABLE', `${partition} names no kernel and initramfs to start`, {
      hint: 'the image is damaged, or no image of boardsmith build',
    });
  }
  const kernel = files.find(({ place, path }) => place === partition && path === entry.kernel);
  if (kernel === undefined) {
    throw new BoardsmithError('FILE_UNUSABLE', `${partition} has no kernel ${entry.kernel}`, {
      hint: 'the image is damaged, or no image of boardsmith build',
    });
  }
  const { release, options } = kernelFacts(await kernel.read());
  const modules = files
    .filter(({ place, path }) => place === `${partition}:${entry.initramfs}` && path.endsWith('.ko'))
    .map(({ path }) => path.replace(/^.*\//, '').replace(/\.ko$/, ''));
  return { slot, kernelRelease: release, commandLine: entry.commandLine, modules, kernelOptions: options };
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function sha256OfRange(range: ByteRange): Promise<string> {
  const digest = createHash('sha256');
  for await (const piece of range.pieces()) digest.update(piece);
  return digest.digest('hex');
}
