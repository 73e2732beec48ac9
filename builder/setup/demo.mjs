// `npm run demo`: from a fresh checkout to a booted image. Everything but preparing the machine is `boardsmith demo`.
import { join } from 'node:path';
import { checkout, runPrepared } from './prepare-machine.mjs';

runPrepared([join(checkout, 'builder/cli/boardsmith.mjs'), 'demo']);
