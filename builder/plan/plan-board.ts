import type { InputRequest } from '../lock/lock-format.ts';
import type { ResolvedBoard } from '../recipe/resolved-board.ts';
import type { Locked } from './locked-input.ts';
import type { PlanBuilder } from './plan-builder.ts';
import type { StepInput } from './step.ts';

export interface BoardSteps {
  readonly kernel: StepInput;
  readonly bootloader: StepInput;
}

/** What of an image depends on the board alone. */
export function planBoard(builder: PlanBuilder, locked: Locked, board: ResolvedBoard): BoardSteps {
  const { kernel, bootloader } = board;
  const requests = boardRequests(board);
  return {
    kernel: builder.add({
      id: `kernel:${board.name}`,
      kind: 'packaged-kernel',
      title: `take kernel and modules of ${board.name} from their package`,
      parameters: { modules: kernel.modules, deviceTree: kernel.deviceTree },
      inputs: { package: locked(requests.kernel) },
    }),
    bootloader: builder.add({
      id: `bootloader:${board.name}`,
      kind: 'packaged-bootloader',
      title: `take boot loader of ${board.name} from its package`,
      parameters: { file: bootloader.file },
      inputs: { package: locked(requests.bootloader) },
    }),
  };
}

/** What a board needs of Debian's archive. */
export function boardRequests({
  kernel,
  bootloader,
  architecture,
}: ResolvedBoard): Record<keyof BoardSteps, InputRequest> {
  const debian = (name: string): InputRequest => ({
    kind: 'debian',
    package: name,
    architecture,
    closure: false,
    host: false,
  });
  return { kernel: debian(kernel.package), bootloader: debian(bootloader.package) };
}
