import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../local/replay/engine.ts';
import { factsOf } from '../../../local/replay/policies/ballast-facts.ts';
import { createTold } from '../../../local/replay/policies/told.ts';
import type { ReplayPolicy } from '../../../local/replay/policy.ts';
import { replay } from '../../../local/replay/run.ts';
import { replayStartMs } from '../../../local/replay/settings.ts';
import {
  createCompanion,
  deleteCompanion,
  forceStrategy,
  rollBack,
  setDesiredCount,
} from '../../../local/replay/writes.ts';
import { initialControlState } from '../../../shared/decisions/control-state.ts';
import { minutes, policyNamed, someSettings } from './builders.ts';

/** What is done at which second of half an hour of Spot for two tasks. */
function scripted(...steps: readonly (readonly [number, (engine: Engine) => void])[]) {
  const policy: ReplayPolicy = {
    name: 'scripted',
    title: 'Scripted',
    isRival: true,
    provider: 'spot',
    start: (engine) => {
      for (const [second, work] of steps) engine.at(replayStartMs + second * 1_000, () => work(engine));
      return () => undefined;
    },
  };
  return replay(minutes(2, [30, 2]), policy, someSettings()).figures;
}

const providers = { spotProvider: 'FARGATE_SPOT', onDemandProvider: 'FARGATE' };
const seenBy = (engine: Engine) =>
  factsOf(engine, createTold({ serviceArn: 'arn', ...providers }), initialControlState, providers);

describe('a forced deployment', () => {
  it('replaces every task, and keeps each until its successor is healthy', () => {
    const figures = scripted([100, (engine) => forceStrategy(engine, 'onDemand')]);

    expect(figures.availability).toBe(1);
    expect(figures.forcedDeployments).toBe(1);
    // Launched at 101 s; the Spot tasks are told at 162 s and gone at 192 s.
    expect(figures.billedTaskSeconds).toEqual({ spot: 384, onDemand: 2 * (1_800 - 101) });
  });

  it('over one that is still starting ends that at once', () => {
    const figures = scripted(
      [100, (engine) => forceStrategy(engine, 'onDemand')],
      [130, (engine) => forceStrategy(engine, 'onDemand')],
    );

    expect(figures.availability).toBe(1);
    // The first two run from 101 to 131 s, billed for a minute, while there is no room for others; then the next two.
    expect(figures.launches.onDemand).toBe(4);
    expect(figures.billedTaskSeconds.onDemand).toBe(2 * 60 + 2 * (1_800 - 132));
  });

  it('can be rolled back to what was complete before', () => {
    let facts: ReturnType<typeof seenBy> | undefined;
    const figures = scripted(
      [100, (engine) => forceStrategy(engine, 'onDemand')],
      [
        130,
        (engine) => {
          rollBack(engine);
          facts = seenBy(engine);
        },
      ],
    );

    expect(facts?.primary?.capacityProviderStrategy).toEqual([{ capacityProvider: 'FARGATE_SPOT', weight: 1 }]);
    expect(
      facts?.primary?.deployments.map(({ status, rolloutState, pendingCount, runningCount }) => ({
        status,
        rolloutState,
        pendingCount,
        runningCount,
      })),
    ).toEqual([
      { status: 'PRIMARY', rolloutState: 'IN_PROGRESS', pendingCount: 0, runningCount: 0 },
      { status: 'ACTIVE', rolloutState: 'FAILED', pendingCount: 2, runningCount: 0 },
      { status: 'ACTIVE', rolloutState: 'COMPLETED', pendingCount: 0, runningCount: 2 },
    ]);
    expect(facts?.primary?.deployments[0]?.rolloutStateReason).toMatch(/rolling back to deploymentId ecs-svc\/1/);
    expect(facts?.listedTasks).toBe(4);
    // The rollback is none of those that were forced.
    expect(figures.forcedDeployments).toBe(1);
  });
});

describe('a companion', () => {
  it('is seen beside the service, and is gone when it is deleted', () => {
    const seen: unknown[] = [];
    const look = (engine: Engine) => seen.push(seenBy(engine).bridge);
    const figures = scripted(
      [100, (engine) => createCompanion(engine, 'ballast-web-g1', 1)],
      [200, look],
      [300, (engine) => engine.companion !== undefined && setDesiredCount(engine, engine.companion, 0)],
      [310, deleteCompanion],
      [320, look],
    );

    expect(seen).toMatchObject([
      { serviceName: 'ballast-web-g1', desiredCount: 1, runningCount: 1, pendingCount: 0 },
      undefined,
    ]);
    // Launched at 101 s, told at 301 s, gone at 331 s: what drains outlives its service.
    expect(figures.billedTaskSeconds.onDemand).toBe(230);
    expect(figures.surplusTaskSeconds).toBe(301 - 161);
  });

  it('of Ballast is made once to prove that it can be, and is deleted', () => {
    const seen: boolean[] = [];
    const bridge = policyNamed('bridge');
    const start = (engine: Engine) => {
      for (const second of [5, 20]) {
        engine.at(replayStartMs + second * 1_000, () => seen.push(engine.companion !== undefined));
      }
      return bridge.start?.(engine) ?? (() => undefined);
    };
    replay(minutes(2, [10, 2]), { ...bridge, start }, someSettings());

    expect(seen).toEqual([true, false]);
  });
});
