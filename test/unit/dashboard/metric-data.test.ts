import { describe, expect, it } from 'vitest';
import { metricData } from '../../../local/dashboard/metric-data.ts';
import { createMetricStore, type MetricStore } from '../../../local/region/metrics.ts';

const startMs = Date.parse('2026-03-01T09:00:00Z');
const minute = 60_000;
const span = { fromMs: startMs, toMs: startMs + 5 * minute };

/** Values of `Notices` of two clusters: shop 1 and 2 in the first minute, 3 in the third; jobs 10 in the first. */
function aStore(): MetricStore {
  const store = createMetricStore(() => startMs);
  const add = (cluster: string, atMinutes: number, value: number) =>
    store.add({
      namespace: 'Ballast',
      name: 'Notices',
      dimensions: { ClusterName: cluster },
      unit: 'Count',
      value,
      atMs: startMs + atMinutes * minute,
    });
  add('shop', 2.9, 3);
  add('shop', 0.1, 1);
  add('shop', 0.5, 2);
  add('jobs', 0.2, 10);
  return store;
}

const search = `SEARCH('{Ballast,ClusterName} MetricName="Notices"', 'Sum', 60)`;

function valuesOf(expression: string): number[][] {
  const [lines = []] = metricData(aStore(), [{ expression, periodMs: minute }], span);
  return lines.map(({ points }) => [...points].flatMap(([atMs, value]) => [(atMs - startMs) / minute, value]));
}

describe('metricData', () => {
  it.each([
    ['Sum', 3],
    ['Average', 1.5],
    ['Minimum', 1],
    ['Maximum', 2],
    ['SampleCount', 2],
    ['p50', 1.5],
    ['p95', 1.95],
  ])('has the statistic %s of each period', (stat, first) => {
    const query = {
      namespace: 'Ballast',
      name: 'Notices',
      dimensions: { ClusterName: 'shop' },
      stat,
      periodMs: minute,
    };
    const [[line] = []] = metricData(aStore(), [query], span);
    expect([...(line?.points ?? [])][0]).toEqual([startMs, first]);
  });

  it('finds exactly the metrics with these dimension names', () => {
    expect(valuesOf(search)).toEqual([
      [0, 10],
      [0, 3, 2, 3],
    ]);
    expect(valuesOf(search.replace('ClusterName}', 'ClusterName,ServiceName}'))).toEqual([]);
  });

  it('sums what was found, each moment for itself', () => {
    expect(valuesOf(`SUM(${search})`)).toEqual([[0, 13, 2, 3]]);
  });

  it('sorts by the highest and leaves the rest out', () => {
    expect(valuesOf(`SORT(${search}, MAX, DESC, 1)`)).toEqual([[0, 10]]);
  });

  it('fills gaps', () => {
    expect(valuesOf(`FILL(SUM(${search}), 0)`)).toEqual([[0, 13, 1, 0, 2, 3, 3, 0, 4, 0]]);
  });

  it('computes with brackets before products before sums', () => {
    expect(valuesOf(`(SUM(${search}) - 1) / 2 + 1`)).toEqual([[0, 7, 2, 2]]);
  });

  it('refers to other queries by their ids', () => {
    const [, [line] = []] = metricData(
      aStore(),
      [
        { id: 'all', expression: `SUM(${search})`, periodMs: minute },
        { expression: 'all * 2', periodMs: minute },
      ],
      span,
    );
    expect([...(line?.points.values() ?? [])]).toEqual([26, 6]);
  });

  it.each([
    ['RATE(METRICS())', 'RATE is not known to the embedded region'],
    ['SUM(m9)', 'there is no id m9'],
    [`SEARCH('Notices', 'Sum', 60)`, 'SEARCH is known here as'],
    ['SUM(', 'cannot be read near its end'],
    ['1 ? 2', 'cannot be read near  ? 2'],
    ['1 + 2', '1 + 2 is a number'],
  ])('refuses %s', (expression, message) => {
    expect(() => valuesOf(expression)).toThrow(message);
  });
});
