import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bootAndCheck } from '../../qemu/boot-and-check.ts';
import { buildTestImage } from '../support/test-build.ts';

const test = suite('an appliance of a daemon published on npm');

for (const recipe of ['recipes/s3', 'recipes/s3-bun']) {
  test(`${recipe} is built and booted as it stands, and keeps what it is given`, async () => {
    const image = await buildTestImage({ recipe });
    const answers: (number | string)[] = [];
    await bootAndCheck(image, {
      use: async ({ forwards, signal }) => {
        const bucket = `http://127.0.0.1:${forwards[0]!.host}/bucket`;
        for (const [url, body] of [
          [bucket, null],
          [`${bucket}/key`, 'some bytes'],
        ] as const) {
          answers.push((await fetch(url, { method: 'PUT', body, signal })).status);
        }
        answers.push(await (await fetch(`${bucket}/key`, { signal })).text());
      },
    });
    assert.equal(answers, [200, 200, 'some bytes']);
  });
}

test.run();
