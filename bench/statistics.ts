/** Several runs of one measurement, as they go into the table. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

/** @throws when there is nothing to summarise. */
export function summaryOf(values: readonly number[]): Summary {
  const sorted = [...values].sort((left, right) => left - right);
  const min = sorted[0];
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) throw new Error('no run to summarise');
  return { median: medianOfSorted(sorted), min, max, runs: sorted.length };
}

export function medianOf(values: readonly number[]): number {
  return summaryOf(values).median;
}

/** The least of the values that so large a share of all (0 to 1) does not exceed; infinity where there are none. */
export function percentileOf(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.POSITIVE_INFINITY;
}

/** Median of the ratios of runs that were made side by side: load that hits both cancels out. */
export function pairedRatio(values: readonly number[], others: readonly number[]): Summary {
  if (values.length !== others.length) throw new Error(`${values.length} runs cannot be paired with ${others.length}`);
  return summaryOf(values.map((value, index) => value / (others[index] ?? Number.NaN)));
}

function medianOfSorted(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
