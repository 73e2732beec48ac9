import { type ClusterReport, failuresOf, type ScenarioReport, trialCount } from './cluster-report.ts';
import { isAsExpected, type Trial, trialText } from './trial.ts';

/** The report as JUnit XML, in the form that CI systems agree on: a suite for each scenario, a case for each trial. */
export function junitXml(report: ClusterReport): string {
  const { cluster, scenarios, broken } = report;
  const failures = failuresOf(report).length;
  const errors = broken === null ? 0 : 1;
  const tests = trialCount(report) + errors;
  const skipped = scenarios.filter((scenario) => scenario.skipped !== null).length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escaped(cluster)}" tests="${tests}" failures="${failures}" errors="${errors}" skipped="${skipped}">`,
    ...scenarios.map((scenario) => suiteXml(cluster, scenario)),
    ...(broken === null ? [] : [brokenXml(cluster, broken)]),
    '</testsuites>',
    '',
  ].join('\n');
}

function suiteXml(cluster: string, scenario: ScenarioReport): string {
  const { name, group, trials, skipped, milliseconds } = scenario;
  const failures = trials.filter((trial) => !isAsExpected(trial)).length;
  const suite = escaped([name, ...group].join(' '));
  const head = `<testsuite name="${suite}" tests="${trials.length}" failures="${failures}" skipped="${skipped === null ? 0 : 1}" time="${(milliseconds / 1000).toFixed(3)}">`;
  const reason =
    skipped === null
      ? []
      : [
          `<testcase classname="${escaped(cluster)}" name="${suite}"><skipped message="${escaped(skipped)}"/></testcase>`,
        ];
  return [head, ...reason, ...trials.map((trial) => caseXml(cluster, trial)), '</testsuite>'].join('\n');
}

function caseXml(cluster: string, trial: Trial): string {
  const name = escaped(`${trial.from} to ${trial.to}: ${trial.what}: ${trial.expected}`);
  const head = `<testcase classname="${escaped(`${cluster}.${trial.scenario}`)}" name="${name}"`;
  if (isAsExpected(trial)) return `${head}/>`;
  return `${head}><failure message="${escaped(trialText(trial))}"/></testcase>`;
}

function brokenXml(cluster: string, broken: string): string {
  const [first = '', ...rest] = broken.split('\n');
  return [
    '<testsuite name="the test itself" tests="1" failures="0" errors="1" skipped="0">',
    `<testcase classname="${escaped(cluster)}" name="comes to its end"><error message="${escaped(first)}">${escaped(rest.join('\n'))}</error></testcase>`,
    '</testsuite>',
  ].join('\n');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML 1.0 has no place for most control characters, in no form. */
function escaped(text: string): string {
  return text
    .replace(/[&<>"]/g, (character) => entities[character]!)
    .replace(/\p{Cc}/gu, (character) => (character === '\n' || character === '\t' ? character : '\ufffd'));
}
