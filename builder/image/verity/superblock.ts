import { createHash } from 'node:crypto';
import { blockSize, saltSize } from './verity-format.ts';
import type { VerityRecord } from './verity-record.ts';

/** What the block before a hash tree says of it. It is for people and their tools; init believes its own record alone. */
export interface VeritySuperblock {
  readonly dataBlocks: number;
  readonly salt: Buffer;
  /** 16 bytes in the order in which a UUID is written. */
  readonly uuid: Buffer;
}

const signature = 'verity\0\0';
/** Offsets and fixed values of `struct verity_sb` (cryptsetup, lib/verity/verity.c); numbers are little-endian. */
const at = {
  version: 8,
  hashType: 12,
  uuid: 16,
  algorithm: 32,
  dataBlockSize: 64,
  hashBlockSize: 68,
  dataBlocks: 72,
  saltSize: 80,
  salt: 88,
} as const;
const algorithm = Buffer.from('sha256'.padEnd(32, '\0'));

/** The superblock in a whole block of its own, as `veritysetup format` writes it. */
export function writeSuperblock({ dataBlocks, salt, uuid }: VeritySuperblock): Buffer {
  const block = Buffer.alloc(blockSize);
  block.write(signature, 'latin1');
  block.writeUInt32LE(1, at.version);
  block.writeUInt32LE(1, at.hashType);
  uuid.copy(block, at.uuid);
  algorithm.copy(block, at.algorithm);
  block.writeUInt32LE(blockSize, at.dataBlockSize);
  block.writeUInt32LE(blockSize, at.hashBlockSize);
  block.writeBigUInt64LE(BigInt(dataBlocks), at.dataBlocks);
  block.writeUInt16LE(salt.length, at.saltSize);
  salt.copy(block, at.salt);
  return block;
}

/** The superblock that belongs to a tree: its UUID follows from the root hash. Tools show it; nothing is found by it. */
export function superblockFor({ dataBlocks, salt, rootHash }: VerityRecord): Buffer {
  const uuid = createHash('sha256').update('boardsmith\0verity\0').update(rootHash).digest().subarray(0, 16);
  // Version 8 (RFC 9562): bits of one's own choice.
  uuid[6] = (uuid[6]! & 0x0f) | 0x80;
  uuid[8] = (uuid[8]! & 0x3f) | 0x80;
  return writeSuperblock({ dataBlocks, salt, uuid });
}

/**
 * Reads a superblock as Boardsmith writes them; every byte must be as it would write it.
 * @param block 4096 bytes
 * @throws RangeError for any other
 */
export function readSuperblock(block: Buffer): VeritySuperblock {
  if (block.length !== blockSize) throw new RangeError(`a superblock has ${blockSize} bytes`);
  const superblock = {
    dataBlocks: Number(block.readBigUInt64LE(at.dataBlocks)),
    salt: Buffer.from(block.subarray(at.salt, at.salt + saltSize)),
    uuid: Buffer.from(block.subarray(at.uuid, at.uuid + 16)),
  };
  if (!Number.isSafeInteger(superblock.dataBlocks) || !writeSuperblock(superblock).equals(block)) {
    throw new RangeError('not a dm-verity superblock of type 1 with sha256 and blocks of 4096 bytes');
  }
  return superblock;
}
