import type { LabelPage, Shape } from './label-sheet.ts';

const fonts = {
  bold: 'font-family="Helvetica, Arial, sans-serif" font-weight="bold"',
  plain: 'font-family="Helvetica, Arial, sans-serif"',
  fixed: 'font-family="Courier, monospace"',
};

/** Mean width of a character, in parts of the font's size: of Helvetica's capitals and digits, and of Courier. */
const meanWidth = { bold: 0.66, plain: 0.56, fixed: 0.6 };

/** One page as an SVG of its real size. */
export function sheetSvg(page: LabelPage): string {
  const { width, height, shapes } = page;
  const boxes = shapes.flatMap((shape) =>
    shape.kind === 'box'
      ? [
          `M${number(shape.x)} ${number(shape.y)}h${number(shape.width)}v${number(shape.height)}h${number(-shape.width)}z`,
        ]
      : [],
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${number(width)}mm" height="${number(height)}mm" viewBox="0 0 ${number(width)} ${number(height)}">`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    `<path shape-rendering="crispEdges" d="${boxes.join('')}"/>`,
    ...shapes.flatMap((shape) => (shape.kind === 'text' ? [textElement(shape)] : [])),
    '</svg>',
    '',
  ].join('\n');
}

function textElement(shape: Shape & { kind: 'text' }): string {
  const { x, y, size, font, text, widest } = shape;
  // Viewers have different fonts: a text that may be too long is fitted.
  const tight = text.length * size * meanWidth[font] > widest;
  const fitted = tight ? ` textLength="${number(widest)}" lengthAdjust="spacingAndGlyphs"` : '';
  return `<text x="${number(x)}" y="${number(y)}" font-size="${number(size)}" ${fonts[font]}${fitted} xml:space="preserve">${escapeText(text)}</text>`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Thousandths of a millimetre. */
function number(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}
