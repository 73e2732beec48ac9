import { join } from 'node:path';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import type { Policy } from '../../openwrt/policy/policy.ts';
import type { FailureKind } from '../boot-failure.ts';
import type { BootableImage, DirectBoot } from '../bootable-image.ts';
import { isEvent } from '../console.ts';
import { type Machine, startMachine } from '../machine.ts';
import { type MachineOptions, plainRun, type SerialPort } from '../machine-options.ts';
import { firstPlayedPort } from '../network/played-host.ts';
import { type BoardSeat, takeSeat } from './board-seat.ts';
import { type Cables, layCables, uplinkName } from './cables.ts';
import { isNeighbour } from './is-neighbour.ts';
import { settleCable } from './settle.ts';
import { type Standpoint, standpoints } from './standpoint.ts';

/** A board of the cluster as a machine. */
export interface StageBoard {
  readonly name: string;
  readonly image: BootableImage;
  readonly memoryMiB: number;
}

export interface StageOptions {
  readonly policy: Policy;
  readonly router: BootableImage;
  readonly routerMemoryMiB: number;
  /** Those that are machines; for all others of the policy the stage stands in. */
  readonly boards: readonly StageBoard[];
  readonly timeoutScale: number;
  readonly signal: AbortSignal;
  /** Folder for each machine's log. */
  readonly logs: string;
  readonly onLine?: (machine: string, text: string) => void;
}

/** Milliseconds on the reference machine: they only end what hangs. */
const patience = { ready: 180_000, settle: 60_000 };
const routerName = 'router';

/** A cluster on cables: its machines, and the places on its cables from which it is tried. */
export class Stage {
  readonly options: StageOptions;
  readonly cables: Cables;
  readonly places: ReadonlyMap<string, Standpoint>;
  readonly seats: ReadonlyMap<string, BoardSeat>;
  readonly boards = new Map<string, Machine>();
  /** Every machine that was the router, the last one last. */
  readonly routers: Machine[] = [];
  #nextPort = firstPlayedPort;

  private constructor(options: StageOptions, cables: Cables) {
    const { policy } = options;
    this.options = options;
    this.cables = cables;
    this.places = new Map(standpoints(policy).map((place) => [place.cable, place]));
    const present = new Set(options.boards.map(({ name }) => name));
    this.seats = new Map(
      policy.boards.map((board) => {
        const seat = takeSeat(board, cables.links.get(board.name)!, cables.routerMac.get(board.name)!);
        seat.standsIn = !present.has(board.name);
        return [board.name, seat];
      }),
    );
  }

  static async set(options: StageOptions): Promise<Stage> {
    return new Stage(options, await layCables(options.policy));
  }

  get policy(): Policy {
    return this.options.policy;
  }

  get router(): Machine {
    const router = this.routers.at(-1);
    if (router === undefined) throw new Error('the router was not started');
    return router;
  }

  get links(): Cables['links'] {
    return this.cables.links;
  }

  /** Starts the router, in place of the one before. @param direct boots it without its boot loader, e.g. beside a probe */
  async startRouter(
    direct: DirectBoot | null = null,
    serialPorts: readonly SerialPort[] = [],
  ): Promise<void> {
    await this.routers.at(-1)?.stop();
    const name = this.routers.length === 0 ? routerName : `${routerName}-${this.routers.length + 1}`;
    const machine = await this.#start(name, this.options.router, {
      ...{ cards: this.cables.routerCards, memoryMiB: this.options.routerMemoryMiB, onReboot: 'reboot' },
      ...{ direct, serialPorts },
    });
    this.routers.push(machine);
    await this.routerReady(0);
  }

  /** Resolves when the router's daemon is ready and its uplink has an address and a way out of each family. @param since line of its console */
  async routerReady(since: number, expected: readonly FailureKind[] = []): Promise<void> {
    const { console } = this.router;
    const { outside } = this.cables;
    const advertisements = outside?.advertisements ?? 0;
    const wait = { ...this.#wait("the router's ready line"), since, expected };
    await console.waitFor(isEvent('ready'), wait);
    if (this.policy.uplink?.ipv4.kind === 'dhcp') {
      await console.waitFor(isEvent('network', { state: 'up' }), {
        ...wait,
        description: "the uplink's address",
      });
    }
    if (outside === null || this.policy.uplink?.ipv6?.kind !== 'router-advertisement') return;
    // Flows of that family have nowhere to go before.
    await outside.advertisedPast(advertisements, this.within(patience.ready));
    await this.settle([uplinkName]);
  }

  /** Starts every board that is a machine, and waits until all are ready. */
  async startBoards(): Promise<void> {
    await Promise.all(
      this.options.boards.map(async ({ name, image, memoryMiB }) => {
        const card = this.cables.boardCards.get(name)!;
        const machine = await this.#start(name, image, { cards: [card], memoryMiB });
        this.boards.set(name, machine);
        await machine.console.waitFor(isEvent('ready'), this.#wait(`${name}'s ready line`));
        await machine.console.waitFor(isEvent('network', { state: 'up' }), this.#wait(`${name}'s address`));
        await this.#hasIpv6(name);
      }),
    );
  }

  /** Resolves when a board that is to have an IPv6 address answers for it: the router's advertisement brings it, and the board then asks whether anybody has it. */
  async #hasIpv6(name: string): Promise<void> {
    const { ipv6 } = this.places.get(name)!;
    if (ipv6 === null) return;
    if (await isNeighbour(this.links.get(name)!, this.places.get(name)!, this.within(patience.ready))) return;
    throw new BoardsmithError('BOOT_FAILED', `${name} does not answer for its IPv6 address, ${ipv6}`, {
      hint: "look at the end of the board's log, and whether the router advertises",
    });
  }

  /** A port that no other conversation or frame of this stage has had for long. */
  freePort(): number {
    const port = this.#nextPort;
    this.#nextPort = port === 65_535 ? firstPlayedPort : port + 1;
    return port;
  }

  /** Resolves when the router has dealt with all that was sent to it on these cables. */
  async settle(cables: readonly string[]): Promise<void> {
    const { timeoutScale, signal } = this.options;
    await Promise.all(
      cables.map((name) =>
        settleCable(this.links.get(name)!, this.places.get(name)!, patience.settle * timeoutScale, signal),
      ),
    );
  }

  /** All cables, the uplink's if there is one. */
  get cableNames(): string[] {
    return [...this.links.keys()].filter((name) => name !== uplinkName || this.policy.uplink !== null);
  }

  /** A signal that aborts when a single answer has taken too long. @param ms on the reference machine */
  within(ms: number): AbortSignal {
    const { timeoutScale, signal } = this.options;
    return AbortSignal.any([signal, AbortSignal.timeout(Math.round(ms * timeoutScale))]);
  }

  /** Ends every machine and takes the cables away. */
  async strike(): Promise<void> {
    const machines = [...this.boards.values(), ...this.routers];
    await Promise.all(machines.map((machine) => machine.stop()));
    await this.cables.close();
  }

  #wait(description: string) {
    const { timeoutScale, signal } = this.options;
    return { description, timeoutMs: patience.ready * timeoutScale, signal };
  }

  async #start(name: string, image: BootableImage, run: Partial<MachineOptions>): Promise<Machine> {
    const { logs, signal, onLine } = this.options;
    return await startMachine(
      image,
      { ...plainRun, ...run },
      {
        signal,
        log: join(logs, `${name}.log`),
        ...(onLine === undefined ? {} : { onLine: ({ text }) => onLine(name, text) }),
      },
    );
  }
}
