import { join } from 'node:path';
import { makeExt4 } from '../../image/ext4.ts';
import { partitionUuid } from '../../image/partition-uuid.ts';
import type { StepKind } from '../step-kind.ts';
import { timeStampOf } from '../time-stamp.ts';

/** The daemon's user (overlays/init/identities.h), the only one who can look into /data. */
const daemonUser = 1000;

/** Input `ext4`. Output: `data.ext4`, empty; init lengthens it to the end of the card at first boot. */
export const dataPartition: StepKind = {
  kind: 'data-partition',
  async run({ step, folder, output, scratch, signal }) {
    const { unit, sizeMiB, date } = step.parameters;
    await makeExt4({
      toolRoot: folder('ext4'),
      output: join(output, 'data.ext4'),
      scratch,
      sizeMiB: Number(sizeMiB),
      uuid: partitionUuid(String(unit), 'data file system'),
      mtime: timeStampOf(date),
      root: { uid: daemonUser, gid: daemonUser, mode: 0o700 },
      signal,
    });
  },
};
