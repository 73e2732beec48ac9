import { execa } from 'execa';
import { compileRuleset } from '../../openwrt/nft/compile-ruleset.ts';
import { encodeRuleset } from '../../openwrt/nft/encode-ruleset.ts';
import { printNft } from '../../openwrt/nft/print-text.ts';
import { prove } from '../../openwrt/proof/prove.ts';
import { NetworkNamespace } from '../support/router-namespaces.ts';
import { policyOfSize } from '../support/sample-policy.ts';

/** How compiling and proving grow with the cluster. Times in milliseconds, of a process that has done it before. */
export interface PolicyFigures {
  readonly boards: number;
  readonly flows: number;
  /** From the policy to the bytes that init sends. */
  readonly compile: number;
  readonly batchBytes: number;
  /** That what the kernel lists lets pass exactly what the policy says. */
  readonly proof: number;
}

/** @throws Error if a ruleset is not proven: then there is nothing to measure */
export async function policyFigures(sizes: readonly number[]): Promise<PolicyFigures[]> {
  measureOnce(await listed(4), 4);
  const figures: PolicyFigures[] = [];
  for (const boards of sizes) figures.push(measureOnce(await listed(boards), boards));
  return figures;
}

function measureOnce(listing: string, boards: number): PolicyFigures {
  const policy = policyOfSize(boards);
  const started = performance.now();
  const batch = encodeRuleset(compileRuleset(policy));
  const compiled = performance.now();
  const { proven } = prove(policy, listing);
  const done = performance.now();
  if (!proven) throw new Error(`the ruleset of ${boards} boards is not proven`);
  return {
    boards,
    flows: policy.flows.length,
    compile: compiled - started,
    batchBytes: batch.length,
    proof: done - compiled,
  };
}

/** What a kernel holds after it has taken the ruleset. */
async function listed(boards: number): Promise<string> {
  const namespace = await NetworkNamespace.create();
  try {
    const [nft, load] = namespace.command('nft', '-f', '-');
    await execa(nft, load, { input: printNft(compileRuleset(policyOfSize(boards))) });
    const [program, list] = namespace.command('nft', '-j', 'list', 'ruleset');
    return (await execa(program, list)).stdout;
  } finally {
    await namespace.close();
  }
}
