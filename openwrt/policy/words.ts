import { formatPorts } from '../../builder/recipe/address/port-range.ts';
import type { ConnectionRate, Flow, ManagementAccess, Origin, Policy, PortForward } from './policy.ts';

/** One thing that a policy opens, in words. */
export interface Statement {
  readonly text: string;
  /** null: it follows from the boards' recipes. */
  readonly origin: Origin | null;
}

/** All that a policy opens: flows, forwards, what the router serves and asks. Flows of one line of the file are one statement. */
export function policyInWords(policy: Policy): Statement[] {
  const forwards = [...policy.forwards].sort((a, b) => a.origin.line - b.origin.line);
  return [
    ...flowStatements(policy.flows),
    ...forwards.map(({ origin, ...forward }) => ({ text: forwardInWords(forward), origin })),
    ...policy.router.management.map(({ origin, ...access }) => ({ text: managementInWords(access), origin })),
    ...routerStatements(policy).map((text) => ({ text, origin: null })),
  ];
}

function flowStatements(flows: readonly Flow[]): Statement[] {
  const byLine = new Map<string, Flow[]>();
  for (const flow of flows) {
    const key = JSON.stringify([
      flow.origin.line,
      flow.origin.column,
      networksOf(flow),
      flow.match,
      flow.rate,
    ]);
    const alike = byLine.get(key);
    if (alike === undefined) byLine.set(key, [flow]);
    else alike.push(flow);
  }
  return [...byLine.values()]
    .sort((a, b) => a[0]!.origin.line - b[0]!.origin.line || a[0]!.origin.column - b[0]!.origin.column)
    .map((alike) => {
      const [first] = alike as [Flow];
      const from = unique(alike.map((flow) => flow.from.name));
      const to = unique(alike.map((flow) => endInWords(flow.to)));
      const among = from.length > 1 && from.length === to.length && from.every((name) => to.includes(name));
      const ends = among
        ? `${listed(from)} may reach each other on`
        : `${listed(from)} may reach ${listed(to)} on`;
      const families = unique(alike.map(({ family }) => familyInWords(family)));
      return {
        text: `${ends} ${matchInWords(first)} over ${listed(families)}${rateInWords(first.rate)}`,
        origin: first.origin,
      };
    });
}

/** `rpc (tcp 6420)`, `tcp 443, 8000-8010`, `ping`. */
export function matchInWords({ id, match }: Pick<Flow, 'id' | 'match'>): string {
  if (match.protocol === 'icmp-echo') return 'ping';
  const ports = `${match.protocol} ${formatPorts(match.ports)}`;
  const service = serviceName(id);
  return service === null ? ports : `${service} (${ports})`;
}

/** The service that a flow's file names; null if it names ports. */
export function serviceName(id: string): string | null {
  const what = id.split('__')[2] ?? '';
  return /^(tcp|udp)_\d|^echo$/.test(what) ? null : what.replaceAll('_', '-');
}

export function endInWords(end: Flow['to']): string {
  if (end.kind === 'board') return end.name;
  return end.networks.length === 0 ? 'the internet' : `${listed(end.networks)} through the uplink`;
}

export function forwardInWords({ protocol, port, to, sources, rate }: Omit<PortForward, 'origin'>): string {
  const who = sources.length === 0 ? 'anybody beyond the uplink' : `${listed(sources)} beyond the uplink`;
  return `${who} may reach ${to.name} on ${protocol} ${to.port}, by port ${port} of the router${rateInWords(rate)}`;
}

export function managementInWords({ from, service, port }: Omit<ManagementAccess, 'origin'>): string {
  const who =
    from.kind === 'board'
      ? from.name
      : from.networks.length === 0
        ? 'anybody beyond the uplink'
        : `${listed(from.networks)} beyond the uplink`;
  return `${who} may open ${service} (tcp ${port}) on the router itself`;
}

export function rateInWords(rate: ConnectionRate | null): string {
  return rate === null ? '' : `, at most ${rate.perSecond} new connections a second (${rate.burst} at once)`;
}

function routerStatements({ router, uplink, boards }: Policy): string[] {
  const { dns, time } = router;
  const localOnly = dns.local.filter((name) => !dns.forwarded.includes(name));
  return [
    `${listed(boards.map(({ name }) => name).sort())} ${boards.length === 1 ? 'gets its address' : 'get their addresses'} from the router`,
    ...(localOnly.length > 0 ? [`${listed(localOnly)} may ask the router for names of the cluster`] : []),
    ...(dns.forwarded.length > 0
      ? [
          `${listed(dns.forwarded)} may ask the router for any name; it asks ${dns.upstream.length > 0 ? listed(dns.upstream) : 'the uplink’s resolvers'}`,
        ]
      : []),
    ...(time.served.length > 0 ? [`${listed(time.served)} may ask the router for the time`] : []),
    ...(time.upstream.length > 0 ? [`the router asks ${listed(time.upstream)} for the time`] : []),
    ...(uplink?.ipv4.kind === 'dhcp' ? ['the router asks the uplink for its address'] : []),
  ];
}

function networksOf({ to }: Flow): readonly string[] | null {
  return to.kind === 'uplink' ? to.networks : null;
}

export function familyInWords(family: 'ipv4' | 'ipv6'): string {
  return family === 'ipv4' ? 'IPv4' : 'IPv6';
}

/** `a`, `a and b`, `a, b and c`; numbered names that follow each other are shortened: `cxo-1 to cxo-4`. */
export function listed(names: readonly string[]): string {
  const parts = runs(names);
  return parts.length < 2 ? (parts[0] ?? 'nobody') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

function runs(names: readonly string[]): string[] {
  const byStem = new Map<string, number[]>();
  const parts: string[] = [];
  for (const name of names) {
    const match = /^([a-z][a-z0-9-]*)-([1-9]\d*)$/.exec(name);
    if (match === null) {
      parts.push(name);
      continue;
    }
    const numbers = byStem.get(match[1]!);
    if (numbers === undefined) {
      byStem.set(match[1]!, [Number(match[2])]);
      parts.push(`${match[1]}-`);
    } else numbers.push(Number(match[2]));
  }
  return parts.flatMap((part) => {
    const numbers = byStem.get(part.slice(0, -1));
    return part.endsWith('-') && numbers !== undefined ? numberRuns(part, numbers) : [part];
  });
}

function numberRuns(stem: string, numbers: readonly number[]): string[] {
  const sorted = [...numbers].sort((a, b) => a - b);
  const found: { first: number; last: number }[] = [];
  for (const number of sorted) {
    const run = found.at(-1);
    if (run !== undefined && run.last + 1 === number) run.last = number;
    else found.push({ first: number, last: number });
  }
  return found.flatMap(({ first, last }) =>
    last - first > 1 ? [`${stem}${first} to ${stem}${last}`] : unique([`${stem}${first}`, `${stem}${last}`]),
  );
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
