import { printable } from '../error/printable.ts';
import type { IdentityJudgement } from '../identity/judge-identity.ts';
import { problemLine } from '../release/verify/release-problem.ts';
import type { CardVerdict } from '../release/verify/verify-card.ts';
import type { ReleaseVerdict } from '../release/verify/verify-release.ts';

/** What a verified release is, for a person: who signed which, and what is wrong. */
export function releaseLines({
  manifest,
  digest,
  signatures,
  strangers,
  problems,
}: ReleaseVerdict): string[] {
  const lines: string[] = [];
  if (manifest !== null) {
    const { name, number, version, date, images } = manifest;
    lines.push(
      `${name} ${number} (${version}, ${date}), ${images.length} image${images.length === 1 ? '' : 's'}`,
    );
  }
  if (digest !== null) lines.push(`manifest sha256:${digest}`);
  for (const { keyId, trustedComment } of signatures)
    lines.push(`signed by ${keyId}: ${printable(trustedComment)}`);
  for (const keyId of strangers) lines.push(`${keyId} is said to have signed it too; its key was not given`);
  lines.push(...problems.map((problem) => `wrong: ${printable(problemLine(problem))}`));
  return lines;
}

/** What a card is, for a person. */
export function cardLines({ card, image, differences, identity, problems }: CardVerdict): string[] {
  return [
    ...(image === null ? [] : [`${card}: ${image}`]),
    ...differences.map(({ partition, why }) => `differs: ${partition} (${why})`),
    ...(identity === null ? [] : [identityLine(identity)]),
    ...problems.map((problem) => `wrong: ${printable(problemLine(problem))}`),
  ];
}

function identityLine({ verdict, unit, certificate, authority }: IdentityJudgement): string {
  if (verdict === 'none') return 'identity: none';
  const who =
    unit === null ? 'cannot be read' : `${unit.serial}${unit.position === null ? '' : `, ${unit.position}`}`;
  const batch = certificate === null ? '' : `, batch ${certificate.batch} of ${certificate.manufacturer}`;
  const by =
    authority === null ? ', no authority that the image knows signed it' : `, certified by ${authority.id}`;
  return `identity: ${printable(who)}${printable(batch)}${by}`;
}
