import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../shared/decisions/plan.ts';
import { planService } from '../../shared/decisions/plan-service.ts';
import type { ServiceFacts } from '../../shared/decisions/service-facts.ts';
import type { Service } from '../../shared/ports/ecs.ts';
import type { TaskRecord } from '../../shared/ports/ledger.ts';
import {
  aBridge,
  aPolicyOutcome,
  aService,
  aTaskRecord,
  bridgedControl,
  nowMs,
  provenControl,
  reclaimed,
  signal,
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

  it('never leaves less desired in all than before, but for what is not missing any more', () => {
    fc.assert(
      fc.property(situation, fc.nat(30), ({ facts, desired, bridgeDesired = 0 }, recently) => {
        // What was missing within return-after counts as missing.
        const control = { ...facts.ledger.control, recentShortfalls: [{ atMs: nowMs - 60_000, count: recently }] };
        const plan = planService({ ...facts, ledger: { ...facts.ledger, control } }, aPolicyOutcome(), nowMs);
        const needed = Math.min(desired, Math.max(recently, plan.figures?.shortfall ?? 0));
        const before = desired + bridgeDesired;
        expect(desired + bridgeAfter(plan, bridgeDesired)).toBeGreaterThanOrEqual(Math.min(before, desired + needed));
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
        const shuffled = tasks
          .map((task, index) => ({ task, place: order[index % order.length] ?? 0 }))
          .sort((a, b) => a.place - b.place)
          .map(({ task }) => task);
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

/** What happens to a service in one step of its life, and whether somebody looks at it afterwards. */
const step = fc.record({
  afterMs: fc.oneof(fc.nat(12_000), fc.nat(120_000), fc.nat(900_000)),
  happens: fc.constantFrom('nothing', 'reclaim', 'reclaim', 'start', 'start', 'all start', 'spot fails', 'scale'),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  /** The decision dies between saving its intention and its writes. */
  crashes: fc.nat(9).map((drawn) => drawn === 0),
  /** ECS shows the bridge as it was so long ago. */
  lagMs: fc.oneof(fc.constant(0), fc.nat(9_999)),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface BridgeWrite {
  readonly atMs: number;
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** Lives through the steps with a bridge that obeys. @returns every write that was planned for a bridge. */
function live(steps: readonly Step[], maxBridge: string): BridgeWrite[] {
  const outcome = aPolicyOutcome({ 'ballast:max-bridge': maxBridge, 'ballast:return-after': '2m' });
  const writes: BridgeWrite[] = [];
  const tasks: TaskRecord[] = [];
  const history: { readonly atMs: number; readonly bridge: Service | undefined }[] = [];
  let bridge: Service | undefined;
  let control = provenControl;
  let signals: ServiceFacts['ledger']['signals'] = {};
  let [atMs, desired, staying] = [nowMs, 12, 12];
  const happened = (count: number, changed: Partial<TaskRecord>) => {
    for (let one = 0; one < count; one += 1) tasks.push(aTaskRecord(`t${tasks.length}`, changed));
  };
  const write = (name: string, from: number, to: number, crashes: boolean) => {
    writes.push({ atMs, name, from, to });
    if (!crashes) bridge = aBridge({ serviceName: name, desiredCount: to, runningCount: to });
  };
  for (const { afterMs, happens, share, crashes, lagMs } of steps) {
    atMs += afterMs;
    const part = (count: number) => Math.ceil(Math.max(0, count) * share);
    if (happens === 'reclaim') {
      const count = part(staying);
      staying -= count;
      happened(count, { desiredStatus: 'STOPPED', startedAtMs: nowMs - 1, spotStopAtMs: atMs });
    }
    if (happens === 'start' || happens === 'all start') {
      const count = happens === 'start' ? part(desired - staying) : Math.max(0, desired - staying);
      staying += count;
      happened(count, { startedAtMs: atMs });
    }
    if (happens === 'spot fails') signals = signal('spot_placement_failure', atMs);
    if (happens === 'scale') {
      desired = 1 + part(30);
      staying = Math.min(staying, desired);
    }
    const shown = history.findLast((seen) => seen.atMs <= atMs - lagMs)?.bridge;
    const facts = someFacts({
      primary: aService({ desiredCount: desired }),
      listedTasks: staying,
      tasks: [...tasks],
      signals,
      control,
      autoScaled: true,
      ...(shown?.serviceName === control.bridge?.serviceName && shown !== undefined ? { bridge: shown } : {}),
    });
    const plan = planService(facts, outcome, atMs);
    // As `decide` has it: a bridge is forgotten when it is deleted, not before.
    const isDeletionLost = crashes && plan.commands.some(({ kind }) => kind === 'DeleteService');
    control = isDeletionLost && control.bridge !== undefined ? { ...plan.next, bridge: control.bridge } : plan.next;
    for (const command of plan.commands) {
      if (command.kind === 'CreateService') {
        write(command.request.serviceName, 0, command.request.desiredCount, crashes);
      } else if (command.kind === 'UpdateService.desiredCount') {
        write(command.service, command.from, command.to, crashes);
      } else if (command.kind === 'DeleteService' && !crashes) {
        bridge = undefined;
      }
    }
    history.push({ atMs, bridge });
  }
  return writes;
}

describe('the writes of a bridge, whatever happens to its service', () => {
  const lives = fc.tuple(fc.array(step, { minLength: 20, maxLength: 100 }), fc.constantFrom('100pct', '3', '40pct'));
  const perBridge = (writes: readonly BridgeWrite[]) => [...Map.groupBy(writes, ({ name }) => name).values()];

  it('are ten seconds apart at least', () => {
    fc.assert(
      fc.property(lives, ([steps, maxBridge]) => {
        for (const writes of perBridge(live(steps, maxBridge))) {
          for (const [index, { atMs }] of writes.entries()) {
            expect(atMs - (writes[index - 1]?.atMs ?? 0)).toBeGreaterThanOrEqual(10_000);
          }
        }
      }),
      runs,
    );
  });

  it('change direction at most twice in ten minutes', () => {
    fc.assert(
      fc.property(lives, ([steps, maxBridge]) => {
        for (const writes of perBridge(live(steps, maxBridge))) {
          const moves = writes.filter(({ from, to }) => from !== to);
          const turns = moves.filter(({ from, to }, index) => {
            const before = moves[index - 1];
            return before !== undefined && to > from !== before.to > before.from;
          });
          for (const { atMs } of turns) {
            const within = turns.filter((turn) => turn.atMs >= atMs && turn.atMs < atMs + 600_000);
            expect(within.length).toBeLessThanOrEqual(2);
          }
        }
      }),
      runs,
    );
  });

  it('give back a quarter at most, or one', () => {
    fc.assert(
      fc.property(lives, ([steps, maxBridge]) => {
        for (const { from, to } of live(steps, maxBridge)) {
          expect(from - to).toBeLessThanOrEqual(Math.max(1, Math.floor(from / 4)));
        }
      }),
      runs,
    );
  });
});
