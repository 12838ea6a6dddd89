/**
 * A number as the original's Lua scripts print it (`%.14g`), for magnitudes from 0.0001 to below 10¹⁴: at most 14
 * significant digits, no zeros at the end.
 */
export function luaNumber(value: number): string {
  return String(Number(value.toPrecision(14)));
}
