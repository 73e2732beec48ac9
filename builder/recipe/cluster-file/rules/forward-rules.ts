import { parseNetwork } from '../../address/ip-network.ts';
import { suggest } from '../../did-you-mean.ts';
import { clusterEnd, recipeOf } from '../cluster-ends.ts';
import { clusterRule, uplinkName } from '../cluster-fields.ts';
import { managementPorts } from '../management-ports.ts';

export const forwardRules = [
  clusterRule('forward-to-one-board', ['boards', 'forwards'], ({ boards, forwards }, report) => {
    for (const [index, { to }] of forwards.entries()) {
      const end = clusterEnd(to, boards);
      if (end === null || (end.kind === 'boards' && end.names.length === 1)) continue;
      report({
        at: ['forwards', index, 'to'],
        message:
          end.kind === 'uplink' ? 'it leads back to the uplink' : `${to} is ${end.names.length} boards`,
        remedy: end.kind === 'uplink' ? 'name a board' : `name one of them, such as ${end.names[0]}`,
      });
    }
  }),

  clusterRule('forward-service-known', ['boards', 'forwards'], ({ boards, forwards }, report, facts) => {
    for (const [index, { to, service }] of forwards.entries()) {
      const end = clusterEnd(to, boards);
      const recipe = end?.kind === 'boards' ? recipeOf(end.group, facts) : null;
      const known = recipe?.ports.map(({ name }) => name) ?? [service];
      if (known.includes(service)) continue;
      report({
        at: ['forwards', index, 'service'],
        message: `the appliance ${recipe!.name} offers no ${service}`,
        remedy: known.length === 0 ? 'it offers nothing' : suggest(service, known),
      });
    }
  }),

  clusterRule(
    'forward-port-free',
    ['boards', 'forwards', 'management'],
    ({ boards, forwards, management }, report, facts) => {
      const taken = new Map<string, string>();
      for (const { service, from } of management) {
        if (from === uplinkName) taken.set(`tcp ${managementPorts[service]}`, `the router’s own ${service}`);
      }
      for (const [index, { port, to, service }] of forwards.entries()) {
        const end = clusterEnd(to, boards);
        const recipe = end?.kind === 'boards' ? recipeOf(end.group, facts) : null;
        const offered = recipe?.ports.find(({ name }) => name === service);
        if (offered === undefined) continue;
        const key = `${offered.protocol} ${port}`;
        const before = taken.get(key);
        if (before === undefined) {
          taken.set(key, `a forward to ${to}`);
          continue;
        }
        report({
          at: ['forwards', index, 'port'],
          message: `${key} at the uplink is ${before} already`,
          remedy: 'choose another port',
        });
      }
    },
  ),

  clusterRule(
    'forward-opens-what-it-says',
    ['forwards', 'management'],
    ({ forwards, management }, report) => {
      const lists = [
        ...forwards.map(({ sources }, index) => ({
          at: ['forwards', index, 'sources'],
          texts: sources,
          only: 'ipv4',
        })),
        ...management.map(({ networks }, index) => ({
          at: ['management', index, 'networks'],
          texts: networks,
          only: null,
        })),
      ];
      for (const { at, texts, only } of lists) {
        for (const [index, text] of (texts ?? []).entries()) {
          const network = parseNetwork(text);
          if (network === null) continue;
          if (only !== null && network.family !== only) {
            report({
              at: [...at, index],
              message: `${text} is no IPv4 network, and only the router’s IPv4 address is forwarded`,
              remedy: 'name IPv4 networks',
            });
          } else if (network.prefixLength === 0) {
            report({
              at: [...at, index],
              message: `${text} is not some networks but everybody`,
              remedy: 'name the networks that are meant, or leave the list out to open it to everybody',
            });
          }
        }
      }
    },
  ),
];
