/** A section as UCI's text has it. Typed sections become these, and nothing else is printed. */
export interface UciSection {
  readonly type: string;
  /** null: anonymous. */
  readonly name: string | null;
  /** In this order; a list is printed as `list`, a text as `option`. */
  readonly options: readonly (readonly [name: string, value: string | readonly string[]])[];
}

/** The text of one file of /etc/config. */
export function printUci(sections: readonly UciSection[]): string {
  return sections
    .map(({ type, name, options }) => {
      const head = name === null ? `config ${type}\n` : `config ${type} ${quoted(name)}\n`;
      const lines = options.flatMap(([option, value]) =>
        typeof value === 'string'
          ? [`\toption ${option} ${quoted(value)}\n`]
          : value.map((item) => `\tlist ${option} ${quoted(item)}\n`),
      );
      return head + lines.join('');
    })
    .join('\n');
}

/** UCI knows no escape inside single quotes. @throws RangeError for what would end them */
function quoted(value: string): string {
  if (/['\\\p{Cc}]/u.test(value)) throw new RangeError(`UCI cannot quote ${JSON.stringify(value)}`);
  return `'${value}'`;
}
