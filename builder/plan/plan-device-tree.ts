import type { InputRequest } from '../lock/lock-format.ts';
import type { ResolvedBoard } from '../recipe/resolved-board.ts';
import type { BuildContext } from './plan-build-environment.ts';
import type { StepInput } from './step.ts';

const editor: InputRequest = {
  kind: 'debian',
  package: 'device-tree-compiler',
  architecture: 'amd64',
  closure: true,
  host: true,
};

/** The device tree of an image: the kernel's own, or one to which the board's `lastWords` were added. Null if the firmware hands one over. */
export function planDeviceTree(
  { builder, locked }: BuildContext,
  { name, kernel: { deviceTree }, lastWords }: ResolvedBoard,
  kernel: StepInput,
): StepInput | null {
  if (deviceTree === null || lastWords === null) return deviceTree === null ? null : kernel;
  const unpacked = builder.add({
    id: 'unpack:device-tree-editor',
    kind: 'unpack-debian',
    title: 'unpack tools for device trees',
    parameters: {},
    inputs: { packages: locked(editor) },
  });
  return builder.add({
    id: `device-tree:${name}`,
    kind: 'device-tree',
    title: `reserve memory for last words in the device tree of ${name}`,
    parameters: { lastWords },
    inputs: { kernel, editor: unpacked },
  });
}

/** What that needs of Debian's archive. */
export function deviceTreeRequests({ kernel, lastWords }: ResolvedBoard): InputRequest[] {
  return kernel.deviceTree === null || lastWords === null ? [] : [editor];
}
