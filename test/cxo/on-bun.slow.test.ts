import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { timeoutScale } from '../../qemu/speed.ts';
import { judgeInside } from '../support/judge-inside.ts';
import { pinnedBun } from '../support/pinned-bun.ts';
import { checkout } from '../support/places.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { buildTestImage } from '../support/test-build.ts';
import { digestOf } from './acknowledged-writer.ts';
import { seededBytes } from './seeded-random.ts';

const test = suite('the object store on Bun');

test('in its appliance: keeps and gives back what it is given, and the guest is as it must be', async () => {
  const image = await buildTestImage({
    recipe: 'recipes/cxo',
    changeRecipe: (recipe) => ({ ...recipe, runtime: 'bun' }),
  });
  const bytes = seededBytes(7, 9_000_000);
  const answers: unknown[] = [];
  const findings = await judgeInside(image, 512, async ({ forwards, signal }) => {
    const url = `http://127.0.0.1:${forwards[0]!.host}/objects/${digestOf(bytes)}`;
    const put = { method: 'PUT', body: new Uint8Array(bytes), signal };
    for (let time = 0; time < 2; time += 1) answers.push((await fetch(url, put)).status);
    const whole = await (await fetch(url, { signal })).arrayBuffer();
    answers.push(bytes.equals(Buffer.from(whole)));
    const part = await fetch(url, { headers: { range: 'bytes=5-9' }, signal });
    answers.push(part.status, bytes.subarray(5, 10).equals(Buffer.from(await part.arrayBuffer())));
    answers.push((await fetch(url, { method: 'DELETE', signal })).status);
    answers.push((await fetch(url, { signal })).status);
  });
  assert.equal(answers, [201, 200, true, 206, true, 204, 404]);
  assert.equal(findings, []);
});

/** What Bun's node:http does otherwise, by the test that notices (docs/writing-a-recipe.md says what it means for a daemon). */
const otherwise: readonly string[] = [
  'connections: a connection over the limit still gets /health',
  'connections: requests in one go on one connection are answered in order; endless ones end the connection',
  'malformed: * for OPTIONS: 404',
];

/** Of a busy machine's sake a few at once; each has a minute or so on an idle one. */
const atOnce = 2;
const patienceMs = 300_000;

test('its own suites pass in Bun for this machine, but for what Bun does otherwise', async () => {
  const { bunHost } = await pinnedBun();
  const suites = readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith('.test.ts') && !name.endsWith('.slow.test.ts'))
    .sort();
  const failed: string[] = [];
  let passed = 0;
  const worker = async (): Promise<void> => {
    for (let name = suites.shift(); name !== undefined; name = suites.shift()) {
      const outcome = await runOnBun(join(bunHost, 'package/bin/bun'), name);
      passed += outcome.passed;
      failed.push(...outcome.failed.map((one) => `${name.replace('.test.ts', '')}: ${one}`));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  assert.equal(failed.sort(), otherwise);
  assert.ok(passed > 150, `only ${passed} passed`);
});

/** Runs a suite until its summary: a test that failed may leave a server behind, which keeps the process. */
async function runOnBun(bun: string, name: string): Promise<{ passed: number; failed: string[] }> {
  const child = spawn(bun, [join(import.meta.dirname, name)], {
    cwd: checkout,
    env: { PATH: process.env.PATH, HOME: temporaryFolder('home'), NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const patience = setTimeout(kill, patienceMs * timeoutScale());
  let output = '';
  for await (const chunk of child.stdout) {
    output += String(chunk);
    if (/Skipped: +\d+/.test(output)) break;
  }
  kill();
  clearTimeout(patience);
  process.removeListener('exit', kill);
  const count = /Passed: +(\d+)/.exec(output)?.[1];
  if (count === undefined) throw new Error(`${name} ended without a summary:\n${output}`);
  return {
    passed: Number(count),
    failed: [...output.matchAll(/^ +FAIL +(?:\S.*? {2})?"(.*)"$/gm)].map(([, test]) => test!),
  };
}

test.run();
