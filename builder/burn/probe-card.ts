import type { CardFailure } from './card-failure.ts';
import type { ClaimedCard } from './card-slot.ts';
import { probeCapacity } from './probe/probe-capacity.ts';

/**
 * Finds out whether a card has the bytes that it claims. What is on it is lost. A dry run's file is what its file system says, and what is not read past the kernel's cache cannot
 * be tried.
 * @returns what is wrong, or null
 * @throws CardFault; the signal's reason
 */
export async function probeCard(
  { device }: ClaimedCard,
  tell: (bytes: number, total: number) => void,
  signal: AbortSignal,
): Promise<CardFailure | null> {
  if (device.kind === 'file' || !device.readsPastCache) return null;
  const verdict = await probeCapacity(device, { signal, onProgress: tell });
  if (verdict.kind === 'honest') return null;
  if (verdict.kind === 'damaged') {
    return { fault: 'wrong-bytes', what: 'it does not keep what is written', offset: verdict.offset };
  }
  const { realSize, firstLie } = verdict;
  return {
    fault: 'counterfeit',
    what: `it is counterfeit: it claims ${device.size} bytes and has ${realSize}`,
    offset: firstLie,
  };
}
