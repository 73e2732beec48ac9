/** What can run a daemon; builder/runtime has one file for each. The first is the default. */
export const runtimeNames = ['node', 'bun'] as const;

export type RuntimeName = (typeof runtimeNames)[number];

/** Everything that a program can be: run by a runtime, or of C and complete in itself, which no recipe's file can say. */
export type ProgramKind = RuntimeName | 'c';
