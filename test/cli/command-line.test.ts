import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { reportError } from '../../builder/cli/report-error.ts';
import { run } from '../../builder/cli/run.ts';
import { verbs } from '../../builder/cli/verbs/all-verbs.ts';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { type CapturedTerminal, capturedTerminal } from '../support/captured-terminal.ts';
import { boardsmith } from '../support/command-line.ts';
import { cannotMount, mounting } from '../support/mounted-folder.ts';
import { checkout } from '../support/places.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { everyHelp } from '../support/verb-help.ts';

const test = suite('command line');
const folder = temporaryFolder('command-line');
const cache = join(folder, 'cache');
const unmountable = await cannotMount();
if (unmountable !== null) console.log(`SKIP a read-only folder: ${unmountable}`);

async function command(...parameters: string[]): Promise<{ code: number; terminal: CapturedTerminal }> {
  const terminal = capturedTerminal({ currentDirectory: checkout, environment: { HOME: folder } });
  return { code: await run(parameters, terminal), terminal };
}

test('--help names every verb; each has an example, and --json', async () => {
  const helps = await everyHelp();
  const names = helps.map(({ words }) => words);
  assert.is(names.filter((name) => !name.includes(' ')).length, verbs.length, names.join(', '));
  for (const { words, text, examples } of helps) {
    // What is above other verbs says nothing itself.
    if (!text.includes('\nCommands:\n')) assert.match(text, / --json /, words);
    // Those of its verbs are with the verb above them.
    if (words.includes(' ')) continue;
    assert.ok(examples.length > 0, words);
    for (const example of examples) assert.match(example, new RegExp(`^boardsmith ${words}`));
  }
});

test('a wrong command line ends with 2', async () => {
  for (const parameters of [['bild'], ['build'], ['plan', 'cxo', '--bord', 'x']]) {
    assert.is((await command(...parameters)).code, 2, parameters.join(' '));
  }
});

test('a wrong command line says what comes next; what an option of several took is told', async () => {
  const unknown = await command('plan', 'cxo', '--bord', 'x');
  assert.equal(unknown.terminal.noteLines, [
    "error: unknown option '--bord'",
    '(Did you mean --board?)',
    'next: boardsmith plan --help',
  ]);
  const { code, terminal } = await command('plan', '--board', 'qemu-virt', 'cxo');
  assert.is(code, 2);
  assert.equal(terminal.noteLines, [
    "error: missing required argument 'recipe'",
    'next: boardsmith plan --help; --board takes all that follows it: put it last',
  ]);
});

test('a burnt card is no image: how it boots is told', async () => {
  const card = join(folder, 'burnt.img');
  await writeFile(card, 'a card');
  const { code, terminal } = await command('boot', card);
  assert.is(code, 11);
  assert.match(terminal.noteLines.join('\n'), `boardsmith boot IMAGE --card ${card}`);
});

test('a single problem that is the message is told once', async () => {
  const terminal = capturedTerminal({ currentDirectory: folder });
  const error = new BoardsmithError('DISK_REFUSED', 'sdb: it is mounted', {
    hint: 'boardsmith burn --list',
    problems: ['sdb: it is mounted'],
  });
  reportError(error, terminal, false);
  assert.equal(terminal.noteLines, ['error: sdb: it is mounted', 'next: boardsmith burn --list']);
});

test('a wrong command line is one object with --json too', async () => {
  for (const [parameters, hint] of [
    [['build', '--json'], 'boardsmith build --help'],
    [['bild', '--json'], 'boardsmith --help'],
    [['boot', 'x.img', '--memory', 'abc', '--json'], 'boardsmith boot --help'],
  ] as const) {
    const { code, terminal } = await command(...parameters);
    assert.is(code, 2, parameters.join(' '));
    assert.equal(terminal.noteLines, []);
    const error = JSON.parse(terminal.outLines.join('\n'));
    assert.is(error.error, 'USAGE');
    assert.is(error.hint, hint);
  }
});

test('numbers on the command line are numbers', async () => {
  for (const option of ['--memory', '--card-size']) {
    for (const written of ['abc', '-5', '1.5', '0x40', '']) {
      const { code, terminal } = await command('boot', 'x.img', option, written);
      assert.is(code, 2, `${option} ${written}`);
      assert.match(terminal.noteLines.join('\n'), /whole number/);
    }
  }
});

test('an option that means nothing without another is refused', async () => {
  for (const [option, needed] of [
    ['--card-size', '--card'],
    ['--report', '--check'],
  ] as const) {
    const { code, terminal } = await command('boot', 'x.img', option, '5');
    assert.is(code, 2, option);
    assert.match(terminal.noteLines.join('\n'), `${option} means nothing without ${needed}`);
  }
});

test('lock in a folder without recipes names none of another place', async () => {
  const terminal = capturedTerminal({ currentDirectory: folder, environment: { HOME: folder } });
  assert.is(await run(['lock', '--dry-run'], terminal), 2);
  assert.match(terminal.noteLines.join('\n'), `no recipe lies in ${folder}`);
});

test('check takes the name of a recipe or cluster too, and says when there is nothing of that name', async () => {
  assert.is((await command('check', 'cxo')).code, 0);
  assert.is((await command('check', 'skyminer-4')).code, 0);
  assert.is((await command('check', 'cxx')).code, 11);
});

test('an image that was copied alone: all that is missing beside it, at once', async () => {
  const image = join(folder, 'copied', 'a.img');
  await mkdir(join(folder, 'copied'), { recursive: true });
  await writeFile(image, '');
  assert.match((await command('boot', image)).terminal.noteLines.join('\n'), /manifest beside it/);
  const output = (role: string, file: string) => ({ role, file, size: 1, sha256: '0'.repeat(64) });
  const manifest = {
    recipe: 'a',
    board: 'b',
    boot: { qemu: {}, ports: [], health: null, console: 'ttyS0' },
    outputs: [output('image', 'a.img'), output('firmware', 'a.firmware.bin')],
  };
  await writeFile(join(folder, 'copied', 'a.manifest.json'), JSON.stringify(manifest));
  const { code, terminal } = await command('boot', image);
  assert.is(code, 11);
  assert.match(terminal.noteLines.join('\n'), /a\.img has 0 bytes, not 1/);
  assert.match(terminal.noteLines.join('\n'), /a\.firmware\.bin is not there/);
});

test('without npm packages it says how to install them', async () => {
  const place = join(folder, 'bare', 'builder', 'cli');
  await cp(join(checkout, 'builder/cli'), place, { recursive: true });
  const { exitCode, stderr } = await execa(process.execPath, [join(place, 'boardsmith.mjs')], {
    reject: false,
  });
  assert.is(exitCode, 10);
  assert.match(stderr, `next: npm ci --prefix ${join(folder, 'bare')}`);
});

test('a build without the network names all that is missing, and where it was looked for', async () => {
  const empty = join(folder, 'nothing-cached');
  const bare = await command('build', 'cxo', '--offline', '--cache', empty);
  assert.is(bare.code, 5);
  const text = bare.terminal.noteLines.join('\n');
  assert.match(text, /\d\d inputs are not in the cache, and the network is not to be used/);
  assert.match(text, /debian:arm64\/musl@/);
  assert.match(text, /pypi:ziglang/);
  const vendor = join(folder, 'vendor');
  const none = await command('build', 'cxo', '--offline', '--cache', empty, '--vendor', vendor);
  assert.is(none.code, 11);
  await mkdir(join(vendor, 'sha256'), { recursive: true });
  const { code, terminal } = await command('build', 'cxo', '--offline', '--cache', empty, '--vendor', vendor);
  assert.is(code, 5);
  assert.match(terminal.noteLines.join('\n'), `not in the cache nor in ${vendor}`);
  assert.match(
    terminal.noteLines.join('\n'),
    `next: where the network can be used: boardsmith lock RECIPE --vendor ${vendor}`,
  );
});

test('the same recipe twice is built once; two of one name are refused', async () => {
  const twice = await command('plan', 'cxo', join(checkout, 'recipes/cxo'), '--cache', cache, '--json');
  assert.is(JSON.parse(twice.terminal.outLines.join('\n')).images.length, 1);
  const other = join(folder, 'namesake');
  await cp(join(checkout, 'test/appliances/plain'), other, { recursive: true });
  await cp(join(checkout, 'boardsmith.lock'), join(other, 'boardsmith.lock'));
  const { code, terminal } = await command('plan', join(checkout, 'test/appliances/plain'), other);
  assert.is(code, 2);
  assert.match(terminal.noteLines.join('\n'), /two recipes are named plain/);
});

test('a reader that goes away does not turn a failure into success', async () => {
  const shell = 'set -o pipefail; "$0" "$@" | head -c 0';
  const { exitCode } = await boardsmith(
    ['build', 'cxo', '--json', '--offline', '--cache', join(folder, 'empty-cache')],
    { wrapper: ['bash', '-c', shell] },
  );
  assert.ok([5, 130].includes(exitCode), String(exitCode));
});

test('a misspelt verb is answered with the one that is near', async () => {
  assert.match((await command('bild', 'cxo')).terminal.noteLines.join('\n'), /Did you mean build\?/);
});

test('a recipe that is not there: what was looked for, and what to do', async () => {
  const { code, terminal } = await command('plan', 'cxx');
  assert.is(code, 11);
  const text = terminal.noteLines.join('\n');
  assert.match(text, /there is no recipe cxx/);
  assert.match(text, /recipes\/cxx\/recipe\.yaml/);
  assert.match(text, /next: /);
});

test('errors are one object with --json, and nothing else is printed', async () => {
  const { code, terminal } = await command('plan', 'cxx', '--json');
  assert.is(code, 11);
  assert.is(terminal.outLines.length, 1);
  assert.is(JSON.parse(terminal.outLines[0]!).error, 'FILE_UNUSABLE');
  assert.equal(terminal.noteLines, []);
});

test('check prints each mistake with file, line and column, and ends with 3', async () => {
  const file = join(folder, 'recipe.yaml');
  await writeFile(file, 'name: Not A Label\nentri: daemon.ts\n');
  const { code, terminal } = await command('check', file);
  assert.is(code, 3);
  assert.match(terminal.noteLines.join('\n'), /recipe\.yaml:1:7: /);
  assert.match(terminal.noteLines.join('\n'), /recipe\.yaml:2:1: .*entry/);
  const json = await command('check', file, '--json');
  assert.is(json.code, 3);
  assert.ok(JSON.parse(json.terminal.outLines.join('')).problems.length >= 2);
});

test('check prints warnings, and ends with 0', async () => {
  const cluster = join(checkout, 'test/fixtures/recipe/bad/warned/service-reached.yaml');
  const { code, terminal } = await command('check', cluster);
  assert.is(code, 0);
  assert.match(terminal.noteLines.join('\n'), /warning: .*:25:3: store offers http/);
  const json = await command('check', cluster, '--json');
  const { problems, warnings } = JSON.parse(json.terminal.outLines.join(''));
  assert.equal([problems.length, warnings.length], [0, 1]);
});

test('plan prints every step with its inputs and key, has no effects, and is the same anywhere', async () => {
  const { code, terminal } = await command('plan', 'cxo', '--cache', cache, '--json');
  assert.is(code, 0, terminal.outLines.join('\n'));
  const text = terminal.outLines.join('\n');
  const plan = JSON.parse(text);
  assert.ok(plan.steps.length > 15);
  for (const step of plan.steps) {
    assert.match(step.key, /^[0-9a-f]{64}$/);
    assert.is(step.cached, false);
  }
  assert.not.ok(text.includes(checkout), 'no folder of this machine in a plan');
  assert.not.ok((await readdir(folder)).includes('cache'), 'plan makes nothing');

  const elsewhere = join(folder, 'elsewhere');
  await cp(join(checkout, 'recipes', 'cxo'), join(elsewhere, 'cxo'), { recursive: true });
  await cp(join(checkout, 'boardsmith.lock'), join(elsewhere, 'boardsmith.lock'));
  const other = await command('plan', join(elsewhere, 'cxo'), '--cache', cache, '--json');
  assert.is(JSON.parse(other.terminal.outLines.join('\n')).id, plan.id, 'the same plan in another folder');
});

test('a changed line of the daemon changes the keys of what depends on it, and of nothing else', async () => {
  const elsewhere = join(folder, 'changed');
  await mkdir(elsewhere);
  await cp(join(checkout, 'recipes', 'cxo'), join(elsewhere, 'cxo'), { recursive: true });
  await cp(join(checkout, 'boardsmith.lock'), join(elsewhere, 'boardsmith.lock'));
  const keys = async (): Promise<Map<string, string>> => {
    const { terminal } = await command('plan', join(elsewhere, 'cxo'), '--cache', cache, '--json');
    const { steps } = JSON.parse(terminal.outLines.join('\n')) as { steps: { id: string; key: string }[] };
    return new Map(steps.map(({ id, key }) => [id, key]));
  };
  const before = await keys();
  const daemon = join(elsewhere, 'cxo', 'daemon.ts');
  await writeFile(daemon, `${await readFile(daemon, 'utf8')}\n// one more line\n`);
  const after = await keys();
  const changed = [...after].filter(([id, key]) => before.get(id) !== key).map(([id]) => id);
  assert.equal(changed, [
    'bundle:cxo',
    'program:cxo',
    'root:cxo',
    'boot:cxo-qemu-virt',
    'components:cxo-qemu-virt',
    'image:cxo-qemu-virt',
  ]);
});

test('several recipes for several boards are one plan that shares equal steps', async () => {
  const board = join(folder, 'qemu-other.yaml');
  const text = await readFile(join(checkout, 'recipes/boards/qemu-virt.yaml'), 'utf8');
  await writeFile(
    board,
    text.replace('name: qemu-virt', 'name: qemu-other').replace(/^default: true$/m, 'default: false'),
  );
  const plain = join(checkout, 'test/appliances/plain');
  const { code, terminal } = await command(
    'plan',
    'cxo',
    plain,
    '--board',
    'qemu-virt',
    board,
    '--json',
    '--cache',
    cache,
  );
  assert.is(code, 0, terminal.outLines.join('\n'));
  const plan = JSON.parse(terminal.outLines.join('\n')) as {
    images: { recipe: string; board: string }[];
    steps: { id: string; kind: string }[];
  };
  assert.equal(
    plan.images.map((image) => `${image.recipe} ${image.board}`),
    ['cxo qemu-virt', 'cxo qemu-other', 'plain qemu-virt', 'plain qemu-other'],
  );
  const count = (kind: string): number => plan.steps.filter((step) => step.kind === kind).length;
  assert.equal(
    ['node-base', 'node-program', 'root-partition', 'packaged-kernel', 'init-program', 'sd-image'].map(count),
    [1, 2, 2, 2, 4, 4],
  );
});

test('a lock that does not cover the recipe: which request, and the command', async () => {
  const elsewhere = join(folder, 'unlocked');
  await cp(join(checkout, 'recipes', 'cxo'), join(elsewhere, 'cxo'), { recursive: true });
  const without = await command('plan', join(elsewhere, 'cxo'));
  assert.is(without.code, 4);
  assert.match(without.terminal.noteLines.join('\n'), /next: boardsmith lock/);
  await writeFile(
    join(elsewhere, 'boardsmith.lock'),
    '{\n  "date": "2026-01-01",\n  "entries": {},\n  "hostRequests": {},\n  "lockVersion": 1,\n  "requests": {}\n}\n',
  );
  const empty = await command('plan', join(elsewhere, 'cxo'));
  assert.is(empty.code, 4);
  assert.match(empty.terminal.noteLines.join('\n'), /the lock does not pin /);
});

test('boot says what it needs beside an image', async () => {
  const { code, terminal } = await command('boot', join(folder, 'no.img'));
  assert.is(code, 11);
  assert.match(terminal.noteLines.join('\n'), /there is no file /);
});

for (const [option, role] of [
  ['--out', 'output'],
  ['--cache', 'cache'],
] as const) {
  test(`${option} below a file, or where nobody can write, is refused before anything is fetched or run`, async () => {
    const file = join(folder, `${role}.md`);
    await writeFile(file, '');
    const other = option === '--out' ? ['--cache', cache] : ['--out', join(folder, 'out')];
    const { code, terminal } = await command(
      'build',
      'cxo',
      '--offline',
      option,
      join(file, 'sub'),
      ...other,
    );
    const text = terminal.noteLines.join('\n');
    assert.is(code, 11, text);
    assert.match(text, `the ${role} folder ${file}/sub cannot be written: ${file} is a file`);
    assert.match(text, `next: make room or name another folder: ${option} DIR`);
    if (unmountable !== null) return;
    const readOnly = join(folder, `${role}-read-only`);
    await mkdir(readOnly);
    const result = await boardsmith(['build', 'cxo', '--offline', option, join(readOnly, 'sub'), ...other], {
      wrapper: mounting(readOnly, 'read-only'),
    });
    assert.is(result.exitCode, 11, result.stderr);
    assert.match(
      result.stderr,
      `the ${role} folder ${readOnly}/sub cannot be written: its file system is read-only`,
    );
  });
}

test.run();
