import { DefaultRenderer, Listr, ListrLogger, ListrTaskState, ProcessOutput } from 'listr2';

/** Whether a person watches is decided by our terminal, not by the library. */
class ScreenRenderer extends DefaultRenderer {
  static override nonTTY = true;
}

export type RowEnd = 'done' | 'failed' | 'stopped';

/** A line of the list: it turns until it ends. */
export interface Row {
  /** One line of text. */
  text: string;
  end(how: RowEnd): void;
}

/** Rows that appear one below the other as work begins, redrawn in place, and below them a still one about what waits. */
export class ScreenRows {
  readonly #list: Listr<object, typeof ScreenRenderer>;
  readonly #rows: { readonly over: Promise<RowEnd>; readonly end: (how: RowEnd) => void }[] = [];
  readonly #drawn: Promise<unknown>;
  #begun = 0;

  /** @param most how many rows there can be */
  constructor(screen: NodeJS.WriteStream, most: number) {
    for (let index = 0; index <= most; index++) {
      let end: (how: RowEnd) => void = () => {};
      const over = new Promise<RowEnd>((resolve) => {
        end = resolve;
      });
      this.#rows.push({ over, end });
    }
    const last = this.#rows.length - 1;
    this.#list = new Listr<object, typeof ScreenRenderer>(
      this.#rows.map(({ over }, index) => ({
        task: async (_context, { task }) => {
          if (index === last) task.state$ = ListrTaskState.WAITING;
          const how = await over;
          if (how === 'failed') throw new Error('failed');
          if (how !== 'stopped') return;
          task.message$ = { skip: task.title ?? '' };
          task.state$ = ListrTaskState.SKIPPED;
        },
      })),
      {
        concurrent: true,
        exitOnError: false,
        registerSignalListeners: false,
        renderer: ScreenRenderer,
        rendererOptions: {
          collapseErrors: false,
          showErrorMessage: false,
          formatOutput: 'truncate',
          logger: new ListrLogger({ processOutput: new ProcessOutput(screen, screen) }),
        },
      },
    );
    this.#drawn = this.#list.run();
  }

  /** The next row, which turns from now on. */
  begin(text: string): Row {
    const index = this.#begun;
    const task = this.#list.tasks[index]!;
    if (index < this.#rows.length - 1) this.#begun += 1;
    const row = {
      set text(next: string) {
        task.title$ = next;
      },
      end: this.#rows[index]!.end,
    };
    row.text = text;
    return row;
  }

  /** The text of the still row at the end; an empty one hides it. */
  set waiting(text: string) {
    this.#list.tasks.at(-1)!.title$ = text;
  }

  /** Resolves when the list stands still: rows that have not ended are stopped, those that have not begun do not show. */
  async finish(): Promise<void> {
    const last = this.#rows.length - 1;
    for (const [index, row] of this.#rows.entries())
      row.end(index < this.#begun && index !== last ? 'stopped' : 'done');
    await this.#drawn;
  }
}
