import { dirname, resolve } from 'node:path';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { type DeviceKey, makeDeviceKey, readDeviceKey } from '../../identity/device-key.ts';
import { macShape, serialShape } from '../../identity/field-shapes.ts';
import { formatSerialRange, numberInRange } from '../../identity/serial-range.ts';
import type { BatchCertificate } from '../../identity/unit-identity.ts';
import { unitText } from '../../identity/unit-text.ts';
import { suggest } from '../../recipe/did-you-mean.ts';
import type { ReleasedImage, ReleaseManifest } from '../../release/release-manifest.ts';
import { valuePattern } from '../../release/value-pattern.ts';
import type { Column } from './columns.ts';
import type { CsvFault, CsvField } from './csv.ts';
import { findImage } from './find-image.ts';
import { readPrivateFile } from './private-file.ts';
import type { UnitToBurn } from './unit-to-burn.ts';

/** What a list of units is held against. */
export interface UnitContext {
  readonly manifest: ReleaseManifest;
  readonly certificate: Pick<BatchCertificate, 'batch' | 'serials'>;
  /** For lines that name none; null if each must. */
  readonly image: ReleasedImage | null;
}

type Place = Pick<CsvField, 'line' | 'column'>;
type Complain = (place: Place, message: string, remedy: string) => void;

/** Reads the lines of one list; remembers what must not come twice. */
export class UnitReader {
  readonly #file: string;
  readonly #context: UnitContext;
  readonly #columns: readonly (Column | null)[];
  readonly #report: (fault: CsvFault) => void;
  readonly #seen = new Map<string, number>();
  readonly #withoutIdentity = new Set<string>();

  constructor(
    file: string,
    context: UnitContext,
    columns: readonly (Column | null)[],
    report: (fault: CsvFault) => void,
  ) {
    this.#file = file;
    this.#context = context;
    this.#columns = columns;
    this.#report = report;
  }

  /** @returns null after complaints */
  async read(fields: readonly CsvField[]): Promise<UnitToBurn | null> {
    const start = fields[0]!;
    let sound = true;
    const complain: Complain = ({ line, column }, message, remedy) => {
      sound = false;
      this.#report({ line, column, message, remedy });
    };
    if (fields.length !== this.#columns.length) {
      const message = `${fields.length} fields, but ${this.#columns.length} columns`;
      const place = fields[this.#columns.length] ?? fields.at(-1)!;
      complain(place, message, 'put fields with commas into quotes; leave none out');
      return null;
    }
    const field = (kind: Column['kind']): CsvField | null => {
      const found = fields.find((_, index) => this.#columns[index]?.kind === kind);
      const text = found?.text.trim() ?? '';
      return found === undefined || text === '' ? null : { ...found, text };
    };
    const serial = this.#serial(field('serial'), start, complain);
    const place = this.#image(field('image'), field('position'), start, complain);
    if (place !== null) this.#requireIdentity(place.image, start, complain);
    const mac = this.#mac(field('mac'), complain);
    const deviceKey = await this.#deviceKey(field('device_key'), complain);
    const values = place === null ? null : await this.#values(fields, place.image, start, complain);
    if (!sound || serial === null || place === null || values === null) return null;
    const { manifest } = this.#context;
    const cluster = manifest.kind === 'cluster' ? manifest.name : null;
    const unit = { serial, ...place, cluster, mac, deviceKey, ...values };
    requireWritable(unit, start, complain);
    return sound ? unit : null;
  }

  /** The ledger and the label would tell of a key that no card has. Said once of an image. */
  #requireIdentity({ name, unit }: ReleasedImage, start: Place, complain: Complain): void {
    if (unit.authorities.length > 0 || this.#withoutIdentity.has(name)) return;
    this.#withoutIdentity.add(name);
    const message = `the image ${name} takes no identity: nothing of a unit would be on its card`;
    complain(start, message, 'release it with --authority KEY.pub, or burn it without a list');
  }

  #serial(field: CsvField | null, start: Place, complain: Complain): string | null {
    if (field === null) {
      complain(start, 'the serial is missing', 'give each unit its serial');
      return null;
    }
    const { batch, serials } = this.#context.certificate;
    const wrong = serialShape(field.text);
    const range = formatSerialRange(serials);
    if (wrong !== null)
      complain(field, `the serial ${JSON.stringify(field.text)} ${wrong}`, `take one of ${range}`);
    else if (numberInRange(serials, field.text) === null) {
      const message = `the serial ${field.text} is none of batch ${batch}`;
      complain(field, message, `take one of ${range}, or the certificate of its batch`);
    }
    this.#requireOnce(`the serial ${field.text}`, field.text, field, complain);
    return field.text;
  }

  #image(
    image: CsvField | null,
    position: CsvField | null,
    start: Place,
    complain: Complain,
  ): Pick<UnitToBurn, 'image' | 'position'> | null {
    const { manifest } = this.#context;
    const named = image ?? position;
    const found = named === null ? this.#context.image : findImage(manifest, named.text);
    if (named === null && found === null) {
      const names = manifest.images.map(({ name }) => name).join(', ');
      complain(
        start,
        'nothing says which image this unit gets',
        `add the column image, or --image: ${names}`,
      );
    }
    if (named !== null && typeof found === 'string') {
      complain(named, `the release has no image for ${JSON.stringify(named.text)}`, found);
    }
    if (found === null || typeof found === 'string') return null;
    // What names the image may name the position with it.
    const implied = named !== null && found.positions.includes(named.text) ? named.text : null;
    const written = position?.text ?? implied;
    if (written !== null && !found.positions.includes(written)) {
      const message = `the image ${found.name} is not for the position ${JSON.stringify(written)}`;
      const remedy = found.positions.length === 0 ? 'leave it empty' : suggest(written, found.positions);
      complain(position ?? named!, message, remedy);
      return null;
    }
    const only = found.positions.length === 1 ? found.positions[0]! : null;
    return { image: found, position: written ?? only };
  }

  #mac(field: CsvField | null, complain: Complain): string | null {
    if (field === null) return null;
    const mac = field.text.toLowerCase().replaceAll('-', ':');
    const wrong = macShape(mac);
    if (wrong !== null) {
      complain(field, `the MAC ${JSON.stringify(field.text)} ${wrong}`, 'write it as 52:54:00:77:03:01');
    } else this.#requireOnce(`the MAC ${mac}`, mac, field, complain);
    return mac;
  }

  async #deviceKey(field: CsvField | null, complain: Complain): Promise<DeviceKey | null> {
    if (field === null) return null;
    const text = await this.#fileText(field, 'the device key', complain);
    if (text === null) return null;
    try {
      const key = readDeviceKey(text, field.text);
      this.#requireOnce('this device key', key.publicKey, field, complain);
      return key;
    } catch (error) {
      if (!(error instanceof BoardsmithError)) throw error;
      complain(field, error.message, error.hint ?? 'give another file');
      return null;
    }
  }

  async #values(
    fields: readonly CsvField[],
    image: ReleasedImage,
    start: Place,
    complain: Complain,
  ): Promise<Pick<UnitToBurn, 'settings' | 'secrets'>> {
    const settings = new Map<string, string>();
    const secrets = new Map<string, string>();
    const places = new Map<string, Place>();
    for (const [index, column] of this.#columns.entries()) {
      if (column === null || !('name' in column)) continue;
      const [field, { name, kind }] = [fields[index]!, column];
      places.set(name, field);
      if (field.text === '') continue;
      const allowed = kind === 'setting' ? image.unit.settings : image.unit.secrets;
      if (!allowed.some((value) => value.name === name)) {
        complain(field, `the image ${image.name} takes no ${name}`, 'leave the field empty for this unit');
      } else if (kind !== 'secret-file') (kind === 'setting' ? settings : secrets).set(name, field.text);
      else {
        const text = await this.#fileText(field, name, complain);
        // Editors end a file with a newline that is no part of the secret.
        secrets.set(name, text === null ? '(not read)' : text.replace(/\r?\n$/, ''));
      }
    }
    for (const { name, required, description, pattern } of [...image.unit.settings, ...image.unit.secrets]) {
      const value = settings.get(name) ?? secrets.get(name) ?? '';
      if (required && value === '') {
        const message = `${name} is missing, which ${image.name} needs`;
        complain(places.get(name) ?? start, message, `give it (${description})`);
      } else if (value !== '' && pattern !== undefined && !valuePattern(pattern).test(value)) {
        const message = `${name} is not of the form that ${image.name} takes`;
        complain(places.get(name) ?? start, message, `give another (${description})`);
      }
    }
    return { settings: Object.fromEntries(settings), secrets: Object.fromEntries(secrets) };
  }

  /** Its path is not said: whoever wrote the secret itself into the column must not find it in a log. */
  async #fileText(field: CsvField, what: string, complain: Complain): Promise<string | null> {
    try {
      const { bytes, openMode } = await readPrivateFile(resolve(dirname(this.#file), field.text.trim()));
      if (openMode !== null) {
        complain(field, `the file of ${what} has the mode ${openMode}: others can read it`, 'chmod 600 it');
      }
      return bytes.toString('utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      complain(field, `the file of ${what} cannot be read (${code})`, 'give a path relative to the list');
      return null;
    }
  }

  #requireOnce(what: string, value: string, field: CsvField, complain: Complain): void {
    const before = this.#seen.get(value);
    if (before === undefined) this.#seen.set(value, field.line);
    else complain(field, `${what} stands in line ${before} already`, 'give each unit its own');
  }
}

/** The record's own rules (lengths, characters), before anything is written. */
function requireWritable(unit: UnitToBurn, start: Place, complain: Complain): void {
  const { publicKey, seed } = unit.deviceKey ?? makeDeviceKey();
  try {
    unitText({ ...unit, image: unit.image.name, devicePublicKey: publicKey, deviceSeed: seed });
  } catch (error) {
    if (!(error instanceof BoardsmithError)) throw error;
    for (const problem of error.problems) complain(start, problem.replace(/^unit: /, ''), 'mend this unit');
  }
}
