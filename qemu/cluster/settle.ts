import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { arpRequest, decodeArp } from '../network/arp.ts';
import { decodeEthernet, etherType } from '../network/ethernet.ts';
import type { Link, SeenFrame } from '../network/link.ts';
import { askAgain } from './ask-again.ts';
import type { Standpoint } from './standpoint.ts';

/**
 * So often the router is asked, one question after another's answer. A kernel takes the packets of a card in order and answers ARP by itself, so the first answer
 * says that all that came before was dealt with; the next one, that what this sent on other cards has left QEMU; and one may have been
 * a late answer to the board's own question.
 */
const rounds = 3;
/** A question that was lost while a card started is asked again. */
const againMs = 3000;

/**
 * Resolves when the router has dealt with everything that was sent to it on a cable before.
 * @param timeoutMs already scaled by the machine's speed
 * @throws BoardsmithError BOOT_FAILED if it does not answer in time, INTERRUPTED
 */
export async function settleCable(
  link: Link,
  place: Standpoint,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(Math.round(timeoutMs))]);
  for (let round = 0; round < rounds; round += 1) {
    if (await isAnswered(link, place, limit)) continue;
    if (signal.aborted) {
      throw new BoardsmithError('INTERRUPTED', 'stopped while the router was at work', {
        cause: signal.reason,
      });
    }
    throw new BoardsmithError('BOOT_FAILED', `the router does not answer on the cable of ${place.cable}`, {
      hint: "look at the end of the router's log",
    });
  }
}

async function isAnswered(link: Link, place: Standpoint, limit: AbortSignal): Promise<boolean> {
  const request = arpRequest({ mac: place.mac, address: place.ipv4 }, place.router.ipv4);
  return await askAgain(
    () => link.inject('router', request),
    againMs,
    limit,
    (answered) =>
      link.claim((seen) => {
        // The board asks again in a second; its answer would be taken for this one.
        if (seen.from === 'far') return isQuestion(seen, place.router.ipv4);
        if (!isAnswer(seen, place)) return false;
        answered();
        return true;
      }),
  );
}

function isQuestion({ frame }: SeenFrame, target: string): boolean {
  const arp = arpOf(frame);
  return arp?.operation === 'request' && arp.targetAddress === target;
}

function isAnswer({ frame }: SeenFrame, place: Standpoint): boolean {
  const arp = arpOf(frame);
  return (
    arp?.operation === 'reply' && arp.senderAddress === place.router.ipv4 && arp.targetAddress === place.ipv4
  );
}

function arpOf(frame: Buffer) {
  const ethernet = decodeEthernet(frame);
  return ethernet?.type === etherType.arp ? decodeArp(ethernet.payload) : null;
}
