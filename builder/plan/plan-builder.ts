import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import type { ManifestInput, ManifestSource } from './manifest-parts.ts';
import type { Plan, PlannedImage, Step, StepInput } from './step.ts';

/** A step before its key is known. */
export type StepDraft = Omit<Step, 'key' | 'inputs'> & {
  readonly inputs: Readonly<Record<string, StepInput>>;
};

/** kind → sha256 of the code that runs it, so that a changed implementation makes its steps run again. */
export type Implementations = Readonly<Record<string, string>>;

/** Collects steps in an order in which each stands after what it needs; equal steps of several images are kept once. */
export class PlanBuilder {
  readonly #implementations: Implementations;
  readonly #steps = new Map<string, Step>();
  readonly #images: PlannedImage[] = [];

  constructor(implementations: Implementations) {
    this.#implementations = implementations;
  }

  /** Adds a step and returns the link by which later steps name its output. Steps of one id must be equal. */
  add(draft: StepDraft): StepInput {
    const step: Step = { ...draft, inputs: sortedByName(draft.inputs), key: this.#keyOf(draft) };
    const known = this.#steps.get(step.id);
    if (known !== undefined && known.key !== step.key) {
      throw new Error(`two different steps are named ${step.id}`);
    }
    if (known === undefined) this.#steps.set(step.id, step);
    return { from: 'step', step: step.id };
  }

  addImage(image: PlannedImage): void {
    this.#images.push(image);
  }

  /** What the given links come from in the end: entries of the lock and source files, through all steps, sorted. */
  originsOf(links: readonly StepInput[]): { inputs: ManifestInput[]; sources: ManifestSource[] } {
    const inputs = new Map<string, ManifestInput>();
    const sources = new Map<string, ManifestSource>();
    const seen = new Set<string>();
    const visit = (input: StepInput): void => {
      if (input.from === 'lock') {
        for (const { id, entry } of input.entries) {
          inputs.set(id, { id, version: entry.version, sha256: entry.sha256, size: entry.size });
        }
      } else if (input.from === 'source') {
        for (const { path, sha256 } of input.files) {
          sources.set(`${input.label}/${path}`, { path: `${input.label}/${path}`, sha256 });
        }
      } else if (!seen.has(input.step)) {
        seen.add(input.step);
        Object.values(this.#steps.get(input.step)!.inputs).forEach(visit);
      }
    };
    links.forEach(visit);
    return { inputs: sortedValues(inputs), sources: sortedValues(sources) };
  }

  build(): Plan {
    const steps = [...this.#steps.values()];
    return {
      id: sha256(steps.map((step) => `${step.id} ${step.key}\n`).join('')),
      steps,
      images: this.#images,
    };
  }

  #keyOf(draft: StepDraft): string {
    const implementation = this.#implementations[draft.kind];
    if (implementation === undefined) throw new Error(`no implementation of step kind ${draft.kind}`);
    const inputs = Object.fromEntries(
      Object.entries(draft.inputs).map(([name, input]) => [name, this.#inputKey(input)]),
    );
    return sha256(canonicalJson({ kind: draft.kind, implementation, parameters: draft.parameters, inputs }));
  }

  #inputKey(input: StepInput): unknown {
    switch (input.from) {
      case 'step': {
        const step = this.#steps.get(input.step);
        if (step === undefined) throw new Error(`step ${input.step} is used before it is added`);
        return step.key;
      }
      case 'lock':
        return input.entries.map(({ id, entry }) => [id, entry.sha256]);
      case 'source':
        return input.files.map(({ path, sha256 }) => [path, sha256]);
    }
  }
}

function sortedValues<Value>(values: ReadonlyMap<string, Value>): Value[] {
  return [...values].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}

function sortedByName(inputs: Readonly<Record<string, StepInput>>): Record<string, StepInput> {
  return Object.fromEntries(Object.entries(inputs).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
