import { createHash } from 'node:crypto';
import { seededBytes, seededRandom } from './seeded-random.ts';

/** How many puts are under way at a time: some must be in every phase when the power goes. */
const writers = 4;

/** Object number `index` of a seed: from empty to 300 KiB, most of them small. */
export function objectOf(seed: number, index: number): Buffer {
  const random = seededRandom(seed * 7919 + index);
  const largest = random() < 0.25 ? 300_000 : 5000;
  return seededBytes(seed * 104_729 + index, Math.floor(random() * largest));
}

/** SHA-256 in lower-case hex. */
export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Puts objects of a seed, one after the other, until the connection breaks or `signal` aborts. Answers the digests of all that were
 * acknowledged, in the order of their acknowledgements. Throws if the store refuses one: that is no power cut.
 */
export async function writeUntilCut(
  baseUrl: string,
  options: { signal: AbortSignal; seed: number; onAcknowledged?: (digest: string) => void },
): Promise<string[]> {
  const acknowledged: string[] = [];
  let next = 0;
  let cut = false;
  const write = async (): Promise<void> => {
    while (!cut && !options.signal.aborted) {
      const bytes = objectOf(options.seed, next++);
      const digest = digestOf(bytes);
      const status = await put(`${baseUrl}/objects/${digest}`, bytes, options.signal);
      if (status === null) cut = true;
      else if (status === 200 || status === 201) {
        acknowledged.push(digest);
        options.onAcknowledged?.(digest);
      } else throw new Error(`PUT of object ${next - 1} was answered with ${status}`);
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
  return acknowledged;
}

/** What became of objects. */
export interface Verification {
  readonly intact: number;
  /** Answered with an error: not there, or found damaged. */
  readonly lost: readonly string[];
  /** Bytes that are not the object's were handed out as good. */
  readonly wrong: readonly string[];
}

/** Gets every object and compares its bytes with its digest. */
export async function verifyAll(baseUrl: string, digests: readonly string[]): Promise<Verification> {
  const lost: string[] = [];
  const wrong: string[] = [];
  for (const digest of digests) {
    const bytes = await get(`${baseUrl}/objects/${digest}`);
    if (bytes === null) lost.push(digest);
    else if (digestOf(bytes) !== digest) wrong.push(digest);
  }
  return { intact: digests.length - lost.length - wrong.length, lost, wrong };
}

/** Status of a put, or null if the connection ended before the answer did. */
async function put(url: string, bytes: Buffer, signal: AbortSignal): Promise<number | null> {
  try {
    const response = await fetch(url, { method: 'PUT', body: new Uint8Array(bytes), signal });
    // The acknowledgement counts only when it is whole.
    await response.arrayBuffer();
    return response.status;
  } catch {
    return null;
  }
}

async function get(url: string): Promise<Buffer | null> {
  try {
    const response = await fetch(url);
    const bytes = Buffer.from(await response.arrayBuffer());
    return response.status === 200 ? bytes : null;
  } catch {
    return null;
  }
}
