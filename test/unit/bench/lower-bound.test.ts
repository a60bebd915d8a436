import { describe, expect, it } from 'vitest';
import { lowerBoundOf } from '../../../bench/storm/lower-bound.ts';

describe('the fewest requests that a storm needs', () => {
  it('describes ten services a call, lists each and writes each once', () => {
    expect(lowerBoundOf(20, 15)).toEqual({ describeServices: 2, listTasks: 20, writes: 20, total: 42 });
  });

  it('counts a call that is not full', () => {
    expect(lowerBoundOf(21, 15).describeServices).toBe(3);
  });

  it('lists a hundred tasks a page', () => {
    expect(lowerBoundOf(2, 100).listTasks).toBe(2);
    expect(lowerBoundOf(2, 101).listTasks).toBe(4);
  });

  it('lists a service also where no task stays', () => {
    expect(lowerBoundOf(1, 0)).toEqual({ describeServices: 1, listTasks: 1, writes: 1, total: 3 });
  });
});
