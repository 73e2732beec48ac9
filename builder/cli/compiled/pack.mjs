// `npm pack` runs this first, and takes what it writes: whoever installs the package needs Node alone.
import { copyFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile } from './compile.mjs';

const folder = dirname(fileURLToPath(import.meta.url));
const root = join(folder, '../../..');
const { text } = await compile({ root, entry: join(root, 'builder/cli/main.ts') });
writeFileSync(join(folder, 'packed.cjs'), text);

// esbuild's own installation gives one file two names, and npm leaves a second name out of a package.
const esbuild = join(root, 'node_modules/esbuild/bin/esbuild');
copyFileSync(esbuild, `${esbuild}.copy`);
renameSync(`${esbuild}.copy`, esbuild);
