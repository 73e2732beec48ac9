/** Connections that may begin, as one conjunction. An empty text or list is no restriction. */
export interface Opening {
  readonly hook: 'input' | 'forward' | 'output' | 'dnat';
  /** Device; empty: any. */
  readonly in: string;
  readonly out: string;
  readonly family: 'ipv4' | 'ipv6';
  /** `all`, `tcp`, `udp`, `icmp`… */
  readonly protocol: string;
  readonly sources: readonly string[];
  readonly macs: readonly string[];
  readonly destinations: readonly string[];
  readonly sourcePorts: readonly string[];
  readonly ports: readonly string[];
  readonly icmpTypes: readonly string[];
  /** `20/second burst 60`. */
  readonly limit: string;
  /** Of `dnat`: address and port that it becomes. */
  readonly becomes: string;
}

export const anything: Omit<Opening, 'hook' | 'family'> = {
  in: '',
  out: '',
  protocol: 'all',
  sources: [],
  macs: [],
  destinations: [],
  sourcePorts: [],
  ports: [],
  icmpTypes: [],
  limit: '',
  becomes: '',
};

/** One line in which equal openings are equal; `*` is no restriction. */
export function openingLine(opening: Opening): string {
  const list = (values: readonly string[]) => (values.length === 0 ? '*' : [...values].sort().join(','));
  const { hook, family, protocol, limit, becomes } = opening;
  return [
    hook,
    `${opening.in || '*'}>${opening.out || '*'}`,
    family,
    `from ${list(opening.sources)} ${list(opening.macs)}`,
    `to ${list(opening.destinations)}`,
    protocol,
    `ports ${list(opening.sourcePorts)}>${list(opening.ports)}`,
    ...(opening.icmpTypes.length > 0 ? [`types ${list(opening.icmpTypes)}`] : []),
    ...(limit === '' ? [] : [`limit ${limit}`]),
    ...(becomes === '' ? [] : [`becomes ${becomes}`]),
  ].join(' ');
}

/** Sorted lines, each once. */
export function openingLines(openings: readonly Opening[]): string[] {
  return [...new Set(openings.map(openingLine))].sort();
}
