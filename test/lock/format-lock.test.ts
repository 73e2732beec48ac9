import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { formatLock } from '../../builder/lock/format-lock.ts';
import type { Lock } from '../../builder/lock/lock-format.ts';
import { parseLock } from '../../builder/lock/read-lock.ts';
import { writeLock } from '../../builder/lock/write-lock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ours = join(import.meta.dirname, '../../boardsmith.lock');

test("the checkout's own lock is valid and in its one form", () => {
  const text = readFileSync(ours, 'utf8');
  assert.is(formatLock(parseLock(text, ours)), text);
});

test("the checkout's own lock names no registry", () => {
  assert.not.match(readFileSync(ours, 'utf8'), /https?:|:\/\//);
});

test('the order of keys in memory does not show', () => {
  const lock = parseLock(readFileSync(ours, 'utf8'), ours);
  const reversed = Object.fromEntries(Object.entries(lock).reverse()) as unknown as Lock;
  const entries = Object.fromEntries(Object.entries(lock.entries).reverse());
  assert.is(formatLock({ ...reversed, entries }), formatLock(lock));
});

test('keys are sorted by code unit', () => {
  const lock = { b: 1, B: 2, a: { ä: 1, z: 2 } } as unknown as Lock;
  assert.is(formatLock(lock), '{\n  "B": 2,\n  "a": {\n    "z": 2,\n    "ä": 1\n  },\n  "b": 1\n}\n');
});

test('writing leaves the lock and no draft', async () => {
  const folder = temporaryFolder('lock');
  const file = join(folder, 'boardsmith.lock');
  const lock = parseLock(readFileSync(ours, 'utf8'), ours);
  await writeLock(file, lock);
  await writeLock(file, lock);
  assert.equal(readdirSync(folder), ['boardsmith.lock']);
  assert.is(readFileSync(file, 'utf8'), readFileSync(ours, 'utf8'));
});

test.run();
