// `npm run bench`: prepares the machine, then measures (test/bench/bench.ts).
import { join } from 'node:path';
import { checkout, runPrepared } from './prepare-machine.mjs';

runPrepared(['--import', 'tsx', join(checkout, 'test/bench/bench.ts')], { cwd: checkout });
