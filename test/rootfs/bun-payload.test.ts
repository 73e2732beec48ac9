import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bunPayloadProblem } from '../../builder/rootfs/audit/bun-payload.ts';
import { type BuiltBun, builtBun, bunPayload, payloadAddress } from '../support/built-bun.ts';

const test = suite('the daemon in a program that Bun compiled');

test('is found in a whole one', () => assert.is(bunPayloadProblem(builtBun()), null));

const broken: readonly (readonly [string, BuiltBun, RegExp])[] = [
  ['the bare Bun', { payload: Buffer.alloc(8), pointer: 0n }, /section \.bun is empty/],
  ['one that was stripped', { pointer: 0n }, /nothing in it points/],
  ['one that points elsewhere', { pointer: payloadAddress + 8n }, /nothing in it points/],
  ['one without that section', { section: '.bin' }, /no section \.bun/],
  ['one whose section was cut off', { payload: bunPayload('modules').subarray(0, -4) }, /its own length/],
  [
    'one whose trailer was overwritten',
    { payload: Buffer.concat([bunPayload('modules').subarray(0, -4), Buffer.alloc(4)]) },
    /does not end/,
  ],
  ['one whose segment ends before the section does', { loadedSize: 200 }, /not loaded/],
];
for (const [what, options, problem] of broken) {
  test(`is missed in ${what}`, () => assert.match(bunPayloadProblem(builtBun(options)) ?? '', problem));
}

test('is missed in what is no ELF file, or one that was cut off', () => {
  assert.match(bunPayloadProblem(Buffer.from('#!/usr/bin/bun\n')) ?? '', /no ELF file/);
  assert.match(bunPayloadProblem(builtBun().subarray(0, -100)) ?? '', /outside the file/);
});

test.run();
