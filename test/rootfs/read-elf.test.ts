import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ElfError } from '../../builder/rootfs/elf/byte-reader.ts';
import { readElf } from '../../builder/rootfs/elf/read-elf.ts';
import { type BuiltElf, builtElf } from '../support/built-elf.ts';

const full: BuiltElf = {
  interpreter: '/lib/ld-musl-aarch64.so.1',
  needed: ['libstdc++.so.6', 'libc.musl-aarch64.so.1'],
  rpath: '$ORIGIN/../lib:/opt',
  pie: true,
  glibcNote: true,
  modinfo: ['depends='],
};

for (const bits of [64, 32] as const) {
  for (const littleEndian of [true, false]) {
    test(`reads all of a file of ${bits} bits, ${littleEndian ? 'little' : 'big'}-endian`, () => {
      const elf = readElf(builtElf({ ...full, bits, littleEndian }));
      assert.is(elf.bits, bits);
      assert.is(elf.littleEndian, littleEndian);
      assert.is(elf.machine, 'arm64');
      assert.is(elf.interpreter, '/lib/ld-musl-aarch64.so.1');
      assert.equal(elf.needed, ['libstdc++.so.6', 'libc.musl-aarch64.so.1']);
      assert.equal(elf.searchPath, ['$ORIGIN/../lib', '/opt']);
      assert.is(elf.role, 'program');
      assert.is(elf.glibcNote, true);
      assert.ok(elf.sections.some(({ name }) => name === '.modinfo'));
    });
  }
}

test('tells programs, libraries and objects apart', () => {
  const interpreter = '/lib/ld-musl-aarch64.so.1';
  assert.is(readElf(builtElf({ type: 2 })).role, 'program');
  assert.is(readElf(builtElf({ interpreter })).role, 'program');
  assert.is(readElf(builtElf({ pie: true })).role, 'program', 'static-pie');
  assert.is(readElf(builtElf({ soname: 'libx.so.1' })).role, 'library');
  assert.is(readElf(builtElf({ interpreter, soname: 'libc.so.6' })).role, 'library');
  assert.is(readElf(builtElf()).role, 'library', 'a loader');
  assert.is(readElf(builtElf({ type: 1 })).role, 'object');
});

test('static and dynamic', () => {
  assert.is(readElf(builtElf({ type: 2 })).dynamic, false);
  assert.is(readElf(builtElf({ needed: ['x'] })).dynamic, true);
  assert.is(readElf(builtElf({ type: 2 })).interpreter, null);
});

test('a runpath goes before an rpath', () => {
  assert.equal(readElf(builtElf({ rpath: '/a', runpath: '/b' })).searchPath, ['/b']);
});

test('an unknown machine has its number', () => {
  assert.is(readElf(builtElf({ machine: 8 })).machine, 'machine-8');
});

test('reads a real program: the one that runs this', () => {
  const elf = readElf(readFileSync(process.execPath));
  assert.is(elf.bits, 64);
  assert.is(elf.role, 'program');
  assert.ok(elf.needed.some((name) => name.startsWith('libc.')));
  assert.ok(elf.sections.some(({ name }) => name === '.text'));
});

const refused: readonly (readonly [string, () => Buffer, RegExp])[] = [
  ['what is no ELF', () => Buffer.from('#!/bin/sh'), /no ELF/],
  ['an empty file', () => Buffer.alloc(0), /no ELF/],
  ['a file that ends in its header', () => builtElf().subarray(0, 40), /ends within its header/],
  ['an impossible class', () => patched(4, 7), /class or byte order/],
  ['an impossible byte order', () => patched(5, 0), /class or byte order/],
  ['an impossible type', () => patched(16, 99), /type 99/],
  ['program headers outside the file', () => patched(32, 0xff, 0xff, 0xff), /outside the file/],
  ['program headers at an impossible place', () => patched(39, 0xff), /impossible place/],
  ['program headers that are too small', () => patched(54, 8), /8 bytes each/],
  ['section headers outside the file', () => patched(40, 0xff, 0xff, 0xff), /outside the file/],
];
for (const [what, make, message] of refused) {
  test(`refuses ${what}`, () => {
    assert.throws(
      () => readElf(make()),
      (error: unknown) => error instanceof ElfError && message.test(error.message),
    );
  });
}

function patched(offset: number, ...bytes: number[]): Buffer {
  const elf = builtElf(full);
  elf.set(bytes, offset);
  return elf;
}

/** Numbers from 0 to below 2^32, the same in every run. */
function* pseudoRandom(seed: number): Generator<number> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state;
  }
}

test('whatever is done to a file, the answer is an ElfError or a result, never a crash', () => {
  const random = pseudoRandom(42);
  const next = (below: number): number => Math.floor((random.next().value! / 2 ** 32) * below);
  const originals = ([64, 32] as const).flatMap((bits) =>
    [true, false].map((littleEndian) => builtElf({ ...full, bits, littleEndian })),
  );
  let refusals = 0;
  for (let round = 0; round < 20_000; round += 1) {
    let bytes = Buffer.from(originals[round % originals.length]!);
    for (let change = 0; change <= next(4); change += 1) bytes[4 + next(bytes.length - 4)] = next(256);
    if (next(4) === 0) bytes = bytes.subarray(0, next(bytes.length));
    try {
      readElf(bytes);
    } catch (error) {
      if (!(error instanceof ElfError)) throw error;
      refusals += 1;
    }
  }
  assert.ok(refusals > 5000, `${refusals} refusals`);
});

test.run();
