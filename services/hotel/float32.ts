/**
 * The double that prints as the shortest decimal which is still the given single-precision number:
 * 37.7867 for the float nearest to it, which as a double would print as 37.78670120239258.
 */
export function shortestFloat32(value: number): number {
  const single = Math.fround(value);
  // Zero keeps its sign, which no text of `toPrecision` has.
  if (!Number.isFinite(single) || single === 0) return single;
  for (let digits = 1; digits < 9; digits++) {
    const shorter = Number(single.toPrecision(digits));
    if (Math.fround(shorter) === single) return shorter;
  }
  return Number(single.toPrecision(9));
}
