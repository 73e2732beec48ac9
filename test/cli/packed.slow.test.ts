import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { burnFiles } from '../support/burn-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('the package of npm');
const checkout = join(import.meta.dirname, '../..');
const folder = temporaryFolder('packed');

/** A machine with Node alone: nothing else is on its PATH, no registry answers, npm has nothing in its cache. */
const onlyNode = join(folder, 'bin');
const environment = {
  PATH: onlyNode,
  HOME: join(folder, 'home'),
  npm_config_cache: join(folder, 'npm'),
  npm_config_registry: 'http://127.0.0.1:9/',
};
const installed = join(folder, 'installed');
const boardsmith = join(installed, 'node_modules/boardsmith/builder/cli/boardsmith.mjs');

test.before(async () => {
  for (const made of [onlyNode, environment.HOME, installed]) mkdirSync(made);
  symlinkSync(process.execPath, join(onlyNode, 'node'));
  await execa('npm', ['pack', '--pack-destination', folder], { cwd: checkout });
  const [tarball] = readdirSync(folder).filter((file) => file.endsWith('.tgz'));
  const { stdout: npm } = await execa('sh', ['-c', 'command -v npm']);
  const tgz = join(folder, tarball!);
  await node([npm, 'install', '--offline', '--ignore-scripts', '--no-audit', tgz], installed);
});

/** Where this user may cut the network off, it is; elsewhere no registry answers all the same. */
const cutting = await execa('sh', ['-c', 'command -v unshare && unshare --net true'], { reject: false });
const cut = cutting.exitCode === 0 ? [cutting.stdout.trim(), '--net'] : [];
if (cut.length === 0)
  console.log('NOTE the package is tried with the network there: unshare --net is not allowed');

async function node(parameters: readonly string[], cwd: string): Promise<string> {
  const [program = '', ...rest] = [...cut, process.execPath, ...parameters];
  const { stdout } = await execa(program, rest, { cwd, env: environment, extendEnv: false });
  return stdout;
}

async function run(...parameters: string[]): Promise<string> {
  return await node([boardsmith, ...parameters], folder);
}

test('is installed alone, without a network, and runs', async () => {
  assert.match(await run('--version'), /^\d+\.\d+\.\d+$/);
});

test('makes keys, verifies, burns, labels and closes a batch, with Node alone', async () => {
  const { batchOptions } = await burnFiles(folder);
  writeFileSync(join(folder, 'units.csv'), 'serial,position\nACME-000001,cxo-1\n');
  await run('keygen', 'own', '--no-password');
  assert.match(await run('verify', 'release', '--pub', 'team.pub'), /team|tiny/);
  const card = join(folder, 'card.img');
  const burning = ['--units', 'units.csv', ...batchOptions, '--ledger', 'ledger.ndjson', '--to', card];
  await run('burn', 'release', '--pub', 'team.pub', ...burning);
  await run('verify', card, '--release', 'release', '--pub', 'team.pub');
  await run('ledger', 'labels', 'ledger.ndjson', '--out', 'labels.pdf');
  assert.match(readFileSync(join(folder, 'labels.pdf'), 'latin1'), /^%PDF-/);
  assert.match(await run('ledger', 'check', 'ledger.ndjson'), /^sound: 3 lines/m);
});

test('plans what the checkout plans, to the last digest', async () => {
  const ofCheckout = await execa(process.execPath, [
    join(checkout, 'builder/cli/boardsmith.mjs'),
    'plan',
    'cxo',
    '--json',
  ]);
  assert.is(JSON.parse(await run('plan', 'cxo', '--json')).id, JSON.parse(ofCheckout.stdout).id);
});

test.run();
