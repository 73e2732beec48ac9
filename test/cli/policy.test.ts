import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { policyPage } from '../../builder/cli/policy-page/page.ts';
import { run } from '../../builder/cli/run.ts';
import { capturedTerminal } from '../support/captured-terminal.ts';
import { clusterFile, examplePolicy } from '../support/example-policies.ts';
import { nftUnavailable } from '../support/nft.ts';
import { checkout } from '../support/places.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('boardsmith policy');
const folder = temporaryFolder('policy');
const warned = join(checkout, 'test/fixtures/recipe/bad/warned/service-reached.yaml');

async function policy(...parameters: string[]) {
  const terminal = capturedTerminal({ currentDirectory: checkout, environment: { HOME: folder } });
  const code = await run(['policy', ...parameters], terminal);
  return { code, out: terminal.outLines.join('\n'), note: terminal.noteLines.join('\n') };
}

test('a cluster in words with the lines of its file, its UCI and its ruleset', async () => {
  const { code, out } = await policy('skyminer-4');
  assert.is(code, 0);
  assert.match(
    out,
    /wallet may reach node on rpc \(tcp 6420\) over IPv4 and IPv6 {2}recipes\/clusters\/skyminer-4\.yaml:40/,
  );
  assert.match(out, /# \/etc\/config\/firewall\nconfig defaults/);
  assert.match(out, /# \/etc\/boardsmith\/ruleset\.nft\ntable inet boardsmith/);
  assert.match(out, /from \\ to +cxo-1 +cxo-2 +node/);
});

const unavailable = nftUnavailable();
if (unavailable !== null) console.log(`SKIP a proof of the ruleset that a kernel lists: ${unavailable}`);
(unavailable === null ? test : test.skip)('a proof of the ruleset that a kernel lists', async () => {
  const { code, out } = await policy('prove', 'skyminer-4');
  assert.is(code, 0);
  assert.match(out, /^skyminer-4: proven over all packets/);
  const json = await policy('prove', 'skyminer-8', '--json');
  assert.equal(JSON.parse(json.out), { cluster: 'skyminer-8', proven: true, differences: [] });
});

test('--json is one object with all of it', async () => {
  const { code, out } = await policy('skyminer-4', '--json');
  assert.is(code, 0);
  const { policy: value, words, files } = JSON.parse(out);
  assert.is(value.cluster, 'skyminer-4');
  assert.ok(words.length > 5);
  assert.match(files['/etc/config/network'], /config interface 'wallet'/);
});

test('--out writes every file and the page, and prints the words only', async () => {
  const out = join(folder, 'out');
  const result = await policy('skyminer-8', '--out', out);
  assert.is(result.code, 0);
  assert.not.match(result.out, /config defaults/);
  assert.equal(readdirSync(join(out, 'etc/config')), ['dhcp', 'dropbear', 'firewall', 'network', 'system']);
  assert.ok(existsSync(join(out, 'etc/boardsmith/ruleset.nft')));
  assert.match(readFileSync(join(out, 'matrix.html'), 'utf8'), /Who may reach whom/);
});

test('a folder that cannot be made, a page that cannot be written', async () => {
  writeFileSync(join(folder, 'file'), '');
  assert.is((await policy('skyminer-4', '--out', join(folder, 'file/sub'))).code, 11);
  assert.is((await policy('skyminer-4', '--html', join(folder, 'nowhere/matrix.html'))).code, 11);
});

test('the page loads nothing, runs nothing, is the same each time, and escapes what it shows', async () => {
  const value = await examplePolicy('skyminer-8');
  const page = policyPage(value, 'a <b>', { '/etc/x': '<script>' });
  assert.is(policyPage(value, 'a <b>', { '/etc/x': '<script>' }), page);
  assert.match(page, /default-src &#39;none&#39;/);
  assert.not.match(page, /<script|https?:|src=|url\(/);
  assert.match(page, /a &lt;b&gt;/);
  for (const { id, to } of value.forwards) assert.match(page, to.name, id);
});

test('of a file that no browser would show whole, the page has the first lines and says so', async () => {
  const value = await examplePolicy('skyminer-4');
  const lines = (count: number): string =>
    Array.from({ length: count }, (_, line) => `line ${line}\n`).join('');
  const page = policyPage(value, '', { '/etc/long': lines(100_000) });
  assert.ok(page.length < 700_000);
  assert.match(page, /\nline 1000\n/);
  assert.not.match(page, /line 99999/);
  assert.match(page, /The rest is not shown/);
  assert.not.match(policyPage(value, '', { '/etc/short': lines(100) }), /The rest is not shown/);
});

test('warnings are said, and are no reason to fail', async () => {
  const { code, note } = await policy(warned);
  assert.is(code, 0);
  assert.match(note, /warning: .*store offers http/);
  assert.is(JSON.parse((await policy(warned, '--json')).out).warnings.length, 1);
});

test('diff: words, and 1 if anything opens', async () => {
  const text = readFileSync(join(checkout, 'recipes/clusters/skyminer-4.yaml'), 'utf8')
    .replaceAll('../../test/', 'test/')
    .replaceAll('appliance: ../cxo', 'appliance: recipes/cxo');
  const less = clusterFile('skyminer-4', text.replace('  - { from: cxo, to: cxo, service: http }\n', ''));
  const closing = await policy('diff', 'skyminer-4', less);
  assert.is(closing.code, 0, closing.note);
  assert.match(closing.out, /^closes\n {2}- cxo-1 may reach cxo-2 over IPv4 on tcp 8003/);
  const opening = await policy('diff', less, 'skyminer-4');
  assert.is(opening.code, 1);
  assert.match(opening.out, /^opens\n {2}\+ cxo-1 may reach cxo-2 over IPv4 on tcp 8003/);
  assert.is((await policy('diff', 'skyminer-4', 'skyminer-4')).out, 'both let the same pass');
  assert.equal(JSON.parse((await policy('diff', less, less, '--json')).out), {
    opens: [],
    closes: [],
    moves: [],
  });
});

test('diff: a key more for whoever logs in opens', async () => {
  const text = readFileSync(join(checkout, 'recipes/clusters/skyminer-4.yaml'), 'utf8')
    .replaceAll('../../test/', 'test/')
    .replaceAll('appliance: ../cxo', 'appliance: recipes/cxo')
    .replace('  board: qemu-virt\n', '  board: qemu-virt\n  base: openwrt\n');
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f';
  const other = key.replace(/4f$/, '4g');
  const withKeys = (...keys: string[]) =>
    clusterFile(
      'skyminer-4',
      `${text}management: [{ service: ssh, from: node }]\nssh: { keys: [${keys.join(', ')}] }\n`,
    );
  const opening = await policy('diff', withKeys(key), withKeys(key, other));
  assert.is(opening.code, 1, opening.note);
  assert.match(
    opening.out,
    /^opens\n {2}\+ whoever has the key ssh-ed25519 \S+ may log into the router by SSH$/,
  );
  assert.is((await policy('diff', withKeys(key, other), withKeys(key))).code, 0);
});

test('explain: the line that decides', async () => {
  const { code, out } = await policy('explain', 'skyminer-4', 'tcp 10.77.0.2:4000 > 10.77.0.6:6420');
  assert.is(code, 0);
  assert.match(
    out,
    /^passes: .*\n {2}decided by wallet__node__rpc__v4, recipes\/clusters\/skyminer-4\.yaml:40$/,
  );
  const denied = await policy('explain', 'skyminer-4', 'tcp wallet > cxo-1:8004');
  assert.match(denied.out, /^dropped: .*\n {2}nearest: wallet may reach cxo-1 on http/);
  assert.is(
    JSON.parse((await policy('explain', 'skyminer-4', 'tcp wallet > cxo-1:8004', '--json')).out).verdict,
    'dropped',
  );
  assert.is((await policy('explain', 'skyminer-4', 'wallet > node')).code, 2);
});

test('a cluster that is not there, and one with mistakes', async () => {
  assert.is((await policy('skyminer-5')).code, 11);
  assert.is((await policy(join(checkout, 'test/fixtures/recipe/bad/clusters/end-known.yaml'))).code, 3);
});

test.run();
