import { BoardsmithError } from '../error/boardsmith-error.ts';
import type { FaultKind } from './burn-event.ts';
import { CardFault } from './device/card-fault.ts';
import { WrongBytes } from './write/wrong-bytes.ts';

/** Why a card was not burnt. */
export interface CardFailure {
  readonly fault: FaultKind;
  readonly what: string;
  readonly offset: number | null;
}

/** The end of one card in words; null for an error that is the fault of no card and ends everything. */
export function cardFailure(error: unknown): CardFailure | null {
  if (error instanceof WrongBytes) {
    return { fault: 'wrong-bytes', what: afterPath(error.message), offset: error.offset };
  }
  if (error instanceof CardFault) {
    const fault = error.kind === 'host-full' ? 'host' : error.kind;
    return { fault, what: afterPath(error.message), offset: error.offset };
  }
  if (!(error instanceof BoardsmithError)) return null;
  if (error.code === 'DISK_REFUSED') return { fault: 'refused', what: error.message, offset: null };
  if (error.code === 'INTERRUPTED') return { fault: 'stopped', what: error.message, offset: null };
  return null;
}

/** The event names the card already. */
function afterPath(message: string): string {
  return message.slice(message.indexOf(': ') + 2);
}

/** Whether the card itself is to be thrown away or looked at. */
export function isCardsFault({ fault }: CardFailure): boolean {
  return !['stopped', 'refused', 'host'].includes(fault);
}
