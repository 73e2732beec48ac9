import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { distance } from 'fastest-levenshtein';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { type ModuleFile, readModuleFile } from './module-file.ts';

export interface LoadedModule {
  /** As the kernel names it, with underscores: `virtio_blk`. */
  readonly name: string;
  /** Below the folder of modules: `kernel/drivers/block/virtio_blk.ko.xz`. */
  readonly path: string;
  /** The module, not compressed. */
  readonly content: Buffer;
}

/**
 * The modules to load so that `names` are there, in an order in which each comes after what it depends on. What is built into the kernel is
 * left out. Debian's packages have no modules.dep (depmod runs when they are installed), so this reads the modules themselves.
 * @param folder `/lib/modules/RELEASE` of the package
 * @param names in the order in which they are wanted; `-` and `_` are the same
 * @throws BoardsmithError STEP_FAILED for a module that the kernel does not have, with names that are near
 */
export async function moduleClosure(folder: string, names: readonly string[]): Promise<LoadedModule[]> {
  const closure = new Closure(folder, await moduleFiles(folder), await builtinModules(folder));
  for (const name of names) await closure.add(name, 'the board');
  return closure.order;
}

class Closure {
  readonly order: LoadedModule[] = [];
  readonly #folder: string;
  /** Name → path. */
  readonly #files: ReadonlyMap<string, string>;
  readonly #builtin: ReadonlySet<string>;
  readonly #visited = new Set<string>();
  #cryptoAliases: Promise<ReadonlyMap<string, string>> | undefined;

  constructor(folder: string, files: ReadonlyMap<string, string>, builtin: ReadonlySet<string>) {
    this.#folder = folder;
    this.#files = files;
    this.#builtin = builtin;
  }

  async add(wanted: string, neededBy: string): Promise<void> {
    const name = canonical(wanted);
    if (this.#visited.has(name) || this.#builtin.has(name)) return;
    this.#visited.add(name);
    const path = this.#files.get(name);
    if (path === undefined) throw this.#unknown(wanted, neededBy);
    const module = await this.#read(path);
    for (const soft of module.softDepends) {
      const found = await this.#resolveSoft(soft);
      if (found !== undefined) await this.add(found, name);
    }
    for (const dependency of module.depends) await this.add(dependency, name);
    this.order.push({ name, path, content: module.content });
  }

  #read(path: string): Promise<ModuleFile> {
    return readModuleFile(join(this.#folder, path));
  }

  /** A soft dependency may be missing. It is often an alias of an algorithm (`crypto-crc32c`), which a module in kernel/crypto has. */
  async #resolveSoft(wanted: string): Promise<string | undefined> {
    const name = canonical(wanted);
    if (this.#files.has(name) || this.#builtin.has(name)) return name;
    this.#cryptoAliases ??= this.#readCryptoAliases();
    return (await this.#cryptoAliases).get(name);
  }

  async #readCryptoAliases(): Promise<ReadonlyMap<string, string>> {
    const aliases = new Map<string, string>();
    for (const [name, path] of this.#files) {
      if (!/^kernel\/crypto\/[^/]+$/.test(path)) continue;
      for (const alias of (await this.#read(path)).aliases) {
        if (!aliases.has(canonical(alias))) aliases.set(canonical(alias), name);
      }
    }
    return aliases;
  }

  #unknown(wanted: string, neededBy: string): BoardsmithError {
    const near = [...this.#files.keys(), ...this.#builtin]
      .map((name) => ({ name, away: distance(name, canonical(wanted)) }))
      .filter(({ away }) => away <= 3)
      .sort((a, b) => a.away - b.away || (a.name < b.name ? -1 : 1))
      .slice(0, 3)
      .map(({ name }) => name);
    return new BoardsmithError(
      'STEP_FAILED',
      `the kernel has no module ${wanted} (needed by ${neededBy})${near.length > 0 ? `; did you mean ${near.join(', ')}?` : ''}`,
      { hint: "correct kernel: modules: in the board's file" },
    );
  }
}

/** The kernel takes `-` in a module's name for `_`. */
function canonical(name: string): string {
  return name.replaceAll('-', '_');
}

async function moduleFiles(folder: string): Promise<Map<string, string>> {
  const all = await readdir(join(folder, 'kernel'), { recursive: true, encoding: 'utf8' });
  const files = new Map<string, string>();
  for (const path of all.sort()) {
    const match = /([^/]+)\.ko(?:\.xz)?$/.exec(path);
    if (match !== null) files.set(canonical(match[1]!), `kernel/${path}`);
  }
  return files;
}

async function builtinModules(folder: string): Promise<Set<string>> {
  const text = await readFile(join(folder, 'modules.builtin'), 'utf8');
  return new Set(text.split('\n').flatMap((line) => canonical(/([^/]+)\.ko$/.exec(line)?.[1] ?? '') || []));
}
