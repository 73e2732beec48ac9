import type { DirectBoot } from './bootable-image.ts';

/** Which disk plays the card. */
export type Card =
  /** The image's own bytes; what the guest writes is dropped when the machine stops. */
  | { readonly kind: 'image' }
  /** Another file of raw bytes that the guest writes to, e.g. a copy of the image. Absolute path. */
  | { readonly kind: 'file'; readonly path: string }
  /** Something that QEMU reaches by itself, e.g. `nbd+unix:///?socket=/tmp/x/nbd.sock`; written to. */
  | { readonly kind: 'url'; readonly url: string };

/** A TCP or UDP port of the guest at 127.0.0.1 of this machine. */
export interface Forward {
  readonly name: string;
  readonly protocol: 'tcp' | 'udp';
  readonly guest: number;
  /** Port of this machine; 0 lets the kernel choose a free one. */
  readonly host: number;
}

/** An open end for a test inside the guest: a virtio serial port that ends in a unix socket in the machine's folder. */
export interface SerialPort {
  /** Name of the port in the guest (`/sys/class/virtio-ports/…/name`). */
  readonly name: string;
  /** Name of the socket in the machine's folder. */
  readonly socket: string;
}

/** A network card on a cable of its own, which ends in a socket of this machine (network/machine-port.ts listens there). */
export interface NetworkCard {
  /** Lower-case, colons. */
  readonly mac: string;
  /** Absolute path of a unix socket, at most 107 bytes. */
  readonly socket: string;
}

/** Everything about a run that is not the image's. */
export interface MachineOptions {
  readonly card: Card;
  /** null boots by the firmware, as the board does. */
  readonly direct: DirectBoot | null;
  /** MiB; null for the board's own. */
  readonly memoryMiB: number | null;
  readonly forwards: readonly Forward[];
  /** True if the guest may reach what this machine reaches; false leaves it only DHCP and the forwarded ports. */
  readonly outside: boolean;
  /** The machine's cards, in the order in which its kernel numbers them; null: one card on QEMU's own network, to which `forwards` and `outside` belong. */
  readonly cards: readonly NetworkCard[] | null;
  /** `stop` ends QEMU when the guest reboots, with the reason in its SHUTDOWN event; `reboot` lets it. */
  readonly onReboot: 'stop' | 'reboot';
  readonly serialPorts: readonly SerialPort[];
  /** True lets QEMU run the cores one after another (deterministic interleaving, slower with several cores). */
  readonly singleThreaded: boolean;
  /** Raw disks besides the card, by file or URL. */
  readonly extraDrives: readonly string[];
}

export const plainRun: MachineOptions = {
  card: { kind: 'image' },
  direct: null,
  memoryMiB: null,
  forwards: [],
  outside: false,
  cards: null,
  onReboot: 'stop',
  serialPorts: [],
  singleThreaded: false,
  extraDrives: [],
};
