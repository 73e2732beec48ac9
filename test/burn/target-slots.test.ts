import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { CardSlot } from '../../builder/burn/card-slot.ts';
import { chooseTargets } from '../../builder/burn/disks/choose-targets.ts';
import { slotOf } from '../../builder/burn/target-slots.ts';
import { usbReader } from '../support/pretended-disks.ts';
import { PretendedMachine } from '../support/pretended-machine.ts';
import { rejectedWith } from '../support/rejection.ts';

const imageSize = 1 << 20;
const demands = { imageSize, allowLarge: false, allowFixed: false, overwrite: false };
const usbSerial = 'sys/devices/pci0000:00/0000:00:14.0/usb1/1-2/serial';
/** Sectors of a card of 16 GB, and of one that holds no image. */
const [sixteen, tiny] = ['31250000\n', '8\n'];

/** A reader whose first card was burnt. */
async function usedSlot(): Promise<{ machine: PretendedMachine; slot: CardSlot }> {
  const machine = new PretendedMachine();
  machine.disk(usbReader({ letter: 'b', port: '1-2', gigabytes: 31.9, serial: '1206' }));
  machine.link('sys/dev/block/8:16', '../../block/sdb');
  const [target] = await chooseTargets(['/dev/sdb'], demands, machine);
  const slot = slotOf(target!, demands, machine);
  await (await slot.claim(imageSize)).release(true);
  return { machine, slot };
}

function putIn(machine: PretendedMachine, sequence: number, sectors: string): void {
  machine.change('sdb', 'diskseq', `${sequence}\n`);
  machine.change('sdb', 'size', sectors);
}

/** Whether a slot still waits after it has looked once. */
async function waits(slot: CardSlot): Promise<boolean> {
  const stop = new AbortController();
  const waiting = slot.changed(stop.signal);
  stop.abort();
  return await waiting.then(
    () => false,
    () => true,
  );
}

test('the card that was burnt is not taken for the next one', async () => {
  const { slot } = await usedSlot();
  assert.ok(await waits(slot));
});

test('the next card may be of another size', async () => {
  const { machine, slot } = await usedSlot();
  putIn(machine, 10, sixteen);
  await slot.changed(new AbortController().signal);
  const card = await slot.claim(imageSize);
  assert.is(card.facts.size, 16_000_000_000);
  await card.release(true);
  assert.ok(await waits(slot));
});

test('a card that is refused is refused once: the slot then waits for another', async () => {
  const { machine, slot } = await usedSlot();
  putIn(machine, 10, tiny);
  await slot.changed(new AbortController().signal);
  await rejectedWith(slot.claim(imageSize), 'DISK_REFUSED', /it has 4096 bytes, and the image needs/);
  assert.ok(await waits(slot));
  putIn(machine, 11, sixteen);
  await slot.changed(new AbortController().signal);
  await (await slot.claim(imageSize)).release(true);
});

test('a card that came between the question and the answer is refused, and not written by going on', async () => {
  const machine = new PretendedMachine();
  machine.disk(usbReader({ letter: 'b', port: '1-2', gigabytes: 31.9, serial: '1206' }));
  machine.link('sys/dev/block/8:16', '../../block/sdb');
  const [target] = await chooseTargets(['/dev/sdb'], demands, machine);
  const slot = slotOf(target!, demands, machine);
  putIn(machine, 10, sixteen);
  await rejectedWith(slot.claim(imageSize), 'DISK_REFUSED', /not the disk any more that was chosen/);
  assert.ok(await waits(slot));
});

test('another reader under the same name is refused', async () => {
  const { machine, slot } = await usedSlot();
  putIn(machine, 10, sixteen);
  machine.write(usbSerial, '9999\n');
  await slot.changed(new AbortController().signal);
  await rejectedWith(slot.claim(imageSize), 'DISK_REFUSED', /another reader or disk now: its serial changed/);
});

test.run();
