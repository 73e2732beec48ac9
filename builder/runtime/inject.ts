import { BoardsmithError } from '../error/boardsmith-error.ts';
import { findText } from '../lock/byte-threads/find-text.mjs';
import { readElfProgram, type Segment, segmentType, shiftSections, writeSegment } from './elf-program.ts';

/** In every Node that can be a single executable; the digit after the colon says whether it is one (node_sea.cc). */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:';
/** The name under which Node looks for the blob in its notes. */
const noteName = 'NODE_SEA_BLOB';
/** Notes are made of words of four bytes. */
const noteAlignment = 4;

/**
 * Puts a blob into a Node program: appended as an ELF note, with the last segment lengthened over it so that it is loaded, the
 * program's note header pointing at it (the build id that it pointed at is lost) and the fuse set. The same bytes for the same input.
 * @param node a 64-bit aarch64 Node, not yet a single executable
 * @param blob what `makeSeaBlob` made
 * @returns the program; `node` stays as it is
 * @throws BoardsmithError STEP_FAILED if `node` is no such program
 */
export function injectSeaBlob(node: Buffer, blob: Buffer): Buffer {
  if (blob.length === 0) throw refused('the blob is empty');
  const { segments, sections } = readElfProgram(node, 'the Node program');
  const fuseDigit = findFuse(node);
  const note = segments.find(({ type }) => type === segmentType.note);
  if (note === undefined) throw refused('the Node program has no note header that could point at the blob');
  const last = lastLoaded(segments);
  const end = last.offset + last.fileSize;

  // Memory beyond the segment's end in the file (.bss) must be zero, but will now come from the file: make room for it there.
  const gap = last.memorySize - last.fileSize;
  const tail = node.length - end;
  const noteOffset = roundUp(end + gap + tail, noteAlignment);
  const noteHead = blobNoteHead(blob.length);
  const noteSize = noteHead.length + roundUp(blob.length, noteAlignment);

  const program = Buffer.allocUnsafe(noteOffset + noteSize);
  node.copy(program, 0, 0, end);
  program.fill(0, end, end + gap);
  node.copy(program, end + gap, end);
  program.fill(0, end + gap + tail);
  noteHead.copy(program, noteOffset);
  blob.copy(program, noteOffset + noteHead.length);

  if (gap > 0) shiftSections(program, sections, end, gap);
  const loadedSize = program.length - last.offset;
  writeSegment(program, { ...last, fileSize: loadedSize, memorySize: loadedSize });
  writeSegment(program, {
    ...note,
    offset: noteOffset,
    address: last.address + (noteOffset - last.offset),
    fileSize: noteSize,
    memorySize: noteSize,
    alignment: noteAlignment,
  });
  program.write('1', fuseDigit >= end ? fuseDigit + gap : fuseDigit, 'latin1');
  return program;
}

/** @returns where the fuse's digit stands */
function findFuse(node: Buffer): number {
  const found = findText(node, fuse);
  if (found === -1) throw refused('the Node program has no fuse: it was built without single executables');
  if (findText(node, fuse, found + 1) >= 0) throw refused('the Node program has its fuse twice');
  const position = found + fuse.length;
  const digit = node.toString('latin1', position, position + 1);
  if (digit === '1') throw refused('the Node program is a single executable already');
  if (digit !== '0') throw refused(`the fuse of the Node program is ${JSON.stringify(digit)}, not 0`);
  return position;
}

/** The segment with the highest addresses: only that one can grow. */
function lastLoaded(segments: readonly Segment[]): Segment {
  const loaded = segments.filter(({ type }) => type === segmentType.load);
  const last = loaded.toSorted((a, b) => a.address - b.address).at(-1);
  if (last === undefined) throw refused('the Node program has no loaded segment');
  const { offset, address, alignment, fileSize, memorySize } = last;
  if (memorySize < fileSize || alignment === 0 || offset % alignment !== address % alignment) {
    throw refused('the last loaded segment of the Node program is malformed');
  }
  if (
    segments.some(
      (other) => other.type !== segmentType.note && other.offset >= offset + fileSize && other.fileSize > 0,
    )
  ) {
    throw refused('the segment with the highest addresses is not the last one in the Node program');
  }
  return last;
}

/** Everything of the note before the blob: three words (sizes of name and content, type 0) and the padded name. */
function blobNoteHead(blobSize: number): Buffer {
  const nameSize = noteName.length + 1;
  const head = Buffer.alloc(12 + roundUp(nameSize, noteAlignment));
  head.writeUInt32LE(nameSize, 0);
  head.writeUInt32LE(blobSize, 4);
  head.write(noteName, 12, 'latin1');
  return head;
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

function refused(what: string): BoardsmithError {
  return new BoardsmithError('STEP_FAILED', what, {
    hint: 'pin another Node for musl: boardsmith lock --renew',
  });
}
