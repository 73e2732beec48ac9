import { mebibyte } from '../../quantity.ts';
import { checkWholeMebibytes } from '../../whole-mebibytes.ts';
import { recipeRule } from '../recipe-fields.ts';

/** Node in an appliance has 49 MB resident before a daemon does anything. */
const leastMemory = 64 * mebibyte;
const mostMemory = 65536 * mebibyte;
/** mke2fs gives a file system of fewer than 2048 blocks (of 4 KiB) no journal. */
const leastData = 8 * mebibyte;
const mostData = 1024 ** 2 * mebibyte;

export const sizeRules = [
  recipeRule('memory-bounded', ['memory'], ({ memory }, report) => {
    checkWholeMebibytes(report, ['memory'], memory, leastMemory, mostMemory);
  }),

  recipeRule('data-minimum-bounded', ['data'], ({ data }, report) => {
    if (data !== null) checkWholeMebibytes(report, ['data', 'minimum'], data.minimum, leastData, mostData);
  }),
];
