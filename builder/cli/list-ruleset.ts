import { execa } from 'execa';
import { BoardsmithError } from '../error/boardsmith-error.ts';

/** So much a listing may take: that of 256 boards has 20 MB. */
const longestListing = 500_000_000;

/**
 * Loads a ruleset into a network namespace that is gone afterwards, and lets the kernel say what it holds.
 * @param text as nft reads it
 * @returns the JSON of `nft -j list ruleset`
 * @throws BoardsmithError HOST_UNSUITABLE if this machine has no nft or makes no namespaces; INTERRUPTED
 */
export async function listRuleset(text: string, signal: AbortSignal): Promise<string> {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const script = 'nft -f - && nft -j list ruleset';
  const result = await execa('unshare', [...user, '--net', '--', 'sh', '-c', script], {
    input: text,
    reject: false,
    maxBuffer: longestListing,
    cancelSignal: signal,
  });
  if (result.isCanceled) throw new BoardsmithError('INTERRUPTED', 'stopped', { cause: result });
  if (!result.failed) return result.stdout;
  throw new BoardsmithError('HOST_UNSUITABLE', 'no kernel here says what it makes of the ruleset', {
    problems: [String(result.stderr ?? '').split('\n')[0] || (result.shortMessage ?? 'nft failed')],
    hint: 'apt-get install nftables, and run it where network namespaces are allowed; boardsmith test proves the same with packets in QEMU',
    cause: result,
  });
}
