import type { InputRequest } from '../lock/lock-format.ts';
import type { MachineNetwork } from '../recipe/machine-network.ts';
import type { ResolvedBoard } from '../recipe/resolved-board.ts';
import { bootloaderRequests, planBootloader } from './plan-bootloader.ts';
import type { BuildContext } from './plan-build-environment.ts';
import { deviceTreeRequests, planDeviceTree } from './plan-device-tree.ts';
import { kernelRequests, planKernel } from './plan-kernel.ts';
import type { StepInput } from './step.ts';

export interface BoardSteps {
  readonly kernel: StepInput;
  /** Makes the device tree that the image has; null if it has none. */
  readonly deviceTree: StepInput | null;
  readonly bootloader: StepInput;
}

/** What of an image depends on the board, and on how it is connected. */
export function planBoard(context: BuildContext, board: ResolvedBoard, network: MachineNetwork): BoardSteps {
  const kernel = planKernel(context, board, network);
  return {
    kernel,
    deviceTree: planDeviceTree(context, board, kernel),
    bootloader: planBootloader(context, board),
  };
}

/** What a board needs of Debian's archive. */
export function boardRequests(board: ResolvedBoard): InputRequest[] {
  return [...kernelRequests(board), ...deviceTreeRequests(board), ...bootloaderRequests(board)];
}
