import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optimum } from '../../../local/replay/optimum.ts';
import { costOf } from '../../../local/replay/rates.ts';
import { replay } from '../../../local/replay/run.ts';
import { traceOf } from '../../../local/replay/trace.ts';
import { minutes, policies, someSettings } from './builders.ts';
import { cheapestByTrying } from './trying.ts';

interface Times {
  readonly launchMs: number;
  readonly stopTimeoutMs: number;
  readonly gapMs: number;
}

describe('the omniscient optimum', () => {
  it('is Spot alone where Spot never falls', () => {
    const { figures } = optimum(minutes(2, [30, 2]), someSettings());

    expect(figures.billedTaskSeconds).toEqual({ spot: 3_600, onDemand: 0 });
    expect(figures.launches).toEqual({ spot: 0, onDemand: 0 });
  });

  it('stays on demand through a Spot window that does not pay for its launch', () => {
    const { figures } = optimum(minutes(1, [10, 1], [10, 0], [3, 1], [10, 0]), someSettings({ tasks: 1 }));

    // Three minutes of Spot would cost 210 s of Spot and another launch, and save 150 s on demand.
    expect(figures.launches).toEqual({ spot: 0, onDemand: 1 });
    // Launched at 570 s, until the end at 1,980 s.
    expect(figures.billedTaskSeconds).toEqual({ spot: 630, onDemand: 1_410 });
  });

  it('takes one that does', () => {
    const { figures } = optimum(minutes(1, [10, 1], [10, 0], [10, 1], [10, 0]), someSettings({ tasks: 1 }));

    expect(figures.launches).toEqual({ spot: 1, onDemand: 2 });
    // Spot until 630 s and from 1,200 to 1,830 s; on demand from 570 to 1,290 s and from 1,770 to 2,400 s.
    expect(figures.billedTaskSeconds).toEqual({ spot: 1_260, onDemand: 1_350 });
  });

  it('buys nothing where the next Spot task is healthy before the last is gone', () => {
    const { figures } = optimum(
      minutes(1, [10, 1], [1, 0], [10, 1]),
      someSettings({ tasks: 1, stopTimeoutMs: 120_000 }),
    );

    expect(figures.billedTaskSeconds).toEqual({ spot: 720 + 600, onDemand: 0 });
    expect(figures.surplusTaskSeconds).toBe(0);
  });

  it('shows what it does', () => {
    const { samples } = optimum(minutes(1, [10, 1], [10, 0], [10, 1]), someSettings({ tasks: 1 }));
    const start = Date.parse('2026-01-05T00:00:00Z');

    expect(samples).toEqual([
      { atMs: start, spot: 1, onDemand: 0 },
      { atMs: start + 630_000, spot: 0, onDemand: 1 },
      { atMs: start + 1_260_000, spot: 1, onDemand: 0 },
      { atMs: start + 1_800_000, spot: 0, onDemand: 0 },
    ]);
  });

  const costs = (data: readonly number[], times: Times) => {
    const { launchMs, stopTimeoutMs, gapMs } = times;
    const settings = someSettings({ tasks: 1, launch: { medianMs: launchMs, p95Ms: launchMs }, stopTimeoutMs });
    const trace = traceOf('random', { metadata: { gap_seconds: gapMs / 1_000 }, data: [...data] }, 1);
    return {
      found: optimum(trace, settings).figures.cost * trace.lengthMs,
      least: cheapestByTrying(data, { ...times, costOfSpot: costOf.spot }),
    };
  };
  const samples = fc
    .array(fc.integer({ min: 0, max: 1 }), { minLength: 2, maxLength: 30 })
    .filter((data) => data.includes(1));

  // Launch, stopTimeout and sample are long enough that no task is billed for less than a minute.
  it.each([
    { launchMs: 30_000, stopTimeoutMs: 30_000, gapMs: 30_000 },
    { launchMs: 60_000, stopTimeoutMs: 30_000, gapMs: 30_000 },
  ])('costs what the best of all ways to run one task costs: $launchMs, $stopTimeoutMs, $gapMs', (times) => {
    fc.assert(
      fc.property(samples, (data) => {
        const { found, least } = costs(data, times);

        expect(found).toBeCloseTo(least, 3);
      }),
      { numRuns: 150 },
    );
  });

  it('waits with launches to the millisecond where Spot overlaps, which trying each ten seconds cannot', () => {
    fc.assert(
      fc.property(samples, (data) => {
        const { found, least } = costs(data, { launchMs: 10_000, stopTimeoutMs: 50_000, gapMs: 10_000 });

        expect(found).toBeLessThanOrEqual(least + 0.001);
        // Ten seconds of Spot for each of its windows at most.
        expect(least - found).toBeLessThan(10_000 * costOf.spot * (data.length / 2 + 1));
      }),
      { numRuns: 150 },
    );
  });

  it('is never dearer than anybody who is as available', () => {
    let asAvailable = 0;
    const aTrace = fc.record({
      tasks: fc.integer({ min: 1, max: 3 }),
      gapSeconds: fc.integer({ min: 20, max: 240 }),
      levels: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 3, maxLength: 25 }),
      launchMs: fc.integer({ min: 20_000, max: 90_000 }),
      stopTimeoutMs: fc.constantFrom(30_000, 120_000),
    });
    fc.assert(
      fc.property(aTrace, ({ tasks, gapSeconds, levels, launchMs, stopTimeoutMs }) => {
        fc.pre(levels.some((level) => level > 0));
        const trace = traceOf('random', { metadata: { gap_seconds: gapSeconds }, data: levels }, tasks);
        const settings = someSettings({ tasks, launch: { medianMs: launchMs, p95Ms: launchMs }, stopTimeoutMs });
        const best = optimum(trace, settings).figures.cost;

        for (const policy of policies) {
          const { availability, cost } = replay(trace, policy, settings).figures;
          if (availability < 1) continue;
          asAvailable += 1;
          expect(best, policy.name).toBeLessThanOrEqual(cost + 1e-9);
        }
      }),
      { numRuns: 200, seed: 7 },
    );
    // On-demand only is always whole; that others are as well is what makes this a test.
    expect(asAvailable).toBeGreaterThan(400);
  });
});
