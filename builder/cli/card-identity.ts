import { longestIdentity } from '../identity/identity-partition.ts';
import { judgeIdentity, type ShownUnit, shownUnit } from '../identity/judge-identity.ts';
import { formatSerialRange } from '../identity/serial-range.ts';
import { Card } from '../inspect/card.ts';

/** What a card says of the unit that it was burnt for; no value of a setting or secret, and no seed. */
export interface CardIdentity {
  /** `none`: there is none. `sound`: the batch's own key signed it; whether an authority signed the batch, an inspection does not know. */
  readonly verdict: 'none' | 'sound' | 'refused';
  readonly problems: readonly string[];
  readonly batch: { readonly manufacturer: string; readonly name: string; readonly serials: string } | null;
  readonly unit: ShownUnit | null;
}

/**
 * Reads the identity partition of an image or a card.
 * @throws BoardsmithError FILE_UNUSABLE
 */
export async function readCardIdentity(image: string): Promise<CardIdentity> {
  const card = await Card.open(image);
  try {
    if (!card.gpt.partitions.some(({ name }) => name === 'identity')) return noIdentity;
    const range = card.partition('identity');
    // What follows the longest identity is init's affair, and that of `verify`.
    const bytes = await range.read(0, Math.min(range.size, longestIdentity));
    const { verdict, problems, certificate, unit } = judgeIdentity(bytes, {
      ...{ authorities: null, image: null, release: null },
    });
    return {
      verdict,
      problems,
      batch:
        certificate === null
          ? null
          : {
              manufacturer: certificate.manufacturer,
              name: certificate.batch,
              serials: formatSerialRange(certificate.serials),
            },
      unit: unit === null ? null : shownUnit(unit),
    };
  } finally {
    await card.close();
  }
}

const noIdentity: CardIdentity = { verdict: 'none', problems: [], batch: null, unit: null };

/** What the partition holds, in a row of a table; null for zeros. */
export function identityInShort({ verdict, unit }: CardIdentity): string | null {
  if (verdict === 'none') return null;
  return verdict === 'sound' && unit !== null ? `unit ${unit.serial}` : 'a refused identity';
}

/** The same as lines for a person; none for a card without an identity. */
export function identityLines({ verdict, problems, batch, unit }: CardIdentity): string[] {
  if (verdict === 'none') return [];
  return [
    '',
    'The unit',
    ...(unit === null ? [] : unitLines(unit)),
    ...(batch === null ? [] : [`  batch ${batch.name} of ${batch.manufacturer}, ${batch.serials}`]),
    ...problems.map((problem) => `  wrong: ${problem}`),
    '  whether an authority signed its batch: boardsmith verify',
  ];
}

function unitLines(unit: ShownUnit): string[] {
  const { serial, image, devicePublicKey, mac, cluster, position, settings, secrets } = unit;
  return [
    `  serial ${serial}, for the image ${image}`,
    `  device key ${devicePublicKey}`,
    ...(mac === null ? [] : [`  MAC ${mac}`]),
    ...(cluster === null ? [] : [`  ${position ?? 'somewhere'} in the cluster ${cluster}`]),
    ...(settings.length === 0 ? [] : [`  settings ${settings.join(', ')}`]),
    ...(secrets.length === 0 ? [] : [`  secrets ${secrets.join(', ')} (in clear on the card)`]),
  ];
}
