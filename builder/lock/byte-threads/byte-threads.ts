import { setMaxListeners } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type Answer, type ByteTasks, threadFile } from './byte-thread.mjs';

/** Reading all of a build's inputs or of an image takes as long as much else that is done: in threads it is done beside that. */
const most = Math.min(2, availableParallelism());

interface Waiting {
  readonly message: { readonly task: keyof ByteTasks; readonly parameters: readonly unknown[] };
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

const idle: Worker[] = [];
const waiting: Waiting[] = [];
let threads = 0;

/**
 * Has a thread look at many bytes. Who stops it does not wait: it may still read for a moment, and nobody hears what it found.
 * @throws the signal's reason; an Error of the file system
 */
export async function inThread<Task extends keyof ByteTasks>(
  task: Task,
  parameters: Parameters<ByteTasks[Task]>,
  signal?: AbortSignal,
): Promise<ReturnType<ByteTasks[Task]>> {
  signal?.throwIfAborted();
  // All that waits listens; Node would take more than ten for a leak.
  if (signal !== undefined) setMaxListeners(0, signal);
  let stop = (): void => {};
  try {
    return (await new Promise<unknown>((resolve, reject) => {
      stop = (): void => reject(signal?.reason);
      signal?.addEventListener('abort', stop, { once: true });
      waiting.push({ message: { task, parameters }, resolve, reject });
      startNext();
    })) as ReturnType<ByteTasks[Task]>;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

function startNext(): void {
  if (waiting.length === 0) return;
  const thread = idle.pop() ?? (threads < most ? newThread() : undefined);
  if (thread === undefined) return;
  const { message, resolve, reject } = waiting.shift()!;
  const answered = (answer: Answer): void => {
    thread.off('error', failed);
    // A process with nothing else to do ends.
    thread.unref();
    idle.push(thread);
    if ('result' in answer) resolve(answer.result);
    else reject(Object.assign(new Error(answer.error.message), { code: answer.error.code }));
    startNext();
  };
  const failed = (error: unknown): void => {
    thread.off('message', answered);
    threads -= 1;
    reject(error);
    startNext();
  };
  thread.once('message', answered);
  thread.once('error', failed);
  thread.ref();
  thread.postMessage(message);
}

function newThread(): Worker {
  threads += 1;
  // Nothing of how this process was started: a loader of TypeScript would take longer than the work.
  return new Worker(threadFile, { execArgv: [], env: {} });
}
