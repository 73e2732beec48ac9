import { closeSync, openSync, readdirSync, readFileSync, readSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { hostname } from 'node:os';

/** What came of an attempt: an error's code, or that it went well. */
function attempt(act: () => unknown): string {
  try {
    act();
    return 'possible';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

/** Any card's device, whatever the board calls it; both exist while init looks for the disk. */
const devices = ['/dev/vda', '/dev/vda6', '/dev/mmcblk0', '/dev/mmcblk0p6'];

/** Descriptors beyond those that it was given would be what init left open. */
function readableDescriptors(): number[] {
  const byte = Buffer.alloc(1);
  return Array.from({ length: 253 }, (_, index) => index + 3).filter(
    (descriptor) => attempt(() => readSync(descriptor, byte, 0, 1, 0)) === 'possible',
  );
}

const seen = {
  environment: process.env,
  host: hostname(),
  devices: attempt(() => readdirSync('/dev')),
  opened: devices.map((path) => attempt(() => closeSync(openSync(path, 'r')))),
  environmentOfInit: attempt(() => readFileSync('/proc/1/environ')),
  memoryOfInit: attempt(() => readFileSync('/proc/1/mem')),
  readableDescriptors: readableDescriptors(),
};

const server = createServer((_request, response) => response.end('well\n'));
server.listen(8000, () => {
  // Lines of the console are cut: a piece each.
  const text = Buffer.from(JSON.stringify(seen)).toString('base64');
  for (let at = 0; at < text.length; at += 200) console.log(`seen ${text.slice(at, at + 200)}`);
  console.log('seen all');
  const descriptor = Number(process.env.BOARDSMITH_READY_FD);
  writeSync(descriptor, 'ready\n');
  closeSync(descriptor);
});
process.on('SIGTERM', () => process.exit(0));
