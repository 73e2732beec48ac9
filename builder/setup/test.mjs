// `npm test`: prepares the machine, then runs the suites (test/run.ts). `--fast` leaves out what needs QEMU, compilers or the network.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { checkout, prepareMachine } from './prepare-machine.mjs';

prepareMachine();
const { status } = spawnSync(
  process.execPath,
  ['--import', 'tsx', join(checkout, 'test/run.ts'), ...process.argv.slice(2)],
  { stdio: 'inherit', cwd: checkout },
);
process.exit(status ?? 70);
