import type { Path } from '../yaml/position.ts';
import type { ClusterFields } from './cluster-fields.ts';

/** Every list of networks in a cluster's file, with where it stands. */
export function networkLists({
  flows,
  forwards,
  management,
}: Pick<ClusterFields, 'flows' | 'forwards' | 'management'>): {
  readonly at: Path;
  readonly texts: readonly string[];
  readonly of: 'flow' | 'forward' | 'management';
}[] {
  return [
    ...flows.map(({ networks }, index) => ({
      at: ['flows', index, 'networks'],
      texts: networks ?? [],
      of: 'flow' as const,
    })),
    ...forwards.map(({ sources }, index) => ({
      at: ['forwards', index, 'sources'],
      texts: sources ?? [],
      of: 'forward' as const,
    })),
    ...management.map(({ networks }, index) => ({
      at: ['management', index, 'networks'],
      texts: networks ?? [],
      of: 'management' as const,
    })),
  ];
}
