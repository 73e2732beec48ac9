/** What an image's manifest says is installed: name → version. opkg writes `NAME - VERSION`, apk `NAME VERSION`. */
export function readManifest(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return new Map(
    lines.flatMap((line): [string, string][] => {
      const match = /^(\S+) (?:- )?(\S+)\s*$/.exec(line);
      return match === null ? [] : [[match[1]!, match[2]!]];
    }),
  );
}

/**
 * What is wrong with an image's packages, in words: firewall4 or one that was asked for is missing, one that was to be left out is there.
 * Some names carry the version of their interface at the end (`libnftnl11`), which a person who asks for one leaves out.
 */
export function manifestProblems(
  manifest: ReadonlyMap<string, string>,
  packages: readonly string[],
): string[] {
  const names = [...manifest.keys()];
  const isThere = (name: string): boolean =>
    names.some(
      (other) => other === name || (name.startsWith('lib') && other.replace(/[\d.]+$/, '') === name),
    );
  const wanted = ['firewall4', ...packages.filter((name) => !name.startsWith('-'))];
  const unwanted = packages.filter((name) => name.startsWith('-')).map((name) => name.slice(1));
  return [
    ...[...new Set(wanted)]
      .filter((name) => !isThere(name))
      .map((name) => `the package ${name} is not in the image`),
    ...unwanted.filter(isThere).map((name) => `the package ${name} is in the image and must not be`),
  ].sort();
}
