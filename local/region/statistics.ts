/** CloudWatch's statistics over the values of a period. @throws where nobody has told the region how it is computed. */
export function statistic(name: string, values: readonly number[]): number {
  const [, percentile] = /^p(\d{1,2}(?:\.\d+)?)$/.exec(name) ?? [];
  if (percentile !== undefined) return percentileOf(values, Number(percentile) / 100);
  switch (name) {
    case 'Sum':
      return sum(values);
    case 'Average':
      return sum(values) / values.length;
    case 'Maximum':
      return Math.max(...values);
    case 'Minimum':
      return Math.min(...values);
    case 'SampleCount':
      return values.length;
    default:
      throw new Error(`statistic ${name} is not known to the embedded region`);
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Between the two nearest values, by their distance; CloudWatch itself estimates from buckets. */
function percentileOf(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? below;
  return below + (above - below) * (place - Math.floor(place));
}
