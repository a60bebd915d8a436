import { describe, expect, it } from 'vitest';
import { atMost, exactly, missedIn, type Row } from '../../../bench/row.ts';
import { tableLines } from '../../../bench/table.ts';

const aRow = (changed: Partial<Row> = {}): Row => ({
  section: 'import time',
  what: 'decide',
  unit: 'ms',
  value: 12,
  ...changed,
});

describe('the table', () => {
  it('has a heading per section and a line per row, in columns', () => {
    const lines = tableLines([
      aRow({
        value: { median: 114.26, min: 100, max: 1234.5, runs: 11 },
        beside: { stock: 275.44, empty: 1 },
        ratio: 0.4149,
        goal: { text: '≤ 0.7 × stock', met: true },
      }),
      aRow({ section: 'memory', what: 'growth', unit: 'MB', goal: { text: '≤ 1 MB', met: false } }),
    ]);
    expect(lines).toEqual([
      '          Ballast              beside it                   ratio   goal',
      '',
      'import time',
      '  decide  114.3 (100–1235) ms  stock 275.4 ms; empty 1 ms  0.41 ×  ≤ 0.7 × stock  ok',
      '',
      'memory',
      '  growth  12 MB                                                    ≤ 1 MB         MISSED',
    ]);
  });

  it('tells in a line of its own what a number is made of', () => {
    expect(tableLines([aRow({ note: 'ListTasks 20' })]).at(-1)).toBe('      ListTasks 20');
  });

  it('says never where something did not happen', () => {
    expect(tableLines([aRow({ value: Number.POSITIVE_INFINITY, unit: 's' })]).at(-1)).toContain('never');
  });
});

describe('goals', () => {
  it('a bound is met up to and including itself', () => {
    expect(atMost(90, 90, '90 KB')).toEqual({ text: '≤ 90 KB', met: true });
    expect(atMost(90.01, 90, '90 KB').met).toBe(false);
  });

  it('an exact goal is missed by anything else', () => {
    expect(exactly(1, 0)).toEqual({ text: '= 0', met: false });
  });

  it('rows without a goal are never missed', () => {
    const missed = aRow({ goal: exactly(1, 0) });
    expect(missedIn([aRow(), aRow({ goal: exactly(0, 0) }), missed])).toEqual([missed]);
  });

  it('a ratio that could not be computed is no success', () => {
    expect(atMost(Number.NaN, 0.7, '0.7 × stock').met).toBe(false);
  });
});
