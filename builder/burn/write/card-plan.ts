import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { againThenReport } from '../../error/hints.ts';
import { mapBlockSize } from '../../image/block-map.ts';
import type { ReleasedImage } from '../../release/release-manifest.ts';
import { clip, type Stretch, wholeBlocks, without } from './stretch.ts';

/** Bytes of a card and what they will be. */
export interface CardPiece extends Stretch {
  /** `image`: those of the raw image at the same offset. `identity`: those of the unit, from its beginning. */
  readonly content: 'image' | 'zeros' | 'identity' | 'marker';
}

/**
 * What is written onto a card, in this order; each part begins when the one before it is on the medium. Until the last block is written nothing
 * starts from the card: what a boot loader, a firmware or a kernel looks for (both tables, and what lies before the first partition) goes first and
 * comes last.
 */
export interface CardPlan {
  /** The marker, then zeros over old boot loaders, tables and their backups. */
  readonly prepare: readonly CardPiece[];
  /** What lies in partitions, ascending; the identity last, so that all before it can be resumed. */
  readonly body: readonly CardPiece[];
  /** Backup table, boot loader, table's entries. */
  readonly finish: readonly CardPiece[];
  /** The first block in place of the marker. */
  readonly seal: CardPiece;
  /** Zeros of `prepare` that are there to stay. */
  readonly cleared: readonly CardPiece[];
  /** Where the image is mapped outside of the body, as the manifest has it: read back as a whole at the end. */
  readonly outside: readonly MappedStretch[];
  /** Where the image is mapped inside of the body. */
  readonly inside: readonly MappedStretch[];
}

export interface MappedStretch extends Stretch {
  readonly sha256: string;
}

export interface CardPlanOptions {
  readonly image: Pick<ReleasedImage, 'name' | 'raw' | 'mapped' | 'partitions'>;
  /** Bytes of what goes to the beginning of the identity partition, a multiple of 4096; 0 for none. */
  readonly identitySize: number;
  /** What an old card may have left where the image maps nothing; beyond the image too. */
  readonly wipe: readonly Stretch[];
}

/**
 * Pure: the same for the same image and card.
 * @throws BoardsmithError RELEASE_INVALID if the image's description cannot be that of a card
 */
export function planCard({ image, identitySize, wipe }: CardPlanOptions): CardPlan {
  const [first] = image.partitions;
  const last = image.partitions.at(-1);
  const identity = image.partitions.find(({ name }) => name === 'identity');
  if (first === undefined || last === undefined) throw unfit(image.name, 'has no partitions');
  if (identitySize > (identity?.size ?? 0))
    throw unfit(image.name, `has no room for an identity of ${identitySize} bytes`);
  // Other tables than Boardsmith's need not lie in whole blocks: a block that a partition shares is the partition's.
  const inPartitions = { offset: first.offset, length: last.offset + last.size - first.offset };
  const { offset: headEnd, length: bodyLength } = wholeBlocks(inPartitions, mapBlockSize);
  const bodyEnd = headEnd + bodyLength;
  const { size } = image.raw;
  const edges = [size, identity?.offset ?? 0, identity?.size ?? 0, identitySize];
  if (edges.some((edge) => edge % mapBlockSize !== 0) || headEnd < 2 * mapBlockSize || bodyEnd > size) {
    throw unfit(image.name, 'does not lie in whole blocks');
  }
  const mapped = image.mapped.map(({ first, last, sha256 }): MappedStretch => {
    return { offset: first * mapBlockSize, length: (last + 1 - first) * mapBlockSize, sha256 };
  });
  const partition: Stretch[] =
    identity === undefined ? [] : [{ offset: identity.offset, length: identity.size }];
  if (partition.some(({ offset, length }) => clip(mapped, offset, offset + length).length > 0)) {
    throw unfit(image.name, 'has an identity of its own');
  }
  if (mapped[0]?.offset !== 0) throw unfit(image.name, 'has no partition table');

  const own = partition.map(({ offset }) => ({ offset, length: identitySize }));
  const inBody = clip(mapped, headEnd, bodyEnd);
  const wiped = clip(wipe, headEnd, bodyEnd);
  const body = [...pieces('image', inBody), ...pieces('zeros', without(wiped, [...inBody, ...own]))].sort(
    (a, b) => a.offset - b.offset,
  );
  if (identitySize > 0) body.push(...pieces('identity', own));

  const sealed = { offset: 0, length: mapBlockSize };
  const outsideBody: Stretch[] = [
    { offset: mapBlockSize, length: headEnd - mapBlockSize },
    { offset: bodyEnd, length: size - bodyEnd },
    ...clip(wipe, size, Number.POSITIVE_INFINITY),
  ];
  const finish = [...clip(mapped, bodyEnd, size), ...clip(mapped, mapBlockSize, headEnd)];
  const isInside = ({ offset, length }: Stretch): boolean => offset >= headEnd && offset + length <= bodyEnd;
  return {
    prepare: [{ ...sealed, content: 'marker' }, ...pieces('zeros', without(outsideBody, []))],
    body,
    finish: pieces('image', finish),
    seal: { ...sealed, content: 'image' },
    cleared: pieces('zeros', without(outsideBody, finish)),
    inside: mapped.filter(isInside),
    outside: mapped.filter((stretch) => !isInside(stretch)),
  };
}

function pieces(content: CardPiece['content'], stretches: readonly Stretch[]): CardPiece[] {
  return stretches.map(({ offset, length }) => ({ offset, length, content }));
}

function unfit(image: string, why: string): BoardsmithError {
  return new BoardsmithError('RELEASE_INVALID', `the image ${image} cannot be burnt: it ${why}`, {
    hint: `is the release made by this version of boardsmith? Otherwise ${againThenReport}`,
  });
}
