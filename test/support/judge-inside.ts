import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { bootAndCheck, type RunningImage } from '../../qemu/boot-and-check.ts';
import { type Finding, judgeGuest } from '../../qemu/probe/assertions.ts';
import { readGuestFacts } from '../../qemu/probe/guest-facts.ts';
import { probeBoot, probePort } from '../../qemu/probe/probe-boot.ts';
import { connectProbe } from '../../qemu/probe/probe-client.ts';
import { compiledProbe } from './compiled-probe.ts';
import { expectationOf } from './guest-expectation.ts';
import type { TestImage } from './test-build.ts';

/** Reading everything takes a second or two. */
const probePatienceMs = 60_000;

/**
 * Boots an image's own kernel and initramfs with the probe beside its init, and judges what the probe reads.
 * @param use what is done with the running appliance before
 */
export async function judgeInside(
  image: TestImage,
  memoryMiB: number,
  use: (things: RunningImage) => Promise<void> = async () => {},
): Promise<Finding[]> {
  const folder = await mkdtemp(join(tmpdir(), 'boardsmith-probe-'));
  const direct = await probeBoot(image.image, await compiledProbe(), folder);
  let findings: Finding[] = [];
  await bootAndCheck(image, {
    run: { direct, serialPorts: [probePort] },
    use: async (running) => {
      await use(running);
      const { machine, signal, timeoutScale } = running;
      // A probe that does not answer must not hold the suite up.
      const late = AbortSignal.timeout(Math.round(probePatienceMs * timeoutScale));
      const socket = join(machine.folder, probePort.socket);
      const probe = await connectProbe(socket, AbortSignal.any([signal, late]));
      try {
        const expected = expectationOf(image, memoryMiB);
        const names = expected.settings.map(({ name }) => name);
        const facts = await readGuestFacts(probe, image.recipe, names);
        // A list of settings that the kernel does not have would hold of any kernel.
        const known = names.filter((name) => facts.settings[name] !== null);
        assert.ok(known.length > 40, `the kernel has but ${known.length} of the settings`);
        findings = judgeGuest(facts, expected);
      } finally {
        probe.close();
      }
    },
  });
  return findings;
}
