const scope = '(@[a-z0-9~-][a-z0-9._~-]*/)?';

/** What a published package may be called, and a name of npm's command line cannot be: no option, no path, no address. */
export const npmNamePattern = '^(@[a-z0-9~][a-z0-9._~-]*/)?[A-Za-z0-9~][A-Za-z0-9._~-]*$';

/** Where a package of a tree may lie: folders below `node_modules` that cannot climb. An alias may begin with `_` or `-`. */
export const npmPlacePattern = `^node_modules/${scope}[A-Za-z0-9~_-][A-Za-z0-9._~-]*(/node_modules/${scope}[A-Za-z0-9~_-][A-Za-z0-9._~-]*)*$`;

/** A version of any registry: it can stand behind `NAME@` or `NAME==` on a client's command line. */
export const versionPattern = '^[0-9A-Za-z][0-9A-Za-z.+:~_-]*$';
