import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { initialControlState } from '../../shared/decisions/control-state.ts';
import type { Plan } from '../../shared/decisions/plan.ts';
import { planService } from '../../shared/decisions/plan-service.ts';
import type { ServiceFacts } from '../../shared/decisions/service-facts.ts';
import { sameStrategy } from '../../shared/decisions/strategy.ts';
import type { TaskRecord } from '../../shared/ports/ledger.ts';
import {
  aBridge,
  aPolicyOutcome,
  aService,
  aTaskRecord,
  bridgedControl,
  nowMs,
  reclaimed,
  someFacts,
} from '../builders/service-facts.ts';

const runs = { numRuns: 1_000 };

/** A service of any size with any number of tasks reclaimed, started, pending and bridged. */
const situation = fc
  .record({
    desired: fc.nat(60),
    stayingShare: fc.double({ min: 0, max: 1.3, noNaN: true }),
    pending: fc.nat(10),
    lost: fc.nat(60),
    started: fc.nat(20),
    spotFailed: fc.boolean(),
    bridgeDesired: fc.option(fc.nat(60), { nil: undefined }),
    lastWriteAgoMs: fc.nat(60_000),
    maxBridge: fc.oneof(
      fc.nat(40).map((count) => `${count}`),
      fc.nat(100).map((percent) => `${percent}pct`),
    ),
  })
  .map((drawn) => ({ ...drawn, facts: factsOf(drawn) }));

interface Drawn {
  readonly desired: number;
  readonly stayingShare: number;
  readonly pending: number;
  readonly lost: number;
  readonly started: number;
  readonly spotFailed: boolean;
  readonly bridgeDesired: number | undefined;
  readonly lastWriteAgoMs: number;
}

function factsOf(drawn: Drawn): ServiceFacts {
  const staying = Math.floor(drawn.desired * drawn.stayingShare);
  const tasks: TaskRecord[] = [
    ...reclaimed(drawn.lost, nowMs - 30_000),
    ...Array.from({ length: drawn.started }, (_, index) =>
      aTaskRecord(`started-${index}`, { startedAtMs: nowMs - 1_000 }),
    ),
  ];
  const control = bridgedControl();
  return someFacts({
    primary: aService({ desiredCount: drawn.desired, pendingCount: drawn.pending }),
    listedTasks: staying + drawn.pending,
    tasks,
    signals: drawn.spotFailed
      ? { spot_placement_failure: { kind: 'spot_placement_failure', atMs: nowMs, eventId: 'e' } }
      : {},
    ...(drawn.bridgeDesired === undefined
      ? {}
      : {
          bridge: aBridge({ desiredCount: drawn.bridgeDesired, runningCount: drawn.bridgeDesired }),
          control: {
            ...control,
            ...(control.bridge === undefined
              ? {}
              : { bridge: { ...control.bridge, lastWriteAtMs: nowMs - drawn.lastWriteAgoMs } }),
          },
        }),
  });
}

function bridgeAfter(plan: Plan, before: number): number {
  for (const command of plan.commands) {
    if (command.kind === 'CreateService') return command.request.desiredCount;
    if (command.kind === 'UpdateService.desiredCount') return command.to;
  }
  return before;
}

describe('the bridge, for any facts', () => {
  it('grows to exactly the smallest of what is missing, what Spot took and the cap', () => {
    fc.assert(
      fc.property(
        situation,
        ({ facts, desired, lost, started, spotFailed, maxBridge, bridgeDesired = 0, stayingShare }) => {
          const plan = planService(facts, aPolicyOutcome({ 'ballast:max-bridge': maxBridge }), nowMs);
          const after = bridgeAfter(plan, bridgeDesired);
          fc.pre(after > bridgeDesired);
          // Worked out here from the drawn numbers, not from the plan's figures.
          const missing = Math.max(0, desired - Math.floor(desired * stayingShare));
          const outstanding = lost === 0 ? 0 : Math.max(0, lost - started);
          const unplaceable = spotFailed ? missing : 0;
          const cap = maxBridge.endsWith('pct')
            ? Math.ceil((desired * Number(maxBridge.slice(0, -3))) / 100)
            : Number(maxBridge);
          expect(after).toBe(Math.min(missing, outstanding + unplaceable, cap));
        },
      ),
      runs,
    );
  });

  it('is never above its cap after a growth', () => {
    fc.assert(
      fc.property(situation, fc.nat(20), ({ facts, bridgeDesired = 0 }, cap) => {
        const plan = planService(facts, aPolicyOutcome({ 'ballast:max-bridge': `${cap}` }), nowMs);
        const after = bridgeAfter(plan, bridgeDesired);
        expect(after > bridgeDesired && after > cap).toBe(false);
      }),
      runs,
    );
  });

  it('keeps the on-demand floor whatever the shortfall', () => {
    fc.assert(
      fc.property(situation, fc.integer({ min: 1, max: 5 }), ({ facts, bridgeDesired = 0, desired }, floor) => {
        fc.pre(desired >= floor);
        const plan = planService(facts, aPolicyOutcome({ 'ballast:on-demand-floor': `${floor}` }), nowMs);
        const after = bridgeAfter(plan, bridgeDesired);
        const waits = plan.reason === 'bridge_write_too_soon' || plan.reason === 'on_demand_shortage';
        expect(after >= floor || waits).toBe(true);
      }),
      runs,
    );
  });

  it('gives back at most a quarter at a time, and never what is still missing', () => {
    fc.assert(
      fc.property(situation, ({ facts, desired, bridgeDesired = 0 }) => {
        fc.pre(desired > 0);
        const plan = planService(facts, aPolicyOutcome(), nowMs);
        const after = bridgeAfter(plan, bridgeDesired);
        fc.pre(after < bridgeDesired);
        expect(bridgeDesired - after).toBeLessThanOrEqual(Math.max(1, Math.floor(bridgeDesired / 4)));
        expect(after).toBeGreaterThanOrEqual(Math.min(desired, plan.figures?.shortfall ?? 0));
      }),
      runs,
    );
  });

  it('never writes the primary', () => {
    fc.assert(
      fc.property(situation, ({ facts }) => {
        for (const command of planService(facts, aPolicyOutcome(), nowMs).commands) {
          const written =
            command.kind === 'CreateService'
              ? command.request.serviceName
              : 'service' in command
                ? command.service
                : '';
          expect(written).toMatch(/^ballast-web-g\d+$/);
        }
      }),
      runs,
    );
  });

  it('is decided the same by the same facts, whatever order they are in and however often they are told', () => {
    fc.assert(
      fc.property(situation, fc.array(fc.nat(100), { minLength: 1, maxLength: 100 }), ({ facts }, order) => {
        const { tasks } = facts.ledger;
        const shuffled = [...tasks].sort((a, b) => orderOf(a, order) - orderOf(b, order));
        const again: ServiceFacts = { ...facts, ledger: { ...facts.ledger, tasks: shuffled } };
        expect(planService(again, aPolicyOutcome(), nowMs)).toEqual(planService(facts, aPolicyOutcome(), nowMs));
      }),
      runs,
    );
  });

  it('asks for nothing more once what it asked for is there', () => {
    fc.assert(
      fc.property(situation, ({ facts, bridgeDesired = 0 }) => {
        const plan = planService(facts, aPolicyOutcome(), nowMs);
        const after = bridgeAfter(plan, bridgeDesired);
        fc.pre(after > bridgeDesired);
        const bridge = aBridge({ desiredCount: after, runningCount: after });
        const answered: ServiceFacts = { ...facts, bridge, ledger: { ...facts.ledger, control: plan.next } };
        expect(planService(answered, aPolicyOutcome(), nowMs + 20_000).commands).toEqual([]);
      }),
      runs,
    );
  });
});

const strategyItem = fc.record(
  {
    capacityProvider: fc.constantFrom('FARGATE', 'FARGATE_SPOT'),
    weight: fc.integer({ min: 0, max: 1000 }),
    base: fc.integer({ min: 0, max: 20 }),
  },
  { requiredKeys: ['capacityProvider'] },
);

describe('the strategy, for any original', () => {
  it('is put back exactly, and only after the cool-down', () => {
    const originals = fc
      .uniqueArray(strategyItem, { minLength: 1, maxLength: 2, selector: (item) => item.capacityProvider })
      .filter((items) => items.some((item) => item.capacityProvider === 'FARGATE_SPOT'))
      .filter((items) => !sameStrategy(items, [{ capacityProvider: 'FARGATE', weight: 1 }]));
    fc.assert(
      fc.property(originals, (original) => {
        const outcome = aPolicyOutcome({ 'ballast:fallback': 'strategy' });
        const short = someFacts({
          primary: aService({ capacityProviderStrategy: original }),
          listedTasks: 6,
          signals: { spot_placement_failure: { kind: 'spot_placement_failure', atMs: nowMs - 1, eventId: 'e' } },
          control: initialControlState,
        });
        const shift = planService(short, outcome, nowMs);
        const [forced] = shift.commands;
        if (forced?.kind !== 'UpdateService.capacityProviderStrategy') throw new Error('no shift was planned');
        const onDemand: ServiceFacts = {
          ...short,
          primary: aService({ capacityProviderStrategy: forced.to }),
          listedTasks: 10,
          ledger: { ...short.ledger, control: shift.next },
        };
        expect(planService(onDemand, outcome, nowMs + 29 * 60_000).commands).toEqual([]);
        const back = planService(onDemand, outcome, nowMs + 30 * 60_000).commands[0];
        expect(back).toMatchObject({ kind: 'UpdateService.capacityProviderStrategy', to: original });
      }),
      runs,
    );
  });
});

function orderOf(task: TaskRecord, order: readonly number[]): number {
  return order[task.taskArn.length % order.length] ?? 0;
}
