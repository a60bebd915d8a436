import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ControlState, initialControlState } from '../../shared/decisions/control-state.ts';
import type { Command, Plan } from '../../shared/decisions/plan.ts';
import { planStrategy } from '../../shared/decisions/strategy.ts';
import type { ServicePolicy } from '../../shared/policy/policy.ts';
import type { CapacityProviderStrategyItem, Service, ServiceDeployment } from '../../shared/ports/ecs.ts';
import type { StoredService } from '../../shared/ports/ledger.ts';
import { aDeployment, aPolicyOutcome, aService, aTaskRecord, nowMs, someFacts } from '../builders/service-facts.ts';

const runs = { numRuns: 1_000 };
const minute = 60_000;
const hour = 3_600_000;
/** The policy's cool-down in these tests. */
const cooldownMs = 30 * minute;
/** A write reaches ECS so long after its decision at most. */
const writeMsMax = 15_000;
/** DescribeServices lags by so much at most. */
const lagMsMax = 10_000;
const policy = policyOf();

type Strategy = readonly CapacityProviderStrategyItem[];

const strategyItem = fc.record(
  {
    capacityProvider: fc.constantFrom('FARGATE', 'FARGATE_SPOT'),
    weight: fc.integer({ min: 0, max: 1000 }),
    base: fc.integer({ min: 0, max: 20 }),
  },
  { requiredKeys: ['capacityProvider'] },
);
/** Anything with Spot in it, also with explicit zeros and absent members. */
const userStrategy = fc
  .uniqueArray(strategyItem, { minLength: 1, maxLength: 2, selector: (item) => item.capacityProvider })
  .filter((items) => items.some((item) => item.capacityProvider === 'FARGATE_SPOT'));

interface DeploymentModel {
  readonly id: string;
  readonly strategy: Strategy;
  /** What the owner of the service wants when this deployment is the newest. */
  readonly wish: Strategy;
  readonly by: 'us' | 'them' | 'rollback';
  readonly atMs: number;
  readonly taskDefinition: string;
  readonly reason?: string;
  isComplete: boolean;
}

/** A service of ten tasks, ECS's deployments and two markets: enough to say who wrote what when. */
class ServiceModel {
  nowMs = nowMs;
  spotOk = true;
  onDemandOk = true;
  control: ControlState = initialControlState;
  signals: StoredService['signals'] = {};
  spotStartAtMs = nowMs - hour;
  onDemandStartAtMs = 0;
  newest: DeploymentModel;
  completed: DeploymentModel;
  readonly views: { atMs: number; service: Service; staying: number }[] = [];
  readonly writes: { kind: 'force' | 'stop'; atMs: number; to: string }[] = [];
  readonly overwritten: { deployment: DeploymentModel; to: Strategy; atMs: number; spotFailedAtMs: number }[] = [];
  readonly stopped: DeploymentModel[] = [];
  readonly lostAtMs: number[] = [];
  private readonly all: DeploymentModel[] = [];
  private ids = 0;

  constructor(original: Strategy) {
    this.newest = this.deployment(original, original, 'them');
    this.newest.isComplete = true;
    this.completed = this.newest;
    this.keepView();
  }

  private deployment(strategy: Strategy, wish: Strategy, by: DeploymentModel['by'], more = {}): DeploymentModel {
    this.ids += 1;
    const taskDefinition = this.newest === undefined ? 'web:1' : this.newest.taskDefinition;
    const made: DeploymentModel = {
      id: `ecs-svc/${this.ids}`,
      strategy,
      wish,
      by,
      atMs: this.nowMs,
      taskDefinition,
      isComplete: false,
      ...more,
    };
    this.all.push(made);
    return made;
  }

  deploy(strategy: Strategy, wish: Strategy, by: DeploymentModel['by'], more = {}): void {
    this.newest = this.deployment(strategy, wish, by, more);
    this.keepView();
  }

  release(): void {
    this.deploy(this.newest.strategy, this.newest.wish, this.newest.by, { taskDefinition: `web:${this.ids + 2}` });
  }

  rollBack(): void {
    if (this.newest.isComplete) return;
    const { strategy, wish, taskDefinition, id } = this.completed;
    const reason = `ECS deployment circuit breaker: rolling back to deploymentId ${id}.`;
    this.deploy(strategy, wish, 'rollback', { reason, taskDefinition });
  }

  private canPlace({ strategy }: DeploymentModel): boolean {
    const needsSpot = strategy.some(({ capacityProvider }) => capacityProvider === 'FARGATE_SPOT');
    return needsSpot ? this.spotOk : this.onDemandOk;
  }

  /** ECS tries to place what is missing; a deployment takes two minutes once it can. */
  pass(ms: number): void {
    this.nowMs += ms;
    const needsSpot = this.newest.strategy.some(({ capacityProvider }) => capacityProvider === 'FARGATE_SPOT');
    const isMissing = !this.newest.isComplete || this.staying() < 10;
    if (!isMissing) return;
    const kind = needsSpot ? 'spot_placement_failure' : 'on_demand_placement_failure';
    if (!this.canPlace(this.newest)) {
      this.signals = { ...this.signals, [kind]: { kind, atMs: this.nowMs, eventId: `e${this.nowMs}` } };
    } else if (this.newest.isComplete || this.nowMs - this.newest.atMs >= 2 * minute) {
      if (needsSpot) this.spotStartAtMs = this.nowMs;
      else this.onDemandStartAtMs = this.nowMs;
      this.newest.isComplete = true;
      this.completed = this.newest;
    }
    this.keepView();
  }

  /** Spot has taken four of the tasks of a complete deployment that it cannot place again. */
  private staying(): number {
    return this.canPlace(this.completed) ? 10 : 6;
  }

  private keepView(): void {
    this.views.push({ atMs: this.nowMs, service: this.described(), staying: this.staying() });
  }

  private described(): Service {
    const shown = (deployment: DeploymentModel, status: 'PRIMARY' | 'ACTIVE'): ServiceDeployment =>
      aDeployment({
        id: deployment.id,
        status,
        rolloutState: deployment.isComplete ? 'COMPLETED' : 'IN_PROGRESS',
        taskDefinition: deployment.taskDefinition,
        createdAtMs: deployment.atMs,
        rolloutStateReason: deployment.isComplete ? 'completed' : (deployment.reason ?? 'in progress'),
      });
    return aService({
      capacityProviderStrategy: this.newest.strategy,
      taskDefinition: this.newest.taskDefinition,
      currentServiceDeployment: `arn:${this.newest.id}`,
      deployments: [
        shown(this.newest, 'PRIMARY'),
        ...(this.newest === this.completed ? [] : [shown(this.completed, 'ACTIVE')]),
      ],
    });
  }

  /** One decision, on what ECS shows with that lag; its writes are lost with a crash or a refusal. */
  decide(lagMs: number, isLost: boolean): Plan {
    const view = this.views.findLast(({ atMs }) => atMs <= this.nowMs - lagMs) ?? this.views[0];
    if (view === undefined) throw new Error('nothing was ever shown');
    const facts = someFacts({
      primary: view.service,
      listedTasks: view.staying,
      tasks: [
        aTaskRecord('spot', { startedAtMs: this.spotStartAtMs }),
        aTaskRecord('on-demand', { capacityProviderName: 'FARGATE', startedAtMs: this.onDemandStartAtMs }),
      ],
      signals: this.signals,
      control: this.control,
    });
    const plan = planStrategy(facts, view.service, policy, this.nowMs);
    // Through the ledger and back.
    this.control = JSON.parse(JSON.stringify(plan.next));
    for (const command of plan.commands) {
      if (command.kind === 'StopServiceDeployment') this.stopped.push(this.deploymentOf(command.serviceDeploymentArn));
      if (isLost) this.lostAtMs.push(this.nowMs);
      else this.apply(command);
    }
    return plan;
  }

  private deploymentOf(arn: string): DeploymentModel {
    const found = this.all.find(({ id }) => `arn:${id}` === arn);
    if (found === undefined) throw new Error('a service deployment that never was');
    return found;
  }

  private apply(command: Command): void {
    if (command.kind === 'UpdateService.capacityProviderStrategy') {
      const spotFailedAtMs = this.signals.spot_placement_failure?.atMs ?? 0;
      this.overwritten.push({ deployment: this.newest, to: command.to, atMs: this.nowMs, spotFailedAtMs });
      this.writes.push({ kind: 'force', atMs: this.nowMs, to: JSON.stringify(command.to) });
      this.deploy(command.to, this.newest.wish, 'us');
    } else if (command.kind === 'StopServiceDeployment') {
      const found = this.deploymentOf(command.serviceDeploymentArn);
      // ECS answers ConflictException where it is complete or superseded.
      if (found !== this.newest || found.isComplete) return;
      this.writes.push({ kind: 'stop', atMs: this.nowMs, to: this.newest.id });
      this.rollBack();
    } else {
      throw new Error(`${command.kind} is none of this instrument's commands`);
    }
  }
}

type Happening =
  | { readonly kind: 'time'; readonly minutes: number; readonly lags: readonly number[]; readonly lost: number }
  | { readonly kind: 'look'; readonly afterMs: number; readonly lagMs: number }
  | { readonly kind: 'spot' | 'on-demand'; readonly ok: boolean }
  | { readonly kind: 'write'; readonly strategy: Strategy }
  | { readonly kind: 'write original' | 'release' | 'breaker' };

const lag = fc.nat(lagMsMax);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('time' as const),
      minutes: fc.constantFrom(1, 3, 12, 35),
      lags: fc.array(lag, { minLength: 1, maxLength: 5 }),
      // The first so many writes of this time are lost.
      lost: fc.constantFrom(0, 0, 0, 1, 3),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('look' as const), afterMs: fc.nat(5_000), lagMs: lag }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('spot' as const), ok: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('on-demand' as const), ok: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('write' as const), strategy: userStrategy }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('write original' as const, 'release', 'breaker') }) },
);

function happen(model: ServiceModel, event: Happening): void {
  switch (event.kind) {
    case 'time': {
      let lost = event.lost;
      for (let count = 0; count < event.minutes; count += 1) {
        model.pass(minute);
        const plan = model.decide(event.lags[count % event.lags.length] ?? 0, lost > 0);
        if (plan.commands.length > 0) lost -= 1;
      }
      return;
    }
    case 'look':
      model.pass(event.afterMs);
      model.decide(event.lagMs, false);
      return;
    case 'spot':
      model.spotOk = event.ok;
      return;
    case 'on-demand':
      model.onDemandOk = event.ok;
      return;
    case 'write':
      model.deploy(event.strategy, event.strategy, 'them');
      return;
    case 'write original':
      model.deploy(model.newest.wish, model.newest.wish, 'them');
      return;
    case 'release':
      model.release();
      return;
    case 'breaker':
      model.rollBack();
      // The deployment's event and our own wakes ask for a decision while the rollback is under way.
      model.pass(lagMsMax);
      model.decide(0, false);
      return;
  }
}

/** Spot may fail at once, so that most runs see a shift. */
const story = fc.tuple(userStrategy, fc.array(happening, { minLength: 1, maxLength: 14 }));

function lived([original, events]: [Strategy, readonly Happening[]]): ServiceModel {
  const model = new ServiceModel(original);
  model.spotOk = false;
  for (const event of events) happen(model, event);
  return model;
}

describe('the strategy, whatever happens to the service', () => {
  it('is forced at most once per cool-down; a return and its own rollback are one change', () => {
    fc.assert(
      fc.property(story, (told) => {
        const { writes } = lived(told);
        for (const [index, write] of writes.entries()) {
          const before = writes[index - 1];
          if (before === undefined || write.kind === 'stop') continue;
          expect(write.atMs - before.atMs).toBeGreaterThanOrEqual(cooldownMs);
        }
      }),
      runs,
    );
  });

  it('has each service deployment stopped at most once, and none but our own returns', () => {
    fc.assert(
      fc.property(story, (told) => {
        const { stopped, lostAtMs, writes } = lived(told);
        const ours = [...lostAtMs, ...writes.filter(({ kind }) => kind !== 'stop').map(({ atMs }) => atMs)];
        expect(new Set(stopped.map(({ id }) => id)).size).toBe(stopped.length);
        for (const { by, strategy, atMs } of stopped) {
          // Whoever writes the original within seconds of our own write of it, lost or not, looks like us.
          if (by === 'them' && ours.some((wroteAtMs) => atMs >= wroteAtMs && atMs - wroteAtMs <= writeMsMax)) continue;
          expect(by).toBe('us');
          expect(strategy).not.toEqual([{ capacityProvider: 'FARGATE', weight: 1 }]);
        }
      }),
      runs,
    );
  });

  it('is never overwritten where somebody else wrote it, unless Spot failed after that', () => {
    fc.assert(
      fc.property(story, (told) => {
        for (const { deployment, to, atMs, spotFailedAtMs } of lived(told).overwritten) {
          // UpdateService has no condition: what DescribeServices did not show yet cannot be respected.
          if (deployment.by !== 'them' || atMs - deployment.atMs <= lagMsMax) continue;
          expect(to).toEqual([{ capacityProvider: 'FARGATE', weight: 1 }]);
          expect(spotFailedAtMs).toBeGreaterThan(deployment.atMs);
        }
      }),
      runs,
    );
  });

  it('is what its owner wrote, byte for byte, after two calm days', () => {
    fc.assert(
      fc.property(story, (told) => {
        const model = lived(told);
        fc.pre(!wroteUnseen(model));
        calm(model);
        expect(JSON.stringify(model.newest.strategy)).toBe(JSON.stringify(model.newest.wish));
        expect(model.newest.isComplete).toBe(true);
        expect(model.control.strategy).toBeUndefined();
        expect(model.control.relapses).toBeUndefined();
      }),
      runs,
    );
  });

  it('is left alone in a calm time', () => {
    fc.assert(
      fc.property(
        userStrategy,
        fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), lag), { maxLength: 20 }),
        (own, looks) => {
          const model = new ServiceModel(own);
          for (const [minutes, lagMs] of looks) {
            model.pass(minutes * minute);
            expect(model.decide(lagMs, false).commands).toEqual([]);
          }
        },
      ),
      runs,
    );
  });
});

/** Two days; while a deployment is under way every minute is looked at, as wakes and events make it. */
function calm(model: ServiceModel): void {
  model.spotOk = true;
  model.onDemandOk = true;
  const untilMs = model.nowMs + 48 * hour;
  while (model.nowMs < untilMs) {
    model.pass(model.newest.isComplete ? 30 * minute : minute);
    model.decide(0, false);
  }
}

/** Somebody wrote in the very seconds that DescribeServices lagged by: what they wished is lost to everybody. */
function wroteUnseen(model: ServiceModel): boolean {
  return model.overwritten.some(
    ({ deployment, atMs }) => deployment.by === 'them' && atMs - deployment.atMs <= lagMsMax,
  );
}

describe('the return, for any original', () => {
  it('is the exact inverse of the shift, and comes only after the cool-down', () => {
    fc.assert(
      fc.property(userStrategy, (original) => {
        const model = new ServiceModel(original);
        model.spotOk = false;
        model.pass(minute);
        expect(model.decide(0, false).reason).toBe('CapacityProviderRebalanced');
        const shiftedAtMs = model.nowMs;
        while (model.nowMs < shiftedAtMs + cooldownMs - minute) {
          model.pass(minute);
          expect(model.decide(0, false).commands).toEqual([]);
        }
        model.pass(minute);
        const [back] = model.decide(0, false).commands;
        if (back?.kind !== 'UpdateService.capacityProviderStrategy') throw new Error('no return was planned');
        expect(JSON.stringify(back.to)).toBe(JSON.stringify(original));
        expect(JSON.stringify(back)).not.toContain('desiredCount');
      }),
      runs,
    );
  });
});

function policyOf(): ServicePolicy {
  const outcome = aPolicyOutcome({ 'ballast:fallback': 'strategy' });
  if (!outcome.ok) throw new Error(`the stack policy of the tests is wrong: ${outcome.problem}`);
  return outcome.policy;
}
