import { describe, expect, it } from 'vitest';
import { allocate, type BudgetEntry, budgetLimitVcpu } from '../../../shared/decisions/budget.ts';

const entry = (serviceArn: string, changed: Partial<BudgetEntry> = {}): BudgetEntry => ({
  serviceArn,
  priority: 5,
  milliVcpu: 1_000,
  held: 0,
  wanted: 0,
  ...changed,
});
const shares = (limitVcpu: number | undefined, entries: readonly BudgetEntry[]) =>
  Object.fromEntries(allocate(limitVcpu, entries));

describe('scarce on-demand vCPU', () => {
  it('is no matter where nothing limits', () => {
    expect(shares(undefined, [entry('a', { wanted: 7 }), entry('b', { held: 2, wanted: 900 })])).toEqual({
      a: 7,
      b: 900,
    });
  });

  it('goes to every service for its first task before any has a second', () => {
    expect(shares(4, [entry('a', { wanted: 4 }), entry('b', { wanted: 4 }), entry('c', { wanted: 4 })])).toEqual({
      a: 2,
      b: 1,
      c: 1,
    });
  });

  it('goes to the higher priority first within a round', () => {
    const entries = [entry('a', { priority: 1, wanted: 3 }), entry('b', { priority: 9, wanted: 3 })];
    expect(shares(1, entries)).toEqual({ a: 0, b: 1 });
    expect(shares(3, entries)).toEqual({ a: 1, b: 2 });
  });

  it('leaves with each bridge what it has', () => {
    expect(shares(4, [entry('a', { held: 3, wanted: 5 }), entry('b', { priority: 9, wanted: 3 })])).toEqual({
      a: 3,
      b: 1,
    });
    expect(shares(2, [entry('a', { held: 3, wanted: 5 }), entry('b', { wanted: 1 })])).toEqual({ a: 3, b: 0 });
  });

  it('is counted in thousandths of a vCPU', () => {
    expect(shares(1, [entry('a', { milliVcpu: 250, wanted: 9 })])).toEqual({ a: 4 });
    expect(shares(1, [entry('a', { milliVcpu: 2_000, wanted: 1 }), entry('b', { wanted: 1 })])).toEqual({ a: 0, b: 1 });
  });
});

describe('the limit', () => {
  const policy = { reserveOnDemandVcpu: { percent: 20 } };

  it('is the quota less the reserve', () => {
    expect(budgetLimitVcpu(policy, 100)).toBe(80);
    expect(budgetLimitVcpu({ reserveOnDemandVcpu: { count: 30 } }, 100)).toBe(70);
    expect(budgetLimitVcpu({ reserveOnDemandVcpu: { count: 30 } }, 10)).toBe(0);
  });

  it("is the stack's maximum where that is lower", () => {
    expect(budgetLimitVcpu({ ...policy, stackMaxBridgeVcpu: 16 }, 100)).toBe(16);
    expect(budgetLimitVcpu({ ...policy, stackMaxBridgeVcpu: 160 }, 100)).toBe(80);
    expect(budgetLimitVcpu({ ...policy, stackMaxBridgeVcpu: 0 }, 100)).toBe(0);
  });

  it("is the stack's maximum alone while the quota is not known, and nothing without either", () => {
    expect(budgetLimitVcpu({ ...policy, stackMaxBridgeVcpu: 16 }, undefined)).toBe(16);
    expect(budgetLimitVcpu(policy, undefined)).toBeUndefined();
  });
});
