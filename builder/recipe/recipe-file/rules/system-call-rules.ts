import { didYouMean } from '../../did-you-mean.ts';
import { callsOfRuntime } from '../../system-calls/allowed.ts';
import { refusedReasons } from '../../system-calls/never.ts';
import { systemCallNumbers } from '../../system-calls/numbers.ts';
import { recipeRule } from '../recipe-fields.ts';

export const systemCallRules = [
  recipeRule('system-call-known', ['systemCalls'], ({ systemCalls }, report) => {
    for (const call of systemCalls.filter((name) => !(name in systemCallNumbers))) {
      const near = didYouMean(call, Object.keys(systemCallNumbers));
      report({
        at: ['systemCalls'],
        message: `Linux on arm64 has no system call ${call}`,
        remedy: near === null ? 'use a name of man 2 syscalls' : `did you mean ${near}?`,
      });
    }
  }),

  recipeRule('system-call-never', ['systemCalls'], ({ systemCalls }, report) => {
    for (const call of systemCalls) {
      const reason = refusedReasons.get(call);
      if (reason === undefined) continue;
      report({
        at: ['systemCalls'],
        message: `no daemon can have ${call}: ${reason}`,
        remedy: 'do without it',
      });
    }
  }),

  recipeRule('system-call-needed', ['systemCalls', 'runtime'], ({ systemCalls, runtime }, report) => {
    const own = callsOfRuntime(runtime);
    for (const call of systemCalls.filter((name) => own.includes(name))) {
      report({
        at: ['systemCalls'],
        message: `${call} is allowed already, as far as it ever is`,
        remedy: 'remove it',
      });
    }
  }),
];
