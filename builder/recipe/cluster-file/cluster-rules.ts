import { addressRules } from './rules/address-rules.ts';
import { applianceRules } from './rules/appliance-rules.ts';
import { attachmentRules } from './rules/attachment-rules.ts';
import { flowRules } from './rules/flow-rules.ts';
import { forwardRules } from './rules/forward-rules.ts';
import { macRules } from './rules/mac-rules.ts';
import { managementRules } from './rules/management-rules.ts';
import { nameRules } from './rules/name-rules.ts';
import { openwrtRules } from './rules/openwrt-rules.ts';
import { reachRules } from './rules/reach-rules.ts';
import { uplinkRules } from './rules/uplink-rules.ts';

/** Every rule of a cluster. Each has a bad fixture in test/recipe; a test counts them. */
export const clusterRules = [
  ...nameRules,
  ...applianceRules,
  ...attachmentRules,
  ...macRules,
  ...addressRules,
  ...uplinkRules,
  ...openwrtRules,
  ...flowRules,
  ...forwardRules,
  ...managementRules,
  ...reachRules,
];
