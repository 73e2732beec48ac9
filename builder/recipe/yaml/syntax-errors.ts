import type { ErrorCode, YAMLParseError } from 'yaml';

/** What to do about each error of the parser, and our words for what is wrong where the parser's would puzzle. */
const explanations: Readonly<Record<ErrorCode, { readonly message?: string; readonly remedy: string }>> = {
  ALIAS_PROPS: { remedy: 'an alias stands alone: remove the anchor or tag in front of it' },
  BAD_ALIAS: { remedy: 'write *NAME for an anchor &NAME' },
  BAD_COLLECTION_TYPE: { remedy: 'remove the tag' },
  BAD_DIRECTIVE: { remedy: 'remove the line that begins with %' },
  BAD_DQ_ESCAPE: { remedy: 'use single quotes, or double the backslash' },
  BAD_INDENT: { remedy: 'indent entries of one map or list with equally many spaces' },
  BAD_PROP_ORDER: { remedy: 'put the anchor in front of the value' },
  BAD_SCALAR_START: { remedy: 'put the text in quotes' },
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'two `: ` in one line',
    remedy: 'put the value in quotes, or begin a new line for the second key',
  },
  BLOCK_IN_FLOW: { remedy: 'close the { } or [ ] first' },
  DUPLICATE_KEY: { message: 'the same key twice in one map', remedy: 'keep one of them' },
  IMPOSSIBLE: { remedy: 'rewrite the line' },
  KEY_OVER_1024_CHARS: { remedy: 'shorten the key' },
  MISSING_CHAR: { remedy: 'add what is missing' },
  MULTILINE_IMPLICIT_KEY: {
    message: 'a key with a line break, or a line without `: `',
    remedy: 'write `key: value`',
  },
  MULTIPLE_ANCHORS: { remedy: 'keep one anchor' },
  MULTIPLE_DOCS: { remedy: 'keep one document' },
  MULTIPLE_TAGS: { remedy: 'remove the tags' },
  NON_STRING_KEY: { remedy: 'put the key in quotes' },
  RESOURCE_EXHAUSTION: { message: 'nested too deeply', remedy: 'write it flat' },
  TAB_AS_INDENT: { message: 'a tab in the indentation', remedy: 'indent with spaces' },
  TAG_RESOLVE_FAILED: { remedy: 'remove the tag' },
  UNEXPECTED_TOKEN: { remedy: 'put the whole value in quotes' },
};

/** The parser's error in our words. @param text of the file */
export function explainSyntaxError(
  error: YAMLParseError,
  text: string,
): { rule: string; message: string; remedy: string } {
  const { message, remedy } = isUnclosed(error) ? unclosed : explanations[error.code];
  const key = error.code === 'DUPLICATE_KEY' ? /^[^\s:]+/.exec(text.slice(error.pos[0]))?.[0] : undefined;
  return {
    rule: `yaml-${error.code.toLowerCase().replaceAll('_', '-')}`,
    message:
      key === undefined ? (message ?? lowerFirst(error.message)) : `the key ${key} a second time in one map`,
    remedy,
  };
}

const unclosed = { message: 'a [ or { that is not closed', remedy: 'close it; lines inside it are indented' };

/** The parser counts an unclosed list among mistakes of indentation. */
function isUnclosed({ code, message }: YAMLParseError): boolean {
  return code === 'BAD_INDENT' && message.startsWith('Flow');
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
