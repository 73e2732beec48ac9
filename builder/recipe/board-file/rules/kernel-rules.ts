import { boardRule } from '../board-fields.ts';

/** What the build, or init's place in the initramfs, decides: https://docs.kernel.org/admin-guide/kernel-parameters.html */
const ownedByTheBuild =
  /^(init|rdinit|root|rootfstype|rootflags|rootdelay|rootwait|ro|rw|resume|noinitrd|initrd|console|earlycon|earlyprintk|ip|nfsroot|nfsaddrs)$|^(dm-mod|dm_verity|boardsmith|systemd|rd)\./;

/** What opens the machine to whoever sits at its console, or turns a protection off. */
const unsafe: readonly RegExp[] = [
  // Debuggers, and the keys that act on the kernel.
  /^(kgdboc|kgdbwait|kgdbcon|ekgdboc|kdb|sysrq_always_enabled|netconsole|console_msg_format|S|s|single|emergency|rescue|break|shell|debug)(=|$)/,
  /^(nokaslr|nosmp|nopti|kpti|mitigations|ssbd|spectre_v2|nospectre_.*|arm64\.no.*|rodata|slab_nomerge|init_on_alloc|init_on_free|hardened_usercopy|page_poison)(=|$)/,
  /^(security|lsm|apparmor|selinux|lockdown|module\.sig_enforce|module_blacklist|modprobe\.blacklist|modules-load|usbcore\.authorized_default|iomem|nowatchdog)(=|$)/,
];

const longestPanicWait = 3600;

export const kernelRules = [
  boardRule('kernel-one-origin', ['kernel'], ({ kernel }, report) => {
    if ((kernel.package === null) !== (kernel.source === null)) return;
    report({
      at: ['kernel'],
      on: 'key',
      message: `the kernel ${kernel.package === null ? 'comes from nowhere' : 'is a package and built from source'}`,
      remedy: 'give package: (ready-made) or source: (built here), one of them',
    });
  }),

  boardRule('source-has-no-modules', ['kernel'], ({ kernel: { source, modules } }, report) => {
    if (source === null || modules.length === 0) return;
    report({
      at: ['kernel', 'modules'],
      on: 'key',
      message: 'a kernel that is built from source has no modules',
      remedy: 'remove modules, and turn on what they do in the fragment',
    });
  }),

  boardRule(
    'fragment-readable',
    ['kernel'],
    ({ kernel: { source } }, report, { fragments: { kernel: fragment } }) => {
      if (source === null || typeof fragment !== 'string') return;
      report({
        at: ['kernel', 'source', 'fragment'],
        message: `the fragment ${source.fragment} cannot be read (${fragment.replace(/, .*/, '')})`,
        remedy: "write its path from the folder of the board's file",
      });
    },
  ),

  boardRule('modules-distinct', ['kernel'], ({ kernel: { modules } }, report) => {
    const seen = new Map<string, string>();
    for (const [index, name] of modules.entries()) {
      const canonical = name.replaceAll('-', '_');
      const first = seen.get(canonical);
      if (first === undefined) seen.set(canonical, name);
      else {
        report({
          at: ['kernel', 'modules', index],
          message: `the module ${name} is in the list already${first === name ? '' : ` as ${first}: - and _ are the same`}`,
          remedy: 'remove one',
        });
      }
    }
  }),

  boardRule('command-line-owned', ['kernel'], ({ kernel: { commandLine } }, report) => {
    for (const [index, argument] of commandLine.entries()) {
      const name = argument.split('=')[0]!;
      if (!ownedByTheBuild.test(name)) continue;
      report({
        at: ['kernel', 'commandLine', index],
        message: `${argument}: ${name} is decided by the build`,
        remedy: name === 'console' ? 'remove it; the board says console: device and baud' : 'remove it',
      });
    }
  }),

  boardRule('command-line-safe', ['kernel'], ({ kernel: { commandLine } }, report) => {
    for (const [index, argument] of commandLine.entries()) {
      if (!unsafe.some((pattern) => pattern.test(argument))) continue;
      report({
        at: ['kernel', 'commandLine', index],
        message: `${argument} opens the board to whoever is at its console, or weakens the kernel`,
        remedy: 'remove it',
      });
    }
  }),

  boardRule('panic-reboots', ['kernel'], ({ kernel: { commandLine } }, report) => {
    const seconds = commandLine
      .filter((argument) => argument.startsWith('panic='))
      .map((text) => Number(text.slice(6)));
    if (
      seconds.length === 1 &&
      seconds.every((time) => Number.isInteger(time) && time > 0 && time <= longestPanicWait)
    )
      return;
    report({
      at: ['kernel', 'commandLine'],
      on: 'key',
      message: 'a kernel that panics must reboot, not hang',
      remedy: 'give panic=SECONDS once, for example panic=10',
    });
  }),
];
