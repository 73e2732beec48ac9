import { spawn } from 'node:child_process';

/** Node's own number (libuv, uv_threadpool). */
const usual = 4;
/** A card is written and an image read at the same time. */
const eachCard = 2;

/**
 * How many threads transfers need, so that a slow card holds up none beside it: all transfers of a process share them.
 * @param {readonly string[]} parameters what follows `boardsmith` on the command line
 * @returns {number | null} null if the usual ones are enough
 */
export function threadsNeeded(parameters) {
  if (parameters[0] !== 'burn') return null;
  const cards = parameters.filter((word) => word === '--to' || word.startsWith('--to=')).length;
  return cards * eachCard > usual ? usual + cards * eachCard : null;
}

/**
 * Runs this very command line in a process with more threads. Their number is fixed before a process runs anything of its own.
 * @param {number} threads
 * @returns {Promise<number>} its exit code
 */
export async function runWithThreads(threads) {
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { ...process.env, UV_THREADPOOL_SIZE: String(threads) },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // Ctrl-C at a terminal reaches both processes by itself.
    process.on(signal, () => {
      if (signal !== 'SIGINT' || process.stdin.isTTY !== true) child.kill(signal);
    });
  }
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    // As a shell counts the end by a signal: 128 and its number, which only SIGKILL's can be here.
    child.once('close', (code) => resolve(code ?? 137));
  });
}
