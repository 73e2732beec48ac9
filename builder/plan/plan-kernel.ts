import { compilerRequests } from '../compile/compiler-packages.ts';
import type { InputRequest } from '../lock/lock-format.ts';
import type { MachineNetwork } from '../recipe/machine-network.ts';
import type { ResolvedBoard } from '../recipe/resolved-board.ts';
import { type BuildContext, planBuildEnvironment } from './plan-build-environment.ts';
import type { StepInput } from './step.ts';

/** What a kernel that is built here may have, packed. */
const kernelLimitBytes = 5_000_000;

/** The kernel of a board with its modules and device tree, from a package or from source. */
export function planKernel(context: BuildContext, board: ResolvedBoard, network: MachineNetwork): StepInput {
  const { builder, locked } = context;
  const { kernel, name } = board;
  if (kernel.origin.kind === 'package') {
    return builder.add({
      id: `kernel:${name}${purposeOf(network)}`,
      kind: 'packaged-kernel',
      title: `take kernel and modules of ${name} from their package`,
      parameters: { modules: [...kernel.modules, ...network.modules], deviceTree: kernel.deviceTree },
      inputs: { package: locked(kernelRequest(board)) },
    });
  }
  return builder.add({
    id: `kernel:${name}`,
    kind: 'board-kernel',
    title: `take kernel and device tree of ${name} from what was built`,
    parameters: { deviceTree: kernel.deviceTree },
    inputs: { built: planBuiltKernel(context, board, kernel.origin) },
  });
}

/** Boards, filtered boards and routers load different modules of one kernel. */
function purposeOf({ modules, router }: MachineNetwork): string {
  if (modules.length === 0) return '';
  return router === null ? ':filtered' : ':router';
}

/** What a board's kernel needs of Debian's archive. */
export function kernelRequests(board: ResolvedBoard): InputRequest[] {
  const compilers = board.kernel.origin.kind === 'source' ? compilerRequests : [];
  return [kernelRequest(board), ...compilers];
}

/** Boards with the same sources and fragment share these steps. */
function planBuiltKernel(
  context: BuildContext,
  board: ResolvedBoard,
  { package: name, fragment }: ResolvedBoard['kernel']['origin'] & { readonly kind: 'source' },
): StepInput {
  const { builder, locked } = context;
  const environment = planBuildEnvironment(context, 'kernel', compilerRequests);
  const source = builder.add({
    id: `kernel-source:${name}`,
    kind: 'kernel-source',
    title: `unpack ${name}`,
    parameters: {},
    inputs: { package: locked(kernelRequest(board)) },
  });
  const id = `${fragment.path.replace(/\.config$/, '')}-${fragment.sha256.slice(0, 8)}`;
  const configuration = builder.add({
    id: `kernel-configuration:${id}`,
    kind: 'kernel-configuration',
    title: `configure the kernel as ${fragment.path} says`,
    parameters: { fragment: fragment.path },
    inputs: {
      environment,
      source,
      fragment: {
        from: 'source',
        label: 'kernels',
        root: fragment.directory,
        files: [{ path: fragment.path, sha256: fragment.sha256 }],
      },
    },
  });
  return builder.add({
    id: `built-kernel:${id}`,
    kind: 'built-kernel',
    title: `build the kernel of ${fragment.path}`,
    parameters: { limitBytes: kernelLimitBytes },
    inputs: { environment, source, configuration },
  });
}

function kernelRequest({ kernel, architecture }: ResolvedBoard): InputRequest {
  return { kind: 'debian', package: kernel.origin.package, architecture, closure: false, host: false };
}
