import type { Instruction } from '../../builder/init/seccomp/instructions.ts';

/** A call as a seccomp filter sees it (struct seccomp_data). */
export interface CallSeen {
  readonly number: number;
  readonly architecture?: number;
  readonly arguments?: readonly (number | bigint)[];
}

/** What a filter says of a call: the kernel's machine (kernel/seccomp.c, net/core/filter.c), written apart from what makes filters. */
export function runFilter(filter: readonly Instruction[], call: CallSeen): number {
  const data = Buffer.alloc(64);
  data.writeInt32LE(call.number, 0);
  data.writeUInt32LE(call.architecture ?? 0xc00000b7, 4);
  for (const [index, value] of (call.arguments ?? []).entries()) {
    data.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), 16 + 8 * index);
  }
  let accumulator = 0;
  for (let at = 0; at < filter.length; at += 1) {
    const { code, ifTrue, ifFalse, operand } = filter[at]!;
    if (code === 0x20) {
      if (operand % 4 !== 0) throw new Error('the kernel refuses a load that is not aligned');
      accumulator = data.readUInt32LE(operand);
    } else if (code === 0x54) accumulator = (accumulator & operand) >>> 0;
    else if (code === 0x05) at += operand;
    else if (code === 0x15) at += accumulator === operand ? ifTrue : ifFalse;
    else if (code === 0x35) at += accumulator >= operand ? ifTrue : ifFalse;
    else if (code === 0x06) return operand;
    else throw new Error(`no such instruction: ${code}`);
  }
  throw new Error('the filter runs off its end');
}
