/** Where a value stands in a file: offsets into its text. */
export interface Place {
  readonly value: number;
  /** The alias through which it came here; null if it stands here itself. */
  readonly usedAt: number | null;
  /** The key in front of it; null in a list and for the whole document. */
  readonly key: KeyPlace | null;
}

export interface KeyPlace {
  readonly offset: number;
  /** As `usedAt` of a value: the key of an aliased value stands where the alias does, the keys inside it do not. */
  readonly usedAt: number | null;
}

export type Path = readonly (string | number)[];

/** A JSON Pointer (RFC 6901), which is what ajv calls a place too. */
export function pointerOf(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The inverse of `pointerOf`. List indices stay texts. */
export function pathOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}
