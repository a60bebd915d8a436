import { describe, expect, it } from 'vitest';
import { pairedRatio, percentileOf, summaryOf } from '../../../bench/statistics.ts';

describe('the figures of several runs', () => {
  it('the median of an odd number is the middle one, whatever their order', () => {
    expect(summaryOf([10, 9, 100])).toEqual({ median: 10, min: 9, max: 100, runs: 3 });
  });

  it('the median of an even number lies between the two in the middle', () => {
    expect(summaryOf([4, 1, 3, 2]).median).toBe(2.5);
  });

  it('no run has no median', () => {
    expect(() => summaryOf([])).toThrow('no run');
  });

  it('the runs are left in their order', () => {
    const runs = [3, 1, 2];
    summaryOf(runs);
    percentileOf(runs, 0.5);
    expect(runs).toEqual([3, 1, 2]);
  });

  it.each([
    [0.5, 50],
    [0.99, 99],
    [1, 100],
    [0, 1],
  ])('percentile %s of 1 to 100 is %s', (share, wanted) => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(percentileOf(values, share)).toBe(wanted);
  });

  it('what never happened has infinite delay', () => {
    expect(percentileOf([], 0.5)).toBe(Number.POSITIVE_INFINITY);
  });

  it('runs side by side are compared pair by pair, so that load on both of a pair cancels out', () => {
    expect(pairedRatio([1, 10, 3], [2, 20, 4]).median).toBe(0.5);
  });

  it('runs without a partner are refused', () => {
    expect(() => pairedRatio([1, 2], [1])).toThrow('2 runs cannot be paired with 1');
  });
});
