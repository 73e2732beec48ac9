import { join } from 'node:path';
import { clientEnvironment, type Environment } from './client-environment.ts';

/** Settings that say how to reach a registry; every other one could change what npm answers. */
const connectionSettings = new Set([
  'registry',
  'proxy',
  'http-proxy',
  'https-proxy',
  'noproxy',
  'ca',
  'cafile',
  'cert',
  'key',
  'strict-ssl',
  'local-address',
  'maxsockets',
  'userconfig',
  'globalconfig',
  'prefix',
]);

/** npm lets the environment win over the user's npmrc, so each setting that could change an answer is given its standard value here. */
const fixedSettings: Readonly<Record<string, string>> = {
  audit: 'false',
  before: 'null',
  'bin-links': 'false',
  'dry-run': 'false',
  'engine-strict': 'false',
  'fetch-retries': '0',
  'fetch-timeout': '60000',
  force: 'false',
  fund: 'false',
  global: 'false',
  'ignore-scripts': 'true',
  'install-links': 'false',
  'install-strategy': 'hoisted',
  'legacy-peer-deps': 'false',
  'lockfile-version': '3',
  'min-release-age': 'null',
  offline: 'false',
  'omit-lockfile-registry-resolved': 'false',
  'package-lock': 'true',
  'prefer-dedupe': 'false',
  'prefer-offline': 'false',
  'prefer-online': 'false',
  progress: 'false',
  save: 'true',
  'strict-peer-deps': 'false',
  'update-notifier': 'false',
  workspaces: 'false',
};

/** Environment for npm: the host's registry, proxy and certificates, and nothing else of its configuration; an npm cache of its own. */
export function npmEnvironment(environment: Environment, scratch: string): Record<string, string> {
  const kept = Object.entries(environment).filter(([name]) => {
    const setting = /^npm_config_(.*)$/i.exec(name)?.[1];
    return setting === undefined || isConnectionSetting(setting);
  });
  const fixed = Object.entries(fixedSettings).map(([name, value]) => [
    `npm_config_${name.replaceAll('-', '_')}`,
    value,
  ]);
  return {
    ...clientEnvironment(Object.fromEntries(kept), scratch),
    ...Object.fromEntries(fixed),
    npm_config_cache: join(scratch, 'npm-cache'),
  };
}

/** `//host/:_authToken` and `@scope:registry` included. */
function isConnectionSetting(setting: string): boolean {
  const name = setting.toLowerCase().replaceAll('_', '-');
  return connectionSettings.has(name) || setting.startsWith('//') || /^@.*:registry$/.test(setting);
}
