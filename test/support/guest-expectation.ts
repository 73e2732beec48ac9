import type { GuestExpectation } from '../../qemu/probe/assertions.ts';
import type { TestImage } from './test-build.ts';

/**
 * What must hold inside a running image: the rules of overlays/init/README.md and the recipe's ports, not what the image says.
 */
export function expectationOf(image: TestImage): GuestExpectation {
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
    writable: ['/data', '/tmp', '/run', '/dev'],
  };
}
