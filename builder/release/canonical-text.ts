import { canonicalJson } from '../plan/canonical-json.ts';

/** JSON with sorted keys, two spaces and one newline at its end: what is signed, and what people compare. */
export function canonicalText(value: unknown): string {
  return `${canonicalJson(value, '  ')}\n`;
}
