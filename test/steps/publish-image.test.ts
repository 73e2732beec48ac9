import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { processMark } from '../../builder/lock/process-mark.ts';
import type { ImageManifest } from '../../builder/steps/image-manifest.ts';
import { publishImage } from '../../builder/steps/publish-image.ts';
import { rejectedWith } from '../support/rejection.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('publishing an image');
const { signal } = new AbortController();
const preload = new URL('../support/programs/kill-before-call.ts', import.meta.url).pathname;
const program = new URL('programs/publish.ts', import.meta.url).pathname;

/** An output as an image step makes it; all of its files differ from those of another content. */
function stepOutput(content: string): string {
  const folder = temporaryFolder('step-output');
  const outputs = ['unit.img', 'unit.firmware.bin'].map((file) => {
    const bytes = Buffer.from(`${content} ${file} `.repeat(100));
    writeFileSync(join(folder, file), bytes);
    const role = file === 'unit.img' ? 'image' : 'firmware';
    return { role, file, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  });
  writeFileSync(join(folder, 'unit.manifest.json'), JSON.stringify({ content, outputs }));
  return folder;
}

/** Whose image lies in the folder; null if it has no manifest. The files must be those that the manifest describes. */
function contentOf(out: string): string | null {
  const file = join(out, 'unit.manifest.json');
  if (!existsSync(file)) return null;
  const { content, outputs } = JSON.parse(readFileSync(file, 'utf8')) as ImageManifest & { content: string };
  for (const output of outputs) {
    const bytes = readFileSync(join(out, output.file));
    assert.is(
      createHash('sha256').update(bytes).digest('hex'),
      output.sha256,
      `${output.file} of ${content}`,
    );
  }
  return content;
}

test('all files are there and nothing else; a newer image takes their places', async () => {
  const out = join(temporaryFolder('out'), 'deep', 'er');
  const published = await publishImage(stepOutput('old'), out, signal);
  assert.is(published.image, join(out, 'unit.img'));
  assert.is(published.bytes, statSync(published.image).size);
  await publishImage(stepOutput('new'), out, signal);
  assert.is(contentOf(out), 'new');
  assert.equal(readdirSync(out).sort(), ['unit.firmware.bin', 'unit.img', 'unit.manifest.json']);
});

test('killed before any change of a name, it leaves a manifest that describes its files, or none', async () => {
  let kills = 0;
  for (let call = 1; ; call += 1) {
    const out = temporaryFolder('out');
    await publishImage(stepOutput('old'), out, signal);
    const tsx = import.meta.resolve('tsx');
    const child = spawn(
      process.execPath,
      ['--import', tsx, '--import', preload, program, stepOutput('new'), out],
      {
        env: { ...process.env, KILL_BEFORE_CALL: `${out}/:${call}` },
        stdio: 'inherit',
      },
    );
    const [code, killed] = await once(child, 'exit');
    assert.ok([null, 'old', 'new'].includes(contentOf(out)));
    if (killed === null) {
      assert.is(code, 0);
      assert.is(contentOf(out), 'new');
      break;
    }
    kills += 1;
    await publishImage(stepOutput('newer'), out, signal);
    assert.is(contentOf(out), 'newer');
    assert.equal(
      readdirSync(out).sort(),
      ['unit.firmware.bin', 'unit.img', 'unit.manifest.json'],
      'what the killed build left is gone',
    );
  }
  assert.ok(kills >= 4, `${kills} moments`);
});

test('what a live build or somebody else has there is left alone', async () => {
  const out = temporaryFolder('out');
  const live = `.unit.part-${processMark()}.AbCdEf`;
  for (const name of [live, '.unit.part-mine', '.other.part']) mkdirSync(join(out, name));
  await publishImage(stepOutput('new'), out, signal);
  for (const name of [live, '.unit.part-mine', '.other.part']) assert.ok(existsSync(join(out, name)), name);
});

test('several builds into one folder at once: one of them is there, whole', async () => {
  const out = temporaryFolder('out');
  const contents = ['one', 'two', 'three', 'four'];
  const outputs = contents.map(stepOutput);
  for (let round = 0; round < 25; round += 1) {
    await Promise.all(outputs.map(async (output) => await publishImage(output, out, signal)));
    assert.ok(contents.includes(contentOf(out)!));
    assert.is(readdirSync(out).length, 3);
  }
});

test('a folder that cannot be written: which, and what to do', async () => {
  const out = join(temporaryFolder('out'), 'file');
  writeFileSync(out, '');
  const error = await rejectedWith(
    publishImage(stepOutput('new'), out, signal),
    'FILE_UNUSABLE',
    /cannot be written/,
  );
  assert.match(error.hint!, '--out DIR');
});

test.run();
