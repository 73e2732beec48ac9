import type { CSourcesEntry } from '../../builder/recipe/resolved-recipe.ts';

/** dnsmasq from Debian's sources, with what a router of boards has a use for and nothing else. */
export const dnsmasqSources: CSourcesEntry = {
  kind: 'c-sources',
  package: 'dnsmasq',
  folder: 'src',
  defines: [
    ...['NO_DBUS', 'NO_IDN', 'NO_TFTP', 'NO_SCRIPT', 'NO_DUMPFILE', 'NO_IPSET', 'NO_LOOP'],
    'VERSION="{version}"',
  ],
  edits: [
    {
      file: 'src/network.c',
      from: '      dhcp4_ok = dhcp6_ok = 0;\n',
      to: '',
      reason: 'a board that may ask for names of the cluster alone gets a lease all the same',
    },
  ],
};
