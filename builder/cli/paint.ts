import { styleText } from 'node:util';
import type { Terminal } from './terminal.ts';

type Style = 'red' | 'green' | 'yellow' | 'cyan' | 'bold' | 'dim';
export type Paint = Record<Style, (text: string) => string>;

/** Colours where a person can see them, plain text elsewhere. */
export function paint(terminal: Pick<Terminal, 'color'>): Paint {
  const style = (name: Style) => (text: string) =>
    // Node would look at this process's output once more, and takes an empty NO_COLOR for one that is set.
    terminal.color ? styleText(name, text, { validateStream: false }) : text;
  return {
    red: style('red'),
    green: style('green'),
    yellow: style('yellow'),
    cyan: style('cyan'),
    bold: style('bold'),
    dim: style('dim'),
  };
}
