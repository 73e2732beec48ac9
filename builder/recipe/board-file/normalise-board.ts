import type { FileKind } from '../file-kind.ts';
import { parseDuration, parseSize } from '../quantity.ts';
import type {
  BoardFacts,
  BoardFields,
  BootloaderFields,
  KernelFields,
  PartitionField,
  QemuFields,
} from './board-fields.ts';

type Normalise = FileKind<BoardFields, BoardFacts, object>['normalise'];

type BootloaderSource = NonNullable<BootloaderFields['source']>;

type WrittenBootloader = Pick<BootloaderFields, 'file' | 'place'> & {
  readonly package?: string;
  readonly source?: Omit<BootloaderSource, 'firmware'> & Partial<Pick<BootloaderSource, 'firmware'>>;
  readonly offset?: string;
  readonly environment?: BootloaderFields['environment'];
};

type BudgetField = keyof BoardFields['budgets'];

/** The casts say what the schema has checked. */
export const normaliseBoard: Normalise = {
  name: (written) => written as string,
  description: (written) => written as string,
  default: (written) => (written ?? false) as boolean,
  architecture: (written) => written as 'arm64',
  memory: (written) => parseSize(written as string),
  memoryAddress: (written) => (written === undefined ? null : Number(written as string)),
  kernel: (written) => ({
    package: null,
    source: null,
    deviceTree: null,
    modules: [],
    commandLine: [],
    ...(written as Partial<KernelFields>),
  }),
  bootloader: (written) => {
    const { offset, environment, source, ...same } = written as WrittenBootloader;
    const variables = Object.entries(environment ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      package: null,
      ...same,
      source: source === undefined ? null : { firmware: null, ...source },
      offset: offset === undefined ? null : parseSize(offset),
      environment: Object.fromEntries(variables),
    };
  },
  console: (written) => written as BoardFields['console'],
  partitions: (written) => {
    const { boot, root, state, identity, data } = written as Readonly<Record<PartitionField, string>>;
    return {
      boot: parseSize(boot),
      root: parseSize(root),
      state: parseSize(state),
      identity: parseSize(identity),
      data: parseSize(data),
    };
  },
  budgets: (written) => {
    const { kernel, initramfs, bootloader, rest } = (written ?? {}) as Partial<Record<BudgetField, string>>;
    const size = (text: string | undefined): number | null => (text === undefined ? null : parseSize(text));
    return {
      kernel: size(kernel),
      initramfs: size(initramfs),
      bootloader: size(bootloader),
      rest: parseSize(rest ?? '4 MiB'),
    };
  },
  watchdog: (written) => {
    if (written === undefined) return null;
    const { device, timeout } = written as { device: string; timeout: string };
    return { device, timeout: parseDuration(timeout) };
  },
  lastWords: (written) => {
    if (written === undefined) return null;
    const { address, size } = written as { address: string; size: string };
    return { address: Number(address), size: parseSize(size) };
  },
  powerButton: (written) => (written ?? false) as boolean,
  patience: (written) => (written ?? 1) as number,
  qemu: (written) => {
    if (written === undefined) return null;
    const { memory, ...same } = written as Omit<QemuFields, 'memory' | 'devices'> & {
      readonly memory?: string;
    };
    return { devices: [], ...same, memory: memory === undefined ? null : parseSize(memory) };
  },
  openwrt: (written) => (written ?? null) as BoardFields['openwrt'],
};
