// `npm test`: prepares the machine, then runs the suites (test/run.ts). `--fast` leaves out what needs QEMU, compilers or the network.
import { join } from 'node:path';
import { checkout, runPrepared } from './prepare-machine.mjs';

runPrepared(['--import', 'tsx', join(checkout, 'test/run.ts')], { cwd: checkout });
