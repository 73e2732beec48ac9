import type { ProgramKind } from '../recipe/runtime-name.ts';
import type { Runtime } from './runtime.ts';
import { runtimes } from './runtimes.ts';

/** The runtime that runs a program, or null for one that is complete in itself. */
export function runtimeOf(kind: ProgramKind): Runtime | null {
  return kind === 'c' ? null : runtimes[kind];
}

/** What a root needs beside a program of that kind. */
export function rootFilesOf(kind: ProgramKind): Runtime['rootFiles'] {
  return runtimeOf(kind)?.rootFiles ?? [];
}
