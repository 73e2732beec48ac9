import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LineSplitter, lineLimit } from '../../qemu/line-splitter.ts';

const test = suite('bytes of a console become lines');

function split(...chunks: readonly (string | Uint8Array)[]): string[] {
  const splitter = new LineSplitter();
  const lines = chunks.flatMap((chunk) => splitter.push(Buffer.from(chunk as string)));
  const rest = splitter.end();
  return rest === null ? lines : [...lines, rest];
}

test('lines end with any mixture of carriage returns and a newline', () => {
  assert.equal(split('a\nb\r\nc\r\r\n\r\nd'), ['a', 'b', 'c', '', 'd']);
});

test('a line, a character and a line end may arrive in pieces', () => {
  const bytes = Buffer.from('Grüße €\r\nzwei\r\n');
  for (let size = 1; size < bytes.length; size += 1) {
    const chunks: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
    assert.equal(split(...chunks), ['Grüße €', 'zwei'], `pieces of ${size}`);
  }
});

test('what is no UTF-8 is replaced and harms nothing else', () => {
  assert.equal(split(Uint8Array.from([0xff, 0xc3, 0x0a]), 'next\n'), ['\ufffd\ufffd', 'next']);
});

test('control sequences of terminals vanish', () => {
  assert.equal(split('\x1b[?25h\x1b7\x1b[r\x1b[999;999H\x1b[6n\x1b8Cannot persist\r\n'), ['Cannot persist']);
  assert.equal(split('Hit any key: 2 \b\b\b 1 \b\b\b 0 \r\n'), ['Hit any key: 2  1  0']);
  assert.equal(split('\0\x07bell\x7f\n'), ['bell']);
});

test('a carriage return does not let text overwrite the beginning of its line', () => {
  assert.equal(split('cxo| x\rBOARDSMITH {}\n'), ['cxo| x BOARDSMITH {}']);
});

test('a line that never ends is cut, and its rest is no line of its own', () => {
  const long = 'x'.repeat(lineLimit + 10);
  assert.equal(split(`${long}BOARDSMITH {}\nnext\n`), ['x'.repeat(lineLimit), 'next']);
  const splitter = new LineSplitter();
  for (let count = 0; count < 1000; count += 1) splitter.push(Buffer.alloc(lineLimit, 'y'));
  assert.is(splitter.unfinished.length, lineLimit);
});

test('the unfinished line can be looked at', () => {
  const splitter = new LineSplitter();
  splitter.push(Buffer.from('done\n=> '));
  assert.is(splitter.unfinished, '=>');
});

test.run();
