import type { ErrorCode } from '../error/error-codes.ts';
import type { CardPhase } from './write/write-card.ts';

/** What a card, or the place for it, turned out to be at fault for. */
export type FaultKind =
  | 'bad-block'
  | 'wrong-bytes'
  | 'counterfeit'
  | 'pulled-out'
  | 'write-protected'
  | 'stopped'
  | 'refused'
  | 'host';

/** The card and unit that an event is about. */
export interface OfCard {
  /** Where the card is: `/dev/sdb`. */
  readonly card: string;
  /** Serial of the unit; null for an image without a list of units. */
  readonly unit: string | null;
}

/**
 * What happens while cards are burnt, in the order in which it does; with `--json` one object a line. Sizes are bytes, digests and keys lower-case hex. No
 * event holds a secret.
 */
export type BurnEvent =
  | {
      readonly event: 'release';
      readonly name: string;
      readonly number: number;
      readonly version: string;
      /** sha256 of manifest.json. */
      readonly manifest: string;
      /** Key numbers of those whose signatures were good. */
      readonly signers: readonly string[];
    }
  | {
      readonly event: 'units';
      readonly listed: number;
      /** Serials that the ledger has already; they are left out. */
      readonly skipped: readonly string[];
      readonly toBurn: number;
    }
  | {
      readonly event: 'image-progress';
      readonly image: string;
      readonly bytes: number;
      readonly total: number;
    }
  | {
      readonly event: 'image';
      readonly image: string;
      readonly sha256: string;
      readonly size: number;
      /** Of its blocks that hold something. */
      readonly mapped: number;
      /** Whether it was decompressed before. */
      readonly cached: boolean;
    }
  | ({ readonly event: 'card' } & OfCard & CardFacts & { readonly image: string })
  | ({ readonly event: 'warning'; readonly what: string } & OfCard)
  | ({
      readonly event: 'progress';
      readonly phase: CardPhase | 'probe';
      readonly bytes: number;
      readonly total: number;
      /** Since the phase began; 0 before anything was moved. */
      readonly bytesPerSecond: number;
    } & OfCard)
  | ({
      readonly event: 'done';
      readonly result: 'verified' | 'not-verified';
      readonly written: number;
      readonly readBack: number;
      /** Found written by an earlier attempt. */
      readonly resumed: number;
      readonly milliseconds: number;
    } & OfCard)
  | ({
      readonly event: 'failed';
      readonly fault: FaultKind;
      readonly what: string;
      /** Of the first wrong byte, or of the block; null where there is none. */
      readonly offset: number | null;
    } & OfCard)
  /** Put another card in; `unit` is the one that it will be. */
  | ({ readonly event: 'change-card' } & OfCard)
  | {
      readonly event: 'end';
      readonly verified: number;
      readonly notVerified: number;
      readonly failed: number;
      /** Serials that are still to be burnt. */
      readonly left: readonly string[];
      /** What the process ends with: `OK`, or the code of the error that follows. */
      readonly code: ErrorCode | 'OK';
    };

/** What a card says of itself. */
export interface CardFacts {
  /** What the ledger knows it by. */
  readonly cardId: string;
  /** Whether that is the card's own and no other card's; most USB readers tell their own serial alone. */
  readonly ownId: boolean;
  readonly model: string | null;
  readonly serial: string | null;
  readonly bus: string;
  readonly size: number;
}
