import { Duplex } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RequestQueue } from '../../recipes/cxo/http/request-queue.ts';

const connection = (): Duplex => new Duplex({ read() {}, write() {} });

test('tasks of one connection run one after the other', async () => {
  const order: string[] = [];
  const queue = new RequestQueue(() => {});
  const one = connection();
  let release = (): void => {};
  queue.add(one, async () => {
    order.push('first begins');
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    order.push('first ends');
  });
  const done = new Promise<void>((resolve) => {
    queue.add(one, async () => {
      order.push('second');
      resolve();
    });
  });
  await new Promise((resolve) => setImmediate(resolve));
  release();
  await done;
  assert.equal(order, ['first begins', 'first ends', 'second']);
});

test('a task that fails ends its own connection and is reported', async () => {
  const broken = connection();
  const error = await new Promise((resolve) => {
    new RequestQueue(resolve).add(broken, async () => {
      throw new Error('made by a test');
    });
  });
  assert.match(String(error), 'made by a test');
  assert.ok(broken.destroyed);
});

test('the seventeenth waiting request ends the connection', () => {
  const queue = new RequestQueue(() => {});
  const one = connection();
  for (let count = 0; count < 16; count++) queue.add(one, () => new Promise(() => {}));
  assert.not.ok(one.destroyed);
  queue.add(one, async () => {});
  assert.ok(one.destroyed);
});

test.run();
