import { recipeRule } from '../recipe-fields.ts';

const longestInterval = 3600;
/** A person who pulls the plug waits no longer. */
const longestStop = 300;
/** Half of the time after which init reboots a board whose daemon does not become ready (builder/init/plan-source.ts). */
const longestStart = 300;

export const timeRules = [
  recipeRule('health-interval-bounded', ['health'], ({ health }, report) => {
    if (health.intervalSeconds <= longestInterval) return;
    report({
      at: ['health', health.kind, 'interval'],
      message: `a check every ${health.intervalSeconds} s finds a dead daemon too late`,
      remedy: 'write 60 min or less',
    });
  }),

  recipeRule('health-timeout-within-interval', ['health'], ({ health }, report) => {
    if (health.timeoutSeconds <= health.intervalSeconds) return;
    report({
      at: ['health', health.kind, 'timeout'],
      message: `the timeout (${health.timeoutSeconds} s) is longer than the interval (${health.intervalSeconds} s)`,
      remedy: 'shorten the timeout or lengthen the interval',
    });
  }),

  recipeRule('start-timeout-bounded', ['startTimeout'], ({ startTimeout }, report) => {
    if (startTimeout <= longestStart) return;
    report({
      at: ['startTimeout'],
      message: `${startTimeout} s is too long to wait for a daemon that starts: the board reboots after 10 min without a ready one`,
      remedy: 'write 5 min or less',
    });
  }),

  recipeRule('stop-timeout-bounded', ['stopTimeout'], ({ stopTimeout }, report) => {
    if (stopTimeout <= longestStop) return;
    report({
      at: ['stopTimeout'],
      message: `${stopTimeout} s is too long to wait for a daemon that stops`,
      remedy: 'write 5 min or less',
    });
  }),
];
