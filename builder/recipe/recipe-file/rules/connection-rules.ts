import { recipeRule } from '../recipe-fields.ts';

export const connectionRules = [
  recipeRule('connects-need-dns', ['connects', 'needs'], ({ connects, needs }, report) => {
    if (needs.dns) return;
    for (const { name } of connects.filter(({ by }) => by === 'name')) {
      report({
        at: ['connects', name],
        on: 'key',
        message: `${name} is reached by its name, but the daemon has no DNS`,
        remedy: 'write needs: { dns: true }, or by: address if the daemon is given or learns addresses',
      });
    }
  }),

  recipeRule('dns-needs-connects', ['connects', 'needs'], ({ connects, needs }, report) => {
    if (!needs.dns || connects.some(({ by }) => by === 'name')) return;
    report({
      at: ['needs', 'dns'],
      message: 'the daemon looks up names but reaches nothing by name',
      remedy: 'remove dns, or add what it reaches to connects',
    });
  }),
];
