import { digestSize, saltSize } from './verity-format.ts';

/** All that init must know to map a root: the one thing in which it believes. The tree lies one block after the data. */
export interface VerityRecord {
  readonly dataBlocks: number;
  readonly rootHash: Buffer;
  readonly salt: Buffer;
}

/** Where init finds the record in its initramfs. */
export const verityRecordPath = '/root.verity';

/** As in overlays/init/verity.c: eight letters, number of blocks (64 bits, little-endian), root hash, salt. */
const magic = Buffer.from('BSVERITY');
const at = { dataBlocks: 8, rootHash: 16, salt: 16 + digestSize } as const;
const recordSize = at.salt + saltSize;

/** @throws RangeError for a hash or salt that has not 32 bytes */
export function writeVerityRecord({ dataBlocks, rootHash, salt }: VerityRecord): Buffer {
  if (rootHash.length !== digestSize || salt.length !== saltSize)
    throw new RangeError('a root hash and a salt have 32 bytes each');
  const record = Buffer.alloc(recordSize);
  magic.copy(record);
  record.writeBigUInt64LE(BigInt(dataBlocks), at.dataBlocks);
  rootHash.copy(record, at.rootHash);
  salt.copy(record, at.salt);
  return record;
}

/** @throws RangeError for what is no record */
export function readVerityRecord(bytes: Buffer): VerityRecord {
  if (bytes.length !== recordSize || !bytes.subarray(0, magic.length).equals(magic))
    throw new RangeError('not a record of a hash tree');
  const dataBlocks = bytes.readBigUInt64LE(at.dataBlocks);
  if (dataBlocks === 0n || dataBlocks > 0xffff_ffffn)
    throw new RangeError(`a hash tree over ${dataBlocks} blocks`);
  return {
    dataBlocks: Number(dataBlocks),
    rootHash: Buffer.from(bytes.subarray(at.rootHash, at.salt)),
    salt: Buffer.from(bytes.subarray(at.salt)),
  };
}
