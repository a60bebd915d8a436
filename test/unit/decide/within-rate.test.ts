import { describe, expect, it } from 'vitest';
import type { Considered } from '../../../functions/decide/considered.ts';
import { withinRate } from '../../../functions/decide/within-rate.ts';
import { planService } from '../../../shared/decisions/plan-service.ts';
import type { ServiceFacts } from '../../../shared/decisions/service-facts.ts';
import { createPace, type Pace } from '../../../shared/pace.ts';
import { aDecider, aManagedService } from '../../builders/decide.ts';
import {
  aBridge,
  aPolicyOutcome,
  bridgedControl,
  nowMs,
  provenControl,
  reclaimed,
  serviceArn,
  someFacts,
} from '../../builders/service-facts.ts';

const short = (control = provenControl) => someFacts({ listedTasks: 7, tasks: reclaimed(3), control });
const calm = () => someFacts({ bridge: aBridge(), control: bridgedControl() });

function considered(facts: ServiceFacts, changed: Partial<Considered> = {}): Considered {
  const outcome = aPolicyOutcome();
  return {
    request: { serviceArn, clusterArn: facts.clusterArn, cause: 'notice', askedAtMs: nowMs },
    fence: { serviceArn, generation: 1, expiresAtMs: nowMs + 12_000 },
    facts,
    outcome,
    plan: planService(facts, outcome, nowMs),
    plannedAtMs: nowMs,
    mode: 'act',
    estimated: false,
    ...changed,
  };
}

const reasons = (batch: readonly Considered[]) => batch.map(({ plan }) => plan.reason);
/** Five writes now and one every two seconds. */
const aPace = () => createPace({ sharePercent: 50, concurrency: 5 }, { nowMs: () => nowMs });
const never: Pace = { take: () => false, has: () => false, reserve: () => undefined, emptied: () => {} };

describe('writes within the share of the API rate', () => {
  it('are made as planned, and counted', () => {
    const pace = aPace();
    expect(reasons(withinRate(pace, [considered(short()), considered(calm())], nowMs))).toEqual([
      'bridge_grown',
      'bridge_returned',
    ]);
    expect(pace.has('service_modify', 4)).toBe(false);
    expect(pace.has('service_modify', 3)).toBe(true);
  });

  it('are growth before returns, whatever the order of the batch', () => {
    const batch = [considered(calm()), considered(calm()), ...Array.from({ length: 4 }, () => considered(short()))];
    expect(reasons(withinRate(aPace(), batch, nowMs))).toEqual([
      'rate_limited',
      'rate_limited',
      'bridge_grown',
      'bridge_grown',
      'bridge_grown',
      'bridge_grown',
    ]);
  });

  it('leave two writes to growth that is to come', () => {
    const batch = [considered(calm()), considered(calm()), considered(calm()), considered(calm())];
    expect(reasons(withinRate(aPace(), batch, nowMs))).toEqual([
      'bridge_returned',
      'bridge_returned',
      'bridge_returned',
      'rate_limited',
    ]);
  });

  it('are put in line, each after those before it', () => {
    const pace = aPace();
    pace.emptied('service_modify');
    const slots = withinRate(
      pace,
      [1, 2, 3, 4].map(() => considered(short())),
      nowMs,
    ).map(({ plan }) => plan.next.slotAtMs ?? 0);
    expect(slots.map((atMs) => (atMs - nowMs) / 1_000)).toEqual([4, 4, 8, 8]);
  });

  it('that are put off keep their plan for the record, and stay quiet until their turn', () => {
    const pace = aPace();
    pace.emptied('service_modify');
    const [one] = withinRate(pace, [considered(short())], nowMs);
    expect(one?.plan).toMatchObject({
      reason: 'rate_limited',
      commands: [],
      deferred: [{ kind: 'CreateService', request: { desiredCount: 3 } }],
      wakeAtMs: nowMs + 4_000,
      next: { quietUntilMs: nowMs + 4_000, slotAtMs: nowMs + 4_000 },
      figures: { shortfall: 3, bridgeDesired: 0 },
    });
    expect(one?.plan.explanation).toBe(
      'its share of the ECS API rate comes in 4 s; then: 3 of 10 wanted tasks are missing because of Spot (3 reclaimed, 0 not placeable): bridge 0 → 3',
    );
    expect(one?.plan.next.bridge).toBeUndefined();
    expect(one?.plan.next.bridgeGeneration).toBe(0);
  });

  it('get no turn where the line is too long to promise one', () => {
    const [one] = withinRate(never, [considered(short())], nowMs);
    expect(one?.plan.next.slotAtMs).toBeUndefined();
    expect(one?.plan.next.quietUntilMs).toBe(nowMs + 20_000);
  });

  it('come back in twenty seconds when nothing can be promised', () => {
    const [one] = withinRate(never, [considered(short())], nowMs);
    expect(one?.plan.wakeAtMs).toBe(nowMs + 20_000);
  });

  it('that are a return do not keep a notice waiting', () => {
    const [one] = withinRate(never, [considered(calm())], nowMs);
    expect(one?.plan).toMatchObject({ reason: 'rate_limited', wakeAtMs: nowMs + 20_000, deferred: [{ to: 3 }] });
    expect(one?.plan.next.quietUntilMs).toBeUndefined();
    expect(one?.plan.next.slotAtMs).toBeUndefined();
  });

  it('need no share where nothing is written', () => {
    const observed = considered(short(), { mode: 'observe' });
    const steady = considered(someFacts());
    expect(reasons(withinRate(never, [observed, steady], nowMs))).toEqual(['bridge_grown', 'steady']);
  });
});

describe('a place in line', () => {
  it('is honoured when its time has come, for a minute', () => {
    const at = (slotAtMs: number) =>
      withinRate(never, [considered(short({ ...provenControl, slotAtMs }))], nowMs)[0]?.plan.reason;
    expect(at(nowMs)).toBe('bridge_grown');
    expect(at(nowMs - 59_999)).toBe('bridge_grown');
    expect(at(nowMs - 60_000)).toBe('rate_limited');
  });

  it('is used up by the plan that is carried out', () => {
    const [one] = withinRate(never, [considered(short({ ...provenControl, slotAtMs: nowMs }))], nowMs);
    expect(one?.plan.next.slotAtMs).toBeUndefined();
  });

  it('is kept when the service is looked at again before its turn', () => {
    const reserved: number[] = [];
    const pace: Pace = { ...never, reserve: (_group, calls) => reserved.push(calls) };
    const [one] = withinRate(pace, [considered(short({ ...provenControl, slotAtMs: nowMs + 6_000 }))], nowMs);
    expect(one?.plan).toMatchObject({
      reason: 'rate_limited',
      wakeAtMs: nowMs + 6_000,
      next: { slotAtMs: nowMs + 6_000 },
    });
    expect(reserved).toEqual([]);
  });
});

describe('a plan that rests on an estimate', () => {
  const plenty = () => createPace({ sharePercent: 100, concurrency: 1 }, { nowMs: () => nowMs });

  it.each<[string, ServiceFacts]>([
    ['growth', short()],
    ['a return', calm()],
    ['growth with a place in line', short({ ...provenControl, slotAtMs: nowMs })],
    ['a hold', someFacts()],
  ])('is never carried out: %s', (_what, facts) => {
    const [one] = withinRate(plenty(), [considered(facts, { estimated: true })], nowMs);
    expect(one?.plan).toMatchObject({ reason: 'rate_limited', commands: [] });
    expect(one?.plan.wakeAtMs).toBeGreaterThanOrEqual(nowMs + 1_000);
  });

  it('may be a hold until a moment that is near', () => {
    const facts = someFacts({ listedTasks: 4, tasks: reclaimed(2, nowMs - 2_000) });
    expect(reasons(withinRate(never, [considered(facts, { estimated: true })], nowMs))).toEqual(['gathering_notices']);
  });

  it('waits for its read as well as for its write', () => {
    const reserved: string[] = [];
    const pace: Pace = {
      ...never,
      reserve: (group) => {
        reserved.push(group);
        return group === 'cluster_resource_read' ? nowMs + 30_000 : nowMs + 5_000;
      },
    };
    const [one] = withinRate(pace, [considered(short(), { estimated: true })], nowMs);
    expect(reserved).toEqual(['service_modify', 'cluster_resource_read']);
    expect(one?.plan.wakeAtMs).toBeGreaterThanOrEqual(nowMs + 30_000);
  });
});

describe('decide, when calls are scarce', () => {
  const arnOf = (name: string) => `arn:aws:ecs:us-east-1:111122223333:service/shop/${name}`;

  it('records what it puts off as deferred, and does it when its turn comes', async () => {
    let open = false;
    const pace: Pace = {
      take: (group) => open || group !== 'service_modify',
      has: () => true,
      reserve: () => nowMs + 4_000,
      emptied: () => {},
    };
    const decider = aDecider({ listed: { web: 7 }, pace });
    await decider.remember(provenControl);
    await decider.tell(reclaimed(3));
    decider.forget();
    await decider.decide();
    expect(await decider.record()).toMatchObject({
      reason: 'rate_limited',
      applied: [{ command: { kind: 'CreateService' }, result: 'deferred' }],
    });
    expect(decider.names('ecs.create')).toEqual([]);
    expect(decider.wakes()).toEqual([['wake', 4_000]]);
    decider.pass(4_000);
    await decider.decide('wake');
    expect(decider.names('ecs.create')).toEqual(['ecs.createService']);
    open = true;
    expect((await decider.stored())?.slotAtMs).toBeUndefined();
  });

  it('makes every DescribeServices within minutes, however many come at once', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `s${index}`);
    const clock = { atMs: nowMs };
    const pace = createPace({ sharePercent: 50, concurrency: 5 }, { nowMs: () => clock.atMs });
    const decider = aDecider({
      services: names.map((name) => aManagedService({ serviceName: name, serviceArn: arnOf(name) })),
      pace,
    });
    for (const name of names) await decider.remember(provenControl, arnOf(name));
    let due = names.map((name) => ({ name, atMs: nowMs }));
    while (due.length > 0 && clock.atMs < nowMs + 120_000) {
      for (const { name } of due.filter(({ atMs }) => atMs <= clock.atMs)) {
        decider.forget();
        await decider.decide({ serviceArn: arnOf(name) });
        due = due.filter((one) => one.name !== name);
        const [wake] = decider.wakes();
        if (decider.called('ecs.describeServices').length === 0) {
          // The wake queue and the FIFO queue after it take a second.
          due.push({ name, atMs: clock.atMs + (wake?.[1] ?? 0) + 1_000 });
        }
      }
      clock.atMs += 500;
      decider.pass(500);
    }
    expect(due).toEqual([]);
  });

  it('spends no ListTasks where the write has to wait anyway', async () => {
    const pace: Pace = { take: () => true, has: () => false, reserve: () => nowMs + 4_000, emptied: () => {} };
    const decider = aDecider({ pace });
    await decider.remember(provenControl);
    await decider.tell(reclaimed(3));
    await decider.decide();
    expect(decider.names('ecs.')).toEqual(['ecs.describeServices']);
    expect(await decider.record()).toMatchObject({ reason: 'rate_limited', facts: { listed: 7 } });
  });
});
