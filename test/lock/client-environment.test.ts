import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { aptEnvironment } from '../../builder/lock/clients/apt-environment.ts';
import { findDebianMirrors } from '../../builder/lock/clients/debian-mirrors.ts';
import { npmEnvironment } from '../../builder/lock/clients/npm-environment.ts';
import { connectionVariables } from '../../builder/lock/clients/pip-environment.ts';
import { runClient } from '../../builder/lock/clients/run-client.ts';
import { faultOf, pipFaults } from '../../builder/lock/fetch/client-faults.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const signal = new AbortController().signal;

/** The environment of a machine whose apt is set up by `config` and `sources`. */
function machine(config: string, sources = ''): Record<string, string | undefined> {
  const folder = temporaryFolder('apt');
  writeFileSync(join(folder, 'sources.list'), sources);
  const lines = [
    `Dir::Etc::SourceList "${folder}/sources.list";`,
    `Dir::Etc::SourceParts "${folder}/none";`,
    `Dir::State::Lists "${folder}";`,
    config,
    '',
  ];
  writeFileSync(join(folder, 'apt.conf'), lines.join('\n'));
  return { PATH: process.env.PATH, APT_CONFIG: join(folder, 'apt.conf') };
}

test('npm: proxies, certificates and registries stay, all else goes', () => {
  const environment = npmEnvironment(
    {
      PATH: '/bin',
      https_proxy: 'http://proxy',
      npm_config_registry: 'http://r',
      npm_config_cafile: '/ca',
      'npm_config_@scope:registry': 'http://s',
      'npm_config_//r/:_authToken': 't',
      npm_config_legacy_peer_deps: 'true',
      NPM_CONFIG_TAG: 'next',
      npm_config_cache: '/home/cache',
    },
    '/scratch',
  );
  assert.is(environment.https_proxy, 'http://proxy');
  assert.is(environment.npm_config_registry, 'http://r');
  assert.is(environment.npm_config_cafile, '/ca');
  assert.is(environment['npm_config_@scope:registry'], 'http://s');
  assert.is(environment['npm_config_//r/:_authToken'], 't');
  assert.is(environment.npm_config_legacy_peer_deps, 'false');
  assert.is(environment.npm_config_cache, '/scratch/npm-cache');
  assert.not.ok('NPM_CONFIG_TAG' in environment);
});

test('pip: index, proxy and certificates stay, all else goes; the environment wins over files', () => {
  const listed = [
    ":env:.find-links='/opt/wheels'",
    "global.index-url='http://a'",
    ":env:.index-url='http://b'",
    "global.cert='/ca'",
    "global.extra-index-url='\\nhttp://c\\nhttp://d'",
    "download.proxy='http://p'",
    "global.pre='true'",
    "install.no-binary=':all:'",
  ].join('\n');
  assert.equal(connectionVariables(listed), {
    PIP_INDEX_URL: 'http://b',
    PIP_CERT: '/ca',
    PIP_EXTRA_INDEX_URL: 'http://c http://d',
    PIP_PROXY: 'http://p',
  });
});

test('apt: how the host reaches mirrors stays, what it trusts, prefers or runs goes', async () => {
  const folder = temporaryFolder('apt-root');
  const host = machine(
    [
      'Acquire::http::Proxy "http://user:p%25ss@proxy:8080";',
      'Acquire::https::CAInfo "/ca with space";',
      'Acquire::http::Proxy::internal.invalid "DIRECT";',
      'Acquire::Retries "7";',
      'Acquire::AllowInsecureRepositories "true";',
      'Acquire::AllowDowngradeToInsecureRepositories "true";',
      'Acquire::Languages "de";',
      'APT::Update::Pre-Invoke { "touch /tmp/x"; };',
      'APT::Get::AllowUnauthenticated "true";',
      'Dir::Etc::Trusted "/evil.gpg";',
    ].join('\n'),
  );
  const environment = await aptEnvironment(host, folder, signal);
  const dump = execFileSync('apt-config', ['dump'], { env: environment, encoding: 'utf8' });
  assert.match(dump, 'Acquire::http::Proxy "http://user:p%25ss@proxy:8080";');
  assert.match(dump, 'Acquire::https::CAInfo "/ca with space";');
  assert.match(dump, 'Acquire::http::Proxy::internal.invalid "DIRECT";');
  assert.match(dump, 'Acquire::Retries "7";');
  assert.match(dump, `Dir::Etc::trusted "${folder}/etc/none.gpg"`);
  assert.match(dump, 'Acquire::AllowInsecureRepositories "0"');
  assert.not.match(dump, /AllowUnauthenticated|Pre-Invoke|AllowDowngradeToInsecureRepositories "true"/);
  const written = readFileSync(environment.APT_CONFIG!, 'utf8');
  assert.match(written, 'Acquire::Languages "none";');
  assert.not.match(written, /evil|Languages "de"/);
});

test("mirrors: those of the host's apt, also before its first update", async () => {
  const host = machine(
    '',
    [
      'deb [trusted=yes] http://other.invalid/repo nodistro main',
      'deb [arch=amd64] http://mirror.invalid/debian/ bookworm main contrib',
      'deb http://mirror.invalid/debian bookworm-updates main',
      'deb http://mirror.invalid/security bookworm-security main',
      '',
    ].join('\n'),
  );
  const mirrors = await findDebianMirrors(host, temporaryFolder('apt'), signal);
  assert.is(mirrors.main, 'http://mirror.invalid/debian');
  assert.is(mirrors.security, 'http://mirror.invalid/security');
});

test('mirrors: those of the variables come first, and security can be left out only by name', async () => {
  const host = machine('', 'deb http://mirror.invalid/debian bookworm main\n');
  const ask = (more: Record<string, string>) =>
    findDebianMirrors({ ...host, ...more }, temporaryFolder('apt'), signal);
  const mirrors = await ask({
    BOARDSMITH_DEBIAN_MIRROR: 'http://mine.invalid/debian/',
    BOARDSMITH_DEBIAN_SECURITY_MIRROR: 'none',
  });
  assert.is(mirrors.main, 'http://mine.invalid/debian');
  assert.is(mirrors.security, null);
  const error = (await ask({}).catch((one) => one)) as BoardsmithError;
  assert.is(error.code, 'HOST_UNSUITABLE');
  assert.match(error.hint!, 'BOARDSMITH_DEBIAN_SECURITY_MIRROR');
});

test('a machine without a mirror, and one without the program', async () => {
  const error = (await findDebianMirrors(machine(''), temporaryFolder('apt'), signal).catch(
    (one) => one,
  )) as BoardsmithError;
  assert.is(error.code, 'HOST_UNSUITABLE');
  const missing = (await runClient('pip3', [], {
    environment: { PATH: '/none' },
    directory: '/',
    signal,
  }).catch((one) => one)) as BoardsmithError;
  assert.is(missing.code, 'HOST_UNSUITABLE');
  assert.is(missing.hint, 'apt-get install python3-pip');
});

test('pip says that nothing matches also when it could not ask', () => {
  const none = 'ERROR: No matching distribution found for x==1';
  assert.is(faultOf(none, pipFaults), 'gone');
  assert.is(faultOf(`Could not fetch URL x: connection error: y - skipping\n${none}`, pipFaults), 'passing');
  assert.is(
    faultOf(`Could not fetch URL x: 404 Client Error: Not Found - skipping\n${none}`, pipFaults),
    'gone',
  );
});

test.run();
