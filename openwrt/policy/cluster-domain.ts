/** The domain of a cluster's own names, whatever carries its policy: `cxo-1.cluster`. What a board is told of another must not depend on the router's base. */
export const clusterDomain = 'cluster';
