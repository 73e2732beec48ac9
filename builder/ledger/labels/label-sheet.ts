import { encodeQR } from 'qr';
import type { LabelPaper } from './label-paper.ts';
import type { UnitLabel } from './unit-label.ts';

/** A page as shapes, in millimetres from its upper left corner: what SVG and PDF draw alike. */
export interface LabelPage {
  readonly width: number;
  readonly height: number;
  readonly shapes: readonly Shape[];
}

export type Shape =
  | {
      readonly kind: 'box';
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
    }
  | {
      readonly kind: 'text';
      readonly x: number;
      /** Of the base line. */
      readonly y: number;
      /** Height of the font. */
      readonly size: number;
      readonly font: 'bold' | 'plain' | 'fixed';
      readonly text: string;
      /** The text is made narrower if it is longer. */
      readonly widest: number;
    };

/** Space that nothing is printed on, at the rim of a label: printers and punches are a millimetre or two off. */
const rim = 2.5;

/**
 * Lays labels out on sheets.
 * @param skip labels of the first sheet that are used up already
 */
export function labelPages(labels: readonly UnitLabel[], paper: LabelPaper, skip = 0): LabelPage[] {
  const each = paper.columns * paper.rows;
  const pages: Shape[][] = [];
  for (const [index, label] of labels.entries()) {
    const place = index + skip;
    const row = Math.floor((place % each) / paper.columns);
    const column = place % paper.columns;
    const x = paper.left + column * (paper.labelWidth + paper.gapX);
    const y = paper.top + row * (paper.labelHeight + paper.gapY);
    const page = Math.floor(place / each);
    pages[page] ??= [];
    pages[page].push(...labelShapes(label, paper, x, y));
  }
  // Sheets that were skipped whole are not printed.
  return pages
    .filter((shapes) => shapes !== undefined)
    .map((shapes) => ({ width: paper.width, height: paper.height, shapes }));
}

function labelShapes(label: UnitLabel, paper: LabelPaper, x: number, y: number): Shape[] {
  const side = Math.min(paper.labelHeight - 2 * rim, paper.labelWidth * 0.45);
  const top = y + (paper.labelHeight - side) / 2;
  const textX = x + rim + side + 2;
  const widest = x + paper.labelWidth - rim - textX;
  // Parts of the symbol's height: the serial is what a person looks for.
  const serial = side * 0.2;
  const small = side * 0.115;
  const line = (size: number, at: number, font: 'bold' | 'plain' | 'fixed', text: string): Shape => ({
    kind: 'text',
    x: textX,
    y: top + at * side,
    size,
    font,
    text,
    widest,
  });
  return [
    ...qrShapes(label.code, x + rim, top, side),
    line(serial, 0.17, 'bold', label.serial),
    ...label.lines.slice(0, 3).map((text, index) => line(small, 0.36 + index * 0.16, 'plain', text)),
    // The first 64 bits, to be compared by eye; the symbol has all of it.
    line(small, 0.97, 'fixed', label.fingerprint.slice(0, 16).replace(/(.{4})(?=.)/g, '$1 ')),
  ];
}

/** Runs of dark modules, a box each: fewer shapes, and no hairlines between modules. */
function qrShapes(code: string, x: number, y: number, side: number): Shape[] {
  // A quiet zone of four modules belongs to the symbol (ISO/IEC 18004); of it, the label's own rim gives a part.
  const rows = encodeQR(code, 'raw', { ecc: 'medium', border: 2 });
  const module = side / rows.length;
  return rows.flatMap((row, r) => {
    const boxes: Shape[] = [];
    for (let start = row.indexOf(true); start !== -1; ) {
      const light = row.indexOf(false, start);
      const end = light === -1 ? row.length : light;
      boxes.push({
        kind: 'box',
        x: x + start * module,
        y: y + r * module,
        width: (end - start) * module,
        height: module,
      });
      start = row.indexOf(true, end);
    }
    return boxes;
  });
}
