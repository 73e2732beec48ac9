/** A field of a CSV file and where it begins. */
export interface CsvField {
  readonly text: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units as editors count. */
  readonly column: number;
}

/** What is wrong at a place of a list. */
export interface CsvFault {
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly remedy: string;
}

/**
 * Reads CSV as RFC 4180 has it: commas, quotes doubled inside of quoted fields, CRLF or LF. Empty lines are left out. Written here since parsers
 * do not tell the column of a field, which a message about a list of hundreds of units must name.
 */
export function readCsv(text: string): { readonly rows: CsvField[][]; readonly faults: CsvFault[] } {
  const reader = new CsvReader(text);
  const rows: CsvField[][] = [];
  for (let row = reader.row(); row !== null; row = reader.row()) {
    if (row.length > 1 || row[0]!.text !== '') rows.push(row);
  }
  return { rows, faults: reader.faults };
}

class CsvReader {
  readonly faults: CsvFault[] = [];
  readonly #text: string;
  #at = 0;
  #line = 1;
  #lineStart = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** null at the end. */
  row(): CsvField[] | null {
    if (this.#at >= this.#text.length) return null;
    const fields = [this.#field()];
    while (this.#text[this.#at] === ',') {
      this.#at += 1;
      fields.push(this.#field());
    }
    if (this.#text[this.#at] === '\r') this.#at += 1;
    if (this.#text[this.#at] === '\n') this.#newLine();
    return fields;
  }

  #field(): CsvField {
    const place = { line: this.#line, column: this.#at - this.#lineStart + 1 };
    return { text: this.#text[this.#at] === '"' ? this.#quoted(place) : this.#plain(), ...place };
  }

  #plain(): string {
    const start = this.#at;
    let faulty = false;
    for (; this.#at < this.#text.length && !this.#endsField(); this.#at += 1) {
      if (this.#text[this.#at] !== '"' || faulty) continue;
      faulty = true;
      this.#fault(
        'a quote inside a field that is not quoted',
        'put the whole field into quotes and double that one',
      );
    }
    return this.#text.slice(start, this.#at);
  }

  #quoted(start: { readonly line: number; readonly column: number }): string {
    let content = '';
    this.#at += 1;
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined) {
        this.faults.push({
          ...start,
          message: 'this quote is not closed',
          remedy: 'close it with another quote',
        });
        return content;
      }
      if (character === '"' && this.#text[this.#at + 1] !== '"') break;
      content += character;
      if (character === '\n') this.#newLine();
      else this.#at += character === '"' ? 2 : 1;
    }
    this.#at += 1;
    if (this.#at < this.#text.length && !this.#endsField()) {
      this.#fault('something follows a closed quote', 'double quotes that are part of the field');
      while (this.#at < this.#text.length && !this.#endsField()) this.#at += 1;
    }
    return content;
  }

  #endsField(): boolean {
    const character = this.#text[this.#at];
    return (
      character === ',' ||
      character === '\n' ||
      (character === '\r' && [undefined, '\n'].includes(this.#text[this.#at + 1]))
    );
  }

  #newLine(): void {
    this.#at += 1;
    this.#line += 1;
    this.#lineStart = this.#at;
  }

  #fault(message: string, remedy: string): void {
    this.faults.push({ line: this.#line, column: this.#at - this.#lineStart + 1, message, remedy });
  }
}
