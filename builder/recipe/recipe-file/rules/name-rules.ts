import { recipeRule } from '../recipe-fields.ts';

/** Processes of init (overlays/init), folders of `recipes/` and the loopback host: a daemon of such a name would be taken for them. */
const taken: readonly string[] = ['init', 'dhcp', 'health', 'log', 'boards', 'clusters', 'localhost'];

export const nameRules = [
  recipeRule('name-reserved', ['name'], ({ name }, report) => {
    if (!taken.includes(name)) return;
    report({
      at: ['name'],
      message: `the name ${name} is taken`,
      remedy: `choose another than ${taken.join(', ')}`,
    });
  }),
];
