import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clientEnvironment, type Environment } from './client-environment.ts';
import { runClient } from './run-client.ts';

/** Settings of the host that say how to reach a mirror, and how old its lists may be. Whether they must be signed is not the host's to say. */
const connectionSetting =
  /^Acquire::((http|https|ftp|tor|socks5h|mirror)(::|$)|(Retries|ForceIPv4|ForceIPv6|Check-Valid-Until|Check-Date|Max-FutureTime)$)/i;

/**
 * Environment under which apt's programs read one configuration file, written into `folder`, and nothing of the host's (sources,
 * preferences, hooks, trusted keys, installed packages) but how it reaches mirrors.
 */
export async function aptEnvironment(
  environment: Environment,
  folder: string,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  for (const part of ['state/lists/partial', 'cache/archives/partial', 'etc/parts', 'log']) {
    await mkdir(join(folder, part), { recursive: true });
  }
  const plain = clientEnvironment(environment, folder);
  const call = { environment: plain, directory: folder, signal };
  const dump = await runClient('apt-config', ['dump', '--format', '%f %v%n'], call);
  const logins = await runClient(
    'apt-config',
    ['shell', 'FILE', 'Dir::Etc::netrc/f', 'PARTS', 'Dir::Etc::netrcparts/d'],
    call,
  );
  await writeFile(join(folder, 'state/status'), '');
  const file = join(folder, 'apt.conf');
  await writeFile(
    file,
    [...privateSettings(folder, logins.stdout), ...hostSettings(dump.stdout), ''].join('\n'),
  );
  return { ...plain, APT_CONFIG: file };
}

function privateSettings(folder: string, logins: string): string[] {
  const login = (name: string): string =>
    new RegExp(`^${name}='(.*)'$`, 'm').exec(logins)?.[1] ?? '/dev/null';
  return [
    setting('Dir::State', join(folder, 'state')),
    setting('Dir::State::status', join(folder, 'state/status')),
    setting('Dir::Cache', join(folder, 'cache')),
    setting('Dir::Log', join(folder, 'log')),
    setting('Dir::Etc', join(folder, 'etc')),
    setting('Dir::Etc::Main', join(folder, 'etc/none.conf')),
    setting('Dir::Etc::Parts', join(folder, 'etc/parts')),
    setting('Dir::Etc::SourceList', join(folder, 'etc/sources.list')),
    setting('Dir::Etc::SourceParts', join(folder, 'etc/parts')),
    setting('Dir::Etc::Preferences', join(folder, 'etc/preferences')),
    setting('Dir::Etc::PreferencesParts', join(folder, 'etc/parts')),
    setting('Dir::Etc::Trusted', join(folder, 'etc/none.gpg')),
    setting('Dir::Etc::TrustedParts', join(folder, 'etc/parts')),
    setting('Dir::Etc::netrc', login('FILE')),
    setting('Dir::Etc::netrcparts', login('PARTS')),
    setting('APT::Install-Recommends', 'false'),
    setting('APT::Install-Suggests', 'false'),
    // The folder is this user's own; apt's unprivileged user could not reach it.
    setting('APT::Sandbox::User', 'root'),
    setting('Acquire::Languages', 'none'),
    setting('Acquire::ForceHash', 'sha256'),
  ];
}

function hostSettings(dump: string): string[] {
  return dump
    .split('\n')
    .map((line) => /^(\S+) (.+)$/.exec(line))
    .filter((match) => match !== null)
    .filter((match) => connectionSetting.test(match[1]!))
    .map((match) => setting(match[1]!, match[2]!));
}

function setting(name: string, value: string): string {
  return `${name} "${value}";`;
}
