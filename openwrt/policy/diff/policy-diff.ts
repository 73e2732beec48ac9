import { contains, overlaps, parseNetwork } from '../../../builder/recipe/address/ip-network.ts';
import { commonPorts, joinRanges, type PortRange } from '../../../builder/recipe/address/port-range.ts';
import {
  martiansIpv4,
  martiansIpv6,
  privateIpv4,
  privateIpv6,
} from '../../../builder/recipe/address/special-purpose-addresses.ts';
import type { BoardLink, ConnectionRate, Policy, UplinkLink } from '../policy.ts';
import { policyRights, type Right, rightInWords } from './policy-rights.ts';

/** What one policy opens and closes against another, in words, sorted. */
export interface PolicyDiff {
  readonly opens: readonly string[];
  readonly closes: readonly string[];
  /** Boards that came, went, or are now another card, address or port: who has a right is somebody else then, which counts as opening. */
  readonly moves: readonly string[];
}

/** Whether something passes by `after` that did not by `before`. */
export function opensAnything({ opens, moves }: PolicyDiff): boolean {
  return opens.length > 0 || moves.length > 0;
}

/** Compared by what they let pass, not by how it is written: a flow of a group and the same flows of its boards are equal. */
export function diffPolicies(before: Policy, after: Policy): PolicyDiff {
  const [old, now] = [policyRights(before), policyRights(after)];
  const { opens: wider, closes: narrower } = rateChanges(old, now);
  return {
    opens: [...lacking(now, old).map(rightInWords), ...wider].sort(),
    closes: [...lacking(old, now).map(rightInWords), ...narrower].sort(),
    moves: [...boardMoves(before.boards, after.boards), ...uplinkMoves(before.uplink, after.uplink)].sort(),
  };
}

/** What of some rights others do not give. */
function lacking(rights: readonly Right[], others: readonly Right[]): Right[] {
  const known = byKey(others);
  return rights.flatMap((right) => {
    const alike = known.get(right.key) ?? [];
    if (right.ports.length === 0 && right.networks === null) {
      return alike.some(({ networks }) => networks === null) ? [] : [right];
    }
    return pieces(right)
      .map((piece) => remainder(piece, alike))
      .filter((piece) => piece !== null);
  });
}

function byKey(rights: readonly Right[]): Map<string, Right[]> {
  const known = new Map<string, Right[]>();
  for (const right of rights) {
    const alike = known.get(right.key);
    if (alike === undefined) known.set(right.key, [right]);
    else alike.push(right);
  }
  return known;
}

/** A right for each of its networks. */
function pieces(right: Right): Right[] {
  return right.networks === null
    ? [right]
    : right.networks.map((network) => ({ ...right, networks: [network] }));
}

function remainder(piece: Right, others: readonly Right[]): Right | null {
  const covering = others.filter((other) => coversNetwork(other.networks, piece.networks?.[0] ?? null));
  if (piece.ports.length === 0) return covering.length > 0 ? null : piece;
  const open = joinRanges(covering.flatMap(({ ports }) => ports));
  const left = piece.ports.flatMap((range) => withoutPorts(range, open));
  return left.length === 0 ? null : { ...piece, ports: left };
}

/** @param network null: any address of the internet */
function coversNetwork(outer: readonly string[] | null, network: string | null): boolean {
  if (network === null) return outer === null;
  const inner = parseNetwork(network)!;
  if (outer === null) return !notGlobal.some((block) => overlaps(block, inner));
  return outer.some((text) => contains(parseNetwork(text)!, inner));
}

const notGlobal = [...martiansIpv4, ...privateIpv4, ...martiansIpv6, ...privateIpv6].map(
  (text) => parseNetwork(text)!,
);

/** The ports of a range that none of the others has. */
function withoutPorts(range: PortRange, open: readonly PortRange[]): PortRange[] {
  return open.reduce<PortRange[]>(
    (left, { first, last }) =>
      left.flatMap((part) =>
        last < part.first || first > part.last
          ? [part]
          : [
              { first: part.first, last: first - 1 },
              { first: last + 1, last: part.last },
            ].filter((piece) => piece.first <= piece.last),
      ),
    [range],
  );
}

/** Rates of what both policies let pass: each right against all that gave a part of it, since several flows may have become one, and one several. */
function rateChanges(old: readonly Right[], now: readonly Right[]): { opens: string[]; closes: string[] } {
  const opens: string[] = [];
  const closes: string[] = [];
  const [known, shared] = [byKey(old), byKey(now)];
  for (const right of now) {
    const before = (known.get(right.key) ?? []).filter(
      (other) => haveInCommon(other, right) && !sameRate(other.rate, right.rate),
    );
    if (before.length === 0) continue;
    const limits = [...new Set(before.map(({ rate }) => limitInWords(rate)))].sort();
    const text = `${rightInWords(right)}: ${limitInWords(right.rate)}, before ${limits.join(' and ')}`;
    const wider = before.some(({ rate }) => lets(right.rate, rate));
    (wider ? opens : closes).push(text);
  }
  for (const right of old) {
    const parts = (shared.get(right.key) ?? []).filter((other) => haveInCommon(other, right));
    const together = parts.length > 1 ? sumOfRates(parts) : null;
    if (together === null || !lets(together, right.rate)) continue;
    opens.push(
      `${rightInWords(right)}: ${limitInWords(together)} in ${parts.length} parts, before ${limitInWords(right.rate)}`,
    );
  }
  return { opens, closes };
}

/** Whether two rights of one key let a connection pass that is the same. */
function haveInCommon(a: Right, b: Right): boolean {
  const ports = a.ports.length === 0 || commonPorts(a.ports, b.ports).length > 0;
  const covered = (outer: Right, inner: Right) =>
    pieces(inner).some(({ networks }) => coversNetwork(outer.networks, networks?.[0] ?? null));
  return ports && (covered(a, b) || covered(b, a));
}

/** Whether the first rate lets more pass than the second. */
function lets(rate: ConnectionRate | null, than: ConnectionRate | null): boolean {
  if (rate === null || than === null) return rate === null && than !== null;
  return rate.perSecond > than.perSecond || rate.burst > than.burst;
}

/** null: one of them has none, which is said of that one. */
function sumOfRates(rights: readonly Right[]): ConnectionRate | null {
  return rights.reduce<ConnectionRate | null>(
    (sum, { rate }) =>
      sum === null || rate === null
        ? null
        : { perSecond: sum.perSecond + rate.perSecond, burst: sum.burst + rate.burst },
    { perSecond: 0, burst: 0 },
  );
}

function sameRate(a: ConnectionRate | null, b: ConnectionRate | null): boolean {
  return a?.perSecond === b?.perSecond && a?.burst === b?.burst;
}

function limitInWords(rate: ConnectionRate | null): string {
  return rate === null
    ? 'without a limit'
    : `${rate.perSecond} new connections a second (${rate.burst} at once)`;
}

function boardMoves(before: readonly BoardLink[], after: readonly BoardLink[]): string[] {
  const names = [...new Set([...before, ...after].map(({ name }) => name))];
  return names.flatMap((name) => {
    const [old, now] = [before, after].map((boards) => boards.find((board) => board.name === name));
    if (now === undefined) return [`${name} is gone`];
    if (old === undefined) return [`${name} is new, on ${now.device}`];
    const facts = (board: BoardLink) =>
      [
        ['MAC address', board.mac],
        ['port', board.device],
        ['IPv4 address', `${board.ipv4.board}/${board.ipv4.prefixLength}`],
        ['IPv6 address', board.ipv6 === null ? 'none' : `${board.ipv6.board}/${board.ipv6.prefixLength}`],
      ] as const;
    const olds = facts(old);
    return facts(now).flatMap(([what, value], index) =>
      value === olds[index]![1] ? [] : [`${name} has another ${what}: ${value}, before ${olds[index]![1]}`],
    );
  });
}

function uplinkMoves(before: UplinkLink | null, after: UplinkLink | null): string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (before === null) return [`the uplink is new, on ${after!.device}`];
  if (after === null) return ['the uplink is gone'];
  return ['the uplink is another one'];
}
