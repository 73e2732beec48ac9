import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { clientEnvironment, type Environment } from './client-environment.ts';
import { runClient } from './run-client.ts';

/** Roots of Debian's archives, without a slash at the end, and what verifies them. */
export interface DebianMirrors {
  readonly main: string;
  /** Null: locked without security updates, because that was asked for. */
  readonly security: string | null;
  readonly keyring: string;
}

const archiveKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const suites = '(?:bullseye|bookworm|trixie|forky|sid|oldstable|stable|testing|unstable)';
const mainRelease = new RegExp(`^${suites}(?:-updates)?$`);
const securityRelease = new RegExp(`^${suites}(?:-security|/updates)$`);

/**
 * The mirrors that this machine's apt uses. BOARDSMITH_DEBIAN_MIRROR, BOARDSMITH_DEBIAN_SECURITY_MIRROR (an address, or `none`) and
 * BOARDSMITH_DEBIAN_KEYRING (a file) take their place.
 * @throws BoardsmithError HOST_UNSUITABLE if neither names one
 */
export async function findDebianMirrors(
  environment: Environment,
  scratch: string,
  signal: AbortSignal,
): Promise<DebianMirrors> {
  const asked = {
    main: environment.BOARDSMITH_DEBIAN_MIRROR,
    security: environment.BOARDSMITH_DEBIAN_SECURITY_MIRROR,
  };
  const targets =
    asked.main === undefined || asked.security === undefined
      ? await configuredTargets(environment, scratch, signal)
      : [];
  const configured = (release: RegExp): string | undefined =>
    targets.find((target) => release.test(target.release))?.address;
  return {
    main: root(asked.main ?? configured(mainRelease), 'BOARDSMITH_DEBIAN_MIRROR'),
    security:
      asked.security === 'none'
        ? null
        : root(asked.security ?? configured(securityRelease), 'BOARDSMITH_DEBIAN_SECURITY_MIRROR'),
    keyring: environment.BOARDSMITH_DEBIAN_KEYRING ?? archiveKeyring,
  };
}

function root(address: string | undefined, variable: string): string {
  if (address !== undefined) return address.replace(/\/+$/, '');
  throw new BoardsmithError('HOST_UNSUITABLE', "this machine's apt is not set up for a mirror of Debian", {
    hint: `set ${variable} to the address of one`,
  });
}

async function configuredTargets(
  environment: Environment,
  scratch: string,
  signal: AbortSignal,
): Promise<{ address: string; release: string }[]> {
  // --no-release-info: also those for which `apt-get update` was never run.
  const args = ['indextargets', '--no-release-info', '--format', '$(REPO_URI) $(RELEASE) $(COMPONENT)'];
  const { stdout } = await runClient('apt-get', [...args, 'Created-By: Packages'], {
    environment: clientEnvironment(environment, scratch),
    directory: scratch,
    signal,
  });
  return stdout
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([address, , component]) => component === 'main' && !address!.startsWith('cdrom:'))
    .map(([address, release]) => ({ address: address!, release: release! }));
}
