import { join } from 'node:path';
import type { Implementations } from '../plan/plan-builder.ts';
import { implementationDigest } from './implementation-digest.ts';
import { blockMapStep } from './kinds/block-map.ts';
import { boardKernel } from './kinds/board-kernel.ts';
import { bootPartition } from './kinds/boot-partition.ts';
import { bootloaderSource } from './kinds/bootloader-source.ts';
import { buildEnvironment } from './kinds/build-environment.ts';
import { builtBootloader } from './kinds/built-bootloader.ts';
import { builtKernel } from './kinds/built-kernel.ts';
import { bunBase } from './kinds/bun-base.ts';
import { bunProgram } from './kinds/bun-program.ts';
import { bundleDaemon } from './kinds/bundle-daemon.ts';
import { cProgram } from './kinds/c-program.ts';
import { compressImage } from './kinds/compress-image.ts';
import { dataPartition } from './kinds/data-partition.ts';
import { deviceTree } from './kinds/device-tree.ts';
import { imageComponents } from './kinds/image-components.ts';
import { initProgram } from './kinds/init-program.ts';
import { initramfs } from './kinds/initramfs.ts';
import { kernelConfiguration } from './kinds/kernel-configuration.ts';
import { kernelSource } from './kinds/kernel-source.ts';
import { nodeBase } from './kinds/node-base.ts';
import { nodeProgram } from './kinds/node-program.ts';
import { npmPackages } from './kinds/npm-packages.ts';
import { packageFacts } from './kinds/package-facts.ts';
import { packagedBootloader } from './kinds/packaged-bootloader.ts';
import { packagedKernel } from './kinds/packaged-kernel.ts';
import { rootPartition } from './kinds/root-partition.ts';
import { runtimeFacts } from './kinds/runtime-facts.ts';
import { sdImage } from './kinds/sd-image.ts';
import { signatureLibrary } from './kinds/signature-library.ts';
import { unpackDebian } from './kinds/unpack-debian.ts';
import { unpackNpm } from './kinds/unpack-npm.ts';
import { unpackWheelStep } from './kinds/unpack-wheel.ts';
import type { StepKind } from './step-kind.ts';

const all: readonly StepKind[] = [
  blockMapStep,
  boardKernel,
  bootloaderSource,
  bootPartition,
  buildEnvironment,
  builtBootloader,
  builtKernel,
  bunBase,
  bunProgram,
  cProgram,
  compressImage,
  bundleDaemon,
  dataPartition,
  deviceTree,
  imageComponents,
  initProgram,
  initramfs,
  kernelConfiguration,
  kernelSource,
  nodeBase,
  nodeProgram,
  npmPackages,
  packageFacts,
  packagedBootloader,
  packagedKernel,
  rootPartition,
  runtimeFacts,
  sdImage,
  signatureLibrary,
  unpackDebian,
  unpackNpm,
  unpackWheelStep,
];

/** Every kind of step by its name. */
export const stepKinds: ReadonlyMap<string, StepKind> = new Map(all.map((kind) => [kind.kind, kind]));

/** kind → digest of its code. The file of a kind has the kind's name. */
export function stepImplementations(): Implementations {
  return Object.fromEntries(
    [...stepKinds.keys()].map((kind) => [
      kind,
      implementationDigest(join(import.meta.dirname, 'kinds', `${kind}.ts`)),
    ]),
  );
}
