import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StepCache } from '../../../builder/steps/step-cache.ts';

/** Puts one finished step into a cache, for tests that kill it: `commit-step.ts CACHE`. */
const cache = new StepCache(process.argv[2] ?? '');
const work = await cache.createWorkFolder();
await writeFile(join(work, 'output', 'file'), 'content');
await cache.commit('a'.repeat(64), work, { id: 'step', milliseconds: 1 }, new AbortController().signal);
