/** What esbuild says that it did (`--metafile`); only what is used here. */
export interface Metafile {
  /** By path, relative to the folder that esbuild ran in. */
  readonly inputs: Readonly<Record<string, MetafileInput>>;
  readonly outputs: Readonly<
    Record<string, { readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>> }>
  >;
}

export interface MetafileInput {
  readonly imports: readonly MetafileImport[];
}

export interface MetafileImport {
  /** Another input, or for an external import what the source says. */
  readonly path: string;
  readonly kind: string;
  /** Left to be loaded at run time: a module of the runtime, or a package whose absence the source handles. */
  readonly external?: boolean;
  /** What the source says, if it is not external. */
  readonly original?: string;
}

/** An import that concerns somebody, with the file that makes it. */
export interface ImportSite {
  readonly importer: string;
  /** As the source says it. */
  readonly specifier: string;
}

/** All imports that fulfil a condition, in the order of the metafile. */
export function importsThat(
  metafile: Metafile,
  condition: (item: MetafileImport, importer: string) => boolean,
): ImportSite[] {
  return Object.entries(metafile.inputs).flatMap(([importer, { imports }]) =>
    imports
      .filter((item) => condition(item, importer))
      .map((item) => ({ importer, specifier: item.original ?? item.path })),
  );
}

/** The folder of the npm package that a file belongs to (`node_modules/a/node_modules/@b/c`), or null for a source of the recipe. */
export function packageFolder(path: string): string | null {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/|$)/.exec(path)?.[0] ?? null;
}
