import decodeQR from 'qr/decode.js';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type LabelPaper, labelPaper, labelPapers } from '../../../builder/ledger/labels/label-paper.ts';
import { type LabelPage, labelPages } from '../../../builder/ledger/labels/label-sheet.ts';
import { sheetPdf } from '../../../builder/ledger/labels/sheet-pdf.ts';
import { sheetSvg } from '../../../builder/ledger/labels/sheet-svg.ts';
import { fingerprintOf, unitLabels } from '../../../builder/ledger/labels/unit-label.ts';
import type { BatchOpened, UnitBurnt } from '../../../builder/ledger/ledger-record.ts';
import { matchesGolden } from '../../support/golden.ts';
import { rejectedWith } from '../../support/rejection.ts';

const test = suite('labels');
const chained = { previous: '0'.repeat(64), line: 1, time: '2026-11-27T09:00:00Z' };

const opened: BatchOpened = {
  ...chained,
  kind: 'batch-opened',
  manufacturer: 'Acme & <Sons>',
  batch: '2026-11-a',
  release: 'a'.repeat(64),
  releaseName: 'skyminer-8',
  releaseNumber: 3,
  releaseVersion: '2026.11',
  key: 'b'.repeat(64),
};

function unit(number: number, changes: Partial<UnitBurnt> = {}): UnitBurnt {
  return {
    ...chained,
    kind: 'unit',
    batch: '2026-11-a',
    serial: `ACME-${String(number).padStart(6, '0')}`,
    image: 'cxo-qemu-virt',
    imageSha256: 'c'.repeat(64),
    release: 'a'.repeat(64),
    card: 'SD32G 0x1234',
    cardSize: 31_914_983_424,
    devicePublicKey: String(number).padStart(64, '7'),
    mac: null,
    cluster: 'skyminer-8',
    position: `cxo-${number}`,
    settings: [],
    secrets: [],
    result: 'verified',
    fault: null,
    operator: 'kim',
    ...changes,
  };
}

const numbers = (labels: readonly { serial: string }[]): number[] =>
  labels.map(({ serial }) => Number(serial.slice(5)));

test('a unit has one if its card was read back, by serial', () => {
  const failed = unit(2, { result: 'failed', fault: { what: 'wrong bytes', offset: 8192 } });
  const records = [unit(3), failed, unit(4, { result: 'not-verified' }), unit(1)];
  assert.equal(numbers(unitLabels(records, [opened], null)), [1, 3]);
  assert.equal(numbers(unitLabels(records, [opened], new Set(['ACME-000003', 'ACME-000002']))), [3]);
});

test('what was burnt last counts', () => {
  const again = unit(1, { devicePublicKey: 'd'.repeat(64) });
  assert.equal(
    unitLabels([unit(1), again], [opened], null).map(({ fingerprint }) => fingerprint),
    [fingerprintOf('d'.repeat(64))],
  );
  assert.equal(unitLabels([unit(1), unit(1, { result: 'failed' })], [opened], null), []);
});

test('a scanner reads serial and fingerprint off every paper, at 300 dots an inch', () => {
  const labels = unitLabels([unit(17)], [opened], null);
  for (const name of Object.keys(labelPapers)) {
    const [page] = labelPages(labels, labelPaper(name));
    assert.is(
      decodeQR(raster(page!, 300 / 25.4)),
      `BOARDSMITH:ACME-000017:${fingerprintOf(unit(17).devicePublicKey)}`,
      name,
    );
  }
});

test('nothing is drawn outside its label', () => {
  for (const [name, paper] of Object.entries(labelPapers)) {
    const each = paper.columns * paper.rows;
    for (let place = 0; place < each; place += 1) {
      const [page] = labelPages(unitLabels([unit(1)], [opened], null), paper, place);
      assert.ok(
        page!.shapes.every((shape) => isInside(shape, paper, place)),
        `${name}, label ${place}`,
      );
    }
  }
});

test('sheets follow each other; labels that are used up are left free', () => {
  const labels = unitLabels([...Array.from({ length: 30 }, (_, index) => unit(index + 1))], [opened], null);
  const texts = (pages: readonly LabelPage[]): number[] =>
    pages.map(
      ({ shapes }) =>
        shapes.filter((shape) => shape.kind === 'text' && shape.text.startsWith('ACME-')).length,
    );
  assert.equal(texts(labelPages(labels, labelPaper('a4-24'))), [24, 6]);
  assert.equal(texts(labelPages(labels, labelPaper('a4-24'), 20)), [4, 24, 2]);
  assert.equal(texts(labelPages(labels, labelPaper('a4-24'), 24)), [24, 6]);
});

test('an SVG of the real size, with its text escaped', () => {
  const [page] = labelPages(unitLabels([unit(1)], [opened], null), labelPaper('a4-24'));
  matchesGolden('ledger/label.svg', sheetSvg(page!));
});

test('a PDF of the real size, the same bytes again', async () => {
  const pages = labelPages(
    unitLabels([...Array.from({ length: 30 }, (_, index) => unit(index + 1))], [opened], null),
    labelPaper('a4-24'),
  );
  const date = new Date('2026-11-27T09:00:00Z');
  const pdf = await sheetPdf(pages, date);
  const text = pdf.toString('latin1');
  assert.is(text.match(/\/Type \/Page\n/g)?.length, 2);
  assert.match(text, /\/MediaBox \[0 0 595\.27\d* 841\.88\d*\]/);
  assert.is(Buffer.compare(pdf, await sheetPdf(pages, date)), 0);
});

test('a paper that nobody knows', async () => {
  const asked = Promise.resolve().then(() => labelPaper('a5'));
  const error = await rejectedWith(asked, 'USAGE', /no label paper a5/);
  assert.match(error.hint ?? '', /a4-24/);
});

function isInside(shape: LabelPage['shapes'][number], paper: LabelPaper, place: number): boolean {
  const x = paper.left + (place % paper.columns) * (paper.labelWidth + paper.gapX);
  const y = paper.top + Math.floor(place / paper.columns) * (paper.labelHeight + paper.gapY);
  const width = shape.kind === 'box' ? shape.width : shape.widest;
  const upper = shape.kind === 'box' ? shape.y : shape.y - shape.size;
  const lower = shape.kind === 'box' ? shape.y + shape.height : shape.y;
  return (
    shape.x >= x && shape.x + width <= x + paper.labelWidth && upper >= y && lower <= y + paper.labelHeight
  );
}

/** Its boxes as a picture of RGBA; text is left out. */
function raster({ width, height, shapes }: LabelPage, dots: number) {
  const picture = { width: Math.ceil(width * dots), height: Math.ceil(height * dots) };
  const data = new Uint8Array(picture.width * picture.height * 4).fill(255);
  for (const shape of shapes) {
    if (shape.kind !== 'box') continue;
    for (let row = Math.round(shape.y * dots); row < Math.round((shape.y + shape.height) * dots); row += 1) {
      const from = (row * picture.width + Math.round(shape.x * dots)) * 4;
      data.fill(0, from, from + Math.round(shape.width * dots) * 4);
    }
  }
  for (let alpha = 3; alpha < data.length; alpha += 4) data[alpha] = 255;
  return { ...picture, data };
}

test.run();
