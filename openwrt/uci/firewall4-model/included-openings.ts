import { anything, type Opening } from './opening.ts';
import { addressValue } from './option-values.ts';

/** `iifname "eth0" ip saddr … ip daddr … fib daddr type local tcp dport 6000 … dnat ip to 10.0.0.2:6000 …` */
const translation =
  /^iifname "([^"]+)" ip saddr (!= )?\{ ([^}]+) \} ip daddr != \{ [^}]+ \} fib daddr type local (tcp|udp) dport (\d+)(?: limit rate (\d+)\/second burst (\d+) packets)? counter dnat ip to ([0-9.]+):(\d+) comment "[a-z0-9_]+"$/;

/** Accepts what was translated, and nothing else. */
const acceptance =
  /^iifname "[^"]+" oifname "[^"]+" ip daddr [0-9.]+ (?:tcp|udp) dport \d+ ct state new ct status dnat ct original proto-dst \d+ counter accept comment "[a-z0-9_]+"$/;

/** What the statements of an include open; null for one that this model does not understand. */
export function includedOpenings(text: string, chain: 'forward' | 'dstnat'): Opening[] | null {
  const lines = text.split('\n').filter((line) => line !== '');
  // What is accepted in the forward chain was translated before: the translation is what opens it.
  if (chain === 'forward') return lines.every((line) => acceptance.test(line)) ? [] : null;
  const openings = lines.map(translationOpening);
  return openings.includes(null) ? null : (openings as Opening[]);
}

function translationOpening(line: string): Opening | null {
  const match = translation.exec(line);
  if (match === null) return null;
  const [, device, excluded, list, protocol, port, rate, burst, address, inner] = match;
  return {
    ...anything,
    hook: 'dnat',
    family: 'ipv4',
    in: device!,
    protocol: protocol!,
    sources: list!
      .split(', ')
      .map((network) => `${excluded === undefined ? '' : '!'}${addressValue(network)?.text ?? network}`),
    destinations: ['of the router'],
    ports: [port!],
    limit: rate === undefined ? '' : `${rate}/second burst ${burst}`,
    becomes: `${address}:${inner}`,
  };
}
