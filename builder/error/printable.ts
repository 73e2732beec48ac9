/**
 * A text that files, disks or other people chose, without what a terminal would take for an order: each control character is a blank. Line feeds and tabs stay where they are
 * asked for.
 */
export function printable(text: string, keep: '' | '\n\t' = ''): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: just these are taken out
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (character) =>
    keep.includes(character) ? character : ' ',
  );
}
