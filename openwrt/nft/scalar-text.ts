import { valueBytes } from './data-types.ts';
import { type FieldName, fieldNamed } from './fields.ts';
import type { Scalar } from './model.ts';

/** A value as nft writes it; a number of more than four bytes, which the model has as an IPv6 address, in hexadecimal. */
export function scalarText(name: FieldName, value: Scalar): string {
  const { type } = fieldNamed(name);
  if (type.name !== 'integer' || type.size <= 4) return String(value);
  return `0x${Buffer.from(valueBytes(type, value)).toString('hex')}`;
}
