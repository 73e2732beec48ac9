import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lockedTool } from '../support/locked-tools.ts';
import { makePartitions, type PartitionTools } from '../support/make-partitions.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A host whose /etc says of every file-system maker what would change what it makes. */
const poisonedConfiguration = {
  'mke2fs.conf': `[defaults]
  base_features = sparse_super,filetype,ext_attr
  default_mntopts = nouid32,journal_data
  enable_periodic_fsck = 1
  hash_alg = tea
  flex_bg_size = 4
[fs_types]
  ext4 = {
    hash_alg = tea
    flex_bg_size = 4
    default_mntopts = nouid32,journal_data
  }
`,
  'mtools.conf':
    'mtools_no_vfat=1\nmtools_lower_case=1\nmtools_name_numeric_tail=0\nmtools_fat_compatibility=1\n',
  'e2fsck.conf': '[options]\n  broken_system_clock = nonsense\n',
};

const inNamespace = ['--map-root-user', '--mount'];
const usable = await execa('unshare', [...inNamespace, 'true'], { reject: false });
if (usable.failed)
  console.log(`SKIP a poisoned /etc changes no byte: no namespaces here (${usable.shortMessage})`);

async function digests(folder: string): Promise<string[]> {
  const contents = ['boot', 'data', 'root'].map((name) => readFile(join(folder, name)));
  return (await Promise.all(contents)).map((bytes) => createHash('sha256').update(bytes).digest('hex'));
}

(usable.failed ? test.skip : test)('a poisoned /etc changes no byte', async () => {
  const tools: PartitionTools = {
    fat: await lockedTool('fat'),
    ext4: await lockedTool('ext4'),
    squashfs: await lockedTool('squashfs'),
  };
  const clean = temporaryFolder('clean');
  await makePartitions(tools, clean);
  const poisoned = temporaryFolder('poisoned');
  const etc = join(poisoned, 'etc');
  await mkdir(etc);
  for (const name of ['passwd', 'group', 'ld.so.cache']) await cp(`/etc/${name}`, join(etc, name));
  for (const [name, text] of Object.entries(poisonedConfiguration)) await writeFile(join(etc, name), text);
  const module = join(import.meta.dirname, '../support/make-partitions.ts');
  const script = `import { makePartitions } from ${JSON.stringify(module)};
    await makePartitions(${JSON.stringify(tools)}, ${JSON.stringify(poisoned)});`;
  const run = ['--import', 'tsx', '--input-type=module', '--eval', script];
  const shell = 'mount --bind "$0" /etc && grep -q no_vfat /etc/mtools.conf && exec "$@"';
  await execa('unshare', [...inNamespace, 'sh', '-c', shell, etc, process.execPath, ...run], {
    cwd: join(import.meta.dirname, '../..'),
  });
  assert.equal(await digests(poisoned), await digests(clean));
});

test.run();
