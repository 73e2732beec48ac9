import type { ResolvedRecipe } from '../../recipe/resolved-recipe.ts';

/** Names whose answer is too long for a datagram are asked for by TCP. */
const namesPort = 53;

/** TCP ports on which the daemon may listen, ascending: those of its recipe. */
export function tcpBindPorts({ ports }: Pick<ResolvedRecipe, 'ports'>): number[] {
  return ascending(ports.filter(({ protocol }) => protocol === 'tcp').map(({ port }) => port));
}

/** TCP ports to which it may connect, whatever the address (the router knows addresses), ascending. */
export function tcpConnectPorts({ connects, needs }: Pick<ResolvedRecipe, 'connects' | 'needs'>): number[] {
  const named = connects.filter(({ protocol }) => protocol === 'tcp').flatMap(({ ports }) => ports);
  return ascending(needs.dns ? [...named, namesPort] : named);
}

function ascending(ports: readonly number[]): number[] {
  return [...new Set(ports)].sort((a, b) => a - b);
}
