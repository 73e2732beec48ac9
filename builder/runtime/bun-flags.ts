/**
 * What no daemon may undo: they are in the program, and neither its arguments nor the environment add to them. Of Node's, Bun has none for
 * `Object.prototype.__proto__`, and its own modules break without it; nor one that bounds its heap.
 */
export const bunFlags: readonly string[] = [
  // eval and new Function throw, as in a Node program. (`=strict` would take workers away, whose code can only be text in an image.)
  '--disallow-code-generation-from-strings',
  // process.dlopen throws, and Bun's own C compiler is not there.
  '--no-addons',
];
