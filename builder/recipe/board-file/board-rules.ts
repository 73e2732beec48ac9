import { bootloaderRules } from './rules/bootloader-rules.ts';
import { kernelRules } from './rules/kernel-rules.ts';
import { lastWordsRules } from './rules/last-words-rules.ts';
import { machineRules } from './rules/machine-rules.ts';
import { nameRules } from './rules/name-rules.ts';
import { sizeRules } from './rules/size-rules.ts';

/** Every rule of a board. Each has a bad fixture in test/recipe; a test counts them. */
export const boardRules = [
  ...nameRules,
  ...bootloaderRules,
  ...sizeRules,
  ...kernelRules,
  ...lastWordsRules,
  ...machineRules,
];
