import type { CardSlot } from '../../builder/burn/card-slot.ts';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import type { SimulatedCard } from './card-simulator.ts';

/** A reader into which one simulated card is put after the other; each is known by its number. */
export interface SimulatedSlot extends CardSlot {
  /** What was in it, in the order in which it was claimed: indices of the cards. */
  readonly claimed: number[];
  /** Whether each card was complete when it was closed. */
  readonly released: boolean[];
}

/** @param cards those that come; `null` for a place that is refused. After the last one nobody puts another in. */
export function simulatedSlot(path: string, cards: readonly (SimulatedCard | null)[]): SimulatedSlot {
  const claimed: number[] = [];
  const released: boolean[] = [];
  let at = 0;
  return {
    path,
    reusable: true,
    claimed,
    released,
    claim: async () => {
      const card = cards[at];
      if (card === undefined || card === null) {
        throw new BoardsmithError('DISK_REFUSED', `${path}: it is mounted`, { hint: 'unmount it' });
      }
      const device = card.open();
      claimed.push(at);
      const { size } = card;
      return {
        device,
        facts: {
          cardId: `${path} ${at}`,
          ownId: true,
          model: 'Simulated',
          serial: `S${at}`,
          bus: 'usb',
          size,
        },
        blank: false,
        release: async (complete) => {
          released.push(complete);
          await device.close();
        },
      };
    },
    changed: async (signal) => {
      at += 1;
      const next = cards[at];
      if (next !== undefined) {
        // The same card, put in once more.
        if (next !== null && next === cards[at - 1]) {
          at -= 1;
          next.putBack();
        }
        return;
      }
      await new Promise((_, reject) => {
        if (signal.aborted) reject(signal.reason as Error);
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      });
    },
  };
}
