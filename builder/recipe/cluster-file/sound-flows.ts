import type { ClusterFacts } from './cluster-facts.ts';
import type { ClusterFields } from './cluster-fields.ts';
import { type FlowContext, resolveFlow } from './resolve-flow.ts';
import { type DistinctFlows, distinctFlows, type UnitFlow, unitFlows } from './unit-flows.ts';

type FlowsInContext = FlowContext & Pick<ClusterFields, 'flows'>;

/** Several rules ask for the same flows of one file, and a large cluster has a hundred thousand. */
const known = new WeakMap<FlowsInContext, UnitFlow[]>();
const knownDistinct = new WeakMap<FlowsInContext, DistinctFlows>();

/** Flows without a mistake for each pair of boards; their index is that of the file. */
export function soundUnitFlows(fields: FlowsInContext, facts: ClusterFacts): UnitFlow[] {
  const before = known.get(fields);
  if (before !== undefined) return before;
  const flows = fields.flows.flatMap((flow, index) => {
    const resolved = resolveFlow(flow, fields, facts);
    return resolved === null ? [] : unitFlows([resolved]).map((unit) => ({ ...unit, index }));
  });
  known.set(fields, flows);
  return flows;
}

/** Those of them that open something by themselves. */
export function soundDistinctFlows(fields: FlowsInContext, facts: ClusterFacts): DistinctFlows {
  const before = knownDistinct.get(fields);
  if (before !== undefined) return before;
  const distinct = distinctFlows(soundUnitFlows(fields, facts));
  knownDistinct.set(fields, distinct);
  return distinct;
}
