// Plain JavaScript on purpose: this runs before any dependency is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const checkout = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Exit code of a machine that lacks something; the same as HOST_UNSUITABLE in error/error-codes.ts. */
const hostUnsuitable = 10;
/** Exit code of a program that was ended from outside; the same as internalErrorExitCode there. */
const internalError = 70;

/** Installs npm dependencies and what is missing of host-packages.txt. Ends the process with the line to run if it may not. */
export function prepareMachine() {
  installNpmDependencies();
  installHostPackages();
}

/**
 * Prepares the machine, runs a program of the checkout in Node with this process's own parameters, and ends as it does.
 * @param {string[]} parameters Node's, the program and what comes before our own
 * @param {{cwd?: string}} options
 */
export function runPrepared(parameters, options = {}) {
  prepareMachine();
  const all = [...parameters, ...process.argv.slice(2)];
  const { status } = spawnSync(process.execPath, all, { stdio: 'inherit', ...options });
  process.exit(status ?? internalError);
}

function installNpmDependencies() {
  const lock = createHash('sha256')
    .update(readFileSync(join(checkout, 'package-lock.json')))
    .digest('hex');
  const stamp = join(checkout, 'node_modules', '.boardsmith-installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.log('installing npm dependencies (npm ci)');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(stamp, lock);
}

function installHostPackages() {
  const missing = missingHostPackages();
  if (missing.length === 0) return;
  const install = ['apt-get', 'install', '--yes', '--no-install-recommends', ...missing];
  if (process.getuid?.() !== 0) {
    console.error(
      `missing Debian packages; run this line, then the same command again:\n\n  sudo apt-get update && sudo ${install.join(' ')}\n`,
    );
    process.exit(hostUnsuitable);
  }
  console.log(`installing Debian packages: ${missing.join(' ')}`);
  run('apt-get', ['update', '-q'], { DEBIAN_FRONTEND: 'noninteractive' });
  run(install[0], ['-q', ...install.slice(1)], { DEBIAN_FRONTEND: 'noninteractive' });
  const still = missingHostPackages();
  if (still.length > 0) {
    console.error(`still missing after the installation: ${still.join(' ')}`);
    process.exit(hostUnsuitable);
  }
}

/** @returns {string[]} names of packages whose program or file is not here */
export function missingHostPackages() {
  return readFileSync(join(checkout, 'builder/setup/host-packages.txt'), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, evidence]) => !isPresent(evidence))
    .map(([name]) => name);
}

function isPresent(evidence) {
  if (evidence.startsWith('/')) return existsSync(evidence);
  // A plain user's PATH often lacks the sbin folders, where sgdisk lies.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => isExecutable(join(folder, evidence)));
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function run(command, parameters, environment = {}) {
  const { status, error } = spawnSync(command, parameters, {
    cwd: checkout,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...environment },
  });
  if (status === 0) return;
  console.error(`${command} ${parameters.join(' ')}: ${error?.message ?? `exit code ${status}`}`);
  process.exit(hostUnsuitable);
}
