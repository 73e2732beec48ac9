/** Math.max knows no bigint. */
export function greater(a: bigint, b: bigint): bigint {
  if (a < b) return b;
  return a;
}

export function smaller(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}
