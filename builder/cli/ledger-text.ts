import type { LedgerVerdict } from '../ledger/check-ledger.ts';
import { fingerprintOf } from '../ledger/labels/unit-label.ts';
import type { BatchOpened, UnitBurnt } from '../ledger/ledger-record.ts';
import { formatTable } from './format.ts';

/** What a sound ledger says of itself. Its problems are the error's. */
export function verdictLines({ history, problems, remarks }: LedgerVerdict): string[] {
  const { batches, lines, head } = history;
  const rows = batches.map(({ opened, closed, counts }) => [
    opened.batch,
    opened.manufacturer,
    `${opened.releaseName} ${opened.releaseVersion} (release ${opened.releaseNumber})`,
    `${counts.verified} good`,
    `${counts.notVerified} not read back`,
    `${counts.failed} failed`,
    closed === null ? 'open' : 'closed and signed',
  ]);
  return [
    ...formatTable(rows, [3, 4, 5]),
    ...remarks.map((remark) => `note: ${remark}`),
    ...(problems.length === 0 ? [`sound: ${lines} lines; the last one is sha256 ${head}`] : []),
  ];
}

/** Everything that is known of a unit, what is on its card now first. */
export function unitHistoryLines(records: readonly UnitBurnt[], batch: BatchOpened): string[] {
  const last = records.at(-1)!;
  const names = (list: readonly string[]): string => (list.length === 0 ? 'none' : list.join(', '));
  const facts: [string, string][] = [
    ['unit', last.serial],
    ['batch', `${last.batch} of ${batch.manufacturer}`],
    [
      'release',
      `${batch.releaseName} ${batch.releaseVersion} (release ${batch.releaseNumber}), sha256 ${last.release}`,
    ],
    ['image', `${last.image}, sha256 ${last.imageSha256}`],
    ...(last.position === null
      ? []
      : [['position', `${last.position} of ${last.cluster}`] as [string, string]]),
    ['device key', last.devicePublicKey],
    ['fingerprint', fingerprintOf(last.devicePublicKey)],
    ['MAC', last.mac ?? "the board's own"],
    ['settings', names(last.settings)],
    ['secrets', names(last.secrets)],
  ];
  const cards = records.map(({ line, time, card, result, fault, operator }) => [
    `line ${line}`,
    time,
    result,
    card,
    `by ${operator}`,
    fault === null ? '' : faultText(fault),
  ]);
  return [...formatTable(facts), '', ...formatTable(cards).map((line) => line.trimEnd())];
}

/** Some faults say in their words where they are. */
function faultText({ what, offset }: NonNullable<UnitBurnt['fault']>): string {
  return offset === null || what.endsWith(` ${offset}`) ? what : `${what}, at byte ${offset}`;
}
