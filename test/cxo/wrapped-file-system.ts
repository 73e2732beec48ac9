import type { FileSystem } from '../../recipes/cxo/storage/file-system.ts';

/** A call on its way to a file system: `name` is the interface's, with `file.` before those of an open file. */
export interface Call {
  readonly name: string;
  readonly path: string;
}

/**
 * Passes every call through `around`, which may record it, make it fail, or leave it out. The methods of open files pass through too,
 * under their file's path.
 */
export function wrapFileSystem(
  inner: FileSystem,
  around: (call: Call, run: () => Promise<unknown>) => Promise<unknown>,
): FileSystem {
  const wrap = <T extends object>(target: T, prefix: string, filePath: string | null): T =>
    new Proxy(target, {
      get(object, property) {
        const method = Reflect.get(object, property);
        if (typeof method !== 'function') return method;
        return async (...values: unknown[]): Promise<unknown> => {
          const path = filePath ?? String(values[0]);
          const result = await around({ name: `${prefix}${String(property)}`, path }, async () =>
            method.apply(object, values),
          );
          const opens = property === 'openForReading' || property === 'createFile';
          return opens ? wrap(result as object, 'file.', path) : result;
        };
      },
    });
  return wrap(inner, '', null);
}
