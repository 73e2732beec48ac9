import { join } from 'node:path';
import { execa } from 'execa';
import { test } from 'uvu';
import { planSource } from '../../builder/init/plan-source.ts';
import { matchesGolden } from '../support/golden.ts';
import { compileInitOnHost } from '../support/init-on-host.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { findTestZig } from '../support/zig.ts';
import { probeBoard, probeFacts, probeRecipe } from './probe-appliance.ts';

// Not booted: the DHCP server of QEMU's user network gives every lease for 24 hours (slirp's LEASE_TIME), and never another address or gateway.
const name = 'changed leases on a real kernel: one default route, or none';
const plan = planSource(probeRecipe, probeBoard, probeFacts);
const program = await compileInitOnHost(
  await findTestZig(),
  'real_network',
  plan,
  join(temporaryFolder('network'), 'real'),
);
const { stdout } = await execa(program);
const skip = /^skip: (.*)$/m.exec(stdout);
if (skip === null) {
  test(name, () => {
    matchesGolden(
      'init/leases-on-real-kernel.txt',
      `${stdout.replaceAll(/"uptime_ms":\d+/g, '"uptime_ms":0')}\n`,
    );
  });
} else {
  console.log(`SKIP ${name}: ${skip[1]}`);
  test.skip(name, () => {});
}
test.run();
