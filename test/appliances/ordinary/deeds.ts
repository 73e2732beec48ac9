import { createHash, generateKeyPairSync, randomBytes, scrypt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { lookup, Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import {
  createReadStream,
  createWriteStream,
  fsyncSync,
  openSync,
  unwatchFile,
  watch,
  watchFile,
} from 'node:fs';
import {
  access,
  appendFile,
  chmod,
  copyFile,
  cp,
  link,
  mkdir,
  mkdtemp,
  open,
  opendir,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  statfs,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { get } from 'node:http';
import { connect, createServer } from 'node:net';
import * as os from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import * as zlib from 'node:zlib';
import { brotliCompressSync, createGzip, gunzipSync } from 'node:zlib';

const home = process.env.HOME ?? '/data';
const at = (name: string): string => join(home, name);

/** What the Node of an image has beyond the one whose types these tests are checked with. */
interface LaterZlib {
  zstdCompressSync(text: string): Uint8Array;
}
interface LaterSqlite {
  readonly DatabaseSync: new (
    path: string,
  ) => { exec(sql: string): void; prepare(sql: string): { get(): unknown }; close(): void };
}
interface LaterGlobal {
  readonly WebAssembly: { compile(bytes: Uint8Array): Promise<object> };
}

function must(condition: unknown, what: string): asserts condition {
  if (!condition) throw new Error(what);
}

/** What a daemon may count on: each is done once, in this order. A rejection says what does not work. */
export const deeds: Readonly<Record<string, () => Promise<void>>> = {
  async files() {
    await mkdir(at('a/b/c'), { recursive: true });
    await writeFile(at('a/one'), 'one');
    await appendFile(at('a/one'), 'two');
    const file = await open(at('a/one'), 'r+');
    await file.sync();
    await file.datasync();
    await file.write(Buffer.from('three'), 0, 5, 6);
    await file.read(Buffer.alloc(4), 0, 4, 0);
    await file.readv([Buffer.alloc(2), Buffer.alloc(2)], 0);
    await file.writev([Buffer.from('x'), Buffer.from('y')], 0);
    await file.chmod(0o600);
    await file.utimes(1, 2);
    await file.truncate(4);
    await file.stat();
    await file.close();
    await rename(at('a/one'), at('a/b/two'));
    await link(at('a/b/two'), at('a/b/three'));
    await symlink('three', at('a/b/four'));
    await readlink(at('a/b/four'));
    must((await realpath(at('a/b/four'))) === at('a/b/three'), 'the link leads elsewhere');
    await copyFile(at('a/b/two'), at('a/b/c/five'));
    await cp(at('a'), at('copy'), { recursive: true });
    await chmod(at('a/b/two'), 0o640);
    await utimes(at('a/b/two'), 3, 4);
    await truncate(at('a/b/two'), 1);
    await access(at('a/b/two'));
    await statfs(home);
    must((await stat(at('a/b/two'), { bigint: true })).size === 1n, 'the size is another');
    must((await readdir(at('a'), { recursive: true })).length === 6, 'other files are there');
    for await (const _ of await opendir(at('a'))) {
      // Each entry is read.
    }
    fsyncSync(openSync(home, 'r'));
    await rm(await mkdtemp(join(os.tmpdir(), 'x-')), { recursive: true });
    await rm(at('a'), { recursive: true });
    await rm(at('copy'), { recursive: true });
  },

  async streams() {
    await writeFile(at('big'), randomBytes(1 << 20));
    await pipeline(createReadStream(at('big')), createGzip(), createWriteStream(at('big.gz')));
    must(gunzipSync(await readFile(at('big.gz'))).length === 1 << 20, 'not the same');
    brotliCompressSync('brotli');
    (zlib as unknown as LaterZlib).zstdCompressSync('zstd');
    await rm(at('big.gz'));
  },

  async watching() {
    await writeFile(at('watched'), '');
    const watcher = watch(at('watched'));
    const changed = once(watcher, 'change');
    watchFile(at('watched'), { interval: 50 }, () => {});
    await writeFile(at('watched'), 'changed');
    await changed;
    watcher.close();
    unwatchFile(at('watched'));
  },

  async workers() {
    const code = `const { parentPort } = require('node:worker_threads');
      parentPort.on('message', (shared) => {
        const words = new Int32Array(shared);
        Atomics.store(words, 0, 1);
        Atomics.notify(words, 0);
        parentPort.postMessage('done');
      });`;
    const workers = [1, 2, 3].map(() => new Worker(code, { eval: true }));
    for (const worker of workers) {
      const shared = new SharedArrayBuffer(4);
      worker.postMessage(shared);
      await once(worker, 'message');
      must(new Int32Array(shared)[0] === 1, 'memory is not shared');
      await worker.terminate();
    }
  },

  async cryptography() {
    createHash('sha256').update(randomBytes(100)).digest();
    generateKeyPairSync('ed25519');
    await Promise.all(
      [1, 2, 3, 4].map(
        () =>
          new Promise<void>((resolve, reject) => {
            scrypt('password', 'salt', 32, { N: 1024 }, (error) => (error ? reject(error) : resolve()));
          }),
      ),
    );
    await globalThis.crypto.subtle.digest('SHA-256', new Uint8Array(3));
  },

  async httpClient() {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      get('http://127.0.0.1:8000/', (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on('error', reject);
    });
    must(status === 200, `status ${status}`);
    must((await (await fetch('http://127.0.0.1:8000/')).text()) === 'ok', 'fetch');
    const socket = connect({ port: 8000, host: '127.0.0.1' });
    socket.setKeepAlive(true, 1000).setNoDelay(true);
    await once(socket, 'connect');
    socket.destroy();
  },

  async datagrams() {
    const socket = createSocket({ type: 'udp4', reuseAddr: true });
    socket.bind(8001);
    await once(socket, 'listening');
    socket.setBroadcast(true);
    socket.setMulticastTTL(1);
    socket.setRecvBufferSize(65536);
    const message = once(socket, 'message');
    socket.send('hello', 8001, '127.0.0.1');
    await message;
    socket.close();
  },

  async names() {
    must((await lookup('localhost')).family > 0, 'localhost has no address');
    // Nobody may answer in a closed network: that it is asked is what counts.
    const resolver = new Resolver({ timeout: 200, tries: 1 });
    const answer: unknown = await resolver.resolve4('boardsmith.invalid').catch((error: unknown) => error);
    const code = (answer as { code?: string }).code;
    must(
      code === 'ENOTFOUND' || code === 'ETIMEOUT' || code === 'ECONNREFUSED',
      `resolving: ${String(answer)}`,
    );
  },

  async database() {
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite') as LaterSqlite;
    const database = new DatabaseSync(at('database'));
    database.exec(
      'PRAGMA journal_mode=WAL; CREATE TABLE IF NOT EXISTS t (x); INSERT INTO t VALUES (1); VACUUM',
    );
    must(database.prepare('SELECT count(*) AS n FROM t').get() !== undefined, 'no row');
    database.close();
  },

  async machine() {
    must(os.cpus().length > 0, 'no processor');
    os.freemem();
    must(os.totalmem() > 0, 'no memory');
    os.loadavg();
    os.uptime();
    os.hostname();
    os.version();
    os.userInfo();
    os.getPriority();
    os.availableParallelism();
    process.constrainedMemory();
    process.availableMemory();
    process.memoryUsage();
    process.memoryUsage.rss();
    process.cpuUsage();
    process.resourceUsage();
    process.umask();
    process.title = 'ordinary';
    process.kill(process.pid, 0);
    getHeapStatistics();
  },

  async interfaces() {
    must('lo' in os.networkInterfaces(), 'no loopback');
  },

  async signals() {
    const heard = once(process, 'SIGUSR2');
    process.kill(process.pid, 'SIGUSR2');
    await heard;
  },

  async profiling() {
    const monitor = monitorEventLoopDelay();
    monitor.enable();
    await pause(20);
    monitor.disable();
    process.report.getReport();
  },

  async webAssembly() {
    await (globalThis as unknown as LaterGlobal).WebAssembly.compile(
      new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]),
    );
  },

  async hotCode() {
    let sum = 0;
    const add = (a: number, b: number): number => a * 31 + (b ^ a);
    for (let turn = 0; turn < 2_000_000; turn += 1) sum = add(sum, turn) | 0;
    must(Number.isInteger(sum), 'not a number');
    Array.from({ length: 300_000 }, (_, index) => ({ index }));
  },

  /** Large enough that a runtime may lay them elsewhere than into its heap. */
  async bodies() {
    const form = new FormData();
    form.append('file', new Blob([Buffer.alloc(12 << 20, 1)]));
    const body = await new Response(form).blob();
    must(body.size > 12 << 20, 'the body is cut off');
  },

  /** In all several times what the daemon may have at once: what it drops must be collected in time. */
  async garbage() {
    let kept: unknown[] = [];
    for (let turn = 0; turn < 400; turn += 1) {
      kept.push(
        Array.from({ length: 1000 }, (_, index) => ({ index, turn })),
        Buffer.alloc(1 << 20, turn),
      );
      if (kept.length > 20) kept = kept.slice(10);
    }
    must(kept.length > 0, 'nothing is kept');
  },

  /** A server at a port that is taken is told so, and goes on. */
  async refusedPort() {
    const server = createServer();
    server.listen(8000);
    const [error] = (await once(server, 'error').catch((reason: unknown) => [reason])) as [{ code?: string }];
    must(error.code === 'EADDRINUSE' || error.code === 'EACCES', `listening twice: ${error.code}`);
  },

  /** What would start a program fails as an error, not as a crash. */
  async refusedProgram() {
    const { spawn } = await import('node:child_process');
    const child = spawn('/usr/bin/ordinary');
    const [error] = (await once(child, 'error')) as [{ code?: string }];
    must(error !== undefined, 'a program was started');
  },
};
