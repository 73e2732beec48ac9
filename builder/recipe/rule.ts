import type { Finding } from './yaml/source-document.ts';

/** How a rule speaks of what it found. */
export type Report = (finding: Finding) => void;

/** A check across fields, by name. */
export interface Rule<Fields, Facts> {
  readonly name: string;
  /** The rule is left out if one of these fields has a mistake of shape: what it would say of it may be wrong. */
  readonly reads: readonly (keyof Fields)[];
  /** True for what may be meant: it is said, and refuses nothing. */
  readonly warns?: true;
  check(fields: Fields, report: Report, facts: Facts): void;
}

/** Makes rules of one kind of file; a rule's function sees the fields that it names and no others. */
export function ruleMaker<Fields, Facts>() {
  return <Name extends keyof Fields>(
    name: string,
    reads: readonly Name[],
    check: (fields: Pick<Fields, Name>, report: Report, facts: Facts) => void,
  ): Rule<Fields, Facts> => ({ name, reads, check });
}

/** A rule whose findings are warnings. */
export function warning<Fields, Facts>(rule: Rule<Fields, Facts>): Rule<Fields, Facts> {
  return { ...rule, warns: true };
}
