import { takenNames } from '../../recipe-name.ts';
import { recipeRule } from '../recipe-fields.ts';

export const nameRules = [
  recipeRule('name-reserved', ['name'], ({ name }, report) => {
    if (!takenNames.includes(name)) return;
    report({
      at: ['name'],
      message: `the name ${name} is taken`,
      remedy: `choose another than ${takenNames.join(', ')}`,
    });
  }),
];
