import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Assertion } from '../../qemu/probe/assertions.ts';
import { judgeInside } from '../support/judge-inside.ts';
import { overlayMutant, type Replacement } from '../support/overlay-mutant.ts';
import { buildTestImage, type TestBuild } from '../support/test-build.ts';

const test = suite('inside a running image');

const plain: TestBuild = { recipe: 'test/appliances/plain' };
const plainMiB = 128;

for (const [recipe, memoryMiB] of [
  [plain.recipe, plainMiB],
  ['recipes/cxo', 512],
] as const) {
  test(`${recipe}: processes, user, capabilities, NoNewPrivs, seccomp, limits, root and ports are as they must be`, async () => {
    assert.equal(await judgeInside(await buildTestImage({ recipe }), memoryMiB), []);
  });
}

interface Mutant {
  readonly replacements: readonly Replacement[];
  /** Those that must say so, and no other. */
  readonly finds: readonly Assertion[];
}

const noFilter: Replacement = {
  file: 'init/privileges.c',
  from: '\tmust("filter system calls", sys_filter_calls(plan->filter, plan->filter_length));\n',
  to: '',
};
const noLandlock: Replacement = {
  file: 'init/privileges.c',
  from: '\tmust("Landlock", landlock_confine(plan));\n',
  to: '',
};

/** Images that are broken in just one thing. */
const mutants: Readonly<Record<string, Mutant>> = {
  'with another process': {
    finds: ['processes'],
    replacements: [
      {
        file: 'init/main.c',
        from: '\tmachine_boot(&machine, &appliance_plan);\n',
        to: '\tmachine_boot(&machine, &appliance_plan);\n\tif (fork() == 0)\n\t\tfor (;;)\n\t\t\tpause();\n',
      },
      {
        file: 'init/main.c',
        from: '#include "machine.h"\n',
        to: '#include "machine.h"\n#include <unistd.h>\n',
      },
    ],
  },
  'with another user': {
    finds: ['daemonUser'],
    replacements: [{ file: 'init/identities.h', from: 'DAEMON_ID = 1000', to: 'DAEMON_ID = 1007' }],
  },
  'with a capability': {
    finds: ['capabilities'],
    replacements: [
      {
        file: 'init/privileges.c',
        from: 'become_user(DAEMON_ID, plan->capabilities);',
        to: 'become_user(DAEMON_ID, plan->capabilities | 1 << 13);',
      },
    ],
  },
  // It would be empty all the same in the other four sets.
  'with a full bounding set': {
    finds: ['capabilities'],
    replacements: [
      {
        file: 'init/privileges.c',
        from: '\tdrop_bounding_set(capabilities);\n',
        to: '\t(void)drop_bounding_set;\n',
      },
    ],
  },
  // Without it the kernel gives neither filter nor Landlock to a process that has no privilege.
  'without no_new_privs': {
    finds: ['noNewPrivs', 'seccomp'],
    replacements: [
      {
        file: 'init/privileges.c',
        from: '\tmust("give up privileges", sys_process_control(PR_SET_NO_NEW_PRIVS, 1, 0, 0));\n',
        to: '',
      },
      noFilter,
      noLandlock,
    ],
  },
  'without a filter of calls': { finds: ['seccomp'], replacements: [noFilter] },
  'whose kernel keeps its own settings': {
    finds: ['settings'],
    replacements: [{ file: 'init/boot.c', from: '\tearly_settings(plan);\n', to: '' }],
  },
  'with files of /data that can be executed': {
    finds: ['mountOptions'],
    replacements: [
      {
        file: 'init/data.c',
        from: 'MS_NODEV | MS_NOSUID | MS_NOEXEC | MS_NOATIME',
        to: 'MS_NODEV | MS_NOSUID | MS_NOATIME',
      },
    ],
  },
  'outside its control group': {
    finds: ['limits'],
    replacements: [
      {
        file: 'init/daemon.c',
        from: '\tmust("daemon: join the control group", cgroup_join());\n',
        to: '',
      },
    ],
  },
};

for (const [what, { replacements, finds }] of Object.entries(mutants)) {
  test(`a daemon ${what} is found out`, async () => {
    const overlaysRoot = await overlayMutant(...replacements);
    const findings = await judgeInside(
      await buildTestImage({
        ...plain,
        overlaysRoot,
        changeRecipe: (recipe) => ({ ...recipe, data: { minimumMiB: 8 } }),
      }),
      plainMiB,
    );
    assert.equal([...new Set(findings.map((finding) => finding.assertion))], finds, JSON.stringify(findings));
  });
}

test('an image with a port that its recipe does not name is found out', async () => {
  const image = await buildTestImage({
    ...plain,
    // The daemon could not even listen there.
    overlaysRoot: await overlayMutant(noLandlock),
    changeRecipe: (recipe) => ({ ...recipe, environment: { ...recipe.environment, EXTRA_PORT: '8001' } }),
  });
  const findings = await judgeInside(image, plainMiB);
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
        '\t    || mount("layer", ROOT, "overlay", MS_NODEV | MS_NOSUID, "lowerdir=" ROOT ",upperdir=/empty/up,workdir=/empty/work") < 0)',
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
  const findings = await judgeInside(image, plainMiB);
  assert.equal(
    [...new Set(findings.map((finding) => finding.assertion))],
    ['readOnlyRoot'],
    JSON.stringify(findings),
  );
});

test.run();
