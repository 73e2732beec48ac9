import { isMap, LineCounter, parseDocument } from 'yaml';

/** Finds where things stand in a JSON text. JSON is read as the subset of YAML that it is, since that parser keeps positions. */
export class JsonPositions {
  readonly #lines = new LineCounter();
  readonly #document;

  constructor(text: string) {
    this.#document = parseDocument(text, { lineCounter: this.#lines, uniqueKeys: true, schema: 'json' });
  }

  /** `line:column` of the first thing that is no JSON or is a key given twice, with what it is; null if there is none. */
  firstMistake(): { readonly position: string; readonly message: string } | null {
    const error = this.#document.errors[0];
    if (error === undefined) return null;
    const message = error.code === 'DUPLICATE_KEY' ? 'this key stands here twice' : 'not valid JSON';
    return { position: this.#at(error.pos[0]), message };
  }

  /** `line:column` of the value at `path`, or of its nearest parent that is there. Of a member: its key. */
  of(path: readonly (string | number)[]): string {
    for (let length = path.length; length > 0; length--) {
      const parent = this.#document.getIn(path.slice(0, length - 1), true);
      const last = path[length - 1];
      const node = isMap(parent)
        ? parent.items.find((pair) => (pair.key as { value?: unknown }).value === last)?.key
        : this.#document.getIn(path.slice(0, length), true);
      const offset = (node as { range?: [number, number, number] } | undefined)?.range?.[0];
      if (offset !== undefined) return this.#at(offset);
    }
    return '1:1';
  }

  #at(offset: number): string {
    const { line, col } = this.#lines.linePos(offset);
    return `${line}:${col}`;
  }
}
