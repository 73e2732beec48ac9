import { evasiveShots } from '../evasive-shots.ts';
import { honestShots } from '../honest-shots.ts';
import { rogueShots } from '../rogue-shots.ts';
import type { Scenario } from '../scenario.ts';
import { spoofedShots } from '../spoofed-shots.ts';
import { offers } from './leases.ts';

/** Everybody knocks at every port of everybody else. */
export const matrix: Scenario = {
  name: 'matrix',
  title: 'Flows and forwards pass, all else is dropped, from everybody to everybody',
  once: true,
  run: ({ stage, shooting, served }) => shooting.fire('matrix', honestShots(stage.policy, served)),
};

export const evasion: Scenario = {
  name: 'evasion',
  title: 'Segments without a connection, fragments, options, other protocols and kinds of ICMP are dropped',
  once: true,
  run: ({ stage, shooting }) => shooting.fire('evasion', evasiveShots(stage.policy)),
};

export const spoofing: Scenario = {
  name: 'spoofing',
  title: 'Who lies about its address, its MAC or its VLAN is cut, on boards and on the uplink',
  once: true,
  run: ({ stage, shooting }) => shooting.fire('spoofing', spoofedShots(stage.policy)),
};

export const rogues: Scenario = {
  name: 'rogue-servers',
  title: 'A board that plays a DHCP server or an IPv6 router harms nobody',
  once: true,
  async run({ stage, shooting, served }) {
    const shots = await shooting.fire('rogue-servers', rogueShots(stage.policy));
    const flows = honestShots(stage.policy, served).filter(({ expected }) => expected !== null);
    // Nobody was lured away: leases are as before, and the flows go where they went.
    return [
      ...shots,
      ...(await offers(stage, 'rogue-servers')),
      ...(await shooting.fire('rogue-servers', flows)),
    ];
  },
};
