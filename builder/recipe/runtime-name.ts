/** What can run a daemon; builder/runtime has one file for each. The first is the default. */
export const runtimeNames = ['node'] as const;

export type RuntimeName = (typeof runtimeNames)[number];
