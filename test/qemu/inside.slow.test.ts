import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bootAndCheck } from '../../qemu/boot-and-check.ts';
import { type Assertion, type Finding, judgeGuest } from '../../qemu/probe/assertions.ts';
import { readGuestFacts } from '../../qemu/probe/guest-facts.ts';
import { probeBoot, probePort } from '../../qemu/probe/probe-boot.ts';
import { connectProbe } from '../../qemu/probe/probe-client.ts';
import { compiledProbe } from '../support/compiled-probe.ts';
import { expectationOf } from '../support/guest-expectation.ts';
import { overlayMutant, type Replacement } from '../support/overlay-mutant.ts';
import { buildTestImage, type TestBuild, type TestImage } from '../support/test-build.ts';

const test = suite('inside a running image');

/** Boots an image's own kernel and initramfs with the probe beside its init, and judges what the probe reads. */
async function judge(image: TestImage): Promise<Finding[]> {
  const folder = await mkdtemp(join(tmpdir(), 'boardsmith-probe-'));
  const direct = await probeBoot(image.image, await compiledProbe(), folder);
  let findings: Finding[] = [];
  await bootAndCheck(image, {
    run: { direct, serialPorts: [probePort] },
    use: async ({ machine, signal }) => {
      const probe = await connectProbe(join(machine.folder, probePort.socket), signal);
      try {
        findings = judgeGuest(await readGuestFacts(probe, image.recipe), expectationOf(image));
      } finally {
        probe.close();
      }
    },
  });
  return findings;
}

const plain: TestBuild = { recipe: 'test/appliances/plain' };

for (const recipe of ['test/appliances/plain', 'recipes/cxo']) {
  test(`${recipe}: processes, user, capabilities, NoNewPrivs, root and ports are as they must be`, async () => {
    assert.equal(await judge(await buildTestImage({ recipe })), []);
  });
}

/** Images that are broken in just one thing; the assertion of that thing, and no other, must say so. */
const mutants: Readonly<Partial<Record<Assertion, Replacement>>> = {
  processes: {
    file: 'init/main.c',
    from: '\tmachine_boot(&machine, &appliance_plan);\n',
    to: '\tmachine_boot(&machine, &appliance_plan);\n\tif (fork() == 0)\n\t\tfor (;;)\n\t\t\tpause();\n',
  },
  daemonUser: { file: 'init/identities.h', from: 'DAEMON_ID = 1000', to: 'DAEMON_ID = 1007' },
  capabilities: {
    file: 'init/privileges.c',
    from: 'become_user(DAEMON_ID, plan->capabilities);',
    to: 'become_user(DAEMON_ID, plan->capabilities | 1 << 13);',
  },
  noNewPrivs: {
    file: 'init/privileges.c',
    from: '\tmust("give up privileges", sys_process_control(PR_SET_NO_NEW_PRIVS, 1, 0, 0));\n',
    to: '',
  },
};

for (const [assertion, replacement] of Object.entries(mutants)) {
  test(`an image broken in ${assertion} is found out`, async () => {
    const replacements = [replacement];
    if (assertion === 'processes') {
      replacements.push({
        file: 'init/main.c',
        from: '#include "machine.h"\n',
        to: '#include "machine.h"\n#include <unistd.h>\n',
      });
    }
    const overlaysRoot = await overlayMutant(...replacements);
    const findings = await judge(await buildTestImage({ ...plain, overlaysRoot }));
    assert.equal(
      [...new Set(findings.map((finding) => finding.assertion))],
      [assertion],
      JSON.stringify(findings),
    );
  });
}

test('an image with a port that its recipe does not name is found out', async () => {
  const image = await buildTestImage({
    ...plain,
    changeRecipe: (recipe) => ({ ...recipe, environment: { ...recipe.environment, EXTRA_PORT: '8001' } }),
  });
  const findings = await judge(image);
  assert.equal(
    findings.map((finding) => finding.assertion),
    ['listeningPorts'],
    JSON.stringify(findings),
  );
});

test('an image whose root can be written is found out', async () => {
  // A layer in memory over the root, as a careless live system would have it.
  const overlaysRoot = await overlayMutant(
    {
      file: 'init/root.c',
      from: '\tfurnish();\n\tverity_panic_when_damaged(&verity);\n',
      to: [
        '\tif (mount("layer", "/empty", "tmpfs", 0, NULL) < 0 || mkdir("/empty/up", 0755) < 0 || mkdir("/empty/work", 0755) < 0',
        '\t    || mount("layer", ROOT, "overlay", 0, "lowerdir=" ROOT ",upperdir=/empty/up,workdir=/empty/work") < 0)',
        '\t\tfail("mount the layer", EIO);',
        '\tfurnish();\n\tverity_panic_when_damaged(&verity);\n',
      ].join('\n'),
    },
    {
      file: 'init/root.c',
      from: '#include <sys/mount.h>\n',
      to: '#include <sys/mount.h>\n#include <sys/stat.h>\n',
    },
  );
  const image = await buildTestImage({
    ...plain,
    overlaysRoot,
    changeBoard: (board) => ({
      ...board,
      kernel: { ...board.kernel, modules: [...board.kernel.modules, 'overlay'] },
    }),
  });
  const findings = await judge(image);
  assert.equal(
    [...new Set(findings.map((finding) => finding.assertion))],
    ['readOnlyRoot'],
    JSON.stringify(findings),
  );
});

test.run();
