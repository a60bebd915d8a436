import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../local/replay/engine.ts';
import { createDrawLaunch } from '../../../local/replay/launch-times.ts';
import { type ServiceModel, stays, type TaskModel } from '../../../local/replay/model.ts';
import type { ReplayPolicy } from '../../../local/replay/policy.ts';
import { replay } from '../../../local/replay/run.ts';
import { defaultSettings, replayStartMs } from '../../../local/replay/settings.ts';
import { syntheticTraces } from '../../../local/replay/synthetic.ts';
import { type Trace, traceOf } from '../../../local/replay/trace.ts';
import { policies, someSettings } from './builders.ts';

const healthy = ({ healthyAtMs, toldAtMs, noticed }: TaskModel) =>
  healthyAtMs !== undefined && (toldAtMs === undefined || noticed === true);

/** The policy, with every task that ever was in `seen` and a look at the whole model each second. */
function watched(
  policy: ReplayPolicy,
  trace: Trace,
  seen: Set<TaskModel>,
  look: (engine: Engine) => void,
): ReplayPolicy {
  return {
    ...policy,
    start: (engine) => {
      for (const task of engine.primary.tasks) seen.add(task);
      const launch = engine.launch;
      engine.launch = (service: ServiceModel, deployment) => {
        const launched = launch(service, deployment);
        const newest = [...service.tasks].at(-1);
        if (launched && newest !== undefined) seen.add(newest);
        return launched;
      };
      for (let ms = 500; ms < trace.lengthMs; ms += 1_000) engine.at(replayStartMs + ms, () => look(engine));
      return policy.start?.(engine) ?? (() => undefined);
    },
  };
}

const aTrace = fc.record({
  tasks: fc.integer({ min: 1, max: 5 }),
  gapSeconds: fc.integer({ min: 20, max: 200 }),
  levels: fc
    .array(fc.integer({ min: 0, max: 5 }), { minLength: 3, maxLength: 20 })
    .filter((levels) => levels.some((level) => level > 0)),
  seed: fc.integer({ min: 0, max: 1_000 }),
  lostNoticeShare: fc.constantFrom(0, 0.5),
});

describe('the model', () => {
  it.each(policies.map((policy) => [policy.name, policy] as const))('conserves tasks under %s', (_name, policy) => {
    fc.assert(
      fc.property(aTrace, ({ tasks, gapSeconds, levels, seed, lostNoticeShare }) => {
        const trace = traceOf('random', { metadata: { gap_seconds: gapSeconds }, data: levels }, tasks);
        const settings = { ...defaultSettings, tasks, seed, lostNoticeShare };
        const seen = new Set<TaskModel>();
        const endMs = replayStartMs + trace.lengthMs;

        const { figures, samples } = replay(
          trace,
          watched(policy, trace, seen, (engine) => {
            const nowMs = engine.nowMs();
            const there = [...seen].filter(({ goneAtMs }) => goneAtMs === undefined);
            const capacity = trace.segments.findLast(({ atMs }) => replayStartMs + atMs <= nowMs)?.capacity ?? 0;
            // Nobody has more Spot tasks than there is room for; those under notice have given theirs back.
            expect(there.filter((task) => task.provider === 'spot' && stays(task)).length).toBeLessThanOrEqual(
              capacity,
            );
            const last = engine.meter.samples.at(-1);
            expect((last?.spot ?? 0) + (last?.onDemand ?? 0)).toBe(there.filter(healthy).length);
          }),
          settings,
        );

        const initial = [...seen].filter(({ id, launchedAtMs }) => launchedAtMs === replayStartMs && id <= tasks);
        expect(figures.launches.spot + figures.launches.onDemand + initial.length).toBe(seen.size);
        // Told tasks end after stopTimeout, or at once where they did not run.
        for (const { toldAtMs, goneAtMs, healthyAtMs } of seen) {
          if (goneAtMs !== undefined) expect(goneAtMs).toBe((toldAtMs ?? 0) + (healthyAtMs === undefined ? 0 : 30_000));
        }
        const billed = [...seen].reduce(
          (sum, { launchedAtMs, goneAtMs }) =>
            sum + (goneAtMs === undefined ? endMs - launchedAtMs : Math.max(60_000, goneAtMs - launchedAtMs)),
          0,
        );
        expect(figures.billedTaskSeconds.spot + figures.billedTaskSeconds.onDemand).toBeCloseTo(billed / 1_000, 3);
        const served = samples.reduce((sum, { atMs, spot, onDemand }, index) => {
          const untilMs = samples[index + 1]?.atMs ?? endMs;
          return sum + (spot + onDemand) * (untilMs - atMs);
        }, 0);
        expect(figures.deliveredTaskSeconds + figures.surplusTaskSeconds).toBeCloseTo(served / 1_000, 3);
        expect(figures.availability).toBeLessThanOrEqual(1);
      }),
      { numRuns: 25 },
    );
  });

  it('plays the same story for the same seed, and another for another', () => {
    const flapping = twoDays();
    for (const policy of policies) {
      const story = (seed: number) => JSON.stringify(replay(flapping, policy, { ...defaultSettings, seed }));

      expect(story(1), policy.name).toBe(story(1));
      if (policy.name !== 'on-demand-only') expect(story(2), policy.name).not.toBe(story(1));
    }
  });

  it('meets every policy that leaves the service alone with the same Spot tasks', () => {
    const flapping = twoDays();
    const spotOf = (name: string) => {
      const policy = policies.find((one) => one.name === name);
      if (policy === undefined) throw new Error(name);
      const { billedTaskSeconds, launches } = replay(flapping, policy, defaultSettings).figures;
      return [billedTaskSeconds.spot, launches.spot];
    };

    expect(spotOf('bridge')).toEqual(spotOf('spot-only'));
    expect(spotOf('whole-twin')).toEqual(spotOf('spot-only'));
    expect(spotOf('on-failure')).toEqual(spotOf('spot-only'));
  });

  it('draws launch times with the median and the 95th percentile that it was given', () => {
    const draws = launchTimes(4_000);

    expect(draws[2_000]).toBeGreaterThan(58_000);
    expect(draws[2_000]).toBeLessThan(62_000);
    expect(draws[3_800]).toBeGreaterThan(112_000);
    expect(draws[3_800]).toBeLessThan(128_000);
    expect(draws[0]).toBeGreaterThan(5_000);
  });

  it('without spread draws the median', () => {
    expect(createDrawLaunch(someSettings())('spot', 3, 1)).toBe(60_000);
  });
});

/** The first two days of the trace that comes and goes. */
function twoDays(): Trace {
  const flapping = syntheticTraces(10, 1).find(({ name }) => name === 'flapping');
  if (flapping === undefined) throw new Error('no trace flapping');
  const lengthMs = 2 * 86_400_000;
  const [first, ...rest] = flapping.segments;
  return { ...flapping, lengthMs, segments: [first, ...rest.filter(({ atMs }) => atMs < lengthMs)] };
}

function launchTimes(count: number): number[] {
  const draw = createDrawLaunch(defaultSettings);
  return Array.from({ length: count }, (_, index) => draw('onDemand', Math.floor(index / 10), index % 10)).sort(
    (left, right) => left - right,
  );
}
