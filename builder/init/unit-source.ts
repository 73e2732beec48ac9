import { authorityKey } from '../recipe/authorities.ts';
import type { ResolvedBoard } from '../recipe/resolved-board.ts';
import type { ResolvedRecipe, UnitValue } from '../recipe/resolved-recipe.ts';
import { type UnitFact, unitFacts } from '../recipe/unit-fact.ts';
import { cString } from './c-literal.ts';
import { cByteList, cGuid } from './guid-bytes.ts';

/** Reading a MiB of a card that fails now and then, and verifying two signatures, take far less. */
const timeoutMilliseconds = 10_000;

const factKinds: Readonly<Record<UnitFact, string>> = {
  serial: 'VALUE_SERIAL',
  cluster: 'VALUE_CLUSTER',
  position: 'VALUE_POSITION',
  'device-key': 'VALUE_DEVICE_KEY',
  'device-seed': 'VALUE_DEVICE_SEED',
};

/**
 * C data: whose word init takes for what the unit is, and what of it the daemon learns, by which name.
 * @returns null for an image without an authority: it takes no identity
 * @throws RangeError if it must be given something all the same
 */
export function unitSource(
  { name, unit }: Pick<ResolvedRecipe, 'name' | 'unit'>,
  board: Pick<ResolvedBoard, 'name'>,
  identityPartitionUuid: string,
): string | null {
  if (unit.authorities.length === 0) {
    // Such an image would start its daemon without what it needs: whoever selects recipes refuses it with a hint.
    const missing = [...unit.settings, ...unit.secrets].find(({ required }) => required);
    if (missing !== undefined)
      throw new RangeError(`${name} needs ${missing.name} of a card, and its image believes none`);
    return null;
  }
  const keys = [...new Set(unit.authorities.map(authorityKey))].sort();
  const values = [
    ...unit.settings.map((value) => cValue(value, 'VALUE_SETTING')),
    ...unit.secrets.map((value) => cValue(value, 'VALUE_SECRET')),
    ...unit.receives.map((fact) => cValue({ name: unitFacts[fact], required: false }, factKinds[fact])),
  ];
  return [
    '#include "identity/identity.h"\n',
    `static const uint8_t authorities[][32] = {\n${keys.map((key) => `\t${cByteList([...Buffer.from(key, 'hex')])},\n`).join('')}};\n`,
    /* An array of nothing is not C. */
    `static const struct plan_unit_value unit_values[] = {\n${values.join('') || '\t{ .name = NULL },\n'}};\n`,
    `static const struct plan_unit unit = {\n${[
      `.partition = ${cGuid(identityPartitionUuid)}`,
      `.image = ${cString(`${name}-${board.name}`)}`,
      '.authorities = authorities',
      `.authority_count = ${keys.length}`,
      '.values = unit_values',
      `.value_count = ${values.length}`,
      `.timeout_ms = ${timeoutMilliseconds}`,
      '.child = identity_child',
    ]
      .map((field) => `\t${field},\n`)
      .join('')}};\n`,
  ].join('\n');
}

function cValue({ name, required }: Pick<UnitValue, 'name' | 'required'>, kind: string): string {
  return `\t{ ${cString(name)}, ${kind}, ${required} },\n`;
}
