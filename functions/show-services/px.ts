/** A place on a drawing that is seldom worth more than a tenth of a pixel. */
export function at(px: number): number {
  return Math.round(px * 10) / 10;
}
