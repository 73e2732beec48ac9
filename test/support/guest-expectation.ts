import { kernelWords, mounts, settings } from '../../builder/init/default-deny.ts';
import type { GuestExpectation } from '../../qemu/probe/assertions.ts';
import type { TestImage } from './test-build.ts';

/**
 * What must hold inside a running image: the rules of overlays/init/README.md and the recipe's ports, not what the image says.
 * @param memoryMiB `memory` of the recipe
 */
export function expectationOf(image: TestImage, memoryMiB: number): GuestExpectation {
  return {
    daemon: image.recipe,
    daemonId: 1000,
    daemonCapabilities: 0n,
    ports: image.ports,
    helpers: [
      { name: 'dhcp', id: 1001, always: true },
      { name: 'log', id: 1002, always: true },
      { name: 'health', id: 1003, always: false },
    ],
    helperSockets: [{ table: 'udp', port: 68, process: 'dhcp' }],
    limits: {
      'memory.max': String(memoryMiB * 1024 * 1024),
      'memory.swap.max': '0',
      'memory.oom.group': '1',
      'pids.max': '256',
    },
    settings,
    kernelWords: kernelWords.map(({ word }) => word),
    mounts,
    writable: ['/data', '/tmp', '/run', '/dev'],
  };
}
