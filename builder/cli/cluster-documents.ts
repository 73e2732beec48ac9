import { diffPolicies } from '../../openwrt/policy/diff/policy-diff.ts';
import { policyMatrix } from '../../openwrt/policy/matrix.ts';
import type { Policy } from '../../openwrt/policy/policy.ts';
import { policyInWords } from '../../openwrt/policy/words.ts';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { canonicalText } from '../release/canonical-text.ts';
import { type PreviousRelease, policyFile } from '../release/changes/previous-release.ts';
import type { FlowChanges } from '../release/changes/release-changes.ts';
import { matrixPicture } from './policy-page/matrix-picture.ts';
import { policyPage } from './policy-page/page.ts';
import { routerFiles } from './router-files.ts';

export const matrixFile = 'policy/matrix.svg';

/** What a release says of a cluster's policy, by path in its folder: in words, as data, as pictures, and everything that is made of it for a router. */
export function policyDocuments(policy: Policy, description: string): Readonly<Record<string, string>> {
  const files = routerFiles(policy);
  const words = policyInWords(policy).map(
    ({ text, origin }) => `${text}${origin === null ? '' : ` (${origin.file}:${origin.line})`}\n`,
  );
  return {
    [policyFile]: canonicalText(policy),
    'policy/words.txt': words.join(''),
    'policy/matrix.html': policyPage(policy, description, files),
    [matrixFile]: matrixPicture(policyMatrix(policy), `${policy.cluster}: who may reach whom`),
    ...Object.fromEntries(Object.entries(files).map(([path, text]) => [`policy/router${path}`, text])),
  };
}

/**
 * What a policy opens and closes against that of another release.
 * @throws BoardsmithError RELEASE_INVALID if that release has none that can be read
 */
export function flowChanges(previous: PreviousRelease, policy: Policy): FlowChanges {
  try {
    // Both as they stand in a file: some of a policy is compared as text, in which the order of keys counts.
    return diffPolicies(
      JSON.parse(previous.policy ?? '') as Policy,
      JSON.parse(canonicalText(policy)) as Policy,
    );
  } catch (cause) {
    const { name, number } = previous.manifest;
    throw new BoardsmithError(
      'RELEASE_INVALID',
      `release ${number} of ${name} has no policy to compare with`,
      {
        hint: 'compare with a release of the cluster that this Boardsmith, or one before it, made',
        cause,
      },
    );
  }
}
