import { clientEnvironment, type Environment } from './client-environment.ts';
import { runClient } from './run-client.ts';

/** Settings that say how to reach an index; every other one could change what pip answers. */
const connectionSettings = new Set([
  'cert',
  'client-cert',
  'default-timeout',
  'extra-index-url',
  'index-url',
  'keyring-provider',
  'proxy',
  'timeout',
  'trusted-host',
]);

/**
 * Environment for pip: the host's index, proxy and certificates, from its files and its environment, and nothing else of its configuration.
 * @throws BoardsmithError HOST_UNSUITABLE without pip
 */
export async function pipEnvironment(
  environment: Environment,
  scratch: string,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const plain = clientEnvironment(environment, scratch);
  const listed = await runClient('pip3', ['config', 'list', '--disable-pip-version-check'], {
    environment: plain,
    directory: scratch,
    signal,
  });
  const kept = Object.entries(plain).filter(([name]) => !/^PIP_/.test(name));
  return {
    ...Object.fromEntries(kept),
    ...connectionVariables(listed.stdout),
    PIP_CONFIG_FILE: '/dev/null',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    PIP_NO_INPUT: '1',
  };
}

/**
 * `pip config list` prints `level.name='value'` as Python writes strings: global, user, site, then `:env:`; the last one wins. A section of
 * a command (`download.…`) counts as well.
 */
export function connectionVariables(configList: string): Record<string, string> {
  const found = new Map<string, string>();
  for (const line of configList.split('\n')) {
    const match = /^(?:global|:env:|download|install)\.([a-z-]+)=(['"])(.*)\2$/.exec(line.trim());
    if (match === null || !connectionSettings.has(match[1]!)) continue;
    const value = match[3]!.replaceAll(/\\n/g, ' ').replaceAll(/\\(.)/g, '$1').trim();
    found.set(`PIP_${match[1]!.toUpperCase().replaceAll('-', '_')}`, value);
  }
  return Object.fromEntries(found);
}
