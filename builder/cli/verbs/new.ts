import { isAbsolute, join, resolve } from 'node:path';
import { Option } from 'commander';
import { writeNewAppliance } from '../../new/write-new-appliance.ts';
import { type RuntimeName, runtimeNames } from '../../recipe/runtime-name.ts';
import { sayNext } from '../next-command.ts';
import { shownPath } from '../shown-path.ts';
import { boardsmithRoot } from '../workspace.ts';
import { describeVerb, type Verb } from './verb.ts';

interface NewOptions {
  readonly dir?: string;
  readonly runtime: RuntimeName;
  readonly json?: true;
}

/** `boardsmith new`: a working appliance to start from. */
export const newAppliance: Verb = {
  define(program, terminal) {
    describeVerb(
      program,
      'new <name>',
      'write a working appliance: recipe, daemon, test (in a checkout below recipes/, elsewhere in a folder of its name with a lock)',
      'boardsmith new hello',
    )
      .option('--dir <dir>', 'folder to make')
      .addOption(
        new Option('--runtime <name>', 'what runs its daemon').choices(runtimeNames).default(runtimeNames[0]),
      )
      .option('--json', 'print the result as one JSON object')
      .action(async (name: string, options: NewOptions) => {
        const { currentDirectory } = terminal;
        const inCheckout = `${currentDirectory}/`.startsWith(`${boardsmithRoot}/`);
        const place = inCheckout ? join(boardsmithRoot, 'recipes', name) : join(currentDirectory, name);
        const folder = options.dir === undefined ? place : resolve(currentDirectory, options.dir);
        const insideCheckout = folder.startsWith(join(boardsmithRoot, 'recipes/'));
        const files = await writeNewAppliance({
          ...{ name, folder, boardsmithRoot, insideCheckout },
          runtime: options.runtime,
        });
        if (options.json) {
          terminal.out(JSON.stringify({ folder, files }));
          return;
        }
        const shown = shownPath(terminal, folder);
        for (const file of files) terminal.out(`wrote ${join(shown, file)}`);
        // Without the dot it would be looked for among the recipes first.
        sayNext(terminal, 'build', insideCheckout ? name : isAbsolute(shown) ? shown : `./${shown}`);
      });
  },
};
