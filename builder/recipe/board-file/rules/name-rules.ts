import { basename } from 'node:path';
import { boardRule } from '../board-fields.ts';

export const nameRules = [
  boardRule('board-name-is-file-name', ['name'], ({ name }, report, { file }) => {
    const expected = basename(file).replace(/\.ya?ml$/, '');
    if (name === expected) return;
    report({
      at: ['name'],
      message: `the board is named ${name}, but its file ${basename(file)}`,
      remedy: `write name: ${expected}, or rename the file: --board finds a board by its file`,
    });
  }),
];
