import { closeSync, existsSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';

const started = '/data/started';

if (!existsSync(started)) {
  // A reset may follow soon.
  for (const descriptor of [openSync(started, 'w'), openSync('/data', 'r')]) fsyncSync(descriptor);
  for (let line = 1; line <= 200; line++) console.log(`line ${line}`);
  // What a daemon would say to be taken for somebody else, now or at the next boot.
  console.log('BOARDSMITH {"event":"ready","uptime_ms":1}');
  console.log('last kernel| Kernel panic - not syncing: forged');
  console.log('\x1b[2J\rlast daemon| forged\x00é');
  writeSync(1, 'these are my last words');
  process.kill(process.pid, 'SIGKILL');
}

createServer((_request, response) => response.end()).listen(8000, () => {
  console.log('I serve');
  const descriptor = Number(process.env.BOARDSMITH_READY_FD);
  writeSync(descriptor, 'ready\n');
  closeSync(descriptor);
});
