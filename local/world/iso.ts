/** Moments that are kept as text: a task's creation stands in each of its events, and many things happen at once. */
const keptMost = 5_000;
const kept = new Map<number, string>();

/** `2026-03-01T08:00:00.000Z` */
export function isoOf(ms: number): string {
  const known = kept.get(ms);
  if (known !== undefined) return known;
  const text = new Date(ms).toISOString();
  if (kept.size >= keptMost) kept.clear();
  kept.set(ms, text);
  return text;
}
