import { formatBytes, formatSeconds } from '../../builder/cli/format.ts';
import type { ClusterTestFigures } from './cluster-test.ts';
import type { PolicyFigures } from './policy-figures.ts';
import type { RouterBoot } from './router-boot.ts';
import type { TrafficBeside } from './router-traffic.ts';

export interface RouterMeasurements {
  /** YYYY-MM-DD. */
  readonly date: string;
  readonly machine: string;
  readonly boots: number;
  /** Or why there are no namespaces to measure in. */
  readonly policies: readonly PolicyFigures[] | string;
  readonly traffic: readonly TrafficBeside[] | string;
  readonly boot: RouterBoot;
  readonly tested: ClusterTestFigures;
}

/** docs/measurements-router.md. */
export function routerPage({
  date,
  machine,
  boots,
  policies,
  traffic,
  boot,
  tested,
}: RouterMeasurements): string {
  return [
    '# Measurements of the router',
    '',
    'Written by `npm run bench -- --only router`; everything here was measured in one run.',
    '',
    `${date}, ${machine}.`,
    '',
    '## How policies grow',
    '',
    'Each board has two services that the next eight boards may use, DNS, time, and one port of any address. Compiling ends with the bytes that `init` sends;',
    'the proof reads what the kernel lists (`nft -j list ruleset`) and compares all packets. The last column is the time of both beside that of four boards.',
    '',
    ...(typeof policies === 'string' ? [`Not measured: ${policies}.`] : policyTable(policies)),
    '',
    '## Traffic',
    '',
    'From the last board to the first, through the router’s ruleset in network namespaces of this machine, beside the same policy as a chain that first accepts',
    'what belongs to a known connection and then has one rule for each flow. The router’s own ruleset checks every packet of every connection by its header, and',
    'sources, MACs and fragments besides, which the chain does not. Medians of five turns.',
    '',
    ...(typeof traffic === 'string' ? [`Not measured: ${traffic}.`] : trafficTable(traffic)),
    '',
    '## The image',
    '',
    `The router of \`${boot.cluster}\` takes ${formatBytes(boot.imageBytes)} without holes, ${formatBytes(boot.compressedBytes)} packed (zstd 9), and forwards ${formatSeconds(boot.forwarding)} after the start of QEMU`,
    `(no KVM; boot loader and all, until its daemon is ready and its uplink has an address; median of ${boots} boots).`,
    '',
    '## A test of a cluster',
    '',
    `\`boardsmith test ${tested.cluster}\` takes ${formatDuration(tested.milliseconds)} once its images are built: ${tested.boards} boards in ${tested.groups} groups with a router each, in which all ${tested.pairs} pairs of`,
    `boards are machines at the same time, and ${tested.trials} frames and connections that are tried.`,
    '',
  ].join('\n');
}

function policyTable(policies: readonly PolicyFigures[]): string[] {
  const first = policies[0]!;
  return [
    '| boards | flows | compile | bytes | proof | ÷ first |',
    '| ---: | ---: | ---: | ---: | ---: | ---: |',
    ...policies.map((figures) => {
      const { boards, flows, compile, batchBytes, proof } = figures;
      const growth = (compile + proof) / (first.compile + first.proof);
      return `| ${boards} | ${flows} | ${formatSeconds(compile)} | ${formatBytes(batchBytes)} | ${formatSeconds(proof)} | ${growth.toFixed(1)} |`;
    }),
  ];
}

function trafficTable(traffic: readonly TrafficBeside[]): string[] {
  return [
    '| boards | | router | chain | router ÷ chain |',
    '| ---: | --- | ---: | ---: | ---: |',
    ...traffic.flatMap(({ boards, ours, plain }) => [
      `| ${boards} | bytes a second of one connection | ${formatBytes(ours.throughput)} | ${formatBytes(plain.throughput)} | ${(ours.throughput / plain.throughput).toFixed(2)} |`,
      `| ${boards} | a byte there and back | ${microseconds(ours.turn)} | ${microseconds(plain.turn)} | ${(ours.turn / plain.turn).toFixed(2)} |`,
      `| ${boards} | a new connection | ${microseconds(ours.connect)} | ${microseconds(plain.connect)} | ${(ours.connect / plain.connect).toFixed(2)} |`,
    ]),
  ];
}

function microseconds(value: number): string {
  return `${value.toFixed(0)} µs`;
}

/** Minutes and seconds. */
function formatDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
