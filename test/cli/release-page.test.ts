import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { releasePage } from '../../builder/cli/release-page/page.ts';
import { makeRelease, type ReleaseRequest } from '../../builder/release/make/make-release.ts';
import { publicKeyLine } from '../../builder/signature/public-key.ts';
import { releaseFacts, releaseRequest } from '../support/release-request.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { testSigner } from '../support/test-signer.ts';

const test = suite('page of a release');
const page: ReleaseRequest['page'] = (contents) => releasePage(contents, null);

async function pageOf(changes: Parameters<typeof releaseRequest>[1] = {}): Promise<string> {
  const request = await releaseRequest(temporaryFolder('release'), { page, ...changes });
  await makeRelease(request);
  return await readFile(join(request.out, 'index.html'), 'utf8');
}

test('every file that it links to is in the folder', async () => {
  const request = await releaseRequest(temporaryFolder('release'), { page });
  const { files } = await makeRelease(request);
  const text = await readFile(join(request.out, 'index.html'), 'utf8');
  const links = [...text.matchAll(/href="([^"]*)"/g)].map(([, path]) => path!);
  assert.ok(links.length > 8);
  const paths = new Set(files.map(({ path }) => path));
  assert.equal(
    links.filter((path) => !paths.has(path)),
    [],
  );
});

test('units are burnt with a list where an image takes them, and not else', async () => {
  const authorities = [publicKeyLine(testSigner('authority').publicKey)];
  assert.match(await pageOf({ cxo: { unit: { authorities } } }), /--units units\.csv --batch-key batch\.key/);
  const settings = [{ name: 'QUOTA', description: 'how much', required: false }];
  assert.match(await pageOf({ cxo: { unit: { authorities, settings } } }), /setting QUOTA/);
  const nobody = await pageOf({ cxo: { unit: { settings } } });
  assert.not.match(nobody, /--units|QUOTA/);
  assert.match(nobody, /takes units from<\/dt><dd>nobody/);
});

test('sources that came with it are listed', async () => {
  const file = join(temporaryFolder('source'), 'one');
  await writeFile(file, 'a source');
  const sources = [{ path: 'sources/dnsmasq_2.91.orig.tar.gz', file }];
  assert.match(await pageOf({ sources }), /<a href="sources\/dnsmasq_2\.91\.orig\.tar\.gz">/);
  assert.not.match(await pageOf(), /Sources of what is in the images/);
});

test('a first release says so; another that is compared with none says that', async () => {
  assert.match(await pageOf(), /The first release: there is none to compare it with\./);
  const facts = { ...releaseFacts, number: 4 };
  assert.match(await pageOf({ facts }), /Compared with no other release\./);
});

test.run();
