import { readFile } from 'node:fs/promises';
import { extname, relative } from 'node:path';
import { build } from 'esbuild';
import { fileState } from './file-state.mjs';

/**
 * Makes one CommonJS module of a program. What it says of its own place (`import.meta.dirname` and its like) stays the place of each source,
 * below the folder that the loader hands in as `programRoot`: so the module may be carried to another machine.
 * @param {{root: string, entry: string}} options absolute paths
 * @returns {Promise<{text: string, inputs: [string, string][]}>} the module, and the files that went into it (paths relative to the
 * root, and their state before they were read)
 * @throws {Error} esbuild's, with file and line, if a source cannot be read
 */
export async function compile({ root, entry }) {
  const inputs = new Map();
  const sources = {
    name: 'sources',
    setup(building) {
      building.onLoad({ filter: /\.(ts|js|mjs|cjs|json)$/, namespace: 'file' }, async ({ path }) => {
        inputs.set(relative(root, path), fileState(path));
        return {
          contents: withPlace(await readFile(path, 'utf8'), relative(root, path)),
          loader: loaders[extname(path)],
        };
      });
    },
  };
  const { outputFiles } = await build({
    entryPoints: [entry],
    absWorkingDir: root,
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    // The oldest that package.json admits.
    target: 'node20.11',
    external: loadedWhenUsed,
    // `import()` of those becomes `require`, which alone works in a module that is compiled from a text.
    supported: { 'dynamic-import': false },
    legalComments: 'none',
    logLevel: 'silent',
    plugins: [sources],
  });
  return { text: outputFiles[0].text, inputs: [...inputs].sort() };
}

/** Large packages that few commands use: they stay in node_modules, and no other command reads them at its start. Their places import them with `import()`. */
const loadedWhenUsed = ['pdfkit'];

const loaders = { '.ts': 'ts', '.js': 'js', '.mjs': 'js', '.cjs': 'js', '.json': 'json' };

/** A bundle lies in another place than its parts, so each says where it came from. */
function withPlace(text, path) {
  if (!text.includes('import.meta.')) return text;
  const place = `require('node:path').join(programRoot, ${JSON.stringify(path)})`;
  return text
    .replaceAll('import.meta.dirname', `require('node:path').dirname(${place})`)
    .replaceAll('import.meta.filename', place)
    .replaceAll('import.meta.url', `require('node:url').pathToFileURL(${place}).href`);
}
