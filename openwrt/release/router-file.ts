import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';

/** A file that is laid into a router's image as it is. */
export interface RouterFile {
  /** Absolute, in the router: `/etc/config/network`. */
  readonly path: string;
  /** Permission bits: 0o600. The ImageBuilder keeps them, so none is left to a umask. */
  readonly mode: number;
  /** Text, ends with a newline as OpenWrt's own files do. */
  readonly content: string;
}

/** What the policy compiler makes (path → text), as files: settings are root's own to read, as OpenWrt's packages install them. */
export function routerFilesOf(texts: Readonly<Record<string, string>>): RouterFile[] {
  return Object.entries(texts).map(([path, content]) => {
    return { path, mode: path.startsWith('/etc/config/') ? 0o600 : 0o644, content };
  });
}

/** Without either of them the board's defaults are generated on the first boot: a bridge over all ports, and a system that knows no rule of ours. */
const demanded = ['/etc/config/network', '/etc/config/system'] as const;

/**
 * Everything that is wrong with a list of files, in words: a path that is none, twice or below another file, a mode that is none, and what
 * is demanded and missing.
 */
export function routerFileProblems(files: readonly RouterFile[]): string[] {
  const paths = files.map(({ path }) => path);
  const problems: string[] = [];
  for (const { path, mode } of files) {
    // Scripts of the ImageBuilder walk the files without quotes.
    if (!/^(\/[A-Za-z0-9_][A-Za-z0-9._-]*)+$/.test(path)) problems.push(`${path} is no plain absolute path`);
    if (!Number.isInteger(mode) || mode < 0 || mode > 0o777) {
      problems.push(`${path} has the mode ${mode.toString(8)}; permissions alone are laid into an image`);
    }
    if (paths.filter((other) => other === path).length > 1) problems.push(`${path} is there twice`);
    if (paths.some((other) => other.startsWith(`${path}/`))) problems.push(`${path} is a file and a folder`);
  }
  for (const path of demanded) {
    if (!paths.includes(path)) problems.push(`${path} is missing: OpenWrt would generate one of its own`);
  }
  return [...new Set(problems)].sort();
}

/** @throws BoardsmithError STEP_FAILED with everything that `routerFileProblems` finds: whoever made the list made a mistake */
export function requireRouterFiles(files: readonly RouterFile[]): void {
  const problems = routerFileProblems(files);
  if (problems.length === 0) return;
  throw new BoardsmithError('STEP_FAILED', "the router's files cannot be laid into an image", {
    problems,
    hint: 'correct the list of files that the image is made of',
  });
}
