// `npm run demo`: from a fresh checkout to a booted image. Everything but preparing the machine is `boardsmith demo`.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { checkout, prepareMachine } from './prepare-machine.mjs';

prepareMachine();
const { status } = spawnSync(
  process.execPath,
  [join(checkout, 'builder/cli/boardsmith.mjs'), 'demo', ...process.argv.slice(2)],
  { stdio: 'inherit' },
);
process.exit(status ?? 70);
