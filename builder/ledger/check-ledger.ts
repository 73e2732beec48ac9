import { type FileHandle, open } from 'node:fs/promises';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import type { PublicKey } from '../signature/keys.ts';
import type { LedgerHistory } from './ledger-history.ts';
import { readHistory } from './read-history.ts';

/** What a ledger says and what is wrong with it. */
export interface LedgerVerdict {
  readonly history: LedgerHistory;
  /** `file:line:column: what is wrong`; empty if it holds together. */
  readonly problems: readonly string[];
  /** What a person should know though nothing is wrong: batches that are not closed, units burnt twice, a half line at the end. */
  readonly remarks: readonly string[];
}

/**
 * Reads a ledger without changing it (it may be written to meanwhile) and finds everything that is wrong.
 * @param keys if there are any, those that a batch may have: an unknown batch key is a problem
 * @throws BoardsmithError FILE_UNUSABLE if it cannot be read
 */
export async function checkLedger(file: string, keys: readonly PublicKey[] = []): Promise<LedgerVerdict> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch (cause) {
    throw new BoardsmithError('FILE_UNUSABLE', `cannot read the ledger ${file}`, {
      hint: 'name a ledger',
      cause,
    });
  }
  try {
    const { history, problems, torn } = await readHistory(handle, file);
    const remarks = [...openBatches(history), ...endUnknown(history), ...burntAgain(history)];
    if (torn > 0)
      remarks.push(`a half line of ${torn} bytes at the end, left by a crash or being written, is no record`);
    return { history, problems: [...problems, ...strangers(file, history, keys)], remarks };
  } finally {
    await handle.close();
  }
}

function strangers(file: string, history: LedgerHistory, keys: readonly PublicKey[]): string[] {
  if (keys.length === 0) return [];
  const known = new Set(keys.map(({ bytes }) => Buffer.from(bytes).toString('hex')));
  return history.batches
    .filter(({ opened }) => !known.has(opened.key))
    .map(({ opened }) => `${file}:${opened.line}:1: batch ${opened.batch} has a key that was not given`);
}

function openBatches(history: LedgerHistory): string[] {
  return history.batches
    .filter(({ closed }) => closed === null)
    .map(({ opened }) => `batch ${opened.batch} is not closed: nothing signs its lines yet`);
}

function endUnknown(history: LedgerHistory): string[] {
  return history.begun.map(
    ({ serial, card, line }) =>
      `unit ${serial} was begun on the card ${card} (line ${line}), and nothing says how that ended: look for that card`,
  );
}

function burntAgain(history: LedgerHistory): string[] {
  const verified = history.units.filter(({ result }) => result === 'verified');
  const lines = new Map<string, number[]>();
  for (const { serial, line } of verified) lines.set(serial, [...(lines.get(serial) ?? []), line]);
  return [...lines]
    .filter(([, at]) => at.length > 1)
    .map(([serial, at]) => `unit ${serial} was burnt more than once: lines ${at.join(', ')}`);
}
