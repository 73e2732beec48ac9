import { compileHostProgram } from './host-program.ts';

/** init's own code that sends a batch, as a program for this machine: it reads the batch from its standard input. */
export const compileRulesetLoader = async (): Promise<string> =>
  await compileHostProgram('load-ruleset', [
    'test/openwrt/programs/load_ruleset.c',
    'overlays/init/ruleset.c',
    'overlays/init/sys.c',
  ]);
