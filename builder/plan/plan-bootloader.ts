import { compilerRequests } from '../compile/compiler-packages.ts';
import { ubootToolRequests } from '../compile/uboot-packages.ts';
import type { InputRequest } from '../lock/lock-format.ts';
import type { ResolvedBoard } from '../recipe/resolved-board.ts';
import { type BuildContext, planBuildEnvironment } from './plan-build-environment.ts';
import type { StepInput } from './step.ts';

type SourceOrigin = ResolvedBoard['bootloader']['origin'] & { readonly kind: 'source' };

/** The boot loader of a board, from a package or from source. */
export function planBootloader(context: BuildContext, board: ResolvedBoard): StepInput {
  const { builder, locked } = context;
  const { origin, file } = board.bootloader;
  if (origin.kind === 'source') return planBuiltBootloader(context, board, origin);
  return builder.add({
    id: `bootloader:${board.name}`,
    kind: 'packaged-bootloader',
    title: `take boot loader of ${board.name} from its package`,
    parameters: { file },
    inputs: { package: locked(packageRequest(board, origin.package)) },
  });
}

/** What a board's boot loader needs of Debian's archive. */
export function bootloaderRequests(board: ResolvedBoard): InputRequest[] {
  const { origin } = board.bootloader;
  if (origin.kind === 'package') return [packageRequest(board, origin.package)];
  const firmware = origin.firmware === null ? [] : [packageRequest(board, origin.firmware.package)];
  return [sourceRequest(origin), ...firmware, ...compilerRequests, ...ubootToolRequests];
}

function planBuiltBootloader(context: BuildContext, board: ResolvedBoard, origin: SourceOrigin): StepInput {
  const { builder, locked } = context;
  const { package: name, configuration, fragment, firmware } = origin;
  const environment = planBuildEnvironment(context, 'u-boot', [...compilerRequests, ...ubootToolRequests]);
  const source = builder.add({
    id: `bootloader-source:${name}`,
    kind: 'bootloader-source',
    title: `unpack the sources of ${name}`,
    parameters: {},
    inputs: { environment, tarballs: locked(sourceRequest(origin)) },
  });
  return builder.add({
    id: `bootloader:${board.name}`,
    kind: 'built-bootloader',
    title: `build the boot loader of ${board.name}`,
    parameters: {
      ...{ configuration, fragment: fragment.path, file: board.bootloader.file },
      firmware: firmware?.file ?? null,
    },
    inputs: {
      ...{ environment, source },
      fragment: {
        from: 'source',
        label: 'bootloaders',
        root: fragment.directory,
        files: [{ path: fragment.path, sha256: fragment.sha256 }],
      },
      ...(firmware === null ? {} : { firmware: locked(packageRequest(board, firmware.package)) }),
    },
  });
}

function sourceRequest({ package: name }: SourceOrigin): InputRequest {
  return { kind: 'debian-source', package: name, host: false };
}

function packageRequest({ architecture }: ResolvedBoard, name: string): InputRequest {
  return { kind: 'debian', package: name, architecture, closure: false, host: false };
}
