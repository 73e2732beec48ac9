import { gunzipSync } from 'node:zlib';

export interface KernelFacts {
  readonly release: string | null;
  readonly options: Readonly<Record<string, string>> | null;
}

/** Around a kernel's own configuration, packed with gzip (Linux: kernel/configs.c). */
const configBegin = 'IKCFG_ST';
const configEnd = 'IKCFG_ED';
/** A kernel is a tenth of it; what claims more is no kernel. */
const largestKernel = 256 << 20;

/** Reads out of a kernel image what it says of itself. Packed with gzip, it is unpacked first. */
export function kernelFacts(image: Buffer): KernelFacts {
  const kernel = unpacked(image);
  const banner = /Linux version (\S+) /.exec(
    kernel.toString('latin1', kernel.indexOf('Linux version '), undefined).slice(0, 200),
  );
  return { release: banner?.[1] ?? null, options: kernelOptions(kernel) };
}

function unpacked(image: Buffer): Buffer {
  if (image[0] !== 0x1f || image[1] !== 0x8b) return image;
  try {
    return gunzipSync(image, { maxOutputLength: largestKernel });
  } catch {
    return image;
  }
}

function kernelOptions(kernel: Buffer): Record<string, string> | null {
  const begin = kernel.indexOf(configBegin);
  const end = kernel.indexOf(configEnd, begin);
  if (begin < 0 || end < 0) return null;
  try {
    return parseConfiguration(gunzipSync(kernel.subarray(begin + configBegin.length, end)).toString('utf8'));
  } catch {
    return null;
  }
}

/** Lines `CONFIG_X=value`; what is not set is left out. */
function parseConfiguration(text: string): Record<string, string> {
  const options: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const match = /^(CONFIG_\w+)=(.*)$/.exec(line);
    if (match !== null) options[match[1]!] = match[2]!;
  }
  return options;
}
