import type { LabelPage, Shape } from './label-sheet.ts';

/** Fonts that every reader of PDF has. */
const fonts = { bold: 'Helvetica-Bold', plain: 'Helvetica', fixed: 'Courier' };

/** PDF counts in points, 72 an inch. */
const pointsPerMillimetre = 72 / 25.4;

/**
 * Pages as one PDF of their real size.
 * @param date stands in the file; the same pages and date give the same bytes
 */
export async function sheetPdf(pages: readonly LabelPage[], date: Date): Promise<Buffer> {
  const { default: PDFDocument } = await import('pdfkit');
  const document = new PDFDocument({
    autoFirstPage: false,
    compress: false,
    info: { Title: 'Labels', Creator: 'boardsmith', Producer: 'boardsmith', CreationDate: date },
  });
  const parts: Buffer[] = [];
  document.on('data', (part: Buffer) => parts.push(part));
  const ended = new Promise<void>((resolve, reject) => {
    document.on('end', resolve);
    document.on('error', reject);
  });
  for (const { width, height, shapes } of pages) {
    document.addPage({ size: [width * pointsPerMillimetre, height * pointsPerMillimetre], margin: 0 });
    document.scale(pointsPerMillimetre);
    for (const shape of shapes) {
      if (shape.kind === 'box') document.rect(shape.x, shape.y, shape.width, shape.height);
    }
    document.fill('black');
    for (const shape of shapes) if (shape.kind === 'text') drawText(document, shape);
  }
  document.end();
  await ended;
  return Buffer.concat(parts);
}

function drawText(document: PDFKit.PDFDocument, shape: Shape & { kind: 'text' }): void {
  document.font(fonts[shape.font]).fontSize(shape.size);
  const natural = document.widthOfString(shape.text);
  // The types do not know `horizontalScaling`, which pdfkit documents.
  const options: PDFKit.Mixins.TextOptions & { horizontalScaling: number } = {
    baseline: 'alphabetic',
    lineBreak: false,
    horizontalScaling: natural > shape.widest ? (100 * shape.widest) / natural : 100,
  };
  document.text(shape.text, shape.x, shape.y, options);
}
