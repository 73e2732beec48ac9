import { BoardsmithError } from '../../../error/boardsmith-error.ts';
import { suggest } from '../../../recipe/did-you-mean.ts';
import { refusedRelease } from './release-error.ts';

/**
 * Makes sure that a release's `profiles.json` is the one of this version and target and has the profile: an ImageBuilder that is given
 * none, or one that it does not know, may build for its first one.
 * @param text of the file
 * @throws BoardsmithError INPUT_CORRUPT, or RECIPE_INVALID for a profile that it does not have
 */
export function requireProfile(
  text: string,
  { version, target, profile }: { version: string; target: string; profile: string },
): void {
  const json = parsed(text);
  for (const [field, wanted] of [
    ['version_number', version],
    ['target', target],
  ] as const) {
    if (json[field] !== wanted) {
      throw refusedRelease(
        `profiles.json of OpenWrt ${version} for ${target} says that its ${field} is ${JSON.stringify(json[field])}`,
      );
    }
  }
  const profiles = json.profiles;
  const names = typeof profiles === 'object' && profiles !== null ? Object.keys(profiles).sort() : [];
  if (names.includes(profile)) return;
  throw new BoardsmithError('RECIPE_INVALID', `OpenWrt ${version} for ${target} has no profile ${profile}`, {
    hint: suggest(profile, names),
  });
}

function parsed(text: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === 'object' && json !== null) return json as Record<string, unknown>;
  } catch (cause) {
    throw refusedRelease('profiles.json is no JSON', cause);
  }
  throw refusedRelease('profiles.json is no object');
}
