/** Moments that are kept as text: a task's creation stands in each of its events, and many things happen at once. */
const keptMost = 5_000;
const kept = new Map<number, string>();
/** Keys are counted from a day of the world's own: small numbers are found several times as fast. */
const originMs = Date.UTC(2026, 2, 1);

/** `2026-03-01T08:00:00.000Z` */
export function isoOf(ms: number): string {
  const key = ms - originMs;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const text = new Date(ms).toISOString();
  if (kept.size >= keptMost) kept.clear();
  kept.set(key, text);
  return text;
}
