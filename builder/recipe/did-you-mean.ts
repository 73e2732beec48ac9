import { distance } from 'fastest-levenshtein';

/**
 * The known word that was probably meant, or null if none is near: at most a third of the letters (and never more than three) differ.
 */
export function didYouMean(word: string, known: readonly string[]): string | null {
  const lower = word.toLowerCase();
  const limit = Math.min(3, Math.max(1, Math.floor(word.length / 3)));
  const [best] = known
    .map((candidate) => ({ candidate, away: distance(lower, candidate.toLowerCase()) }))
    .filter(({ away }) => away <= limit)
    .sort((a, b) => a.away - b.away || (a.candidate < b.candidate ? -1 : 1));
  return best?.candidate ?? null;
}

/** `did you mean X?`, or else the list of what there is. */
export function suggest(word: string, known: readonly string[]): string {
  const near = didYouMean(word, known);
  return near === null ? `use one of ${known.join(', ')}` : `did you mean ${near}?`;
}
