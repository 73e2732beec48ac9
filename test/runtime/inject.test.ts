import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { readElfProgram, type Segment } from '../../builder/runtime/elf-program.ts';
import { injectSeaBlob } from '../../builder/runtime/inject.ts';
import { type BuiltProgram, builtProgram, goodFuse } from '../support/built-program.ts';

const test = suite('inject');
const blob = Buffer.from('the blob, of odd size');

const refusals: readonly (readonly [string, BuiltProgram, RegExp])[] = [
  ['what is no ELF file', { magic: 0x23212f62 }, /is no ELF file/],
  ['a 32-bit program', { bits: 1 }, /not a 64-bit little-endian/],
  ['a big-endian program', { byteOrder: 2 }, /not a 64-bit little-endian/],
  ['a program for x86-64', { machine: 62 }, /for ELF machine 62, not for aarch64/],
  ['program headers of another size', { headerSize: 32 }, /damaged program header table/],
  ['section headers beyond the end', { sectionCount: 1000 }, /damaged section header table/],
  ['a segment beyond the end', { fileSizeShift: 0x10000 }, /ends before one of its segments/],
  ['a program without a fuse', { fuses: [] }, /has no fuse/],
  ['a program with two fuses', { fuses: [goodFuse, goodFuse] }, /has its fuse twice/],
  ['a single executable', { fuses: [goodFuse.replace(/0$/, '1')] }, /single executable already/],
  ['a fuse that is neither', { fuses: [goodFuse.replace(/0$/, 'x')] }, /the fuse of the Node program is "x"/],
  ['a program without a note', { note: false }, /no note header/],
  ['a program without a loaded segment', { load: false }, /no loaded segment/],
  ['a segment smaller in memory than in the file', { memorySizeShift: -1 }, /malformed/],
  ['a segment whose offset and address do not agree', { offsetShift: -1 }, /malformed/],
  ['segments in another order than their addresses', { swapped: true }, /not the last one/],
];

for (const [name, options, message] of refusals) {
  test(`refuses ${name}`, () => refused(() => injectSeaBlob(builtProgram(options), blob), message));
}

test('refuses an empty blob', () =>
  refused(() => injectSeaBlob(builtProgram(), Buffer.alloc(0)), /blob is empty/));

test('refuses a file that ends within its header', () => {
  refused(() => injectSeaBlob(builtProgram().subarray(0, 40), blob), /is no ELF file/);
});

for (const bss of [0, 5, 0x5000]) {
  test(`a program with ${bss} bytes of zeroed memory gets the blob as a note that is loaded`, () => {
    const original = builtProgram({ bss });
    const before = Buffer.from(original);
    const program = injectSeaBlob(original, blob);
    assert.equal(original, before, 'the input was changed');

    const old = lastSegment(original);
    const last = lastSegment(program);
    assert.is(last.offset + last.fileSize, program.length);
    assert.is(last.memorySize, last.fileSize);
    assert.is(last.offset % last.alignment, last.address % last.alignment);
    assert.equal(loaded(program, old.address, old.fileSize), loaded(original, old.address, old.fileSize));
    const zeroed = loaded(program, old.address + old.fileSize, bss);
    assert.equal(zeroed, Buffer.alloc(bss), 'memory that must be zero is not');

    const note = readElfProgram(program, 'it').segments.find(({ type }) => type === 4)!;
    assert.ok(note.address >= old.address + old.memorySize, 'the note lies in memory of the program');
    assert.is(note.address % 4, 0);
    assert.equal(noteContent(loaded(program, note.address, note.memorySize)), blob);
    assert.is(note.offset - last.offset, note.address - last.address);
    assert.ok(program.includes(goodFuse.replace(/0$/, '1')));
    assert.not.ok(program.includes(goodFuse));
  });

  test(`with ${bss} bytes of zeroed memory the section headers still describe what they did`, () => {
    const program = injectSeaBlob(builtProgram({ bss }), blob);
    const { sections } = readElfProgram(program, 'it');
    const tailAt = Number(program.readBigUInt64LE(sections.offset + 64 + 24));
    assert.is(program.toString('latin1', tailAt, tailAt + 10), 'not loaded');
  });
}

test('the same input gives the same bytes', () => {
  assert.equal(injectSeaBlob(builtProgram(), blob), injectSeaBlob(builtProgram(), blob));
});

test('the result is refused as a single executable already', () => {
  refused(() => injectSeaBlob(injectSeaBlob(builtProgram(), blob), blob), /single executable already/);
});

function lastSegment(program: Buffer): Segment {
  const { segments } = readElfProgram(program, 'it');
  return segments
    .filter(({ type }) => type === 1)
    .toSorted((a, b) => a.address - b.address)
    .at(-1)!;
}

/** What the kernel would show at an address: bytes of the file, then zeros. */
function loaded(program: Buffer, address: number, size: number): Buffer {
  const { segments } = readElfProgram(program, 'it');
  const segment = segments.find(
    (one) => one.type === 1 && address >= one.address && address + size <= one.address + one.memorySize,
  )!;
  const memory = Buffer.alloc(segment.memorySize);
  program.copy(memory, 0, segment.offset, segment.offset + segment.fileSize);
  return memory.subarray(address - segment.address, address - segment.address + size);
}

/** Reads a note as Node does: sizes of name and content, type, name, content; each padded to four bytes. */
function noteContent(note: Buffer): Buffer {
  const nameSize = note.readUInt32LE(0);
  assert.is(note.toString('latin1', 12, 12 + nameSize), 'NODE_SEA_BLOB\0');
  const start = 12 + Math.ceil(nameSize / 4) * 4;
  return note.subarray(start, start + note.readUInt32LE(4));
}

function refused(task: () => unknown, message: RegExp): void {
  try {
    task();
  } catch (error) {
    assert.instance(error, BoardsmithError);
    assert.is((error as BoardsmithError).code, 'STEP_FAILED');
    assert.match((error as BoardsmithError).message, message);
    assert.ok((error as BoardsmithError).hint);
    return;
  }
  assert.unreachable('it was not refused');
}

test.run();
