/** See compile.mjs. */
export function compile(program: { readonly root: string; readonly entry: string }): Promise<{
  readonly text: string;
  readonly inputs: readonly (readonly [string, string])[];
}>;
