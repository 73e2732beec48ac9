import { connectionRules } from './rules/connection-rules.ts';
import { entryRules } from './rules/entry-rules.ts';
import { environmentRules } from './rules/environment-rules.ts';
import { nameRules } from './rules/name-rules.ts';
import { portRules } from './rules/port-rules.ts';
import { sizeRules } from './rules/size-rules.ts';
import { sourceRules } from './rules/source-rules.ts';
import { systemCallRules } from './rules/system-call-rules.ts';
import { timeRules } from './rules/time-rules.ts';

/** Every rule of a recipe. Each has a bad fixture in test/recipe; a test counts them. */
export const recipeRules = [
  ...nameRules,
  ...entryRules,
  ...sourceRules,
  ...environmentRules,
  ...portRules,
  ...timeRules,
  ...sizeRules,
  ...connectionRules,
  ...systemCallRules,
];
