import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadBoard } from '../../builder/recipe/load-board.ts';
import { loadRecipe } from '../../builder/recipe/load-recipe.ts';
import { boardSchema } from '../../builder/recipe/schema/board-schema.ts';
import { recipeSchema } from '../../builder/recipe/schema/recipe-schema.ts';
import type { RootSchema, SchemaNode } from '../../builder/recipe/schema/schema-node.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('defaults: what the schema says is what is done');

/** Every map that has fields with defaults is there; no field with a default is. */
const recipe = {
  name: 'fixture',
  description: 'A recipe without a field that has a default',
  entry: 'daemon.ts',
  memory: '96 MiB',
  ports: { http: { port: 8080, purpose: 'answers' } },
  health: { http: { port: 'http' } },
  needs: { dns: true },
  connects: { peers: { ports: [443], purpose: 'other nodes' } },
  unit: {
    settings: { LEVEL: { description: 'how much it logs' } },
    secrets: { TOKEN: { description: 'proves who it is' } },
  },
};
const board = {
  name: 'board',
  description: 'A board without a field that has a default',
  architecture: 'arm64',
  memory: '1 GiB',
  kernel: { package: 'linux-image-arm64', commandLine: ['panic=10'] },
  bootloader: { package: 'u-boot-sunxi', file: 'u-boot.bin', place: 'card', offset: '8 KiB' },
  console: { device: 'ttyS0', baud: 115200 },
  partitions: { boot: '64 MiB', root: '128 MiB', state: '8 MiB', identity: '4 MiB', data: '32 MiB' },
  qemu: { machine: 'virt', cpu: 'cortex-a53', cores: 4, disk: 'virtio-blk-pci', network: 'virtio-net-pci' },
};

test('of recipes', async () => {
  const folder = temporaryFolder('defaults');
  writeFileSync(join(folder, 'daemon.ts'), '');
  const load = async (written: object) => {
    writeFileSync(join(folder, 'recipe.yaml'), JSON.stringify(written));
    return await loadRecipe(folder);
  };
  const listening = { ...recipe, health: { listen: {} } };
  assert.equal(await load(completed(recipe, recipeSchema)), await load(recipe));
  assert.equal(await load(completed(listening, recipeSchema)), await load(listening));
  assert.equal(await load({ ...recipe, health: undefined }), await load(listening));
});

test('of boards', async () => {
  const file = join(temporaryFolder('defaults'), 'board.yaml');
  const load = async (written: object) => {
    writeFileSync(file, JSON.stringify(written));
    return await loadBoard(file);
  };
  assert.equal(await load(completed(board, boardSchema)), await load(board));
});

/** A value with every default of its schema written out. */
function completed(value: object, root: RootSchema): object {
  const defaults: string[] = [];
  const filled = complete(value, root, root, defaults);
  assert.ok(defaults.length > 3, 'the schema has defaults');
  return filled as object;
}

function complete(value: unknown, node: SchemaNode, root: RootSchema, defaults: string[]): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const filled: Record<string, unknown> = { ...value };
  for (const [name, field] of Object.entries(node.properties ?? {})) {
    if (name in filled) filled[name] = complete(filled[name], field, root, defaults);
    else if (field.default !== undefined) {
      filled[name] = field.default;
      defaults.push(name);
    }
  }
  const { additionalProperties: named } = node;
  if (typeof named !== 'object') return filled;
  return Object.fromEntries(
    Object.entries(filled).map(([name, inner]) => [name, complete(inner, named, root, defaults)]),
  );
}

test.run();
