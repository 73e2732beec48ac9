/** See compiled-program.mjs. */
export function loadCompiled(program: {
  readonly root: string;
  readonly entry: string;
  readonly kept: string;
  readonly packed?: string;
}): Promise<Record<string, unknown>>;
