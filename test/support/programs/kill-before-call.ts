import { createRequire, syncBuiltinESMExports } from 'node:module';

/**
 * Preloaded into a program (`--import`), kills it with SIGKILL right before its n-th change of a name below a folder: KILL_BEFORE_CALL is
 * `FOLDER:N`, and what counts is rename and rm whose target begins with FOLDER.
 */
const [, folder = '', count = ''] = /^(.*):(\d+)$/.exec(process.env.KILL_BEFORE_CALL ?? '') ?? [];
const promises = createRequire(import.meta.url)('node:fs/promises') as Record<string, unknown>;
let calls = 0;

for (const [name, target] of [
  ['rename', 1],
  ['rm', 0],
] as const) {
  const original = promises[name] as (...args: unknown[]) => unknown;
  promises[name] = (...args: unknown[]): unknown => {
    if (String(args[target]).startsWith(folder)) {
      calls += 1;
      if (calls === Number(count)) process.kill(process.pid, 'SIGKILL');
    }
    return original(...args);
  };
}
syncBuiltinESMExports();
