/** What can run a daemon; builder/runtime has one file for each. The first is the default. */
export const runtimeNames = ['node', 'bun'] as const;

export type RuntimeName = (typeof runtimeNames)[number];
