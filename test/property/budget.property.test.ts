import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate, type BudgetEntry } from '../../shared/decisions/budget.ts';

const runs = { numRuns: 2_000 };

/** Up to twelve services; whoever holds more than it wants is about to give back. */
const entries = (size: fc.Arbitrary<number>): fc.Arbitrary<BudgetEntry[]> =>
  fc
    .array(fc.record({ priority: fc.nat(9), milliVcpu: size, held: fc.nat(15), wanted: fc.nat(30) }), { maxLength: 12 })
    .map((drawn) => drawn.map((one, index) => ({ serviceArn: `service-${String(index).padStart(2, '0')}`, ...one })));
const anySize = fc.constantFrom(250, 500, 1_000, 2_000, 4_000, 16_000);
const limit = fc.nat(120);

const milli = (all: readonly BudgetEntry[], tasks: (entry: BudgetEntry) => number) =>
  all.reduce((sum, entry) => sum + tasks(entry) * entry.milliVcpu, 0);

describe('the on-demand budget, for any services', () => {
  it('is never exceeded, unless more is held already; then nobody grows', () => {
    fc.assert(
      fc.property(limit, entries(anySize), (limitVcpu, all) => {
        const granted = allocate(limitVcpu, all);
        // Who gives back still has what it has.
        const after = milli(all, (entry) => Math.max(entry.held, granted.get(entry.serviceArn) ?? 0));
        expect(after).toBeLessThanOrEqual(
          Math.max(
            limitVcpu * 1_000,
            milli(all, ({ held }) => held),
          ),
        );
      }),
      runs,
    );
  });

  it('takes nothing away that is held and wanted, and gives nobody more than it wants', () => {
    fc.assert(
      fc.property(limit, entries(anySize), (limitVcpu, all) => {
        const granted = allocate(limitVcpu, all);
        expect(granted.size).toBe(all.length);
        for (const { serviceArn, held, wanted } of all) {
          const tasks = granted.get(serviceArn) ?? -1;
          expect(tasks).toBeGreaterThanOrEqual(Math.min(held, wanted));
          expect(tasks).toBeLessThanOrEqual(wanted);
        }
      }),
      runs,
    );
  });

  it('gives no service its next task while another that wants one has fewer', () => {
    fc.assert(
      fc.property(limit, entries(fc.constant(1_000)), (limitVcpu, all) => {
        const granted = allocate(limitVcpu, all);
        const of = ({ serviceArn }: BudgetEntry) => granted.get(serviceArn) ?? 0;
        for (const grown of all.filter((entry) => of(entry) > entry.held)) {
          for (const other of all.filter((entry) => of(entry) < entry.wanted)) {
            expect(of(other)).toBeGreaterThanOrEqual(of(grown) - 1);
          }
        }
      }),
      runs,
    );
  });

  it('never leaves a higher priority behind a lower one that held as much', () => {
    fc.assert(
      fc.property(limit, entries(fc.constant(1_000)), (limitVcpu, all) => {
        const granted = allocate(limitVcpu, all);
        for (const high of all) {
          for (const low of all) {
            const isComparable = high.priority > low.priority && high.held === low.held && high.wanted >= low.wanted;
            if (!isComparable) continue;
            expect(granted.get(high.serviceArn) ?? 0).toBeGreaterThanOrEqual(granted.get(low.serviceArn) ?? 0);
          }
        }
      }),
      runs,
    );
  });

  it('leaves nothing over that somebody could use', () => {
    fc.assert(
      fc.property(limit, entries(fc.constant(1_000)), (limitVcpu, all) => {
        const granted = allocate(limitVcpu, all);
        const left =
          limitVcpu * 1_000 - milli(all, (entry) => Math.max(entry.held, granted.get(entry.serviceArn) ?? 0));
        const unsatisfied = all.some(({ serviceArn, wanted }) => (granted.get(serviceArn) ?? 0) < wanted);
        expect(unsatisfied && left >= 1_000).toBe(false);
      }),
      runs,
    );
  });

  it('is divided the same in whatever order the services come', () => {
    const shuffled = entries(anySize).chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
    );
    fc.assert(
      fc.property(limit, shuffled, (limitVcpu, [all, other]) => {
        const sorted = (some: readonly BudgetEntry[]) => [...allocate(limitVcpu, some)].sort();
        expect(sorted(other)).toEqual(sorted(all));
      }),
      runs,
    );
  });
});
