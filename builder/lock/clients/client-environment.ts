/** The environment of this process, or one made up by a test. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What every client sees: the caller's environment (proxies, certificates, home), English messages and `scratch` for its
 * temporary files, so that a killed client leaves nothing elsewhere.
 */
export function clientEnvironment(environment: Environment, scratch: string): Record<string, string> {
  const kept = Object.entries(environment).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return { ...Object.fromEntries(kept), LC_ALL: 'C.UTF-8', LANGUAGE: 'C', TMPDIR: scratch };
}
