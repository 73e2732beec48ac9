import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bootAndCheck } from '../../qemu/boot-and-check.ts';
import { buildTestImage } from '../support/test-build.ts';

const test = suite('a daemon published on npm');

test('s3rver is packed as it is, boots, and stores an object', async () => {
  const image = await buildTestImage({ recipe: 'recipes/s3' });
  const report = await bootAndCheck(image, {
    use: async ({ forwards, signal }) => {
      const base = `http://127.0.0.1:${forwards[0]!.host}/bucket`;
      assert.is((await fetch(base, { method: 'PUT', signal })).status, 200);
      assert.is((await fetch(`${base}/key`, { method: 'PUT', body: 'value', signal })).status, 200);
      assert.is(await (await fetch(`${base}/key`, { signal })).text(), 'value');
    },
  });
  assert.is(report.ready.by, 'ports');
  assert.ok(
    image.manifest.inputs.some(({ id }) => id === 'npm:s3rver@3.7.1'),
    'the manifest names the package',
  );
});

test.run();
