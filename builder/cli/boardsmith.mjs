#!/usr/bin/env node
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadCompiled } from './compiled/compiled-program.mjs';
import { runWithThreads, threadsNeeded } from './compiled/enough-threads.mjs';

/** Exit code of a machine that lacks something; the same as HOST_UNSUITABLE in error/error-codes.ts. */
const hostUnsuitable = 10;

const threads = process.env.UV_THREADPOOL_SIZE === undefined ? threadsNeeded(process.argv.slice(2)) : null;
if (threads !== null) process.exit(await runWithThreads(threads));

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const { main } = await loadCompiled({
  root,
  entry: join(root, 'builder/cli/main.ts'),
  kept: join(root, 'node_modules/.cache/boardsmith/boardsmith.cjs'),
  packed: join(root, 'builder/cli/compiled/packed.cjs'),
}).catch((error) => {
  // esbuild itself, or a package that a source imports.
  const missing = error.code === 'ERR_MODULE_NOT_FOUND' || /Could not resolve "[^."]/.test(error.message);
  if (!missing) throw error;
  console.error(`error: the npm packages of boardsmith are not installed\nnext: npm ci --prefix ${root}`);
  process.exit(hostUnsuitable);
});
await main();
