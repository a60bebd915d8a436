import { describe, expect, it } from 'vitest';
import type { StrategyState } from '../../../shared/decisions/control-state.ts';
import { planService } from '../../../shared/decisions/plan-service.ts';
import type { ServiceFacts } from '../../../shared/decisions/service-facts.ts';
import type { Service, ServiceDeployment } from '../../../shared/ports/ecs.ts';
import {
  aBridge,
  aDeployment,
  aPolicyOutcome,
  aService,
  aTaskRecord,
  bridgedControl,
  nowMs,
  provenControl,
  reclaimed,
  signal,
  someFacts,
} from '../../builders/service-facts.ts';

const minute = 60_000;
const spot = [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }];
const onDemand = [{ capacityProvider: 'FARGATE', weight: 1 }];
const wait = aPolicyOutcome();
const shift = aPolicyOutcome({ 'ballast:deploy-when-short': 'shift' });
const shiftOf = (fallback: string) =>
  aPolicyOutcome({ 'ballast:deploy-when-short': 'shift', 'ballast:fallback': fallback });

type Setup = NonNullable<Parameters<typeof someFacts>[0]> & {
  readonly release?: Partial<ServiceDeployment>;
  readonly service?: Partial<Service>;
};

/** Six minutes into a release of which Spot places nothing; the old tasks run. */
function waiting({ release = {}, service = {}, ...changed }: Setup = {}): ServiceFacts {
  const newest = aDeployment({
    id: 'ecs-svc/777',
    rolloutState: 'IN_PROGRESS',
    runningCount: 0,
    createdAtMs: nowMs - 6 * minute,
    ...release,
  });
  return someFacts({
    primary: aService({ deployments: [newest, aDeployment({ status: 'ACTIVE' })], ...service }),
    signals: signal('spot_placement_failure', nowMs - 5_000),
    ...changed,
  });
}

describe('a release that Spot keeps from coming through', () => {
  it('waits by default, and nothing is written', () => {
    const plan = planService(waiting(), wait, nowMs);
    expect(plan.reason).toBe('deployment_waits_for_spot');
    expect(plan.explanation).toBe(
      '0 of 10 tasks of the release run, Spot cannot place the rest: the release waits, ECS keeps trying',
    );
    expect(plan.commands).toEqual([]);
    expect(plan.wakeAtMs).toBe(nowMs + minute);
  });

  it.each(['bridge', 'strategy', 'none'])('is shifted to on-demand where it may be: fallback %s', (fallback) => {
    const plan = planService(waiting(), shiftOf(fallback), nowMs);
    expect(plan.reason).toBe('deployment_shifted');
    expect(plan.commands).toEqual([
      {
        kind: 'UpdateService.capacityProviderStrategy',
        clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
        service: 'web',
        from: spot,
        to: onDemand,
      },
    ]);
    expect(plan.next).toMatchObject({
      lastForcedAtMs: nowMs,
      strategy: { original: spot, shifted: onDemand, phase: 'shifting', phaseSinceMs: nowMs, forDeployment: true },
    });
  });

  it('is given launch-grace before it is shifted', () => {
    const plan = planService(waiting({ release: { createdAtMs: nowMs - 4 * minute } }), shift, nowMs);
    expect(plan).toMatchObject({ reason: 'deployment_waits_for_spot', commands: [], wakeAtMs: nowMs + minute });
  });

  it('is shifted at most once in a cool-down', () => {
    const control = { ...provenControl, lastForcedAtMs: nowMs - 29 * minute };
    const plan = planService(waiting({ control }), shift, nowMs);
    expect(plan).toMatchObject({ reason: 'deployment_waits_for_spot', commands: [], wakeAtMs: nowMs + minute });
    expect(planService(waiting({ control }), shift, nowMs + minute).reason).toBe('deployment_shifted');
  });

  it('gets its bridge first: what the tasks lack comes before the release', () => {
    const plan = planService(waiting({ listedTasks: 7, tasks: reclaimed(3) }), shift, nowMs);
    expect(plan.reason).toBe('bridge_grown');
    expect(plan.commands).toHaveLength(1);
  });

  it.each([
    { why: 'ECS counts tasks that failed to start', setup: { release: { failedTasks: 1 } } },
    {
      why: 'one of its tasks has ended by itself',
      setup: {
        tasks: [aTaskRecord('a', { deploymentId: 'ecs-svc/777', stoppedAtMs: nowMs - minute, startedAtMs: 0 })],
      },
    },
    {
      why: 'ECS says that its tasks cannot start',
      setup: {
        signals: {
          ...signal('spot_placement_failure', nowMs - 5_000),
          ...signal('task_start_impaired', nowMs - minute),
        },
      },
    },
    { why: 'all its tasks run', setup: { release: { runningCount: 10 } } },
    {
      why: 'it is a rollback',
      setup: { release: { rolloutStateReason: 'ECS: rolling back to deploymentId ecs-svc/5.' } },
    },
    { why: 'it is through', setup: { release: { rolloutState: 'COMPLETED' } } },
    { why: 'it has failed', setup: { release: { rolloutState: 'FAILED' } } },
    {
      why: 'Spot failed to place before it began only',
      setup: { signals: signal('spot_placement_failure', nowMs - 7 * minute) },
    },
    {
      why: 'Spot has placed a task since',
      setup: { tasks: [aTaskRecord('a', { startedAtMs: nowMs - 1_000 })] },
    },
  ] as const)('is no such release when $why', ({ setup }) => {
    for (const outcome of [wait, shift]) {
      const plan = planService(waiting(setup as Setup), outcome, nowMs);
      expect(plan.reason).not.toMatch(/^deployment_(waits_for_spot|shifted)$/);
      expect(plan.commands).toEqual([]);
    }
  });

  it('is told why it cannot be shifted', () => {
    const plan = planService(waiting({ service: { minimumHealthyPercent: 50 } }), shift, nowMs);
    expect(plan.reason).toBe('deployment_waits_for_spot');
    expect(plan.explanation).toContain('it cannot be shifted (minimum_healthy_percent)');
    expect(plan.commands).toEqual([]);
  });
});

describe('a shift of a release', () => {
  const shifting: StrategyState = {
    original: spot,
    shifted: onDemand,
    phase: 'shifting',
    phaseSinceMs: nowMs,
    forDeployment: true,
    replacedDeployment: 'ecs-svc/777',
  };
  const control = { ...provenControl, strategy: shifting, lastForcedAtMs: nowMs };

  it('that does not show yet is waited for', () => {
    const plan = planService(waiting({ control }), shift, nowMs + 59_000);
    expect(plan).toMatchObject({ reason: 'strategy_held', commands: [], wakeAtMs: nowMs + minute });
    expect(plan.next.strategy).toEqual(shifting);
  });

  it('that never showed is sent again while the release still waits', () => {
    const plan = planService(waiting({ control }), shift, nowMs + minute);
    expect(plan.reason).toBe('deployment_shifted');
    expect(plan.commands).toHaveLength(1);
    expect(plan.next.strategy).toMatchObject({ tries: 1, phaseSinceMs: nowMs + minute });
  });

  it.each([
    { what: 'Spot is back', signals: {} },
    { what: 'somebody has deployed since', release: { id: 'ecs-svc/778' } },
  ])('that never showed is forgotten when $what', (setup) => {
    const plan = planService(waiting({ control, ...setup }), shift, nowMs + minute);
    expect(plan).toMatchObject({ reason: 'steady', commands: [] });
    expect(plan.next.strategy).toBeUndefined();
  });

  it('is put back after the cool-down, as any shift is, once the release is through', () => {
    const through = aService({ capacityProviderStrategy: onDemand, deployments: [aDeployment({ id: 'ecs-svc/778' })] });
    const held = planService(waiting({ primary: through, control }), shift, nowMs + 29 * minute);
    expect(held).toMatchObject({ reason: 'strategy_held', commands: [] });
    const restored = planService(waiting({ primary: through, control: held.next }), shift, nowMs + 30 * minute);
    expect(restored.commands).toMatchObject([
      { kind: 'UpdateService.capacityProviderStrategy', from: onDemand, to: spot },
    ]);
  });

  it('takes the bridge away once the service is whole again, and does not touch the strategy for it', () => {
    const primary = aService({
      capacityProviderStrategy: onDemand,
      deployments: [aDeployment({ id: 'ecs-svc/778', rolloutState: 'COMPLETED' })],
    });
    const facts = waiting({
      primary,
      bridge: aBridge({ desiredCount: 2 }),
      signals: signal('spot_placement_failure', nowMs - 10 * minute),
      control: { ...bridgedControl(), ...control, bridge: bridgedControl().bridge } as typeof control,
    });
    const first = planService(facts, shift, nowMs + minute);
    expect(first).toMatchObject({
      reason: 'bridge_deleted',
      explanation: 'the release was shifted to on-demand and it does not need the bridge',
    });
    expect(first.commands.map(({ kind }) => kind)).toEqual(['UpdateService.desiredCount', 'DeleteService']);
    expect(first.next.strategy).toMatchObject({ original: spot, phase: 'shifted' });
  });
});
