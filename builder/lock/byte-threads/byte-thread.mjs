// Plain JavaScript on purpose: a thread of Node cannot read TypeScript.
import { fileURLToPath } from 'node:url';
import { parentPort } from 'node:worker_threads';
import { fileContent } from './file-content.mjs';
import { fileDigest } from './file-digest.mjs';
import { treeDigest } from './tree-digest.mjs';

/** What byte-threads.ts starts threads from. */
export const threadFile = fileURLToPath(import.meta.url);

const tasks = { fileContent, fileDigest, treeDigest };

// Null where a thread is started from.
parentPort?.on('message', ({ task, parameters }) => {
  try {
    parentPort.postMessage({ result: tasks[task](...parameters) });
  } catch (error) {
    // What is copied from thread to thread loses the code.
    parentPort.postMessage({ error: { message: error.message, code: error.code } });
  }
});
