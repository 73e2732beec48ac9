import type { PlanFacts } from '../../builder/init/plan-source.ts';
import { ordinaryNetwork } from '../../builder/recipe/machine-network.ts';
import type { ResolvedBoard } from '../../builder/recipe/resolved-board.ts';
import type { ResolvedRecipe } from '../../builder/recipe/resolved-recipe.ts';

/** An appliance that uses everything init can do. */
export const probeRecipe: ResolvedRecipe = {
  name: 'probe',
  description: 'For tests of init',
  directory: '/nowhere',
  runtime: 'node',
  entry: { kind: 'source', path: 'daemon.ts', sources: [], packageLockSha256: null },
  arguments: ['--greeting', 'hello "world" \\ ??/ é'],
  ports: [
    { name: 'http', port: 8080, protocol: 'tcp', purpose: 'answers' },
    { name: 'discovery', port: 5353, protocol: 'udp', purpose: 'is found' },
  ],
  environment: { MODE: 'test' },
  memoryLimitMiB: 128,
  data: { minimumMiB: 1 },
  budgets: { program: null },
  health: { kind: 'http', port: 'http', path: '/health', intervalSeconds: 5, timeoutSeconds: 2, failures: 3 },
  readiness: 'descriptor',
  startTimeoutSeconds: 60,
  stopTimeoutSeconds: 10,
  needs: { dns: true, time: true },
  connects: [],
  capabilities: [],
  systemCalls: [],
  unit: { authorities: [], receives: [], settings: [], secrets: [] },
};

export const probeBoard: ResolvedBoard = {
  name: 'qemu-virt',
  description: 'For tests of init',
  isDefault: false,
  memoryMiB: 512,
  memoryAddress: 0x40000000,
  architecture: 'arm64',
  kernel: {
    origin: { kind: 'package', package: 'linux-image-arm64' },
    deviceTree: null,
    modules: ['virtio_blk', 'ext4'],
    commandLine: [],
  },
  bootloader: {
    origin: { kind: 'package', package: 'u-boot-qemu' },
    file: 'u-boot.bin',
    place: 'firmware',
    offset: null,
    environment: {},
  },
  console: { device: 'ttyAMA0', baud: 115200 },
  partitions: { bootMiB: 1, rootMiB: 1, stateMiB: 1, identityMiB: 1, dataMiB: 1 },
  watchdog: { device: '/dev/watchdog0', timeoutSeconds: 15 },
  lastWords: { address: 0x50000000, size: 128 << 10 },
  powerButton: true,
  patience: 1,
  budgets: { kernel: null, initramfs: null, bootloader: null, rest: 4 << 20 },
  qemu: null,
  openwrt: null,
};

/** PARTUUIDs as in test/init/host/image.c. */
export const probeFacts: PlanFacts = {
  clockFloor: 1600000000,
  rootPartitionUuid: '11111111-2222-3333-4444-555555555501',
  dataPartitionUuid: '11111111-2222-3333-4444-555555555502',
  statePartitionUuid: '11111111-2222-3333-4444-555555555503',
  identityPartitionUuid: '11111111-2222-3333-4444-555555555504',
  slot: 'a',
  network: ordinaryNetwork,
  moduleFiles: ['/lib/modules/virtio_blk.ko', '/lib/modules/ext4.ko'],
};
