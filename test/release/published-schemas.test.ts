import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { osList } from '../../builder/release/documents/os-list.ts';
import { makeRelease } from '../../builder/release/make/make-release.ts';
import { releaseFacts, releaseRequest } from '../support/release-request.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('documents of a release and their schemas');
const ajv = new Ajv({ allErrors: true });
(addFormats as unknown as (ajv: Ajv) => void)(ajv);

const text = { type: 'string', minLength: 1 };
const hash = { type: 'string', pattern: '^[0-9a-f]{64}$' };

/** What Raspberry Pi Imager's `os-list-schema.json` and its notes on it demand of a list. */
const osListSchema = {
  type: 'object',
  required: ['os_list'],
  additionalProperties: false,
  properties: {
    imager: { type: 'object' },
    os_list: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: [
          'name',
          'description',
          'icon',
          'url',
          'extract_size',
          'extract_sha256',
          'image_download_size',
          'release_date',
          'devices',
        ],
        properties: {
          ...{ name: text, description: text, icon: text, url: text },
          ...{ extract_sha256: hash, image_download_sha256: hash },
          extract_size: { type: 'integer', minimum: 1 },
          image_download_size: { type: 'integer', minimum: 1 },
          release_date: { type: 'string', format: 'date' },
          devices: { type: 'array', items: text },
        },
      },
    },
  },
};

/** A ResourceDescriptor of in-toto: one of uri, digest and content at least. */
const resource = {
  type: 'object',
  anyOf: [{ required: ['uri'] }, { required: ['digest'] }, { required: ['content'] }],
  additionalProperties: false,
  properties: {
    name: text,
    uri: { type: 'string', format: 'uri' },
    digest: {
      type: 'object',
      minProperties: 1,
      additionalProperties: { type: 'string', pattern: '^[0-9a-f]+$' },
    },
    content: { type: 'string' },
    downloadLocation: { type: 'string', format: 'uri' },
    mediaType: text,
    annotations: { type: 'object' },
  },
};

/** An in-toto Statement v1 with the fields of a SLSA provenance v1 predicate, by their specifications. Fields that would be of a run are left out. */
const provenanceSchema = {
  type: 'object',
  required: ['_type', 'subject', 'predicateType', 'predicate'],
  additionalProperties: false,
  properties: {
    _type: { const: 'https://in-toto.io/Statement/v1' },
    subject: {
      type: 'array',
      minItems: 1,
      items: { ...resource, required: ['name', 'digest'] },
    },
    predicateType: { const: 'https://slsa.dev/provenance/v1' },
    predicate: {
      type: 'object',
      required: ['buildDefinition', 'runDetails'],
      additionalProperties: false,
      properties: {
        buildDefinition: {
          type: 'object',
          required: ['buildType', 'externalParameters'],
          additionalProperties: false,
          properties: {
            buildType: { type: 'string', format: 'uri' },
            externalParameters: { type: 'object' },
            internalParameters: { type: 'object' },
            resolvedDependencies: { type: 'array', items: resource },
          },
        },
        runDetails: {
          type: 'object',
          required: ['builder'],
          additionalProperties: false,
          properties: {
            builder: {
              type: 'object',
              required: ['id'],
              additionalProperties: false,
              properties: {
                id: { type: 'string', format: 'uri' },
                version: { type: 'object', additionalProperties: { type: 'string' } },
                builderDependencies: { type: 'array', items: resource },
              },
            },
          },
        },
      },
    },
  },
};

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

test('the schemas refuse what lacks a field', () => {
  assert.not.ok(ajv.compile(osListSchema)({ os_list: [{ name: 'x' }] }));
  assert.not.ok(ajv.compile(provenanceSchema)({ _type: 'https://in-toto.io/Statement/v1' }));
});

test.run();
