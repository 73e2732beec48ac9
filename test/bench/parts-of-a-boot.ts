/**
 * Measured by hand on 2026-11-26: processor time of QEMU, and for what has no kernel of
 * qemu-user. It is what `npm run bench` cannot take apart.
 */
export const partsOfABoot: readonly string[] = [
  '## What a boot is made of, and what would not make it shorter',
  '',
  'The aim is to be ready ten times sooner than the plain Debian. It is not met: without KVM every instruction of kernel and Node is translated. Of a boot of',
  '`qemu-virt-hardened` with the kernel started by QEMU (processor time, by hand on a machine with other work: the proportions say more than the figures):',
  '',
  '| part | time |',
  '| --- | ---: |',
  '| QEMU and kernel, until init starts | 1.9 s |',
  '| of that, clearing 2 GiB of memory (`init_on_free`, which the hardened kernel has on) | 0.6 s |',
  '| init: verity, data, network, until it starts the daemon | 0.25 s |',
  '| the daemon until it listens, on a new data partition | 4.9 s |',
  '| of that, making 256 folders one by one through the thread pool (done with blocking calls since) | 0.8 s |',
  '',
  'The same program without an emulated kernel and memory management, under qemu-user, takes 1.1 s until it listens: 0.45 s for Node itself, 0.1 s for its modules `http`',
  'and `fs`, the rest for the bundle. With the 1.5 s of kernel and init that are left without the clearing, that alone is most of the 3.3 s which ten times sooner would be.',
  '',
  'Tried, and no difference that shows beside the noise:',
  '',
  '- a V8 code cache in the program, made by the Node for the board under qemu-user with the same flags: 1.30 s instead of 1.29 s until it listens (so the program has',
  '  none, and needs no emulator to be built);',
  "- V8's `--jitless`, `--max-lazy`, `--single-threaded`, `--no-opt --no-sparkplug`: none is quicker;",
  '- a root that is not compressed, or in blocks of 128 KiB instead of 1 MiB: in samples of the emulated kernel zstd has 6 %, the sha256 of verity 3 to 7 %. Not',
  '  compressed, the image takes 118 MiB on the card instead of 49, and packed it is 40.3 MiB instead of 43.7;',
  '- `kpti=off`, `nokaslr`, and newer processors than the Cortex-A53 that the boards have.',
  '',
  "Known, and left: `--disallow-code-generation-from-strings` costs 0.15 s of the 1.3 s under qemu-user, since V8 takes the compiled form of Node's own modules only for the",
  'flags with which it was made. It is a protection, as the clearing of memory is.',
  '',
];
