#!/usr/bin/env node
// The sources are TypeScript and are run as they are; tsx strips the types while loading.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Exit code of a machine that lacks something; the same as HOST_UNSUITABLE in error/error-codes.ts. */
const hostUnsuitable = 10;

try {
  const { register } = await import('tsx/esm/api');
  register();
} catch (error) {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  const checkout = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
  console.error(`error: the npm packages of boardsmith are not installed\nnext: npm ci --prefix ${checkout}`);
  process.exit(hostUnsuitable);
}
const { main } = await import('./main.ts');
await main();
