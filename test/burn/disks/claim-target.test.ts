import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type BurnTarget, chooseTargets } from '../../../builder/burn/disks/choose-targets.ts';
import { claimTarget } from '../../../builder/burn/disks/claim-target.ts';
import { usbReader } from '../../support/pretended-disks.ts';
import { PretendedMachine } from '../../support/pretended-machine.ts';
import { rejectedWith } from '../../support/rejection.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const imageSize = 1 << 20;
const demands = { imageSize, allowLarge: false, allowFixed: false, overwrite: false };

async function chosen(): Promise<{ machine: PretendedMachine; target: BurnTarget }> {
  const machine = new PretendedMachine();
  machine.disk(usbReader({ letter: 'b', port: '1-2', gigabytes: 31.9, serial: '1206' }));
  // As the kernel lists them beside the disks.
  machine.link('sys/dev/block/8:16', '../../block/sdb');
  const [target] = await chooseTargets(['/dev/sdb'], demands, machine);
  return { machine, target: target! };
}

test('the disk that was chosen is opened', async () => {
  const { machine, target } = await chosen();
  const card = await claimTarget(target, imageSize, machine);
  assert.equal([card.kind, card.deviceNumber, card.size], ['block', '8:16', 31_899_996_160]);
  await card.close();
});

const usb = 'sys/devices/pci0000:00/0000:00:14.0/usb1/1-2/serial';
const changes: readonly (readonly [string, (machine: PretendedMachine) => void, RegExp])[] = [
  [
    'another card',
    (machine) => machine.change('sdb', 'size', '2048\n'),
    /its size was 31899996160 and is 1048576/,
  ],
  [
    'another card as large',
    (machine) => machine.change('sdb', 'diskseq', '10\n'),
    /its sequence was 9 and is 10/,
  ],
  ['another reader', (machine) => machine.write(usb, '1207\n'), /its serial was 1206 and is 1207/],
  [
    'another number',
    (machine) => machine.change('sdb', 'dev', '8:32\n'),
    /its path was \/dev\/sdb and is gone/,
  ],
];
for (const [what, change, problem] of changes) {
  test(`${what} between the question and the answer is refused`, async () => {
    const { machine, target } = await chosen();
    change(machine);
    const error = await rejectedWith(
      claimTarget(target, imageSize, machine),
      'DISK_REFUSED',
      /not the disk any more/,
    );
    assert.match(error.problems.join('\n'), problem);
  });
}

test('mounted between the question and the answer: the kernel does not hand it out', async () => {
  const { machine, target } = await chosen();
  machine.busy('/dev/sdb');
  await rejectedWith(claimTarget(target, imageSize, machine), 'DISK_REFUSED', /something uses it/);
});

test("a dry run's file is made, and noted as one from the beginning", async () => {
  const file = join(temporaryFolder('claim'), 'card.img');
  const card = await claimTarget({ kind: 'file', file, exists: false }, imageSize);
  assert.equal([card.kind, card.size], ['file', imageSize]);
  assert.ok(existsSync(`${file}.dry-run`));
  await card.close();
  writeFileSync(file, 'interrupted');
  await chooseTargets([file], demands);
});

test.run();
