import { BoardsmithError } from '../../error/boardsmith-error.ts';

/** A sheet of labels, in millimetres. */
export interface LabelPaper {
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  readonly rows: number;
  /** Upper left corner of the first label. */
  readonly left: number;
  readonly top: number;
  readonly labelWidth: number;
  readonly labelHeight: number;
  /** From one label to the next. */
  readonly gapX: number;
  readonly gapY: number;
}

/** Sheets that are sold everywhere, by the name that `--paper` takes. */
export const labelPapers: Readonly<Record<string, LabelPaper>> = {
  /** A4, 24 labels of 70 × 37 mm, edge to edge (Avery 3474 and its like). */
  'a4-24': grid(210, 297, 3, 8, { labelWidth: 70, labelHeight: 37 }),
  /** A4, 65 labels of 38.1 × 21.2 mm (Avery L7651). */
  'a4-65': grid(210, 297, 5, 13, { labelWidth: 38.1, labelHeight: 21.2, gapX: 2.5 }),
  /** US letter, 30 labels of 66.7 × 25.4 mm (Avery 5160). */
  'letter-30': grid(215.9, 279.4, 3, 10, { labelWidth: 66.7, labelHeight: 25.4, gapX: 3.1 }),
};

/** @throws BoardsmithError USAGE */
export function labelPaper(name: string): LabelPaper {
  const paper = labelPapers[name];
  if (paper !== undefined) return paper;
  throw new BoardsmithError('USAGE', `there is no label paper ${name}`, {
    hint: `--paper takes ${Object.keys(labelPapers).join(', ')}`,
  });
}

/** Centred on its paper. */
function grid(
  width: number,
  height: number,
  columns: number,
  rows: number,
  label: { labelWidth: number; labelHeight: number; gapX?: number; gapY?: number },
): LabelPaper {
  const { labelWidth, labelHeight, gapX = 0, gapY = 0 } = label;
  const left = (width - columns * labelWidth - (columns - 1) * gapX) / 2;
  const top = (height - rows * labelHeight - (rows - 1) * gapY) / 2;
  return { width, height, columns, rows, left, top, labelWidth, labelHeight, gapX, gapY };
}
