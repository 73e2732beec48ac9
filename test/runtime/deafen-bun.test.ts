import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { deafenBun, steeringNames } from '../../builder/runtime/deafen-bun.ts';

const test = suite('a deaf Bun');
const withNames = (...names: readonly string[]): Buffer => Buffer.from(`code\0${names.join('\0')}\0code`);

test('each name that steers it gets a first letter that no name of an environment has; nothing else changes', () => {
  const text = `warn: BUN_INSPECT_CONNECT_TO is ignored, process.env.BUN_INSPECT\0${steeringNames.join('\0')}\0BUN_TMPDIR\0`;
  const bun = Buffer.from(`\0${text}`);
  deafenBun(bun);
  assert.is(
    bun.toString(),
    `\0warn: BUN_INSPECT_CONNECT_TO is ignored, process.env.BUN_INSPECT\0=UN_OPTIONS\0=UN_BE_BUN\0=UN_INSPECT\0=UN_INSPECT_CONNECT_TO\0=UN_INSPECT_PRELOAD\0BUN_TMPDIR\0`,
  );
});

for (const name of steeringNames) {
  test(`a Bun without ${name}, or with two of it, is refused by that name`, () => {
    const others = steeringNames.filter((other) => other !== name);
    for (const [bun, how] of [
      [withNames(...others), 'does not hold'],
      [withNames(...steeringNames, name), 'holds more than once'],
    ] as const) {
      assert.throws(
        () => deafenBun(bun),
        (error: unknown) =>
          error instanceof BoardsmithError &&
          error.code === 'STEP_FAILED' &&
          error.message.includes(`deaf to ${name}: it ${how}`),
      );
    }
  });
}

test.run();
