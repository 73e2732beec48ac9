import { homedir } from 'node:os';
import { join } from 'node:path';

export const checkout = join(import.meta.dirname, '../..');
/** The user's own cache, so that suites share what they build with each other and with the user's builds. */
export const testCache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'boardsmith');
/** Tools of the lock, unpacked once for all suites. */
export const testTools = join(testCache, 'test-tools');
