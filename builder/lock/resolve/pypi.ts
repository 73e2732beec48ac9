import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { fetchPypi } from '../fetch/fetch-pypi.ts';
import type { InputRequest, PypiEntry } from '../lock-format.ts';
import { sha256OfFile } from '../sha256-of-file.ts';
import type { Resolution, ResolveContext } from './resolution.ts';

/**
 * Finds the wheel that pip takes for a platform. pip holds it to the hash that the index states.
 * @throws BoardsmithError INPUT_UNAVAILABLE, INPUT_CORRUPT
 */
export async function resolvePypi(
  request: InputRequest & { readonly kind: 'pypi' },
  context: ResolveContext,
): Promise<Resolution> {
  const { name, version, platform } = request;
  context.progress(`fetching ${name} ${version} (${platform})`);
  const entry = await context.store.fetchWith(
    (attempt) => fetchPypi({ name, version, platform }, attempt),
    async (outcome): Promise<PypiEntry> => {
      if (!outcome.ok) throw failure(request, outcome.reason, outcome.detail);
      const { size } = await stat(outcome.file);
      const sha256 = await sha256OfFile(outcome.file, context.signal);
      await context.store.adopt(outcome.file, { size, sha256 });
      return { kind: 'pypi', name, version, file: basename(outcome.file), platform, size, sha256 };
    },
    context.signal,
  );
  return { entries: [entry] };
}

function failure(
  { name, version, platform }: { name: string; version: string; platform: string },
  reason: string,
  detail: string,
): BoardsmithError {
  if (reason === 'corrupt') {
    return new BoardsmithError(
      'INPUT_CORRUPT',
      `${name} ${version} is not what the index describes\n${detail}`,
      {
        hint: 'run the same command again; if it stays so, look at the index that pip is set up for',
      },
    );
  }
  const gone = reason === 'gone';
  return new BoardsmithError(
    'INPUT_UNAVAILABLE',
    `${gone ? 'there is no wheel of' : 'cannot fetch'} ${name} ${version} for ${platform}\n${detail}`,
    {
      hint: gone
        ? 'correct the version or the platform where it is asked for'
        : 'connect this machine to the network and run the same command again',
    },
  );
}
