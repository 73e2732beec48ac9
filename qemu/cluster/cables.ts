import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Policy } from '../../openwrt/policy/policy.ts';
import type { NetworkCard } from '../machine-options.ts';
import type { FramePort } from '../network/frame-port.ts';
import { Link } from '../network/link.ts';
import { MachinePort } from '../network/machine-port.ts';
import { Outside } from '../network/outside.ts';
import { VlanTrunk } from '../network/vlan-trunk.ts';
import { outsideNetwork } from './outside-network.ts';
import { cardNumber, portOf, routerCardMac, routerCardNumbers } from './router-cards.ts';

/** Name of the uplink's cable; no board has it, since names of boards are checked against it. */
export const uplinkName = 'uplink';

/** The cables of a cluster, each with the stage in its middle. */
export interface Cables {
  /** By the board's name; the uplink's is called `uplink`. */
  readonly links: ReadonlyMap<string, Link>;
  /** The router's cards, as QEMU is to be given them. */
  readonly routerCards: readonly NetworkCard[];
  /** A board's one card, by its name. */
  readonly boardCards: ReadonlyMap<string, NetworkCard>;
  /** MAC of the router on a cable. */
  readonly routerMac: ReadonlyMap<string, string>;
  /** The world beyond the uplink; null for a cluster without one. */
  readonly outside: Outside | null;
  close(): Promise<void>;
}

/** Lays the cables of a cluster: unix sockets in a folder of their own, which is gone when they are closed. */
export async function layCables(policy: Policy): Promise<Cables> {
  const folder = await mkdtemp(join(tmpdir(), 'boardsmith-cables-'));
  const ports: MachinePort[] = [];
  const listen = async (name: string): Promise<MachinePort> => {
    const port = await MachinePort.listen(join(folder, `${name}.sock`));
    ports.push(port);
    return port;
  };
  const routerPorts = await Promise.all(
    routerCardNumbers(policy).map((number) => listen(`router-eth${number}`)),
  );
  const routerEnd = routerEnds(routerPorts);
  const links = new Map<string, Link>();
  const boardCards = new Map<string, NetworkCard>();
  const routerMac = new Map<string, string>();
  for (const [index, board] of policy.boards.entries()) {
    const far = await listen(`board-${index}`);
    const { attachment } = board;
    const port = portOf(board);
    links.set(board.name, new Link(board.name, { router: routerEnd(port, attachment), far }));
    boardCards.set(board.name, { mac: board.mac, socket: far.path });
    routerMac.set(board.name, routerCardMac(cardNumber(port)));
  }
  const network = outsideNetwork(policy);
  let outside: Outside | null = null;
  if (network !== null) {
    const { device } = policy.uplink!;
    const mac = routerCardMac(cardNumber(device));
    outside = new Outside(network, mac, () => Math.floor(Date.now() / 1000));
    routerMac.set(uplinkName, mac);
    links.set(
      uplinkName,
      new Link(uplinkName, { router: routerEnd(device, { kind: 'port' }), far: outside.port }),
    );
  }
  return {
    links,
    boardCards,
    routerMac,
    outside,
    routerCards: routerPorts.map(({ path }, number) => ({ mac: routerCardMac(number), socket: path })),
    async close() {
      await Promise.all(ports.map((port) => port.close()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The router's ends of cables: a port's own, or a VLAN of it. */
function routerEnds(ports: readonly MachinePort[]) {
  const trunks = new Map<string, VlanTrunk>();
  return (port: string, attachment: Policy['boards'][number]['attachment']): FramePort => {
    const card = ports[cardNumber(port)]!;
    if (attachment.kind === 'port') return card;
    const trunk = trunks.get(port) ?? new VlanTrunk(card);
    trunks.set(port, trunk);
    return trunk.vlan(attachment.id);
  };
}
