import { describe, expect, it } from 'vitest';
import type { ControlState, StrategyState } from '../../../shared/decisions/control-state.ts';
import { initialControlState } from '../../../shared/decisions/control-state.ts';
import type { Plan, Reason } from '../../../shared/decisions/plan.ts';
import { planStrategy, sameStrategy, strategyIneligibility } from '../../../shared/decisions/strategy.ts';
import type { ServicePolicy } from '../../../shared/policy/policy.ts';
import type { CapacityProviderStrategyItem, Service, ServiceDeployment } from '../../../shared/ports/ecs.ts';
import type { TaskRecord } from '../../../shared/ports/ledger.ts';
import {
  aDeployment,
  aPolicyOutcome,
  aService,
  aTaskRecord,
  nowMs,
  reclaimed,
  someFacts,
} from '../../builders/service-facts.ts';

const minute = 60_000;
const hour = 3_600_000;
/** In these tests the cool-down is 30 minutes, and a shift stays as long. */
const policy = policyOf();

const original = [
  { capacityProvider: 'FARGATE_SPOT', weight: 3, base: 0 },
  { capacityProvider: 'FARGATE', base: 1, weight: 1 },
];
const shifted = [{ capacityProvider: 'FARGATE', weight: 1 }];
const theirs = [{ capacityProvider: 'FARGATE_SPOT', weight: 9 }];

const stopArn = 'arn:aws:ecs:us-east-1:111122223333:service-deployment/shop/web/d1';
const complete = (id: string, changed: Partial<ServiceDeployment> = {}) => [aDeployment({ id, ...changed })];
const inProgress = (id: string, changed: Partial<ServiceDeployment> = {}) => [
  aDeployment({ id, rolloutState: 'IN_PROGRESS', ...changed }),
  aDeployment({ id: 'before', status: 'ACTIVE' }),
];
const rollback = { rolloutStateReason: 'ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/7.' };

interface Situation {
  readonly shown: readonly CapacityProviderStrategyItem[];
  readonly deployments?: readonly ServiceDeployment[];
  readonly state?: Partial<StrategyState>;
  readonly control?: Partial<ControlState>;
  readonly spotFailedAgoMs?: number;
  readonly onDemandFailedAgoMs?: number;
  readonly tasks?: readonly TaskRecord[];
  /** Of ten; Spot took the others. */
  readonly staying?: number;
  /** Whether ECS tells a `currentServiceDeployment`. */
  readonly isDeploymentNamed?: boolean;
  readonly settings?: Partial<ServicePolicy>;
}

/** Ten tasks, all there, the last forced deployment ten minutes ago, unless the test says otherwise. */
function decide({
  shown,
  deployments = complete('d1'),
  state,
  control,
  spotFailedAgoMs,
  onDemandFailedAgoMs,
  tasks = [],
  staying = 10,
  isDeploymentNamed = true,
  settings,
}: Situation): Plan {
  const signal = <K extends string>(kind: K, agoMs: number) => ({
    [kind]: { kind, atMs: nowMs - agoMs, eventId: kind },
  });
  const primary = aService({
    capacityProviderStrategy: shown,
    deployments,
    ...(isDeploymentNamed ? { currentServiceDeployment: stopArn } : {}),
  });
  const facts = someFacts({
    primary,
    listedTasks: staying,
    tasks,
    signals: {
      ...(spotFailedAgoMs === undefined ? {} : signal('spot_placement_failure', spotFailedAgoMs)),
      ...(onDemandFailedAgoMs === undefined ? {} : signal('on_demand_placement_failure', onDemandFailedAgoMs)),
    },
    control: {
      ...initialControlState,
      ...(state === undefined ? {} : { strategy: stateOf(state), lastForcedAtMs: nowMs - 10 * minute }),
      ...control,
    },
  });
  return planStrategy(facts, primary, { ...policy, ...settings }, nowMs);
}

function stateOf(changed: Partial<StrategyState>): StrategyState {
  return { original, shifted, phase: 'shifted', phaseSinceMs: nowMs - 10 * minute, ...changed };
}

const kinds = (plan: Plan) => plan.commands.map(({ kind }) => kind);
const forced = (plan: Plan) =>
  plan.commands.flatMap((command) => (command.kind === 'UpdateService.capacityProviderStrategy' ? [command.to] : []));

const short = { shown: original, staying: 6, tasks: reclaimed(4), spotFailedAgoMs: 2_000 } as const;

interface Row {
  readonly it: string;
  readonly given: Situation;
  readonly reason: Reason;
  readonly wakeInMs?: number;
}

/** Each row holds: no command goes out. */
function holds(rows: readonly Row[]) {
  it.each(rows.map((row) => [row.it, row] as const))('%s', (_name, { given, reason, wakeInMs }) => {
    const plan = decide(given);
    expect(plan.reason).toBe(reason);
    expect(plan.commands).toEqual([]);
    if (wakeInMs !== undefined) expect(plan.wakeAtMs).toBe(nowMs + wakeInMs);
  });
}

describe('who may have its strategy rewritten', () => {
  it.each([
    ['a rolling REPLICA service with overlap and a strategy', {}, undefined],
    ['not under CODE_DEPLOY', { deploymentController: 'CODE_DEPLOY' }, 'deployment_controller'],
    ['not blue/green', { deploymentStrategy: 'BLUE_GREEN' }, 'deployment_strategy'],
    ['not a DAEMON', { schedulingStrategy: 'DAEMON' }, 'scheduling_strategy'],
    ['not below 100 % healthy', { minimumHealthyPercent: 99 }, 'minimum_healthy_percent'],
    ['above 100 % healthy too', { minimumHealthyPercent: 101 }, undefined],
    ['not without overlap', { maximumPercent: 100 }, 'no_overlap'],
    ['with the least overlap', { maximumPercent: 101 }, undefined],
    ['not by launch type', { capacityProviderStrategy: [] }, 'no_capacity_provider_strategy'],
  ] as const)('%s', (_name, service: Partial<Service>, why) => {
    expect(strategyIneligibility(aService(service))).toBe(why);
  });

  it('an absent base or weight is the 0 that ECS means, and the order counts', () => {
    const [first, second] = original;
    if (first === undefined || second === undefined) throw new Error('the original has two items');
    expect(sameStrategy([{ capacityProvider: 'FARGATE_SPOT', weight: 3 }, second], original)).toBe(true);
    expect(sameStrategy([second, first], original)).toBe(false);
    expect(sameStrategy([first], original)).toBe(false);
    expect(sameStrategy([{ ...first, base: 2 }, second], original)).toBe(false);
  });
});

describe('a shift', () => {
  it('goes to on-demand when Spot cannot place what is missing, and says nothing about desiredCount', () => {
    const plan = decide(short);
    expect(plan.reason).toBe('CapacityProviderRebalanced');
    expect(plan.commands).toEqual([
      {
        kind: 'UpdateService.capacityProviderStrategy',
        clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
        service: 'web',
        from: original,
        to: shifted,
      },
    ]);
  });

  it('is remembered as an intention before it is written, with the original as ECS showed it', () => {
    const { next } = decide(short);
    expect(next.strategy).toEqual({
      original,
      shifted,
      phase: 'shifting',
      phaseSinceMs: nowMs,
      replacedDeployment: 'd1',
    });
    expect(JSON.stringify(next.strategy?.original)).toBe(
      '[{"capacityProvider":"FARGATE_SPOT","weight":3,"base":0},{"capacityProvider":"FARGATE","base":1,"weight":1}]',
    );
    expect(next.lastForcedAtMs).toBe(nowMs);
  });

  it('goes ahead behind a Classic Load Balancer, where ECS tells no rolloutState', () => {
    const { rolloutState: _absent, ...silent } = aDeployment({ id: 'd1' });
    expect(kinds(decide({ ...short, deployments: [silent] }))).toEqual(['UpdateService.capacityProviderStrategy']);
  });

  holds([
    {
      it: 'waits for a real placement failure: a reclaimed task alone is being replaced',
      given: { shown: original, staying: 9, tasks: reclaimed(1) },
      reason: 'replacement_pending',
      wakeInMs: minute,
    },
    {
      it: 'never crosses a deployment in progress',
      given: { ...short, deployments: inProgress('d2') },
      reason: 'deployment_in_progress',
      wakeInMs: minute,
    },
    {
      it: 'waits until all tasks are on the target revision',
      given: { ...short, deployments: [aDeployment({ id: 'd1' }), aDeployment({ id: 'd0', status: 'ACTIVE' })] },
      reason: 'deployment_in_progress',
    },
    {
      it: 'never restarts a release that failed',
      given: { ...short, deployments: complete('d1', { rolloutState: 'FAILED' }) },
      reason: 'deployment_in_progress',
    },
    {
      it: 'waits for the cool-down',
      given: { ...short, control: { lastForcedAtMs: nowMs - 29 * minute } },
      reason: 'cooling_down',
      wakeInMs: minute,
    },
    {
      it: 'has nothing to do where no Spot provider is in the strategy',
      given: { ...short, shown: shifted },
      reason: 'strategy_ineligible:spot_provider_not_in_strategy',
    },
    { it: 'is not made for a service that is whole', given: { shown: original }, reason: 'steady' },
  ]);
});

describe('half of the service taken at once', () => {
  const half = { shown: original, staying: 5, tasks: reclaimed(5, nowMs - 2_000) } as const;

  it('is not waited with until ECS says that it cannot place', () => {
    expect(decide(half).reason).toBe('CapacityProviderRebalanced');
  });

  it.each([
    ['has a new place already', { ...half, staying: 8 }],
    ['is less than half', { ...half, staying: 6, tasks: reclaimed(4, nowMs - 2_000) }],
  ])('is, where it %s: a failure is looked at as soon as it is told', (_name, given) => {
    const plan = decide(given);
    expect(plan.reason).toBe('replacement_pending');
    expect(plan.next.gathering).toEqual({ sinceMs: nowMs - 2_000 });
  });
});

describe('a shift that ECS does not show', () => {
  const unseen = (agoMs: number, changed: Partial<StrategyState> = {}): Situation => ({
    ...short,
    state: { phase: 'shifting', phaseSinceMs: nowMs - agoMs, replacedDeployment: 'd1', ...changed },
    control: { lastForcedAtMs: nowMs - agoMs },
  });

  holds([
    {
      it: 'is waited for during a minute',
      given: unseen(59_000),
      reason: 'strategy_held',
      wakeInMs: 1_000,
    },
    {
      it: 'is forgotten when Spot is back meanwhile',
      given: { ...unseen(minute), staying: 10, tasks: [] },
      reason: 'steady',
    },
    {
      it: 'waits two minutes after the second try',
      given: unseen(119_000, { tries: 1 }),
      reason: 'strategy_held',
      wakeInMs: 1_000,
    },
    {
      it: 'waits at most a quarter of an hour, after however many tries',
      given: unseen(899_000, { tries: 40 }),
      reason: 'strategy_held',
      wakeInMs: 1_000,
    },
    {
      it: 'is not sent again over a deployment of somebody else, and then the cool-down counts',
      given: { ...unseen(2 * minute), deployments: complete('d2') },
      reason: 'cooling_down',
      wakeInMs: 28 * minute,
    },
    {
      it: 'was undone where ECS is rolling back already',
      given: { ...unseen(5_000), deployments: inProgress('d3', rollback) },
      reason: 'strategy_shift_failed',
    },
  ]);

  it.each([
    ['a minute', minute, {}, 1],
    ['two minutes the second time', 2 * minute, { tries: 1 }, 2],
    ['eight minutes the fourth time', 8 * minute, { tries: 3 }, 4],
    ['a quarter of an hour at the longest', 15 * minute, { tries: 40 }, 41],
  ])('is sent again after %s', (_name, agoMs, changed, tries) => {
    const plan = decide(unseen(agoMs, changed));
    expect(forced(plan)).toEqual([shifted]);
    expect(plan.next.strategy).toMatchObject({ phase: 'shifting', phaseSinceMs: nowMs, tries });
  });

  it('is forgotten, state and all, where it is not needed any more', () => {
    expect(decide({ ...unseen(minute), staying: 10, tasks: [] }).next.strategy).toBeUndefined();
  });
});

const shiftedAgo = (agoMs: number) => ({
  state: { phaseSinceMs: nowMs - agoMs },
  control: { lastForcedAtMs: nowMs - agoMs },
});

describe('while shifted', () => {
  it('the shift is noted as made once ECS shows it, with its deployment', () => {
    const plan = decide({
      shown: shifted,
      deployments: inProgress('d2'),
      state: { phase: 'shifting', phaseSinceMs: nowMs - 5_000, replacedDeployment: 'd1', tries: 2 },
    });
    expect(plan.next.strategy).toEqual({
      original,
      shifted,
      phase: 'shifted',
      phaseSinceMs: nowMs - 5_000,
      deployment: 'd2',
    });
  });

  holds([
    {
      it: 'the original waits for `stay-shifted`',
      given: { shown: shifted, state: {} },
      reason: 'strategy_held',
      wakeInMs: 20 * minute,
    },
    {
      it: 'no deployment of anybody is crossed, however long ago the shift was',
      given: {
        shown: shifted,
        state: {},
        deployments: inProgress('d9'),
        control: { lastForcedAtMs: nowMs - 5 * hour },
      },
      reason: 'deployment_in_progress',
    },
    {
      it: 'a slow replica that still shows the original is not taken for a person',
      given: { shown: original, state: { phaseSinceMs: nowMs - 59_000 } },
      reason: 'strategy_held',
      wakeInMs: 1_000,
    },
  ]);

  it('the original is put back exactly once its time is over', () => {
    const plan = decide({ shown: shifted, ...shiftedAgo(30 * minute) });
    expect(forced(plan)).toEqual([original]);
    expect(JSON.stringify(forced(plan)[0])).toBe(JSON.stringify(original));
    expect(plan.next.strategy).toEqual({
      original,
      shifted,
      phase: 'restoring',
      phaseSinceMs: nowMs,
      replacedDeployment: 'd1',
    });
  });

  it('the original is put back too where the shift has failed for good', () => {
    const plan = decide({
      shown: shifted,
      ...shiftedAgo(30 * minute),
      deployments: complete('d1', { rolloutState: 'FAILED' }),
    });
    expect(forced(plan)).toEqual([original]);
    expect(plan.next.strategy?.shiftIncomplete).toBe(true);
  });
});

describe('an on-demand shortage', () => {
  const stuck = (changed: Partial<Situation> = {}): Situation => ({
    shown: shifted,
    deployments: inProgress('d2'),
    state: { deployment: 'd2', phaseSinceMs: nowMs - 40 * minute },
    control: { lastForcedAtMs: nowMs - 40 * minute },
    spotFailedAgoMs: 41 * minute,
    onDemandFailedAgoMs: minute,
    staying: 6,
    ...changed,
  });

  holds([
    {
      it: 'holds the shift that is being made: nothing is stacked on it',
      given: stuck({ control: { lastForcedAtMs: nowMs - 29 * minute } }),
      reason: 'on_demand_shortage',
      wakeInMs: minute,
    },
    {
      it: 'holds already when the shift is first seen',
      given: stuck({
        state: { phase: 'shifting', phaseSinceMs: nowMs - 2 * minute },
        control: { lastForcedAtMs: nowMs - 2 * minute },
      }),
      reason: 'on_demand_shortage',
    },
    {
      it: 'is told also when the shift was through before, and does not bring the return forward',
      given: stuck({ deployments: complete('d2'), control: { lastForcedAtMs: nowMs - 29 * minute } }),
      reason: 'on_demand_shortage',
    },
    {
      it: 'is over with the first on-demand task that comes up',
      given: stuck({ tasks: [aTaskRecord('od', { capacityProviderName: 'FARGATE', startedAtMs: nowMs - 30_000 })] }),
      reason: 'deployment_in_progress',
    },
    {
      it: 'of before the shift says nothing',
      given: stuck({ onDemandFailedAgoMs: 41 * minute }),
      reason: 'deployment_in_progress',
    },
    {
      it: 'keeps the stuck shift while Spot has failed within `stay-shifted`',
      given: stuck({ spotFailedAgoMs: 29 * minute }),
      reason: 'on_demand_shortage',
    },
    {
      it: 'does not make us cross a deployment that is not ours',
      given: stuck({ deployments: inProgress('d9') }),
      reason: 'on_demand_shortage',
    },
    {
      it: 'that meets a rollback waits, and nothing is stopped again',
      given: stuck({
        deployments: inProgress('d4', rollback),
        state: { deployment: 'd4', phaseSinceMs: nowMs - 5 * minute },
        control: { lastForcedAtMs: nowMs - 6 * minute, relapses: { count: 1, lastAtMs: nowMs - 5 * minute } },
      }),
      reason: 'on_demand_shortage',
    },
  ]);

  it('does not keep the original away for ever: once its time is over, with Spot quiet, it is put back', () => {
    const plan = decide(stuck());
    expect(forced(plan)).toEqual([original]);
    expect(plan.next.strategy?.shiftIncomplete).toBe(true);
  });

  it('does not block the return of a shift that came through', () => {
    const plan = decide(stuck({ deployments: complete('d2') }));
    expect(forced(plan)).toEqual([original]);
    expect(plan.next.strategy?.shiftIncomplete).toBeUndefined();
  });
});

describe('a return', () => {
  const returning = (changed: Partial<StrategyState> = {}, situation: Partial<Situation> = {}): Situation => ({
    shown: original,
    deployments: inProgress('d3'),
    state: { phase: 'restoring', phaseSinceMs: nowMs - 2 * minute, replacedDeployment: 'd2', ...changed },
    control: { lastForcedAtMs: nowMs - 2 * minute },
    ...situation,
  });
  const meetsFailure = (changed: Partial<StrategyState> = {}, situation: Partial<Situation> = {}) =>
    returning(changed, { spotFailedAgoMs: minute, deployments: placed(4), ...situation });
  /** So many of ten Spot tasks have a place, one of them starts. */
  const placed = (count: number) =>
    inProgress('d3', { desiredCount: 10, runningCount: Math.max(0, count - 1), pendingCount: Math.min(1, count) });

  it('is complete when its deployment is, and the pair is remembered for a day', () => {
    const plan = decide(returning({}, { deployments: complete('d3') }));
    expect(plan.reason).toBe('steady');
    expect(plan.next.strategy).toBeUndefined();
    expect(plan.next.lastStrategy).toEqual({ original, shifted, endedAtMs: nowMs, restored: true });
  });

  it('is over where its deployment failed: what ECS shows is the original', () => {
    const plan = decide(
      returning(
        { phaseSinceMs: nowMs - 10 * minute },
        {
          deployments: complete('d3', { rolloutState: 'FAILED' }),
          control: { lastForcedAtMs: nowMs - 10 * minute },
        },
      ),
    );
    expect(plan.reason).toBe('strategy_held');
    expect(plan.next.strategy).toBeUndefined();
    expect(plan.next.lastStrategy?.restored).toBe(true);
    expect(plan.next.lastWholeAtMs).toBe(0);
  });

  it.each([
    ['has a place for some of its tasks only', meetsFailure()],
    ['has waited for Spot, and sees it come back', meetsFailure({ waitedForSpot: true }, { deployments: placed(10) })],
    [
      'leaves the service short',
      meetsFailure({}, { deployments: placed(0), staying: 6, tasks: reclaimed(4, nowMs - 1) }),
    ],
  ])('that %s is turned back with StopServiceDeployment, not a second force', (_name, given) => {
    const plan = decide(given);
    expect(plan.reason).toBe('strategy_turned_back');
    expect(plan.commands).toEqual([{ kind: 'StopServiceDeployment', serviceDeploymentArn: stopArn }]);
    expect(plan.next.strategy).toMatchObject({ phase: 'restoring', deployment: 'd3', stopAsked: stopArn });
    expect(plan.next.lastForcedAtMs).toBe(nowMs);
  });

  it('that was turned back is shifted again when ECS shows it, and no relapse', () => {
    const plan = decide(
      meetsFailure(
        { deployment: 'd3', stopAsked: stopArn },
        { shown: shifted, deployments: inProgress('d4', rollback) },
      ),
    );
    expect(plan.reason).toBe('strategy_held');
    expect(plan.commands).toEqual([]);
    expect(plan.next.strategy).toEqual({
      original,
      shifted,
      phase: 'shifted',
      phaseSinceMs: nowMs,
      deployment: 'd4',
      turnedBack: true,
    });
    expect(plan.next.relapses).toBeUndefined();
  });

  it('that waits for Spot remembers it, and once it is rolled back on our word', () => {
    const waiting = decide(meetsFailure({}, { deployments: placed(0) }));
    expect(waiting.next.strategy).toMatchObject({ phase: 'restoring', waitedForSpot: true });

    const back = (changed: Partial<StrategyState>) =>
      decide(
        meetsFailure(
          { deployment: 'd3', waitedForSpot: true, ...changed },
          { shown: shifted, deployments: inProgress('d4', rollback) },
        ),
      ).next.strategy;
    expect(back({ stopAsked: stopArn })).toMatchObject({ turnedBack: true, waitedForSpot: true });
    expect(back({})?.waitedForSpot).toBeUndefined();
  });

  it('that a circuit breaker turned back is shifted again as well', () => {
    const plan = decide(returning({ deployment: 'd3' }, { shown: shifted, deployments: inProgress('d4', rollback) }));
    expect(plan.reason).toBe('strategy_turned_back');
    expect(plan.commands).toEqual([]);
    expect(plan.next.strategy).toMatchObject({ phase: 'shifted', turnedBack: true });
  });

  it('is known to be undone from the rollback alone, also before it was ever seen', () => {
    const plan = decide(
      returning({ phaseSinceMs: nowMs - 20_000 }, { shown: shifted, deployments: inProgress('d4', rollback) }),
    );
    expect(plan.reason).toBe('strategy_turned_back');
    expect(plan.next.strategy).toMatchObject({ phase: 'shifted', phaseSinceMs: nowMs });
  });

  it('that was seen once is known to be undone also when its rollback is through already', () => {
    const plan = decide(returning({ deployment: 'd3' }, { shown: shifted, deployments: complete('d2') }));
    expect(plan.reason).toBe('strategy_turned_back');
    expect(plan.next.strategy?.turnedBack).toBe(true);
  });

  it('whose stop was refused because it was complete is simply complete', () => {
    const plan = decide(meetsFailure({ deployment: 'd3', stopAsked: stopArn }, { deployments: complete('d3') }));
    expect(plan.reason).toBe('steady');
    expect(plan.next.strategy).toBeUndefined();
    expect(plan.next.relapses).toBeUndefined();
  });

  holds([
    { it: 'is waited for while it is being deployed', given: returning(), reason: 'strategy_held', wakeInMs: minute },
    {
      it: 'that finds no place at all is left to ECS: the on-demand tasks stay',
      given: meetsFailure({}, { deployments: placed(0) }),
      reason: 'strategy_held',
      wakeInMs: minute,
    },
    {
      it: 'of a shift that was made for a release only goes on once Spot has room for all',
      given: meetsFailure({ waitedForSpot: true }, { deployments: placed(10), settings: { fallback: 'bridge' } }),
      reason: 'strategy_held',
    },
    {
      it: 'of a service that is only observed by now goes on once Spot has room for all',
      given: meetsFailure({ waitedForSpot: true }, { deployments: placed(10), settings: { mode: 'observe' } }),
      reason: 'strategy_held',
    },
    {
      it: 'is not turned back for a failure of before it',
      given: returning({}, { spotFailedAgoMs: 3 * minute }),
      reason: 'strategy_held',
    },
    {
      it: 'is stopped once only, whatever became of the stop',
      given: meetsFailure({ deployment: 'd3', stopAsked: stopArn }),
      reason: 'strategy_held',
    },
    {
      it: 'is stopped once only, even if ECS names another service deployment then',
      given: meetsFailure({ deployment: 'd3', stopAsked: `${stopArn}-before` }),
      reason: 'strategy_held',
    },
    {
      it: 'is left alone where ECS names no service deployment',
      given: meetsFailure({}, { isDeploymentNamed: false }),
      reason: 'strategy_held',
    },
    {
      it: 'over a shift that never came through is not turned back: the rollback would bring the same',
      given: meetsFailure({ shiftIncomplete: true }),
      reason: 'strategy_held',
    },
    {
      it: 'is not turned back once somebody has deployed over it',
      given: meetsFailure({ deployment: 'd3' }, { deployments: inProgress('d5') }),
      reason: 'deployment_in_progress',
    },
    {
      it: 'is not mistaken for the release that somebody deployed over it before we looked',
      given: meetsFailure({}, { deployments: inProgress('d5', { taskDefinition: 'web:8' }) }),
      reason: 'deployment_in_progress',
    },
    {
      it: 'is not mistaken for a deployment that replaces two others',
      given: meetsFailure({}, { deployments: [...inProgress('d5'), aDeployment({ id: 'd3', status: 'ACTIVE' })] }),
      reason: 'deployment_in_progress',
    },
    {
      it: 'is not mistaken for the one that somebody else made when ours was lost',
      given: meetsFailure({}, { deployments: inProgress('d5', { createdAtMs: nowMs - 2 * minute + 15_001 }) }),
      reason: 'deployment_in_progress',
    },
    {
      it: 'that has just failed may still be rolled back, and is not stopped any more',
      given: meetsFailure(
        { deployment: 'd3', stopAsked: stopArn },
        {
          deployments: complete('d3', { rolloutState: 'FAILED' }),
          control: { lastForcedAtMs: nowMs - 5_000 },
        },
      ),
      reason: 'strategy_held',
      wakeInMs: 55_000,
    },
    {
      it: 'that is not visible yet is waited for during a minute',
      given: returning({ phaseSinceMs: nowMs - 59_000 }, { shown: shifted, deployments: complete('d2') }),
      reason: 'strategy_held',
      wakeInMs: 1_000,
    },
    {
      it: 'that AWS keeps refusing is tried less and less often',
      given: returning({ phaseSinceMs: nowMs - 239_000, tries: 2 }, { shown: shifted, deployments: complete('d2') }),
      reason: 'strategy_held',
      wakeInMs: 1_000,
    },
    {
      it: 'that was never made waits its turn again where somebody has deployed since',
      given: returning({}, { shown: shifted, deployments: complete('d9') }),
      reason: 'strategy_held',
      wakeInMs: 28 * minute,
    },
    {
      it: 'that was never made does not cross a deployment',
      given: returning({}, { shown: shifted, deployments: inProgress('d2') }),
      reason: 'deployment_in_progress',
    },
  ]);

  it('that was never made is sent again, without another cool-down', () => {
    const plan = decide(returning({ tries: 1 }, { shown: shifted, deployments: complete('d2') }));
    expect(forced(plan)).toEqual([original]);
    expect(plan.next.strategy).toMatchObject({ phase: 'restoring', phaseSinceMs: nowMs, tries: 2 });
  });
});

describe('relapses', () => {
  const restoredAgo = (agoMs: number, restored = true) => ({
    lastStrategy: { original, shifted, endedAtMs: nowMs - agoMs, restored },
  });
  const relapses = (count: number, agoMs: number) => ({ relapses: { count, lastAtMs: nowMs - agoMs } });

  it.each([
    ['within `stay-shifted` after the restore is one', restoredAgo(30 * minute - 1), { count: 1, lastAtMs: nowMs }],
    ['after that is none', restoredAgo(30 * minute), undefined],
    ['after somebody chose another strategy is none', restoredAgo(minute, false), undefined],
    [
      'within `stay-shifted` after the restore adds to those before',
      { ...restoredAgo(minute), ...relapses(2, hour) },
      { count: 3, lastAtMs: nowMs },
    ],
    ['after that starts anew', { ...restoredAgo(hour), ...relapses(2, hour) }, undefined],
  ])('a shift %s', (_name, control, expected) => {
    const plan = decide({ ...short, control });
    expect(kinds(plan)).toEqual(['UpdateService.capacityProviderStrategy']);
    expect(plan.next.relapses).toEqual(expected);
  });

  it('do not make a shift wait: it protects, and waits for the cool-down only', () => {
    const control = (agoMs: number) => ({ lastForcedAtMs: nowMs - agoMs, ...relapses(5, minute) });
    expect(decide({ ...short, control: control(30 * minute - 1) }).reason).toBe('cooling_down');
    expect(decide({ ...short, control: control(30 * minute) }).reason).toBe('CapacityProviderRebalanced');
  });

  it.each([
    [0, 30 * minute],
    [1, 60 * minute],
    [2, 120 * minute],
    [5, 120 * minute],
  ])('%i of them double the cool-down that the return waits for', (count, waitMs) => {
    const given = (agoMs: number) => {
      const { state, control } = shiftedAgo(agoMs);
      return { shown: shifted, state, control: { ...control, ...relapses(count, minute) } };
    };
    expect(decide(given(waitMs - 1)).reason).toBe('strategy_held');
    expect(decide(given(waitMs)).reason).toBe('CapacityProviderRebalanced');
  });

  it('do not make a return wait that was turned back: the service has not been on Spot since', () => {
    const { state, control } = shiftedAgo(30 * minute);
    const given = { shown: shifted, state: { ...state, turnedBack: true as const } };
    expect(decide({ ...given, control: { ...control, ...relapses(2, minute) } }).reason).toBe(
      'CapacityProviderRebalanced',
    );
  });

  it.each([
    ['', {}, 30 * minute],
    [' which saw Spot come back', { waitedForSpot: true as const }, 18 * minute],
  ])('a return that was turned back%s is tried again after a while', (_name, changed, waitMs) => {
    const given = (agoMs: number) => ({
      shown: shifted,
      state: { ...shiftedAgo(agoMs).state, turnedBack: true as const, ...changed },
      control: { lastForcedAtMs: nowMs - hour },
    });
    expect(decide(given(waitMs - 1)).reason).toBe('strategy_held');
    expect(decide(given(waitMs)).reason).toBe('CapacityProviderRebalanced');
  });

  it('do not let the return come before the cool-down', () => {
    const { state } = shiftedAgo(30 * minute);
    const control = { lastForcedAtMs: nowMs - 29 * minute };
    expect(decide({ shown: shifted, state, control }).reason).toBe('strategy_held');
  });

  it('outlive the shift', () => {
    const plan = decide({
      shown: original,
      deployments: complete('d3'),
      state: { phase: 'restoring', phaseSinceMs: nowMs - 5 * minute },
      control: relapses(2, hour),
    });
    expect(plan.next.strategy).toBeUndefined();
    expect(plan.next.relapses).toEqual({ count: 2, lastAtMs: nowMs - hour });
  });
});

describe('somebody else', () => {
  it.each(['shifting', 'shifted', 'restoring'] as const)(
    'writing something else while %s makes theirs the original',
    (phase) => {
      const plan = decide({
        shown: theirs,
        state: { phase },
        deployments: inProgress('d9'),
        spotFailedAgoMs: 1_000,
      });
      expect(plan.reason).toBe('strategy_foreign_write');
      expect(plan.commands).toEqual([]);
      expect(plan.next.strategy).toBeUndefined();
      expect(plan.next.lastForcedAtMs).toBe(nowMs);
      expect(plan.next.restoredExternallyAtMs).toBeUndefined();
    },
  );

  it('who wrote something else sees theirs come back after the next shift', () => {
    const plan = decide({ ...short, shown: theirs, control: { lastForcedAtMs: nowMs - 30 * minute } });
    expect(plan.next.strategy?.original).toEqual(theirs);
  });

  it('putting the original back ends the shift: no new original, and the cool-down applies', () => {
    const plan = decide({ shown: original, state: {} });
    expect(plan.reason).toBe('strategy_restored_externally');
    expect(plan.commands).toEqual([]);
    expect(plan.next.strategy).toBeUndefined();
    expect(plan.next.lastForcedAtMs).toBe(nowMs);
    expect(plan.next.restoredExternallyAtMs).toBe(nowMs);
    expect(plan.next.lastStrategy).toEqual({ original, shifted, endedAtMs: nowMs, restored: true });
  });

  it.each([
    ['again', 24 * hour - 1, 'strategy_restored_externally_again'],
    ['for the first time in a day', 24 * hour, 'strategy_restored_externally'],
  ] as const)('putting the original back %s', (_name, agoMs, reason) => {
    const plan = decide({ shown: original, state: {}, control: { restoredExternallyAtMs: nowMs - agoMs } });
    expect(plan.reason).toBe(reason);
    expect(plan.next.restoredExternallyAtMs).toBe(nowMs);
  });

  it('whose rollback brings our shift back after the restore does not make it an original', () => {
    const plan = decide({
      shown: shifted,
      deployments: inProgress('d6', rollback),
      control: { lastStrategy: { original, shifted, endedAtMs: nowMs - 23 * hour, restored: true } },
    });
    expect(plan.reason).toBe('strategy_turned_back');
    expect(plan.commands).toEqual([]);
    expect(plan.next.strategy).toMatchObject({ original, shifted, phase: 'shifted', phaseSinceMs: nowMs });
    expect(plan.next.relapses).toEqual({ count: 1, lastAtMs: nowMs });
    expect(plan.next.lastStrategy).toBeUndefined();
    expect(plan.next.lastForcedAtMs).toBe(nowMs);
  });

  it('whose own strategy failed and was rolled back to our shift gets the original from before it', () => {
    const plan = decide({
      shown: shifted,
      deployments: inProgress('d6', rollback),
      control: { lastStrategy: { original, shifted, endedAtMs: nowMs - hour, restored: false } },
    });
    expect(plan.next.strategy).toMatchObject({ original, phase: 'shifted' });
    expect(plan.next.relapses).toBeUndefined();
  });

  it('deploying after the shift is watched every minute: only while it is under way does a rollback say so', () => {
    const control = { lastStrategy: { original, shifted, endedAtMs: nowMs - hour, restored: false } };
    expect(decide({ shown: theirs, deployments: inProgress('d6'), control }).wakeAtMs).toBe(nowMs + minute);
    expect(decide({ shown: theirs, control }).wakeAtMs).toBeUndefined();
  });

  it('who freshly writes exactly what our shift had been means it', () => {
    const plan = decide({
      ...short,
      shown: shifted,
      control: { lastStrategy: { original, shifted, endedAtMs: nowMs - hour, restored: true } },
    });
    expect(plan.reason).toBe('strategy_ineligible:spot_provider_not_in_strategy');
    expect(plan.next.strategy).toBeUndefined();
    expect(plan.next.lastStrategy).toBeUndefined();
  });

  it('is not seen in a slow replica that shows our shift once more', () => {
    const lastStrategy = { original, shifted, endedAtMs: nowMs - 59_000, restored: true };
    expect(decide({ shown: shifted, control: { lastStrategy } }).next.lastStrategy).toEqual(lastStrategy);
  });

  it('rolling back after more than a day is taken by what ECS shows', () => {
    const plan = decide({
      shown: shifted,
      deployments: inProgress('d6', rollback),
      control: { lastStrategy: { original, shifted, endedAtMs: nowMs - 24 * hour, restored: true } },
    });
    expect(plan.reason).toBe('steady');
    expect(plan.next.strategy).toBeUndefined();
  });
});

describe('a shift that fails as a deployment', () => {
  const failed = [
    aDeployment({ id: 'd2', rolloutState: 'FAILED' }),
    aDeployment({ id: 'before', status: 'ACTIVE', rolloutState: 'COMPLETED' }),
  ];
  const inPlace = { shown: shifted, deployments: failed, state: { deployment: 'd2' } };
  const takenBack = {
    shown: original,
    deployments: [aDeployment({ id: 'd3', rolloutState: 'IN_PROGRESS', ...rollback }), ...failed],
    state: { deployment: 'd2' },
  };

  holds([
    {
      it: 'waits for the cool-down before it is undone',
      given: { ...inPlace, control: { lastForcedAtMs: nowMs - 29 * minute } },
      reason: 'strategy_shift_failed',
      wakeInMs: minute,
    },
    { it: 'has been undone where ECS took it back', given: takenBack, reason: 'strategy_shift_failed' },
  ]);

  it('is undone by the original, whatever time it was to stay', () => {
    const plan = decide({ ...inPlace, control: { lastForcedAtMs: nowMs - 30 * minute } });
    expect(forced(plan)).toEqual([original]);
    expect(plan.next.failedShifts).toEqual({ count: 1, lastAtMs: nowMs });
    expect(plan.next.strategy).toMatchObject({ phase: 'restoring', shiftIncomplete: true });
  });

  const failing = (changed: Partial<ServiceDeployment> = {}) => ({
    shown: shifted,
    state: { deployment: 'd2' },
    deployments: inProgress('d2', { failedTasks: 3, createdAtMs: nowMs - 15 * minute, ...changed }),
  });

  it('and that nobody calls failed is rolled back once, after `deployment-stalled-after`', () => {
    const plan = decide(failing());
    expect(plan.reason).toBe('strategy_shift_failed');
    expect(plan.commands).toEqual([{ kind: 'StopServiceDeployment', serviceDeploymentArn: stopArn }]);
    expect(plan.next.lastForcedAtMs).toBe(nowMs - 10 * minute);
    const again = decide({ ...failing(), state: { deployment: 'd2', stopAsked: stopArn } });
    expect(again.commands).toEqual([]);
  });

  holds([
    {
      it: 'is given its time',
      given: failing({ createdAtMs: nowMs - 15 * minute + 1 }),
      reason: 'deployment_in_progress',
    },
    { it: 'by two tasks may be an accident', given: failing({ failedTasks: 2 }), reason: 'deployment_in_progress' },
    { it: 'is not ours where somebody deploys', given: failing({ id: 'theirs' }), reason: 'deployment_in_progress' },
    {
      it: 'for lack of room waits for room',
      given: { ...failing(), onDemandFailedAgoMs: minute },
      reason: 'on_demand_shortage',
    },
  ]);

  it('is over where ECS took it back, and counts', () => {
    const plan = decide({ ...takenBack, control: { failedShifts: { count: 1, lastAtMs: nowMs - hour } } });
    expect(plan.next.strategy).toBeUndefined();
    expect(plan.next.failedShifts).toEqual({ count: 2, lastAtMs: nowMs });
    expect(plan.next.restoredExternallyAtMs).toBeUndefined();
  });

  it.each([
    [1, 30 * minute],
    [2, 60 * minute],
    [3, 120 * minute],
    [9, 24 * hour],
  ])('%i times in a row is not tried again before %i ms', (count, waitMs) => {
    const before = { failedShifts: { count, lastAtMs: nowMs - waitMs + 1_000 } };
    const plan = decide({ ...short, control: before });
    expect(plan).toMatchObject({ reason: 'cooling_down', commands: [], wakeAtMs: nowMs + 1_000 });
    const after = { failedShifts: { count, lastAtMs: nowMs - waitMs } };
    expect(forced(decide({ ...short, control: after }))).toEqual([shifted]);
  });

  it('is forgotten a day later', () => {
    const control = { failedShifts: { count: 9, lastAtMs: nowMs - 24 * hour } };
    expect(decide({ shown: original, control }).next.failedShifts).toBeUndefined();
  });
});

describe('somebody who deploys over our return', () => {
  it('has the original strategy with it: the return is over, and theirs is not touched', () => {
    const plan = decide({
      shown: original,
      deployments: inProgress('theirs'),
      state: { phase: 'restoring', deployment: 'ours' },
    });
    expect(plan).toMatchObject({ reason: 'deployment_in_progress', commands: [] });
    expect(plan.next.strategy).toBeUndefined();
    expect(plan.next.lastStrategy).toEqual({ original, shifted, endedAtMs: nowMs, restored: true });
  });
});

function policyOf(): ServicePolicy {
  const outcome = aPolicyOutcome({ 'ballast:fallback': 'strategy' });
  if (!outcome.ok) throw new Error(`the stack policy of the tests is wrong: ${outcome.problem}`);
  return outcome.policy;
}
