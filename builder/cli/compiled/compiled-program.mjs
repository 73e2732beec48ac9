// Plain JavaScript on purpose: this runs before anything can read TypeScript.
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { compileFunction } from 'node:vm';
import { fileState } from './file-state.mjs';

/**
 * Loads a TypeScript program. An installed package brings it compiled (`packed`), and then nothing but Node is needed; in a checkout
 * it is compiled, with all that it imports, into one module that is kept until a file that went into it changes:
 * loading some hundred modules one by one takes a second, the compiled one a fifth of that.
 * @param {{root: string, entry: string, kept: string, packed?: string}} options absolute paths: the folder that the program and its packages
 * lie in, the module to begin with, the file in which the compiled one is kept (where that cannot be written it is compiled each time), and
 * the file in which a package brings it
 * @returns {Promise<object>} what the module exports
 * @throws {Error} ERR_MODULE_NOT_FOUND if esbuild is not installed; esbuild's, with file and line, if a source cannot be read
 */
export async function loadCompiled({ root, entry, kept, packed }) {
  const text =
    readPacked(packed, root) ?? readKept(kept, root) ?? (await compileAndKeep({ root, entry, kept }));
  const module = { exports: {} };
  const body = compileFunction(text, ['exports', 'require', 'module', 'programRoot'], { filename: kept });
  body(module.exports, createRequire(entry), module, root);
  return module.exports;
}

/** Null in a checkout, whatever an interrupted `npm pack` left there: its sources are what runs. */
function readPacked(packed, root) {
  if (packed === undefined || !existsSync(packed) || existsSync(join(root, 'tsconfig.json'))) return null;
  return readFileSync(packed, 'utf8');
}

/** The first line says what the rest was made of. Null if it is not there, not whole, or older than a file that it was made of. */
function readKept(kept, root) {
  try {
    const file = readFileSync(kept, 'utf8');
    const end = file.indexOf('\n') + 1;
    const { digest, inputs } = JSON.parse(file.slice(2, end));
    const text = file.slice(end);
    if (digest !== digestOf(text)) return null;
    return inputs.every(([path, state]) => fileState(join(root, path)) === state) ? text : null;
  } catch {
    return null;
  }
}

async function compileAndKeep({ root, entry, kept }) {
  const { compile } = await import('./compile.mjs');
  const { text, inputs } = await compile({ root, entry });
  try {
    replaceFile(kept, `//${JSON.stringify({ digest: digestOf(text), inputs })}\n${text}`);
  } catch {
    // The next run compiles again.
  }
  return text;
}

/** Several processes may do this at once; each reads one whole file. */
function replaceFile(path, text) {
  const draft = `${path}.${randomUUID()}`;
  mkdirSync(dirname(path), { recursive: true });
  try {
    writeFileSync(draft, text);
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

function digestOf(text) {
  return createHash('sha256').update(text).digest('hex');
}
