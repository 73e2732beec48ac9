import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { BatchOpened, UnitBurnt } from '../../builder/ledger/ledger-record.ts';
import { type LedgerOptions, openLedger } from '../../builder/ledger/open-ledger.ts';
import { testSigner } from './test-signer.ts';

type New<Of> = Omit<Of, 'previous' | 'line' | 'time'>;

export const batchSigner = testSigner('batch of a ledger');
const release = 'ab'.repeat(32);

export const newBatch: New<BatchOpened> = {
  kind: 'batch-opened',
  manufacturer: 'Acme Boards',
  batch: '2026-11-a',
  release,
  releaseName: 'skyminer-4',
  releaseNumber: 7,
  releaseVersion: '2026.11',
  key: Buffer.from(batchSigner.publicKey.bytes).toString('hex'),
};

/** A unit of that batch. @param number gives it its own serial, card, key and MAC */
export function newUnit(number: number, changes: Partial<New<UnitBurnt>> = {}): New<UnitBurnt> {
  const two = String(number).padStart(2, '0');
  return {
    kind: 'unit',
    batch: '2026-11-a',
    serial: `ACME-${two}`,
    image: 'cxo-qemu-virt',
    imageSha256: 'cd'.repeat(32),
    release,
    card: `SD32G 0x${two}`,
    cardSize: 32_000_000_000,
    devicePublicKey: createHash('sha256').update(two).digest('hex'),
    mac: `52:54:00:00:00:${two}`,
    cluster: 'skyminer-4',
    position: 'cxo-1',
    settings: ['CXO_QUOTA_MIB'],
    secrets: ['API_TOKEN'],
    result: 'verified',
    fault: null,
    operator: 'mia',
    ...changes,
  };
}

/** A clock that goes on a second each time it is asked. */
export function clock(): () => Date {
  let seconds = Date.UTC(2026, 10, 27, 8) / 1000;
  return () => new Date(seconds++ * 1000);
}

/** Writes a ledger of one batch with two units and a failed one, closed. */
export async function writeLedger(
  file: string,
  options: LedgerOptions & { readonly close?: boolean } = {},
): Promise<void> {
  await rm(file, { force: true });
  const ledger = await openLedger(file, { now: clock(), ...options });
  await ledger.append(newBatch);
  await ledger.append(newUnit(1));
  await ledger.append(newUnit(2));
  await ledger.append(newUnit(3, { result: 'failed', fault: { what: 'the card lies', offset: 4096 } }));
  if (options.close !== false) await ledger.closeBatch('2026-11-a', batchSigner);
  await ledger.release();
}
