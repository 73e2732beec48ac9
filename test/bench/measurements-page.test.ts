import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { matchesGolden } from '../support/golden.ts';
import type { Figures } from './figures.ts';
import { type Measurements, measurementsPage } from './measurements-page.ts';

const ours: Figures = {
  name: 'Boardsmith, qemu-virt',
  imageBytes: 80 << 20,
  compressedBytes: 50 << 20,
  releaseBytes: 40 << 20,
  ready: 3000,
  daemonStarts: 1000,
  readyByBootLoader: 4000,
  processes: 4,
  listeningPorts: 1,
  residentKiB: 64 << 10,
  usedKiB: 200 << 10,
  files: 55,
  elfFiles: 30,
  setuidFiles: 0,
};
const debian: Figures = {
  ...ours,
  name: 'plain Debian',
  imageBytes: 800 << 20,
  releaseBytes: 200 << 20,
  ready: 31_500,
  daemonStarts: null,
  readyByBootLoader: null,
  processes: 11,
  setuidFiles: 11,
};
const measurements: Measurements = {
  date: '2026-01-02',
  machine: 'a processor, 2 cores',
  boots: 3,
  ours: [ours],
  debian,
  changedLine: { changed: 3000, unchanged: 1200, steps: ['bundle:cxo', 'image:cxo-qemu-virt'] },
};

test('the page has every figure of every system, and ratios', () => {
  matchesGolden('bench/measurements.md', measurementsPage(measurements));
});

test('without a Debian it says why, and has no ratios', () => {
  const page = measurementsPage({ ...measurements, debian: 'it needs root' });
  assert.match(page, /A plain Debian was not measured: it needs root\./);
  assert.not.match(page, /÷/);
});

test.run();
