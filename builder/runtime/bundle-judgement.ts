import type { EsbuildMessage, Place } from './esbuild-messages.ts';
import { importPlace } from './import-place.ts';
import { type ImportSite, importsThat, type Metafile, packageFolder } from './metafile.ts';
import { findNativeUses } from './native-addons.ts';
import type { Runtime } from './runtime.ts';

/** Something about a daemon's sources or packages, at a place in them. */
export interface Finding {
  readonly place: Place | null;
  readonly text: string;
}

export interface Judgement {
  /** What cannot work in an image: the bundle is refused. */
  readonly refused: readonly Finding[];
  /** What may not work, in packages that may not need it. */
  readonly notes: readonly Finding[];
}

const nativeRemedy = 'which cannot be in an image; use a package that is JavaScript alone';

/** Kinds of esbuild's warnings that are looked at. In the recipe's own sources each is refused; in packages it is a note. */
const ownSourceRules: Readonly<Record<string, string>> = {
  'unsupported-require-call':
    'require with a name that is computed cannot be bundled; write the name as a string',
  'unsupported-dynamic-import':
    'import() with a name that is computed cannot be bundled; write the name as a string',
  'indirect-require':
    'require is used as a value, so what it loads cannot be bundled; call it with the name as a string',
  'require-resolve-not-external': 'require.resolve finds no file in an image; import the module instead',
  'direct-eval': 'the program runs without eval; write the code out',
};

/** Refused in packages too: what they make of it is not there as soon as they are loaded. */
const importMetaKind = 'empty-import-meta';
const importMetaText = {
  own: 'import.meta has no value in a bundle; take paths from the environment or from arguments, and import files instead of reading them',
  package:
    'the package uses import.meta, which has no value in a bundle; use a version that is CommonJS, or another package',
};

/** The kinds of warnings that esbuild must be told to give everywhere. */
export const judgedKinds: readonly string[] = [importMetaKind, ...Object.keys(ownSourceRules)];

/** Judges what esbuild said. */
export function judgeMessages(messages: readonly EsbuildMessage[]): Judgement {
  const refused: Finding[] = [];
  const notes: Finding[] = [];
  for (const { severity, kind, text, place } of messages) {
    const inPackage = place !== null && packageFolder(place.file) !== null;
    const rule = ownSourceRules[kind ?? ''];
    if (severity === 'error') refused.push({ place, text: explainError(text, inPackage) });
    else if (kind === importMetaKind)
      refused.push({ place, text: inPackage ? importMetaText.package : importMetaText.own });
    else if (rule !== undefined && !inPackage) refused.push({ place, text: rule });
    else notes.push({ place, text });
  }
  return { refused, notes };
}

/**
 * Judges what went into a bundle.
 * @param directory the folder that paths of the metafile are relative to
 * @param runtime that will run it
 */
export async function judgeMetafile(
  directory: string,
  metafile: Metafile,
  { title, builtins }: Pick<Runtime, 'title' | 'builtins'>,
): Promise<Judgement> {
  const isBuiltin = (name: string): boolean => builtins.has(name) || builtins.has(name.replace(/^node:/, ''));
  const at = async (site: ImportSite, text: string): Promise<Finding> => ({
    place: await importPlace(directory, site),
    text,
  });
  const all = (sites: readonly ImportSite[], text: (specifier: string) => string): Promise<Finding>[] =>
    sites.map((site) => at(site, text(site.specifier)));
  const strange = importsThat(metafile, ({ path, external }) => external !== true && liesOutside(path));
  const refusedStrange = all(
    strange,
    (name) => `"${name}" would come from outside the daemon's files and the lock`,
  );
  // Of packages that are not the daemon's, nothing more is read.
  if (strange.length > 0) return { refused: await Promise.all(refusedStrange), notes: [] };
  const natives = await findNativeUses(directory, metafile);
  const unknown = importsThat(
    metafile,
    ({ path, external }) => external === true && path.startsWith('node:') && !isBuiltin(path),
  );
  const absent = importsThat(
    metafile,
    ({ path, external, kind }) =>
      // An import statement that is left over is one that nothing uses.
      external === true && kind !== 'import-statement' && !isBuiltin(path) && !/^node:|\.node$/.test(path),
  );
  return {
    refused: await Promise.all([
      ...natives.map(({ site, what }) => at(site, `${what}, ${nativeRemedy}`)),
      ...all(unknown, (name) => `${name} does not exist in the ${title} of the image`),
    ]),
    notes: await Promise.all(all(absent, (name) => `"${name}" is absent; the code handles that`)),
  };
}

/** True for a file above the folder. Names in brackets are not files: esbuild's own and `data:` addresses. */
function liesOutside(path: string): boolean {
  return path.startsWith('../') || path.startsWith('/');
}

/** What an error of esbuild means here, and what to do. */
function explainError(text: string, inPackage: boolean): string {
  const unresolved = /^Could not resolve "(.*)"$/.exec(text)?.[1];
  if (unresolved !== undefined) return explainUnresolved(unresolved, inPackage);
  if (text.startsWith('Top-level await')) {
    return inPackage
      ? 'the package awaits outside of a function, which cannot be bundled; use a version that does not, or another package'
      : 'await outside of a function cannot be bundled; put it into an async function and call that';
  }
  const unknownKind = /^No loader is configured for "\.(.*?)" files: (.*)$/.exec(text);
  if (unknownKind === null) return text;
  const [, ending, file] = unknownKind;
  return ending === 'node'
    ? `${file} is a native addon, ${nativeRemedy}`
    : `${file} is neither code, JSON nor text; put what it holds into a module`;
}

function explainUnresolved(name: string, inPackage: boolean): string {
  if (name.endsWith('.node')) return `${name} is a native addon, ${nativeRemedy}`;
  if (/^\.{0,2}\//.test(name)) {
    return inPackage
      ? `"${name}" is not in the package`
      : `"${name}" is not among the daemon's files: those in the recipe's folder, without tests`;
  }
  return inPackage
    ? `the package needs "${name}", which is not in the lock; npm install that too in the recipe's folder, and run boardsmith lock`
    : `"${name}" is not in the lock; npm install it in the recipe's folder, and run boardsmith lock`;
}
