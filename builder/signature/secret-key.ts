import { randomBytes } from 'node:crypto';
import { blake2b } from '@noble/hashes/blake2.js';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { keyLength } from './ed25519.ts';
import {
  areLimitsUsable,
  type DerivationLimits,
  deriveFromPassword,
  sensitiveLimits,
} from './key-derivation.ts';
import { keyIdBytes, keyIdLength } from './key-id.ts';
import { readShortFile } from './read-short-file.ts';
import { SeedKey } from './signing-key.ts';
import { strictBase64 } from './strict-base64.ts';

/**
 * minisign's secret key, 158 bytes:
 *
 *   0    2   `Ed`
 *   2    2   `Sc` if a password encrypts the rest (from 54 on), two zeros if none does
 *   4    2   `B2`: the checksum is BLAKE2b-256 over the first two bytes, the number, seed and public key; all zeros in keys that `minisign -W` made
 *   6    32  salt
 *   38   8   libsodium's limit of operations, little endian
 *   46   8   libsodium's limit of memory
 *   54   8   number of the key
 *   62   32  seed
 *   94   32  public key
 *   126  32  checksum
 */
const algorithm = Buffer.from('Ed');
const withPassword = Buffer.from('Sc');
const withoutPassword = Buffer.alloc(2);
const checksumAlgorithm = Buffer.from('B2');
const saltLength = 32;
const secretStart = 54;
const seedStart = keyIdLength;
const publicStart = seedStart + keyLength;
const checksumStart = publicStart + keyLength;
const secretLength = checksumStart + 32;
const totalLength = secretStart + secretLength;
const comment = 'untrusted comment: minisign encrypted secret key';
const longestText = 4096;
const otherKey = 'name a .key file as `boardsmith keygen` or `minisign -G` makes it';

/**
 * Gives a password when a key turns out to need one.
 * @param name the key's file
 * @throws what its caller is to get, if there is no password
 */
export type AskPassword = (name: string) => Promise<string>;

/**
 * Reads a secret key that minisign or `boardsmith keygen` made.
 * @param askPassword called only if the key is encrypted
 * @throws BoardsmithError KEY_UNUSABLE: not there, no key, readable for others, damaged, a wrong password
 */
export async function readSecretKey(file: string, askPassword: AskPassword): Promise<SeedKey> {
  let read: Awaited<ReturnType<typeof readShortFile>>;
  try {
    read = await readShortFile(file, longestText);
  } catch (cause) {
    throw new BoardsmithError('KEY_UNUSABLE', `cannot read the secret key ${file}`, {
      hint: otherKey,
      cause,
    });
  }
  if (read.state.isFile() && (read.state.mode & 0o077) !== 0) {
    const mode = (read.state.mode & 0o777).toString(8).padStart(4, '0');
    throw new BoardsmithError(
      'KEY_UNUSABLE',
      `${file} has the mode ${mode}: others on this machine could have read the key`,
      {
        hint: `chmod 600 ${file}, or a new key if others use this machine`,
      },
    );
  }
  return await parseSecretKey(read.bytes.toString('latin1'), file, askPassword);
}

/**
 * The same for a text.
 * @param name what messages call it
 */
export async function parseSecretKey(text: string, name: string, askPassword: AskPassword): Promise<SeedKey> {
  const [first = '', line = '', ...rest] = text.replace(/\n$/, '').split('\n');
  const bytes =
    first.startsWith('untrusted comment: ') && rest.length === 0 ? strictBase64(line, totalLength) : null;
  if (
    bytes === null ||
    !bytes.subarray(0, 2).equals(algorithm) ||
    !bytes.subarray(4, 6).equals(checksumAlgorithm)
  ) {
    throw new BoardsmithError('KEY_UNUSABLE', `${name} is no secret key as minisign writes it`, {
      hint: otherKey,
    });
  }
  const secret = bytes.subarray(secretStart);
  try {
    if (bytes.subarray(2, 4).equals(withoutPassword)) return unencryptedKey(secret, name);
    if (!bytes.subarray(2, 4).equals(withPassword)) {
      throw new BoardsmithError('KEY_UNUSABLE', `${name} is encrypted in a way that is not known`, {
        hint: otherKey,
      });
    }
    const limits = {
      operations: Number(bytes.readBigUInt64LE(38)),
      memory: Number(bytes.readBigUInt64LE(46)),
    };
    if (!areLimitsUsable(limits))
      throw damaged(name, 'it asks for more memory or time than minisign ever does');
    await applyPassword(secret, await askPassword(name), bytes.subarray(6, 6 + saltLength), limits);
    return encryptedKey(secret, name);
  } finally {
    bytes.fill(0);
  }
}

/**
 * A secret key's file as minisign reads it.
 * @param password null for a key that needs none
 * @param limits how hard a guess of the password is to be; minisign's own if left out
 * @throws BoardsmithError KEY_UNUSABLE for an empty password
 */
export async function secretKeyText(
  key: SeedKey,
  password: string | null,
  limits: DerivationLimits = sensitiveLimits,
): Promise<string> {
  if (password === '') {
    throw new BoardsmithError('KEY_UNUSABLE', 'an empty password protects nothing', {
      hint: 'give one, or say --no-password',
    });
  }
  const seed = key.exportSeed();
  const bytes = Buffer.alloc(totalLength);
  try {
    algorithm.copy(bytes, 0);
    checksumAlgorithm.copy(bytes, 4);
    const secret = bytes.subarray(secretStart);
    keyIdBytes(key.publicKey.id).copy(secret, 0);
    seed.copy(secret, seedStart);
    secret.set(key.publicKey.bytes, publicStart);
    checksum(secret).copy(secret, checksumStart);
    if (password !== null) {
      withPassword.copy(bytes, 2);
      const salt = randomBytes(saltLength);
      salt.copy(bytes, 6);
      bytes.writeBigUInt64LE(BigInt(limits.operations), 38);
      bytes.writeBigUInt64LE(BigInt(limits.memory), 46);
      await applyPassword(secret, password, salt, limits);
    }
    return `${comment}\n${bytes.toString('base64')}\n`;
  } finally {
    seed.fill(0);
    bytes.fill(0);
  }
}

/** Encrypts or decrypts in place: both are an exclusive or with what scrypt makes of the password. */
async function applyPassword(
  secret: Buffer,
  password: string,
  salt: Buffer,
  limits: DerivationLimits,
): Promise<void> {
  const stream = await deriveFromPassword(Buffer.from(password), salt, limits, secretLength);
  for (const [at, byte] of stream.entries()) secret[at]! ^= byte;
  stream.fill(0);
}

function encryptedKey(secret: Buffer, name: string): SeedKey {
  if (!checksum(secret).equals(secret.subarray(checksumStart))) {
    throw new BoardsmithError('KEY_UNUSABLE', `the password of ${name} is wrong, or the file is damaged`, {
      hint: 'try again; if you are sure of the password, take the file from its copy',
    });
  }
  return consistentKey(secret, name);
}

/** `minisign -W` leaves the checksum of zeros. */
function unencryptedKey(secret: Buffer, name: string): SeedKey {
  const given = secret.subarray(checksumStart);
  if (given.some((byte) => byte !== 0) && !checksum(secret).equals(given))
    throw damaged(name, 'its checksum is wrong');
  return consistentKey(secret, name);
}

function consistentKey(secret: Buffer, name: string): SeedKey {
  const key = new SeedKey(secret.subarray(seedStart, publicStart), secret.subarray(0, keyIdLength));
  if (Buffer.compare(key.publicKey.bytes, secret.subarray(publicStart, checksumStart)) === 0) return key;
  throw damaged(name, 'its public half does not belong to its secret one');
}

function checksum(secret: Buffer): Buffer {
  const covered = Buffer.concat([algorithm, secret.subarray(0, checksumStart)]);
  const hash = Buffer.from(blake2b(covered, { dkLen: 32 }));
  covered.fill(0);
  return hash;
}

function damaged(name: string, why: string): BoardsmithError {
  return new BoardsmithError('KEY_UNUSABLE', `${name} is damaged: ${why}`, {
    hint: 'take the file from its copy, or make a new key: boardsmith keygen',
  });
}
