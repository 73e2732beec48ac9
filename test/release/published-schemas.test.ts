import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { osList } from '../../builder/release/documents/os-list.ts';
import { osListSchema } from '../../builder/release/documents/os-list-schema.ts';
import { provenanceSchema } from '../../builder/release/documents/provenance-schema.ts';
import { makeRelease, type ReleaseRequest } from '../../builder/release/make/make-release.ts';
import { rejectedWith } from '../support/rejection.ts';
import { releaseFacts, releaseRequest } from '../support/release-request.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('documents of a release and their schemas');
const ajv = new Ajv({ allErrors: true });

function requireValid(schema: object, document: unknown): void {
  const validate = ajv.compile(schema);
  assert.ok(validate(document), JSON.stringify(validate.errors));
}

test('the list for Raspberry Pi Imager fits its schema, with addresses and without', async () => {
  const request = await releaseRequest(temporaryFolder('release'));
  const manifest = await makeRelease(request);
  requireValid(osListSchema, JSON.parse(await readFile(join(request.out, 'os_list.json'), 'utf8')));
  const shown = manifest.images.map((image) => ({ ...image, description: 'one' }));
  const facts = { ...releaseFacts, urlBase: 'https://example.org/tiny/' };
  const list = JSON.parse(osList(facts, shown, manifest.files)) as { os_list: { url: string }[] };
  requireValid(osListSchema, list);
  assert.is(list.os_list[0]!.url, 'https://example.org/tiny/images/cxo-test-board.img.zst');
});

test('a statement of provenance fits in-toto’s and SLSA’s specifications, and names what the folder holds', async () => {
  const request = await releaseRequest(temporaryFolder('release'));
  const manifest = await makeRelease(request);
  for (const image of manifest.images) {
    const document = JSON.parse(await readFile(join(request.out, image.provenance), 'utf8')) as {
      subject: { name: string; digest: { sha256: string } }[];
    };
    requireValid(provenanceSchema, document);
    const packed = manifest.files.find(({ path }) => path === image.zstd)!;
    assert.equal(document.subject, [
      { name: `${image.name}.img`, digest: { sha256: image.raw.sha256 } },
      { name: image.zstd, digest: { sha256: packed.sha256 } },
    ]);
  }
});

test('each device that an image names is one that the list names: Imager shows no other image', async () => {
  const request = await releaseRequest(temporaryFolder('release'));
  await makeRelease(request);
  const list = JSON.parse(await readFile(join(request.out, 'os_list.json'), 'utf8')) as {
    imager: { devices: { tags: string[] }[] };
    os_list: { devices: string[] }[];
  };
  const tags = new Set(list.imager.devices.flatMap(({ tags }) => tags));
  for (const { devices } of list.os_list)
    assert.ok(devices.length > 0 && devices.every((one) => tags.has(one)));
});

const unfit: readonly (readonly [string, (request: ReleaseRequest) => ReleaseRequest, string])[] = [
  [
    'a list for Imager with an address that is none',
    (request) => ({ ...request, facts: { ...releaseFacts, urlBase: 'https://example.org/my list/' } }),
    'os_list.json/os_list/0/url: must match pattern',
  ],
  [
    'a list for Imager with an image that nothing is said of',
    (request) => ({ ...request, images: request.images.map((image) => ({ ...image, description: '' })) }),
    'os_list.json/os_list/0/description: must NOT have fewer than 1 characters',
  ],
  [
    'a provenance with a revision that is no hash',
    (request) => ({ ...request, facts: { ...releaseFacts, sourceRevision: 'v1.0' } }),
    'provenance/cxo-test-board.intoto.json/predicate/buildDefinition/resolvedDependencies/1/digest/gitCommit: must match',
  ],
];

for (const [name, change, problem] of unfit) {
  test(`${name} ends the release, and there is no folder`, async () => {
    const request = change(await releaseRequest(temporaryFolder('release')));
    const error = await rejectedWith(makeRelease(request), 'RELEASE_INVALID', /does not fit the schema/);
    assert.ok(error.problems.join('\n').includes(problem), error.problems.join('\n'));
    assert.not.ok(existsSync(request.out));
  });
}

test('the schemas refuse what lacks a field', () => {
  assert.not.ok(ajv.compile(osListSchema)({ os_list: [{ name: 'x' }] }));
  assert.not.ok(ajv.compile(provenanceSchema)({ _type: 'https://in-toto.io/Statement/v1' }));
});

test.run();
