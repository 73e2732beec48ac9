import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cycloneDx } from '../../builder/sbom/cyclonedx.ts';
import { spdx } from '../../builder/sbom/spdx.ts';
import { matchesGolden } from '../support/golden.ts';
import { smallBom } from '../support/small-bom.ts';
import { cycloneDxProblems } from '../support/valid-cyclonedx.ts';

const test = suite('SBOM documents');

test('CycloneDX is as reviewed, and valid', async () => {
  const text = cycloneDx(smallBom);
  matchesGolden('sbom/small.cdx.json', text);
  assert.is(await cycloneDxProblems(text), null);
});

test('the schema refuses what is not valid', async () => {
  const broken: readonly ((document: Record<string, unknown>) => void)[] = [
    (document) => {
      document.version = 'one';
    },
    (document) => {
      document.serialNumber = 'urn:uuid:none';
    },
    (document) => {
      document.unknown = true;
    },
    (document) => {
      (document.components as { type: string }[])[0]!.type = 'thing';
    },
  ];
  for (const [index, breaking] of broken.entries()) {
    const document = JSON.parse(cycloneDx(smallBom)) as Record<string, unknown>;
    breaking(document);
    assert.is.not(await cycloneDxProblems(JSON.stringify(document)), null, `breakage ${index}`);
  }
});

test('every reference is to something, and every bom-ref is there once', () => {
  const refs: string[] = [];
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(collect);
    else if (value !== null && typeof value === 'object') {
      if ('bom-ref' in value) refs.push(value['bom-ref'] as string);
      Object.values(value).forEach(collect);
    }
  };
  const document = JSON.parse(cycloneDx(smallBom)) as {
    dependencies: { ref: string; dependsOn: string[] }[];
  };
  collect(document);
  assert.is(new Set(refs).size, refs.length);
  for (const { ref, dependsOn } of document.dependencies) {
    for (const one of [ref, ...dependsOn]) assert.ok(refs.includes(one), one);
  }
});

test('SPDX is as reviewed; its ids are there once and its relations lead somewhere', () => {
  const text = spdx(smallBom);
  matchesGolden('sbom/small.spdx.json', text);
  const { packages, relationships } = JSON.parse(text) as {
    packages: { SPDXID: string }[];
    relationships: { spdxElementId: string; relatedSpdxElement: string }[];
  };
  const ids = new Set(['SPDXRef-DOCUMENT', ...packages.map(({ SPDXID }) => SPDXID)]);
  assert.is(ids.size, packages.length + 1);
  for (const { spdxElementId, relatedSpdxElement } of relationships) {
    assert.ok(
      ids.has(spdxElementId) && ids.has(relatedSpdxElement),
      `${spdxElementId} ${relatedSpdxElement}`,
    );
  }
});

test('numbers that name a document follow from its content', () => {
  const other = { ...smallBom, sha256: 'f'.repeat(64) };
  for (const [write, field] of [
    [cycloneDx, 'serialNumber'],
    [spdx, 'documentNamespace'],
  ] as const) {
    const number = (image: typeof smallBom): unknown => JSON.parse(write(image))[field];
    assert.is(number(smallBom), number(structuredClone(smallBom)));
    assert.is.not(number(smallBom), number(other));
  }
});

test.run();
