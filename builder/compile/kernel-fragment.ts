import { BoardsmithError } from '../error/boardsmith-error.ts';

/** Options of a kernel configuration: name (with CONFIG_) → value as it is written (`y`, `n`, `250`, `"text"`). */
export type KernelOptions = ReadonlyMap<string, string>;

const setting = /^(CONFIG_[A-Za-z0-9_]+)=("(?:[^"\\]|\\.)*"|[a-zA-Z0-9_-]+)$/;
const unset = /^# (CONFIG_[A-Za-z0-9_]+) is not set$/;

/**
 * A fragment as people write it: `CONFIG_NAME=value` lines (`n` for off), comments, empty lines.
 * @throws BoardsmithError FILE_UNUSABLE with every line that is none of these, and every option that is given twice
 */
export function parseFragment(text: string, file: string): KernelOptions {
  const options = new Map<string, string>();
  const problems: string[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const place = `${file}:${index + 1}`;
    const match = setting.exec(line);
    if (match !== null) {
      if (options.has(match[1]!)) problems.push(`${place}: ${match[1]} is given twice`);
      options.set(match[1]!, match[2]!);
    } else if (unset.test(line)) {
      problems.push(`${place}: write ${unset.exec(line)![1]}=n`);
    } else if (line !== '' && !line.startsWith('#')) {
      problems.push(`${place}: neither CONFIG_NAME=value nor a comment: ${line}`);
    }
  }
  if (problems.length > 0) {
    throw new BoardsmithError('FILE_UNUSABLE', `${file} is no fragment of a configuration`, {
      hint: 'write CONFIG_NAME=value, one a line; # begins a comment',
      problems,
    });
  }
  return options;
}

/** A `.config` as the kernel's own tools write it. */
export function parseConfiguration(text: string): KernelOptions {
  const options = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = setting.exec(line);
    if (match !== null) options.set(match[1]!, match[2]!);
    const off = unset.exec(line);
    if (off !== null) options.set(off[1]!, 'n');
  }
  return options;
}

/**
 * Options of a fragment that a configuration does not have: the kernel's tools drop silently what does not exist or cannot be.
 * @returns a line each, in the fragment's order
 */
export function notTaken(fragment: KernelOptions, configuration: KernelOptions): string[] {
  return [...fragment]
    .filter(([name, value]) => (configuration.get(name) ?? 'n') !== value)
    .map(([name, value]) => {
      const is = configuration.get(name);
      const why =
        is === undefined ? 'there is no such option here, or what it depends on is off' : `it is ${is}`;
      return `${name}=${value} did not take: ${why}`;
    });
}
