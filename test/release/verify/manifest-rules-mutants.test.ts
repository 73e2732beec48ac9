import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ruleProblems } from '../../../builder/release/verify/manifest-rules.ts';
import { publicKeyLine } from '../../../builder/signature/public-key.ts';
import { smallRelease } from '../../support/small-release.ts';
import { mutatedModule } from '../../support/source-mutant.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { testSigner } from '../../support/test-signer.ts';

const test = suite('rules of a manifest, taken out');
const folder = join(temporaryFolder('manifest-rules'), 'release');
const authority = publicKeyLine(testSigner('authority').publicKey);
await smallRelease(folder, { number: 3, authorities: [authority] });
const text = await readFile(join(folder, 'manifest.json'), 'utf8');

// biome-ignore lint/suspicious/noExplicitAny: a draft that may be wrong in any way
type Draft = any;

function problemsWith(rules: typeof ruleProblems, change: (manifest: Draft) => unknown): string {
  const manifest = JSON.parse(text) as Draft;
  change(manifest);
  return rules(manifest)
    .map(({ where, message }) => `${where}: ${message}`)
    .join('\n');
}

const values = (pattern?: string) => [0].map(() => ({ name: 'X', description: '', required: true, pattern }));

/** A rule, what takes it out, a manifest that breaks it, and what then is not told any more. */
const rules: readonly (readonly [
  what: string,
  from: string,
  to: string,
  change: (manifest: Draft) => unknown,
  told: RegExp,
])[] = [
  [
    'files in order, each once',
    'for (const path of outOfOrder(paths)) {',
    'for (const path of [] as string[]) {',
    (m) => m.files.reverse(),
    /is there twice or out of order/,
  ],
  [
    'each of the same name counts as twice',
    'value <= values[index - 1]!',
    'value < values[index - 1]!',
    (m) => m.files.push(m.files.at(-1)),
    /is there twice or out of order/,
  ],
  [
    'no manifest in itself',
    'path === manifestName || ',
    '',
    (m) => (m.files[0].path = 'manifest.json'),
    /manifest\.json cannot be in a manifest/,
  ],
  [
    'no signature in what it signs',
    ' || isSignatureName(path)',
    '',
    (m) => (m.files[0].path = 'manifest.json.X.minisig'),
    /cannot be in a manifest/,
  ],
  [
    'no file that is a folder',
    'if (folders.has(path))',
    'if (path === "")',
    (m) => m.files.push({ ...m.files[0], path: 'z' }, { ...m.files[0], path: 'z/y' }),
    /is a file and a folder/,
  ],
  [
    'one spelling',
    'path.toLowerCase()',
    'path',
    (m) => m.files.push({ ...m.files[0], path: 'z/X' }, { ...m.files[0], path: 'z/x' }),
    /two spellings/,
  ],
  [
    'a previous release with a smaller number',
    'previous.number >= number',
    'previous.number > number',
    (m) => (m.previous = { number: 3, manifest: 'ab'.repeat(32) }),
    /not before 3/,
  ],
  ['a day', '!isDay(manifest.date)', 'manifest.date === ""', (m) => (m.date = '2026-02-30'), /is no day/],
  [
    'a day of its month',
    'new Date(time).toISOString().startsWith(date)',
    'time > 0',
    (m) => (m.date = '2026-02-30'),
    /is no day/,
  ],
  [
    'each image once',
    'for (const name of twice(manifest.images.map(({ name }) => name))) {',
    'for (const name of [] as string[]) {',
    (m) => m.images.push(m.images[0]),
    /images: cxo-test-board is there twice/,
  ],
  [
    'each position once',
    'twice(manifest.images.flatMap(({ positions }) => positions))',
    '[] as string[]',
    (m) => (m.images[1].positions = ['cxo-1']),
    /the position cxo-1 has two images/,
  ],
  [
    'each file of one image',
    'for (const path of twice(used)) {',
    'for (const path of [] as string[]) {',
    (m) => (m.images[0].bmap = m.images[1].bmap),
    /belongs to two images/,
  ],
  ...(['zstd', 'bmap', 'buildManifest', 'provenance'] as const).map(
    (member) =>
      [
        `a ${member} that is among the files`,
        `return [zstd, ...(xz === null ? [] : [xz]), bmap, buildManifest, provenance, ...sboms];`,
        `void xz; return [zstd, bmap, buildManifest, provenance, ...sboms].filter((path) => path !== ${member});`,
        (m: Draft) => (m.images[0][member] = 'images/none'),
        /images\/none is not among the files/,
      ] as const,
  ),
  [
    'an xz that is among the files',
    '...(xz === null ? [] : [xz]), ',
    '...(xz === "" ? [xz] : []), ',
    (m) => (m.images[0].xz = 'images/none'),
    /images\/none is not among the files/,
  ],
  [
    'SBOMs that are among the files',
    'provenance, ...sboms];',
    'provenance, ...sboms.slice(9)];',
    (m) => (m.images[0].sboms = ['images/none']),
    /images\/none is not among the files/,
  ],
  [
    'files that are there',
    'if (!known.has(path))',
    'if (path === "")',
    (m) => (m.images[0].bmap = 'images/none'),
    /images\/none is not among the files/,
  ],
  [
    'no positions of a recipe',
    "manifest.kind === 'recipe' && image.positions.length > 0",
    'image.positions.length > 99',
    (m) => (m.kind = 'recipe'),
    /a recipe has no positions/,
  ],
  [
    'a name of recipe and board',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is the source
    'if (name !== `${recipe}-${board}`)',
    'if (name === "")',
    (m) => (m.images[0].board = 'other'),
    /it is not cxo-other, as recipe and board say/,
  ],
  [
    'an image of whole sectors',
    'raw.size % sectorSize !== 0',
    'raw.size < 0',
    (m) => (m.images[0].raw.size += 1),
    /raw\/size: it is no whole number of sectors/,
  ],
  [
    'positions in order',
    'outOfOrder(image.positions)',
    '[] as string[]',
    (m) => m.images[0].positions.reverse(),
    /positions: cxo-1 is there twice or out of order/,
  ],
  [
    'mapped ranges that do not overlap',
    'first < next || ',
    '',
    (m) => (m.images[0].mapped[1].first = m.images[0].mapped[0].first),
    /mapped\/1: it is not after the one before/,
  ],
  [
    'a gap between mapped ranges',
    'next = last + 2;',
    'next = last + 1;',
    (m) => (m.images[0].mapped[1].first = m.images[0].mapped[0].last + 1),
    /with a gap between them/,
  ],
  [
    'mapped ranges that do not end before they begin',
    ' || last < first',
    '',
    (m) => (m.images[0].mapped.at(-1).last = m.images[0].mapped.at(-1).first - 1),
    /it is not after the one before/,
  ],
  [
    'mapped ranges within the image',
    'if (last >= blocks)',
    'if (last < 0)',
    (m) => (m.images[0].mapped.at(-1).last += 1),
    /it ends behind the end of the image/,
  ],
  [
    'partitions that do not overlap',
    'if (offset < end)',
    'if (offset < 0)',
    (m) => (m.images[0].partitions[1].offset -= 512),
    /it does not lie behind the one before/,
  ],
  [
    'partitions that begin at sectors',
    'offset % sectorSize !== 0 || ',
    '',
    (m) => {
      m.images[0].partitions[0].offset += 1;
      m.images[0].partitions[0].size -= 512;
    },
    /partitions\/0: it is no whole number of sectors/,
  ],
  [
    'partitions of whole sectors',
    ' || size % sectorSize !== 0',
    '',
    (m) => (m.images[0].partitions[0].size -= 1),
    /partitions\/0: it is no whole number of sectors/,
  ],
  [
    'partitions within the image',
    'if (end > raw.size)',
    'if (end < 0)',
    (m) => (m.images[0].partitions.at(-1).size += 1 << 24),
    /they end behind the end of the image/,
  ],
  [
    'each partition once',
    'twice(image.partitions.map((partition) => partition.name))',
    '[] as string[]',
    (m) => (m.images[0].partitions[1].name = m.images[0].partitions[0].name),
    /partitions: boot-a is there twice/,
  ],
  [
    'patterns that are some',
    'pattern !== undefined && !isExpression(pattern)',
    'pattern === "never"',
    (m) => (m.images[0].unit.settings = values('(')),
    /the pattern of X is none/,
  ],
  [
    'each value once, be it a setting or a secret',
    '[...unit.settings, ...unit.secrets].map((value) => value.name)',
    'unit.settings.map((value) => value.name)',
    (m) => Object.assign(m.images[0].unit, { settings: values(), secrets: values() }),
    /unit: X is there twice/,
  ],
  [
    'authorities that are keys',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is the source
    'say(`unit/authorities/${index}`, error.message);',
    'void index;',
    (m) => (m.images[0].unit.authorities = [`RW${'A'.repeat(54)}`]),
    /unit\/authorities\/0: .*is no public key/,
  ],
  [
    'each authority once',
    'twice(unit.authorities)',
    '[] as string[]',
    (m) => (m.images[0].unit.authorities = [authority, authority]),
    /unit\/authorities: .* is there twice/,
  ],
];

test('the manifest that is changed below breaks no rule', () => {
  assert.is(
    problemsWith(ruleProblems, () => undefined),
    '',
  );
});

for (const [what, from, to, change, told] of rules) {
  test(`${what}: a rule, and told by it alone`, async () => {
    assert.match(problemsWith(ruleProblems, change), told);
    const file = 'builder/release/verify/manifest-rules.ts';
    const mutant = (await import(mutatedModule({ file, from, to }, 'manifest-rules.ts'))) as {
      ruleProblems: typeof ruleProblems;
    };
    assert.not.match(problemsWith(mutant.ruleProblems, change), told);
  });
}

test.run();
