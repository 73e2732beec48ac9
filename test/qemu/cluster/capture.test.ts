import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { captureLinks } from '../../../qemu/cluster/capture.ts';
import { Link } from '../../../qemu/network/link.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const test = suite('capture');

test('each cable has a file with all its frames, until it ends', async () => {
  const port = { send: () => {}, receive: () => {} };
  const link = new Link('cxo-1', { router: port, far: port });
  const folder = join(temporaryFolder('capture'), 'pcap');
  const end = await captureLinks(new Map([['cxo-1', link]]), folder);
  link.inject('router', Buffer.from('first'));
  link.inject('far', Buffer.from('second'));
  await end();
  link.inject('far', Buffer.from('later'));
  const bytes = readFileSync(join(folder, 'cxo-1.pcap'));
  assert.is(bytes.readUInt32LE(0), 0xa1b2c3d4);
  assert.is(bytes.toString('latin1', 40, 45), 'first');
  assert.is(bytes.toString('latin1', 61, 67), 'second');
  assert.is(bytes.length, 67);
});

test.run();
