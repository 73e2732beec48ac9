import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { run } from '../../builder/cli/run.ts';
import { capturedTerminal } from '../support/captured-terminal.ts';
import { checkout } from '../support/places.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('images of a cluster');
const folder = temporaryFolder('cluster-images');

async function boardsmith(...parameters: string[]) {
  const terminal = capturedTerminal({ currentDirectory: checkout, environment: { HOME: folder } });
  const code = await run(parameters, terminal);
  return { code, out: terminal.outLines, note: terminal.noteLines.join('\n') };
}

test('a dry run names the router and each role once, and every shared step once', async () => {
  const { code, out, note } = await boardsmith('build', 'skyminer-8', '--dry-run', '--json');
  assert.is(code, 0, note);
  const { steps } = JSON.parse(out.at(-1)!) as { steps: { id: string; title: string }[] };
  const written = steps.filter(({ title }) => title.startsWith('write image'));
  assert.equal(written.map(({ title }) => title.split(' ').at(-1)).sort(), [
    'chain-node-qemu-virt',
    'cxo-qemu-virt',
    'router-qemu-virt',
    'wallet-qemu-virt',
  ]);
  assert.is(new Set(steps.map(({ id }) => id)).size, steps.length);
});

test('a file of a cluster is one too', async () => {
  const { code, out } = await boardsmith('build', 'recipes/clusters/skyminer-4.yaml', '--dry-run', '--json');
  assert.is(code, 0);
  const { steps } = JSON.parse(out.at(-1)!) as { steps: { title: string }[] };
  assert.ok(steps.some(({ title }) => title === 'write image router-qemu-virt'));
});

test('a cluster chooses its recipes and boards itself', async () => {
  for (const more of [['cxo'], ['--board', 'qemu-virt']]) {
    const { code, note } = await boardsmith('build', 'skyminer-4', ...more, '--dry-run');
    assert.is(code, 2);
    assert.match(note, /names its own recipes and boards/);
  }
});

test('a test of a cluster that is not there says where it looked', async () => {
  const { code, note } = await boardsmith('test', 'nothing');
  assert.is(code, 11);
  assert.match(note, /there is no cluster nothing/);
});

test.run();
