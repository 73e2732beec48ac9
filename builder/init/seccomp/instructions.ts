import type { ArgumentTest } from '../../recipe/system-calls/limited.ts';

/** struct sock_filter of include/uapi/linux/filter.h: code, jumps if true and if false, operand. */
export interface Instruction {
  readonly code: number;
  readonly ifTrue: number;
  readonly ifFalse: number;
  readonly operand: number;
}

/** BPF_LD | BPF_W | BPF_ABS and so on, include/uapi/linux/bpf_common.h. */
const code = {
  load: 0x20,
  and: 0x54,
  jumpIfEqual: 0x15,
  jumpIfAtLeast: 0x35,
  jump: 0x05,
  ret: 0x06,
} as const;
/** struct seccomp_data: int nr, u32 arch, u64 instruction pointer, u64 args[6]. */
const offsetOf = { number: 0, architecture: 4, arguments: 16 } as const;
/** AUDIT_ARCH_AARCH64: EM_AARCH64 (183), 64 bits, little-endian. */
const architecture = 0xc000_00b7;
/** A jump's distance has 8 bits. */
const furthest = 255;

const statement = (operation: number, operand: number): Instruction => ({
  code: operation,
  ifTrue: 0,
  ifFalse: 0,
  operand,
});

export const returnWith = (value: number): Instruction => statement(code.ret, value);

/** `then` if all tests hold; else what follows. */
export function testArguments(tests: readonly ArgumentTest[], then: readonly Instruction[]): Instruction[] {
  return tests.reduceRight<Instruction[]>(
    (inner, { argument, mask, equals }) => [
      statement(code.load, lowHalf(argument)),
      ...(mask === undefined ? [] : [statement(code.and, mask)]),
      ...unless(equals, inner),
    ],
    [...then],
  );
}

/** A pointer, all 64 bits of it. */
export function testPointer(
  argument: number,
  address: number,
  then: readonly Instruction[],
  otherwise: readonly Instruction[],
): Instruction[] {
  const low = [statement(code.load, lowHalf(argument)), ...unless(address, then)];
  return [statement(code.load, lowHalf(argument) + 4), ...unless(0, low), ...otherwise];
}

/** `then` if what is loaded is `value`; else it is jumped over. */
function unless(value: number, then: readonly Instruction[]): Instruction[] {
  return [{ code: code.jumpIfEqual, ifTrue: 0, ifFalse: distance(then.length), operand: value }, ...then];
}

const lowHalf = (argument: number): number => offsetOf.arguments + 8 * argument;

/**
 * The whole filter: a search by halves for the call's number, and each call's own instructions at its end.
 * @param leaves by number; each ends with a return on every path
 * @param otherwise for every other number
 * @param foreign for calls of another architecture
 */
export function assemble(
  leaves: ReadonlyMap<number, readonly Instruction[]>,
  otherwise: readonly Instruction[],
  foreign: readonly Instruction[],
): Instruction[] {
  return [
    statement(code.load, offsetOf.architecture),
    { code: code.jumpIfEqual, ifTrue: distance(foreign.length), ifFalse: 0, operand: architecture },
    ...foreign,
    statement(code.load, offsetOf.number),
    ...search(ranges(leaves, otherwise)),
  ];
}

interface Range {
  /** The first number; the next range's ends it. */
  readonly first: number;
  readonly leaf: readonly Instruction[];
}

/** Neighbours that do the same become one. */
function ranges(
  leaves: ReadonlyMap<number, readonly Instruction[]>,
  otherwise: readonly Instruction[],
): Range[] {
  const last = Math.max(-1, ...leaves.keys());
  const found: Range[] = [];
  for (let number = 0; number <= last + 1; number += 1) {
    const leaf = leaves.get(number) ?? otherwise;
    if (found.length === 0 || !same(found.at(-1)!.leaf, leaf)) found.push({ first: number, leaf });
  }
  return found;
}

function same(a: readonly Instruction[], b: readonly Instruction[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function search(sorted: readonly Range[]): Instruction[] {
  if (sorted.length === 1) return [...sorted[0]!.leaf];
  const middle = sorted.length >> 1;
  const lower = search(sorted.slice(0, middle));
  const upper = search(sorted.slice(middle));
  const { first } = sorted[middle]!;
  if (lower.length <= furthest) {
    return [
      { code: code.jumpIfAtLeast, ifTrue: lower.length, ifFalse: 0, operand: first },
      ...lower,
      ...upper,
    ];
  }
  const over = statement(code.jump, lower.length);
  return [{ code: code.jumpIfAtLeast, ifTrue: 0, ifFalse: 1, operand: first }, over, ...lower, ...upper];
}

function distance(length: number): number {
  if (length > furthest) throw new RangeError('a leaf of the filter is too long for one jump');
  return length;
}
