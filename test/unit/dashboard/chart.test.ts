import { describe, expect, it } from 'vitest';
import { chartOf } from '../../../local/dashboard/chart.ts';
import { createMetricStore } from '../../../local/region/metrics.ts';

const startMs = Date.parse('2026-03-01T09:00:00Z');
const minute = 60_000;
const span = { fromMs: startMs, toMs: startMs + 3 * minute };

function aStore() {
  const store = createMetricStore(() => startMs);
  for (const [name, cluster, value] of [
    ['Running', 'shop', 4],
    ['Pending', 'shop', 1],
    ['Running', 'jobs', 2],
  ] as const) {
    store.add({ namespace: 'N', name, dimensions: { Cluster: cluster }, unit: 'Count', value, atMs: startMs + minute });
  }
  return store;
}

const labels = (metrics: unknown[], more = {}) =>
  chartOf(aStore(), { metrics, period: 60, stat: 'Sum', ...more }, span).lines.map(({ label, values }) => [
    label,
    values[1],
  ]);

describe('chartOf', () => {
  it('takes a point for what stands above it, and three for all before', () => {
    expect(
      labels([
        ['N', 'Running', 'Cluster', 'shop', { label: 'a' }],
        ['.', 'Pending', '.', '.', { label: 'b' }],
        ['.', 'Running', '.', 'jobs', { label: 'c' }],
        ['...', 'shop', { label: 'd' }],
      ]),
    ).toEqual([
      ['a', 4],
      ['b', 1],
      ['c', 2],
      ['d', 4],
    ]);
  });

  it('names lines without a label by what tells them apart', () => {
    const running = { expression: `SEARCH('{N,Cluster} MetricName="Running"', 'Sum', 60)` };
    const pending = { expression: `SEARCH('{N,Cluster} MetricName="Pending"', 'Sum', 60)` };
    expect(labels([[running]]).map(([label]) => label)).toEqual(['jobs', 'shop']);
    expect(labels([[running], [pending]]).map(([label]) => label)).toEqual([
      'Running jobs',
      'Running shop',
      'Pending shop',
    ]);
  });

  it('has a moment for every period, so that one without a value is a gap', () => {
    const { times, lines } = chartOf(aStore(), { metrics: [['N', 'Pending', 'Cluster', 'shop']], period: 60 }, span);
    expect(times).toEqual([0, 1, 2].map((nth) => (startMs + nth * minute) / 1_000));
    expect(lines[0]?.values).toEqual([null, 1, null]);
  });

  it('leaves out what is not visible', () => {
    expect(labels([['N', 'Running', 'Cluster', 'shop', { visible: false }]])).toEqual([]);
  });

  it.each([
    [{ view: 'pie' }, 'the view pie'],
    [{ stackedArea: true }, 'stackedArea'],
    [{ annotations: { alarms: ['x'] } }, 'annotations alarms'],
  ])('refuses what it cannot draw: %j', (more, message) => {
    expect(() => labels([['N', 'Running', 'Cluster', 'shop']], more)).toThrow(message);
  });
});
