import { resolve } from 'node:path';
import { buildImages } from '../build-images.ts';
import {
  addRouterOption,
  type ClusterOptions,
  routerWords,
  selectRecipesOrCluster,
} from '../cluster-selection.ts';
import { formatBytes, formatSeconds, formatTable } from '../format.ts';
import { addSelectionOptions } from '../image-selection.ts';
import { sayNext } from '../next-command.ts';
import { paint } from '../paint.ts';
import { shownPath } from '../shown-path.ts';
import { vendorFolder } from '../vendor-folder.ts';
import { cacheFolder } from '../workspace.ts';
import { describeVerb, type Verb } from './verb.ts';

interface BuildOptions extends ClusterOptions {
  readonly out: string;
  readonly cache?: string;
  readonly vendor?: string;
  readonly offline?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

/** `boardsmith build`: images of recipes for boards, with their manifests. */
export const build: Verb = {
  define(program, terminal) {
    const command = describeVerb(
      program,
      'build <recipe...>',
      'build SD images: <out>/<recipe>-<board>.img and .manifest.json; of a cluster, those of its router and of each role',
      'boardsmith build cxo --board qemu-virt --out out/\n  boardsmith build skyminer-4',
    );
    addRouterOption(addSelectionOptions(command))
      .option('--out <dir>', 'folder for the images', 'out')
      .option('--cache <dir>', "cache folder (default: the user's cache folder)")
      .option('--vendor <dir>', 'take inputs from a folder made by `boardsmith lock --vendor` first')
      .option('--offline', 'use the cache (and --vendor) alone')
      .option('--dry-run', 'say what would run, and run nothing')
      .option('--json', 'print events as NDJSON; the last one names the images')
      .action(async (recipes: string[], options: BuildOptions) => {
        const selection = await selectRecipesOrCluster(terminal, recipes, options, 'build');
        const result = await buildImages(terminal, selection, {
          out: resolve(terminal.currentDirectory, options.out),
          cache: cacheFolder(terminal, options.cache),
          vendor: options.vendor === undefined ? null : vendorFolder(terminal, options.vendor),
          offline: options.offline === true,
          dryRun: options.dryRun === true,
          json: options.json === true,
        });
        if (options.json) {
          terminal.out(JSON.stringify({ event: 'built', plan: selection.plan.id, ...result }));
          return;
        }
        if (options.dryRun) {
          for (const step of result.steps) terminal.out(`would run ${step.title}`);
          terminal.out(
            result.steps.length === 0
              ? 'nothing to run: all steps are cached'
              : `${result.steps.length} steps`,
          );
          return;
        }
        const color = paint(terminal);
        const slowest = [...result.steps].sort((a, b) => b.milliseconds - a.milliseconds);
        const times = slowest.map((step) => [step.title, formatSeconds(step.milliseconds)]);
        const { files, bytes, milliseconds } = result.fetched;
        if (files > 0)
          times.unshift([`fetch ${files} files, ${formatBytes(bytes)}`, formatSeconds(milliseconds)]);
        for (const row of formatTable(times, [1])) terminal.note(`  ${row}`);
        terminal.note(
          `${result.steps.length} steps run, ${result.cachedSteps} cached, ${formatSeconds(result.milliseconds)} in all`,
        );
        for (const image of result.images) {
          terminal.out(
            `${color.green('built')} ${image.image}  ${formatBytes(image.bytes)}  sha256 ${image.sha256}`,
          );
        }
        if ('cluster' in selection) sayNext(terminal, 'test', recipes[0]!, ...routerWords(options));
        else sayNext(terminal, 'boot', shownPath(terminal, result.images[0]!.image));
      });
  },
};
