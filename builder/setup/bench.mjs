// `npm run bench`: prepares the machine, then measures (test/bench/bench.ts).
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { checkout, prepareMachine } from './prepare-machine.mjs';

prepareMachine();
const { status } = spawnSync(
  process.execPath,
  ['--import', 'tsx', join(checkout, 'test/bench/bench.ts'), ...process.argv.slice(2)],
  { stdio: 'inherit', cwd: checkout },
);
process.exit(status ?? 70);
