import { suggest } from '../../did-you-mean.ts';
import { recipeRule } from '../recipe-fields.ts';

/** Kernel: net.ipv4.ip_unprivileged_port_start, 1024 by default. */
const firstUnprivilegedPort = 1024;

export const portRules = [
  recipeRule('ports-distinct', ['ports'], ({ ports }, report) => {
    for (const [index, port] of ports.entries()) {
      const same = ports
        .slice(0, index)
        .find((other) => other.port === port.port && other.protocol === port.protocol);
      if (same === undefined) continue;
      report({
        at: ['ports', port.name, 'port'],
        message: `${port.protocol} port ${port.port} is ${same.name} already`,
        remedy: 'give every port its own number',
      });
    }
  }),

  recipeRule('low-port-needs-capability', ['ports', 'capabilities'], ({ ports, capabilities }, report) => {
    if (capabilities.includes('net_bind_service')) return;
    for (const port of ports.filter(({ port }) => port < firstUnprivilegedPort)) {
      report({
        at: ['ports', port.name, 'port'],
        message: `a daemon without privileges cannot listen on port ${port.port}`,
        remedy: `choose a port from ${firstUnprivilegedPort} on, or write capabilities: [net_bind_service]`,
      });
    }
  }),

  recipeRule('capability-needs-low-port', ['ports', 'capabilities'], ({ ports, capabilities }, report) => {
    if (!capabilities.includes('net_bind_service')) return;
    if (ports.some(({ port }) => port < firstUnprivilegedPort)) return;
    report({
      at: ['capabilities'],
      on: 'key',
      message: `net_bind_service is of no use: no port is below ${firstUnprivilegedPort}`,
      remedy: 'remove it',
    });
  }),

  recipeRule('health-port-exists', ['ports', 'health'], ({ ports, health }, report) => {
    if (health.kind !== 'http') return;
    const port = ports.find(({ name }) => name === health.port);
    if (port?.protocol === 'tcp') return;
    const names = ports.filter(({ protocol }) => protocol === 'tcp').map(({ name }) => name);
    report({
      at: ['health', 'http', 'port'],
      message:
        port === undefined ? `there is no port named ${health.port}` : `port ${health.port} is no TCP port`,
      remedy:
        names.length === 0 ? 'add a TCP port to ports, or use health: listen' : suggest(health.port, names),
    });
  }),

  recipeRule('health-listen-needs-port', ['ports', 'health'], ({ ports, health }, report) => {
    if (health.kind !== 'listen' || ports.length > 0) return;
    report({
      at: ['health', 'listen'],
      on: 'key',
      message: 'nothing can be seen of the health of a daemon without ports',
      remedy: 'add what the daemon listens on to ports',
    });
  }),

  recipeRule('readiness-ports-needs-tcp', ['ports', 'readiness'], ({ ports, readiness }, report) => {
    if (readiness !== 'ports' || ports.some(({ protocol }) => protocol === 'tcp')) return;
    report({
      at: ['readiness'],
      message: 'readiness: ports needs a TCP port to see that the daemon is ready',
      remedy: 'add one to ports, or write readiness: descriptor',
    });
  }),
];
