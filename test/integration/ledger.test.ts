import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryLedger } from '../../local/memory-ledger.ts';
import { createDynamoLedger } from '../../shared/adapters/dynamo-ledger.ts';
import type { BudgetEntry } from '../../shared/decisions/budget.ts';
import { initialControlState } from '../../shared/decisions/control-state.ts';
import type { DecisionRecord } from '../../shared/decisions/plan.ts';
import type { Work } from '../../shared/decisions/work.ts';
import type { ServiceSignal } from '../../shared/events/facts.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Ledger, OpenJob, TaskRecord } from '../../shared/ports/ledger.ts';
import { useDynamo } from '../builders/dynamo.ts';
import { aTaskRecord, nowMs, serviceArn } from '../builders/service-facts.ts';

/** One contract, two ledgers: the one on DynamoDB, and the one in memory that the virtual clock runs on. */

interface TestClock extends Clock {
  nowMs(): number;
  advance(ms: number): void;
}

function aClock(): TestClock {
  let atMs = nowMs;
  return {
    nowMs: () => atMs,
    advance: (ms) => {
      atMs += ms;
    },
  };
}

const dynamo = useDynamo();

async function onDynamo(clock: Clock): Promise<Ledger> {
  return createDynamoLedger(dynamo.aClient(), { tableName: await dynamo.aLedgerTable() }, clock);
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

function aSignal(changed: Partial<ServiceSignal> = {}): ServiceSignal {
  return {
    eventId: 'event-1',
    atMs: nowMs,
    serviceArn,
    serviceName: 'web',
    clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
    kind: 'spot_placement_failure',
    eventName: 'SERVICE_TASK_PLACEMENT_FAILURE',
    capacityProviders: ['FARGATE_SPOT'],
    ...changed,
  };
}

function aDecision(changed: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    serviceArn,
    reason: 'steady',
    explanation: 'all is well',
    cause: 'schedule',
    mode: 'act',
    applied: [],
    sinceMs: nowMs,
    lastMs: nowMs,
    count: 1,
    ...changed,
  };
}

/** A budget of so many services, each with an ARN of that length: the shortest that is possible is 51. */
function someEntries(count: number, arnLength = 51): BudgetEntry[] {
  return Array.from({ length: count }, (_, index) => ({
    serviceArn: `arn:aws:ecs:us-east-1:111122223333:service/shop/${String(index).padStart(arnLength - 48, '0')}`,
    priority: index % 10,
    milliVcpu: 16_000,
    held: 100 + (index % 900),
    wanted: 999 - (index % 900),
  }));
}

/** What an event of a Spot task tells; the later ones tell less, as those of ECS may. */
const spotLife: readonly TaskRecord[] = [
  aTaskRecord('a', {
    version: 3,
    cpu: 256,
    deploymentId: 'ecs-svc/1000',
    privateIps: ['10.0.0.5', '10.0.0.6'],
    containerInstanceArn: 'arn:aws:ecs:us-east-1:111122223333:container-instance/shop/i',
    hostPorts: [{ containerName: 'app', containerPort: 80, hostPort: 32_768 }],
  }),
  aTaskRecord('a', { version: 4, desiredStatus: 'STOPPED', spotStopAtMs: nowMs, cpu: 256 }),
  aTaskRecord('a', {
    version: 7,
    desiredStatus: 'STOPPED',
    lastStatus: 'STOPPED',
    spotStopAtMs: nowMs,
    stoppedAtMs: nowMs + 9,
  }),
];
const spotLifeTold: TaskRecord = {
  serviceArn,
  taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/shop/a',
  version: 7,
  desiredStatus: 'STOPPED',
  lastStatus: 'STOPPED',
  capacityProviderName: 'FARGATE_SPOT',
  spotStopAtMs: nowMs,
  startedAtMs: nowMs - hour,
  stoppedAtMs: nowMs + 9,
  cpu: 256,
  deploymentId: 'ecs-svc/1000',
  privateIps: ['10.0.0.5', '10.0.0.6'],
  containerInstanceArn: 'arn:aws:ecs:us-east-1:111122223333:container-instance/shop/i',
  hostPorts: [{ containerName: 'app', containerPort: 80, hostPort: 32_768 }],
};

/** Work with nested and empty values, with quotes and with text beyond ASCII. */
const intricateWork: Work = {
  taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/shop/b',
  clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
  checkpoint: {
    hook: 'save',
    requestedAtMs: nowMs,
    deadlineMs: nowMs + 120_000,
    claimedUntilMs: nowMs + 10_000,
    outcome: 'failed',
    settledAtMs: nowMs + 2,
    reason: '"/scratch" is full – 0 % libres après\n3 tries',
  },
  inherited: { checkpointId: 'ckpt-a', savedAtMs: nowMs - hour },
  job: {
    jobId: 'arn:aws:ecs:us-east-1:111122223333:task/shop/a',
    attempt: 1,
    launch: {
      taskDefinition: 'arn:aws:ecs:us-east-1:111122223333:task-definition/batch:7',
      enableExecuteCommand: false,
      overrides: { containerOverrides: [{ name: 'app', environment: [{ name: 'EMPTY', value: '' }] }] },
      tags: { team: '' },
      volumeConfigurations: [],
      containerNames: ['app'],
    },
  },
};

describe.each([
  ['on DynamoDB', onDynamo, 5],
  ['in memory', async (clock: Clock) => createMemoryLedger(clock), 200],
])('the ledger %s', (_name, create, propertyRuns) => {
  describe('tasks', () => {
    it('keeps the newest version and refuses older and equal ones', async () => {
      const ledger = await create(aClock());
      const outcomes: string[] = [];
      for (const changed of [
        { version: 4 },
        { version: 4, lastStatus: 'STOPPED' },
        { version: 3, lastStatus: 'PENDING' },
        { version: 5, lastStatus: 'DEACTIVATING' },
      ]) {
        outcomes.push((await ledger.recordTask(aTaskRecord('a', changed))).outcome);
      }
      expect(outcomes).toEqual(['recorded', 'stale', 'stale', 'recorded']);
      const { tasks } = await ledger.readService(serviceArn);
      expect(tasks.map(({ version, lastStatus }) => [version, lastStatus])).toEqual([[5, 'DEACTIVATING']]);
    });

    it('keeps the moment of a Spot stop when a later event tells another or none', async () => {
      const ledger = await create(aClock());
      await ledger.recordTask(aTaskRecord('a', { version: 4, spotStopAtMs: nowMs }));
      await ledger.recordTask(aTaskRecord('a', { version: 5, spotStopAtMs: nowMs + 1 }));
      await ledger.recordTask(aTaskRecord('a', { version: 7, lastStatus: 'STOPPED' }));
      expect((await ledger.readService(serviceArn)).tasks[0]?.spotStopAtMs).toBe(nowMs);
    });

    it('learns of a Spot stop from a notice that comes after a later event', async () => {
      const ledger = await create(aClock());
      await ledger.recordTask(aTaskRecord('a', { version: 7, lastStatus: 'STOPPED' }));
      const notice = aTaskRecord('a', { version: 4, spotStopAtMs: nowMs });
      expect(await ledger.recordTask(notice)).toEqual({ outcome: 'stale', isNews: true });
      expect(await ledger.recordTask(notice)).toEqual({ outcome: 'stale', isNews: false });
      const [task] = (await ledger.readService(serviceArn)).tasks;
      expect([task?.lastStatus, task?.spotStopAtMs]).toEqual(['STOPPED', nowMs]);
    });

    it.each<[what: string, before: Partial<TaskRecord>[], event: Partial<TaskRecord>, isNews: boolean]>([
      ['a task that nobody knew', [], { version: 3 }, true],
      ['the same again', [{ version: 3 }], { version: 3 }, false],
      ['a newer version of the same status', [{ version: 3 }], { version: 4 }, false],
      ['RUNNING after PENDING', [{ version: 2, lastStatus: 'PENDING' }], { version: 3 }, true],
      ['a stop', [{ version: 3 }], { version: 7, lastStatus: 'STOPPED' }, true],
      ['a notice', [{ version: 3 }], { version: 4, spotStopAtMs: nowMs }, true],
      [
        'the stop after the notice',
        [{ version: 3 }, { version: 4, spotStopAtMs: nowMs }],
        { version: 7, lastStatus: 'STOPPED', spotStopAtMs: nowMs },
        false,
      ],
      [
        'the stop after the notice that tells no reason',
        [{ version: 4, spotStopAtMs: nowMs }],
        { version: 7, lastStatus: 'STOPPED' },
        false,
      ],
      ['an older version with another status', [{ version: 7, lastStatus: 'STOPPED' }], { version: 3 }, false],
    ])('tells whether it is news: %s', async (_what, before, event, isNews) => {
      const ledger = await create(aClock());
      for (const changed of before) await ledger.recordTask(aTaskRecord('a', changed));
      expect((await ledger.recordTask(aTaskRecord('a', event))).isNews).toBe(isNews);
    });

    it('tells what an event in the usual order brings, once', async () => {
      const ledger = await create(aClock());
      const news: boolean[] = [];
      for (const record of spotLife) {
        for (let time = 1; time <= 10; time += 1) {
          const { isNews } = await ledger.recordTask(record);
          if (time === 1) news.push(isNews);
          else expect(isNews).toBe(false);
        }
      }
      expect(news).toEqual([true, true, false]);
      expect((await ledger.readService(serviceArn)).tasks).toEqual([spotLifeTold]);
    });

    it('tells news once when events come backwards, ten times each', async () => {
      const ledger = await create(aClock());
      const news: boolean[] = [];
      for (const record of [...spotLife].reverse()) {
        for (let time = 1; time <= 10; time += 1) news.push((await ledger.recordTask(record)).isNews);
      }
      expect(news.indexOf(true)).toBe(0);
      expect(news.lastIndexOf(true)).toBe(0);
      expect((await ledger.readService(serviceArn)).tasks).toEqual([spotLifeTold]);
    });

    it('tells a notice to one of many that bring it at once', async () => {
      const ledger = await create(aClock());
      await ledger.recordTask(aTaskRecord('a', { version: 3 }));
      const told = await Promise.all(
        Array.from({ length: 10 }, () => ledger.recordTask(aTaskRecord('a', { version: 4, spotStopAtMs: nowMs }))),
      );
      expect(told.filter(({ isNews }) => isNews)).toEqual([{ outcome: 'recorded', isNews: true }]);
    });

    it('ends in the same record whatever the order and however often events come', async () => {
      const deliveries = fc.shuffledSubarray([...spotLife, ...spotLife, ...spotLife], { minLength: 9, maxLength: 9 });
      await fc.assert(
        fc.asyncProperty(deliveries, async (delivered) => {
          const ledger = await create(aClock());
          let news = 0;
          for (const record of delivered) news += (await ledger.recordTask(record)).isNews ? 1 : 0;
          expect((await ledger.readService(serviceArn)).tasks).toEqual([spotLifeTold]);
          // That the task runs, if it is heard before the stop; and that Spot stops it.
          expect(news).toBe(delivered[0]?.spotStopAtMs === undefined ? 2 : 1);
        }),
        { numRuns: propertyRuns },
      );
    });

    it('replaces what a later event tells anew', async () => {
      const ledger = await create(aClock());
      await ledger.recordTask(aTaskRecord('a', { version: 3, privateIps: ['10.0.0.5'], cpu: 256 }));
      await ledger.recordTask(aTaskRecord('a', { version: 4, privateIps: ['10.0.0.9'] }));
      await ledger.recordTask(aTaskRecord('a', { version: 2, privateIps: ['10.0.0.1'], deploymentId: 'ecs-svc/1' }));
      const [task] = (await ledger.readService(serviceArn)).tasks;
      expect([task?.privateIps, task?.cpu, task?.deploymentId]).toEqual([['10.0.0.9'], 256, 'ecs-svc/1']);
    });

    it('forgets a task six hours after it was last heard of, by the clock', async () => {
      const clock = aClock();
      const ledger = await create(clock);
      await ledger.recordTask(aTaskRecord('a'));
      clock.advance(6 * hour - minute);
      expect((await ledger.readService(serviceArn)).tasks).toHaveLength(1);
      clock.advance(2 * minute);
      expect((await ledger.readService(serviceArn)).tasks).toEqual([]);
    });
  });

  describe('signals', () => {
    it('keeps the newest of each kind', async () => {
      const ledger = await create(aClock());
      await ledger.recordSignal(aSignal({ eventId: 'new', atMs: nowMs }));
      await ledger.recordSignal(aSignal({ eventId: 'old', atMs: nowMs - minute }));
      await ledger.recordSignal(aSignal({ eventId: 'other', kind: 'steady_state', atMs: nowMs - hour }));
      const { signals } = await ledger.readService(serviceArn);
      expect([signals.spot_placement_failure?.eventId, signals.steady_state?.eventId]).toEqual(['new', 'other']);
    });

    it('forgets a signal a day after it was heard of, by the clock', async () => {
      const clock = aClock();
      const ledger = await create(clock);
      await ledger.recordSignal(aSignal());
      clock.advance(day - minute);
      expect((await ledger.readService(serviceArn)).signals.spot_placement_failure?.eventId).toBe('event-1');
      clock.advance(minute);
      expect((await ledger.readService(serviceArn)).signals).toEqual({});
    });

    it('knows an event again by its id, also when it was not the newest', async () => {
      const ledger = await create(aClock());
      expect(await ledger.recordSignal(aSignal({ eventId: 'new', atMs: nowMs }))).toBe('recorded');
      expect(await ledger.recordSignal(aSignal({ eventId: 'old', atMs: nowMs - minute }))).toBe('recorded');
      expect(await ledger.recordSignal(aSignal({ eventId: 'old', atMs: nowMs - minute }))).toBe('duplicate');
      expect(await ledger.recordSignal(aSignal({ eventId: 'new', atMs: nowMs }))).toBe('duplicate');
    });
  });

  describe('the fence', () => {
    it('is given to one at a time, until it is released or expires', async () => {
      const clock = aClock();
      const ledger = await create(clock);
      const first = await ledger.takeFence(serviceArn, 12_000);
      expect(first?.generation).toBe(1);
      expect(await ledger.takeFence(serviceArn, 12_000)).toBeUndefined();
      if (first !== undefined) await ledger.releaseFence(first);
      expect((await ledger.takeFence(serviceArn, 12_000))?.generation).toBe(2);
      clock.advance(12_000);
      expect((await ledger.takeFence(serviceArn, 12_000))?.generation).toBe(3);
    });

    it('refuses the control state of a stale generation, and keeps the newer one', async () => {
      const clock = aClock();
      const ledger = await create(clock);
      const slow = await ledger.takeFence(serviceArn, 12_000);
      clock.advance(12_000);
      const quick = await ledger.takeFence(serviceArn, 12_000);
      if (slow === undefined || quick === undefined) throw new Error('no fence');
      await ledger.saveControl(quick, { ...initialControlState, bridgeGeneration: 2 });
      await expect(ledger.saveControl(slow, { ...initialControlState, bridgeGeneration: 9 })).rejects.toThrow(
        'is no longer ours',
      );
      await ledger.releaseFence(slow);
      expect(await ledger.takeFence(serviceArn, 12_000)).toBeUndefined();
      expect((await ledger.readService(serviceArn)).control).toEqual({ ...initialControlState, bridgeGeneration: 2 });
    });

    it('is given to exactly one of many that ask at once', async () => {
      const ledger = await create(aClock());
      const fences = await Promise.all(Array.from({ length: 10 }, () => ledger.takeFence(serviceArn, 12_000)));
      expect(fences.filter((fence) => fence !== undefined)).toHaveLength(1);
    });
  });

  describe('decisions', () => {
    it('extends one record for equal decisions and keeps the earlier ones', async () => {
      const ledger = await create(aClock());
      expect(await ledger.recordDecision(aDecision())).toBe('new');
      const again = aDecision({ sinceMs: nowMs + minute, lastMs: nowMs + minute, explanation: 'still well' });
      expect(await ledger.recordDecision(again)).toBe('repeated');
      const grown = aDecision({ reason: 'bridge_grown', sinceMs: nowMs + 2 * minute, lastMs: nowMs + 2 * minute });
      expect(await ledger.recordDecision(grown)).toBe('new');
      expect(await ledger.decisions(serviceArn, 10)).toEqual([grown, aDecision({ lastMs: nowMs + minute, count: 2 })]);
      expect(await ledger.decisions(serviceArn, 1)).toEqual([grown]);
    });

    const grow = {
      kind: 'UpdateService.desiredCount',
      clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
      service: 'ballast-web-g1',
      from: 0,
      to: 2,
    } as const;
    const deregister = {
      kind: 'DeregisterTargets',
      targetGroupArn: 'arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/web/1',
      targets: [{ id: '10.0.0.5', port: 80 }],
    } as const;
    const full = aDecision({
      figures: { wanted: 4, staying: 2, lost: 2, unplaceable: 0, shortfall: 2, bridgeDesired: 2 },
      facts: { desired: 4, running: 2, pending: 0, listed: 2, spotStops: 2, deployments: 1 },
      applied: [{ command: grow, result: 'failed', error: 'request 1', throttled: true }],
      targets: {
        reason: 'targets_deregistered',
        explanation: 'one of one',
        applied: [{ command: deregister, result: 'failed', error: 'request 2' }],
      },
    });
    const targets = { reason: 'targets_deregistered', explanation: 'one of one' } as const;

    it.each<[what: string, changed: Partial<DecisionRecord>]>([
      ['explanation', { explanation: 'another' }],
      ['cause', { cause: 'notice' }],
      ['facts', { facts: { desired: 4, running: 3, pending: 1, listed: 3, spotStops: 2, deployments: 1 } }],
      ['text of an error', { applied: [{ command: grow, result: 'failed', error: 'request 3' }] }],
      [
        'texts about the targets',
        {
          targets: {
            ...targets,
            explanation: 'in other words',
            applied: [{ command: deregister, result: 'failed', error: 'request 4' }],
          },
        },
      ],
    ])('takes decisions for the same that differ in: %s', async (_what, changed) => {
      const ledger = await create(aClock());
      await ledger.recordDecision(full);
      await ledger.recordDecision({ ...full, ...changed, sinceMs: nowMs + 1, lastMs: nowMs + 1 });
      expect(await ledger.decisions(serviceArn, 10)).toEqual([{ ...full, lastMs: nowMs + 1, count: 2 }]);
    });

    it.each<[what: string, changed: Partial<DecisionRecord>]>([
      ['reason', { reason: 'bridge_grown' }],
      ['mode', { mode: 'observe' }],
      ['figures', { figures: { wanted: 4, staying: 3, lost: 1, unplaceable: 0, shortfall: 1, bridgeDesired: 2 } }],
      ['result', { applied: [{ command: grow, result: 'refused', error: 'request 1' }] }],
      ['number in a command', { applied: [{ command: { ...grow, to: 3 }, result: 'failed' }] }],
      ['number of commands', { applied: [] }],
      [
        'reason about the targets',
        { targets: { ...targets, reason: 'would_empty_target_group', applied: full.targets?.applied ?? [] } },
      ],
      [
        'result of a deregistration',
        { targets: { ...targets, applied: [{ command: deregister, result: 'applied' }] } },
      ],
      [
        'target',
        {
          targets: {
            ...targets,
            applied: [{ command: { ...deregister, targets: [{ id: '10.0.0.6' }] }, result: 'failed' }],
          },
        },
      ],
    ])('takes decisions for different ones that differ in: %s', async (_what, changed) => {
      const ledger = await create(aClock());
      await ledger.recordDecision(full);
      const other = { ...full, ...changed, sinceMs: nowMs + 1, lastMs: nowMs + 1 };
      await ledger.recordDecision(other);
      expect(await ledger.decisions(serviceArn, 10)).toEqual([other, full]);
    });

    it('takes a decision with nothing about targets for another than one with', async () => {
      const ledger = await create(aClock());
      const { targets: _about, ...without } = full;
      await ledger.recordDecision(full);
      await ledger.recordDecision(without);
      expect(await ledger.decisions(serviceArn, 10)).toEqual([without, full]);
    });

    it('loses none of those made in the same millisecond', async () => {
      const ledger = await create(aClock());
      for (const reason of ['steady', 'paused', 'bridge_held'] as const) {
        await ledger.recordDecision(aDecision({ reason }));
      }
      const kept = await ledger.decisions(serviceArn, 10);
      expect(kept[0]?.reason).toBe('bridge_held');
      expect(kept.map(({ reason }) => reason).sort()).toEqual(['bridge_held', 'paused', 'steady']);
    });

    it('loses none of those that alternate within a millisecond', async () => {
      const ledger = await create(aClock());
      const reasons = ['steady', 'paused', 'steady', 'paused', 'bridge_held'] as const;
      for (const reason of reasons) await ledger.recordDecision(aDecision({ reason }));
      expect((await ledger.decisions(serviceArn, 10)).map(({ reason }) => reason)).toEqual([...reasons].reverse());
    });

    it('loses none and counts all when several write at once, what was last decided among it or not', async () => {
      const ledger = await create(aClock());
      const pairs = [
        ['steady', 'paused'],
        ['bridge_held', 'bridge_grown'],
        ['bridge_grown', 'steady'],
      ] as const;
      for (let round = 0; round < 12; round += 1) {
        const atMs = nowMs + round * 10;
        await Promise.all(
          (pairs[round % 3] ?? []).map((reason) =>
            ledger.recordDecision(aDecision({ reason, sinceMs: atMs, lastMs: atMs })),
          ),
        );
      }
      const times: Partial<Record<string, number>> = {};
      for (const { reason, count } of await ledger.decisions(serviceArn, 100)) {
        times[reason] = (times[reason] ?? 0) + count;
      }
      expect(times).toEqual({ steady: 8, paused: 4, bridge_held: 4, bridge_grown: 8 });
    });

    it('keeps a record for fourteen days after the same was last decided, by the clock', async () => {
      const clock = aClock();
      const ledger = await create(clock);
      await ledger.recordDecision(aDecision());
      await ledger.recordDecision(aDecision({ lastMs: nowMs + day }));
      clock.advance(15 * day - minute);
      expect(await ledger.decisions(serviceArn, 10)).toHaveLength(1);
      clock.advance(2 * minute);
      expect(await ledger.decisions(serviceArn, 10)).toEqual([]);
    });

    it('begins anew after a record that has expired', async () => {
      const clock = aClock();
      const ledger = await create(clock);
      await ledger.recordDecision(aDecision());
      clock.advance(15 * day);
      const again = aDecision({ sinceMs: nowMs + 15 * day, lastMs: nowMs + 15 * day });
      await ledger.recordDecision(again);
      expect(await ledger.decisions(serviceArn, 10)).toEqual([again]);
    });
  });

  it('remembers who is enrolled', async () => {
    const ledger = await create(aClock());
    const bridge = { arn: 'b', kind: 'bridge', tags: { k: 'v' }, bridgeOf: serviceArn } as const;
    await ledger.enrol({ arn: 'a', kind: 'service', tags: {} });
    await ledger.enrol(bridge);
    await ledger.disenrol('a');
    expect(await ledger.enrolments()).toEqual([bridge]);
    expect(await ledger.enrolment('b')).toEqual(bridge);
    expect(await ledger.enrolment('a')).toBeUndefined();
  });

  it('keeps whether Application Auto Scaling writes the desired count', async () => {
    const ledger = await create(aClock());
    expect(await ledger.readService(serviceArn)).toEqual({ tasks: [], signals: {} });
    await ledger.recordAutoScaled(serviceArn, true);
    expect(await ledger.readService(serviceArn)).toEqual({ tasks: [], signals: {}, autoScaled: true });
    await ledger.recordAutoScaled(serviceArn, false);
    expect(await ledger.readService(serviceArn)).toEqual({ tasks: [], signals: {}, autoScaled: false });
    expect(await ledger.readService('other')).toEqual({ tasks: [], signals: {} });
  });

  describe('the fleet', () => {
    const nothing = {
      pausedAll: false,
      paused: new Set(),
      returnAsked: new Set(),
      budget: { version: 0, entries: [] },
    };

    it('is empty before anybody says anything', async () => {
      expect(await (await create(aClock())).readFleet()).toEqual(nothing);
    });

    it('pauses one service or all', async () => {
      const ledger = await create(aClock());
      await ledger.setPause(serviceArn, true);
      expect(await ledger.readFleet()).toEqual({ ...nothing, paused: new Set([serviceArn]) });
      await ledger.setPause(undefined, true);
      await ledger.setPause(undefined, true);
      expect(await ledger.readFleet()).toEqual({ ...nothing, pausedAll: true, paused: new Set([serviceArn]) });
      await ledger.setPause(serviceArn, false);
      expect(await ledger.readFleet()).toEqual({ ...nothing, pausedAll: true });
      await ledger.setPause(undefined, false);
      await ledger.setPause(undefined, false);
      await ledger.setPause('never paused', false);
      expect(await ledger.readFleet()).toEqual(nothing);
    });

    it('keeps the return asked of a paused service until it is withdrawn', async () => {
      const ledger = await create(aClock());
      await ledger.setPause(serviceArn, true);
      await ledger.askReturn(serviceArn, true);
      await ledger.setPause(serviceArn, true);
      expect(await ledger.readFleet()).toEqual({
        ...nothing,
        paused: new Set([serviceArn]),
        returnAsked: new Set([serviceArn]),
      });
      await ledger.askReturn(serviceArn, false);
      await ledger.askReturn('never asked', false);
      expect(await ledger.readFleet()).toEqual({ ...nothing, paused: new Set([serviceArn]) });
    });

    it('withdraws the asked return with the pause, so that the next pause does not inherit it', async () => {
      const ledger = await create(aClock());
      await ledger.setPause(serviceArn, true);
      await ledger.askReturn(serviceArn, true);
      await ledger.setPause(serviceArn, false);
      expect(await ledger.readFleet()).toEqual(nothing);
      await ledger.setPause(serviceArn, true);
      expect((await ledger.readFleet()).returnAsked).toEqual(new Set());
    });

    it('withdraws with the pause of all what was asked of services that are not paused themselves', async () => {
      const ledger = await create(aClock());
      await ledger.setPause(undefined, true);
      await ledger.setPause('paused', true);
      await ledger.askReturn('paused', true);
      await ledger.askReturn('not paused', true);
      expect((await ledger.readFleet()).returnAsked).toEqual(new Set(['paused', 'not paused']));
      await ledger.setPause(undefined, false);
      expect((await ledger.readFleet()).returnAsked).toEqual(new Set(['paused']));
      await ledger.setPause(undefined, true);
      expect((await ledger.readFleet()).returnAsked).toEqual(new Set(['paused']));
    });

    it('lists the asked return of paused services only', async () => {
      const ledger = await create(aClock());
      await ledger.askReturn(serviceArn, true);
      expect((await ledger.readFleet()).returnAsked).toEqual(new Set());
    });

    it('keeps the quota as last read', async () => {
      const ledger = await create(aClock());
      await ledger.saveOnDemandVcpuQuota(6);
      await ledger.saveOnDemandVcpuQuota(4_000.5);
      expect(await ledger.readFleet()).toEqual({ ...nothing, onDemandVcpuQuota: 4_000.5 });
    });

    it('replaces the budget version by version', async () => {
      const ledger = await create(aClock());
      expect(await ledger.saveBudget(0, someEntries(300))).toBe(true);
      expect((await ledger.readFleet()).budget).toEqual({ version: 1, entries: someEntries(300) });
      expect(await ledger.saveBudget(1, someEntries(2))).toBe(true);
      expect((await ledger.readFleet()).budget).toEqual({ version: 2, entries: someEntries(2) });
      expect(await ledger.saveBudget(2, [])).toBe(true);
      expect((await ledger.readFleet()).budget).toEqual({ version: 3, entries: [] });
    });

    it.each([0, 1, 3])('refuses a budget made from version %s when it is 2', async (expectedVersion) => {
      const ledger = await create(aClock());
      await ledger.saveBudget(0, someEntries(1));
      await ledger.saveBudget(1, someEntries(2));
      expect(await ledger.saveBudget(expectedVersion, someEntries(3))).toBe(false);
      expect((await ledger.readFleet()).budget).toEqual({ version: 2, entries: someEntries(2) });
    });

    it('refuses a budget made from a version when there is none', async () => {
      const ledger = await create(aClock());
      expect(await ledger.saveBudget(1, someEntries(1))).toBe(false);
      expect((await ledger.readFleet()).budget).toEqual({ version: 0, entries: [] });
    });

    it.each([0, 1])('lets one of many writers of the budget win that saw version %s', async (version) => {
      const ledger = await create(aClock());
      if (version === 1) await ledger.saveBudget(0, []);
      const won = await Promise.all(
        Array.from({ length: 10 }, (_, index) => ledger.saveBudget(version, someEntries(index + 1))),
      );
      expect(won.filter((didWin) => didWin)).toHaveLength(1);
      expect((await ledger.readFleet()).budget).toEqual({
        version: version + 1,
        entries: someEntries(won.indexOf(true) + 1),
      });
    });

    // DynamoDB takes 400 KB per item; the longest ARN has a cluster and a service of 255 characters each.
    it.each([
      [3_500, 90],
      [700, 555],
    ])('has room for a budget of %s services with ARNs of %s characters', async (count, arnLength) => {
      const ledger = await create(aClock());
      expect(await ledger.saveBudget(0, someEntries(count, arnLength))).toBe(true);
      const { entries } = (await ledger.readFleet()).budget;
      expect([entries.length, entries[0]?.serviceArn.length]).toEqual([count, arnLength]);
    });
  });

  describe('work', () => {
    const taskArn = 'arn:aws:ecs:us-east-1:111122223333:task/shop/a';
    const clusterArn = 'arn:aws:ecs:us-east-1:111122223333:cluster/shop';
    const work: Work = { taskArn, clusterArn };
    const finished: Work = { taskArn, clusterArn, finishedAtMs: nowMs };

    it('is written under the revision that was read, and counts it up', async () => {
      const ledger = await create(aClock());
      expect(await ledger.readWork(taskArn)).toBeUndefined();
      expect(await ledger.saveWork(work, 0)).toBe(true);
      expect(await ledger.readWork(taskArn)).toEqual({ work, revision: 1 });
      expect(await ledger.saveWork(finished, 1)).toBe(true);
      expect(await ledger.readWork(taskArn)).toEqual({ work: finished, revision: 2 });
      expect(await ledger.readWork('another')).toBeUndefined();
    });

    it('comes back as it was, to the last member', async () => {
      const ledger = await create(aClock());
      await ledger.saveWork(intricateWork, 0);
      expect(await ledger.readWork(intricateWork.taskArn)).toStrictEqual({ work: intricateWork, revision: 1 });
    });

    it('loses with the write what it no longer tells', async () => {
      const ledger = await create(aClock());
      await ledger.saveWork(finished, 0);
      await ledger.saveWork(work, 1);
      expect(await ledger.readWork(taskArn)).toStrictEqual({ work, revision: 2 });
    });

    it.each([0, 1, 3])('is refused under revision %s when it is 2, and nothing changes', async (expectedRevision) => {
      const ledger = await create(aClock());
      await ledger.saveWork(work, 0);
      await ledger.saveWork(finished, 1);
      expect(await ledger.saveWork({ ...work, finishedAtMs: nowMs }, expectedRevision)).toBe(false);
      expect(await ledger.readWork(taskArn)).toEqual({ work: finished, revision: 2 });
    });

    it('is refused under a revision when there is none', async () => {
      const ledger = await create(aClock());
      expect(await ledger.saveWork(work, 1)).toBe(false);
      expect(await ledger.readWork(taskArn)).toBeUndefined();
    });

    it.each([0, 1])('lets exactly one of many writers win that saw revision %s', async (revision) => {
      const ledger = await create(aClock());
      if (revision === 1) await ledger.saveWork(work, 0);
      const won = await Promise.all(
        Array.from({ length: 10 }, (_, index) => ledger.saveWork({ ...work, finishedAtMs: index }, revision)),
      );
      expect(won.filter((didWin) => didWin)).toHaveLength(1);
      expect(await ledger.readWork(taskArn)).toEqual({
        work: { ...work, finishedAtMs: won.indexOf(true) },
        revision: revision + 1,
      });
    });

    it('is kept for thirty days after the last write, by the clock', async () => {
      const clock = aClock();
      const ledger = await create(clock);
      await ledger.saveWork(work, 0);
      clock.advance(day);
      await ledger.saveWork(finished, 1);
      clock.advance(30 * day - minute);
      expect(await ledger.readWork(taskArn)).toEqual({ work: finished, revision: 2 });
      clock.advance(minute);
      expect(await ledger.readWork(taskArn)).toBeUndefined();
    });

    it('begins anew after it has expired, and not a minute before', async () => {
      const clock = aClock();
      const ledger = await create(clock);
      await ledger.saveWork(work, 0);
      await ledger.saveWork(work, 1);
      clock.advance(30 * day - minute);
      expect(await ledger.saveWork(finished, 0)).toBe(false);
      clock.advance(minute);
      expect(await ledger.saveWork(finished, 0)).toBe(true);
      expect(await ledger.readWork(taskArn)).toEqual({ work: finished, revision: 1 });
    });

    it('does not change with what a caller does to its copy', async () => {
      const ledger = await create(aClock());
      const mine = { taskArn, clusterArn, job: { jobId: taskArn, attempt: 0 } };
      await ledger.saveWork(mine, 0);
      mine.job.attempt = 8;
      const read = await ledger.readWork(taskArn);
      expect(read?.work.job?.attempt).toBe(0);
      Object.assign(read?.work.job ?? {}, { attempt: 9 });
      expect((await ledger.readWork(taskArn))?.work.job?.attempt).toBe(0);
    });
  });

  describe('open jobs', () => {
    const clusterArn = 'arn:aws:ecs:us-east-1:111122223333:cluster/shop';
    const aJob = (id: string, lookAtMs = nowMs): OpenJob => ({
      taskArn: `arn:aws:ecs:us-east-1:111122223333:task/shop/${id}`,
      clusterArn,
      lookAtMs,
    });

    it('are listed until they are closed, with when to look at them next', async () => {
      const ledger = await create(aClock());
      expect(await ledger.openJobs()).toEqual([]);
      await ledger.openJob(aJob('b'));
      await ledger.openJob(aJob('a'));
      expect(await ledger.openJobs()).toStrictEqual([aJob('a'), aJob('b')]);
      await ledger.openJob(aJob('b', nowMs + hour));
      expect(await ledger.openJobs()).toEqual([aJob('a'), aJob('b', nowMs + hour)]);
      await ledger.closeJob(aJob('a').taskArn);
      await ledger.closeJob(aJob('a').taskArn);
      expect(await ledger.openJobs()).toEqual([aJob('b', nowMs + hour)]);
    });

    it('are listed all, however many there are', async () => {
      const ledger = await create(aClock());
      // A Query answers 1 MB at a time, which these are more than.
      const cluster = `arn:aws:ecs:us-east-1:111122223333:cluster/${'c'.repeat(255)}`;
      const jobs = Array.from({ length: 3_000 }, (_, index) => ({
        ...aJob(String(index).padStart(4, '0')),
        clusterArn: cluster,
      }));
      await Promise.all(jobs.map((job) => ledger.openJob(job)));
      expect(await ledger.openJobs()).toEqual(jobs);
    });

    it('look the way they were noted, whatever a caller does to its copy', async () => {
      const ledger = await create(aClock());
      const mine = { ...aJob('a') };
      await ledger.openJob(mine);
      Object.assign(mine, { lookAtMs: 8 });
      const [read] = await ledger.openJobs();
      expect(read).toEqual(aJob('a'));
      Object.assign(read ?? {}, { lookAtMs: 9 });
      expect(await ledger.openJobs()).toEqual([aJob('a')]);
    });

    it('are forgotten thirty days after they were last noted, by the clock', async () => {
      const clock = aClock();
      const ledger = await create(clock);
      await ledger.openJob(aJob('a'));
      await ledger.openJob(aJob('b'));
      clock.advance(day);
      await ledger.openJob(aJob('b'));
      clock.advance(29 * day - minute);
      expect(await ledger.openJobs()).toEqual([aJob('a'), aJob('b')]);
      clock.advance(minute);
      expect(await ledger.openJobs()).toEqual([aJob('b')]);
      clock.advance(day);
      expect(await ledger.openJobs()).toEqual([]);
    });
  });

  describe('the diagnosis of a deployment', () => {
    const id = 'ecs-svc/777';
    const told = { rollbackOf: 'ecs-svc/776', toldAtMs: nowMs };

    it('is for one at a time, until the claim lapses', async () => {
      const clock = aClock();
      const ledger = await create(clock);
      expect(await ledger.claimDiagnosis(serviceArn, id, 45_000)).toEqual({});
      expect(await ledger.claimDiagnosis(serviceArn, id, 45_000)).toBe('taken');
      expect(await ledger.claimDiagnosis(serviceArn, 'ecs-svc/778', 45_000)).toEqual({});
      clock.advance(45_000);
      expect(await ledger.claimDiagnosis(serviceArn, id, 45_000)).toEqual({});
    });

    it('goes on from what an earlier try had kept, and is over once it was told', async () => {
      const clock = aClock();
      const ledger = await create(clock);
      await ledger.claimDiagnosis(serviceArn, id, 45_000);
      const answer = { kind: 'StopServiceDeployment', reason: 'rolled_back', text: 'asked' } as const;
      await ledger.keepDiagnosis(serviceArn, id, { answer });
      expect(await ledger.claimDiagnosis(serviceArn, id, 45_000)).toBe('taken');
      clock.advance(45_000);
      expect(await ledger.claimDiagnosis(serviceArn, id, 45_000)).toEqual({ note: { answer } });
      await ledger.keepDiagnosis(serviceArn, id, told);
      expect(await ledger.claimDiagnosis(serviceArn, id, 45_000)).toBe('told');
    });

    it('is forgotten two weeks after it was told, by the clock', async () => {
      const clock = aClock();
      const ledger = await create(clock);
      await ledger.keepDiagnosis(serviceArn, id, told);
      clock.advance(14 * day - minute);
      expect(await ledger.claimDiagnosis(serviceArn, id, 45_000)).toBe('told');
      clock.advance(minute);
      expect(await ledger.claimDiagnosis(serviceArn, id, 45_000)).toEqual({});
    });

    it('is one claim of many at once', async () => {
      const ledger = await create(aClock());
      const claims = await Promise.all(Array.from({ length: 10 }, () => ledger.claimDiagnosis(serviceArn, id, 45_000)));
      expect(claims.filter((claim) => claim !== 'taken')).toEqual([{}]);
    });
  });

  describe('how far a deployment has come', () => {
    const watch = { deploymentId: 'ecs-svc/777', running: 3, left: 7, progressAtMs: nowMs };

    it('is kept by service, the newest alone, until it is forgotten', async () => {
      const ledger = await create(aClock());
      expect(await ledger.deploymentWatches()).toEqual(new Map());
      await ledger.watchDeployment(serviceArn, watch);
      await ledger.watchDeployment(`${serviceArn}-2`, watch);
      await ledger.watchDeployment(serviceArn, { ...watch, running: 4, reported: true });
      expect(await ledger.deploymentWatches()).toEqual(
        new Map<string, object>([
          [serviceArn, { ...watch, running: 4, reported: true }],
          [`${serviceArn}-2`, watch],
        ]),
      );
      await ledger.forgetDeployment(serviceArn);
      expect(await ledger.deploymentWatches()).toEqual(new Map([[`${serviceArn}-2`, watch]]));
    });
  });

  describe('a shortage of Spot', () => {
    it('is known by its newest moment, in its own cluster', async () => {
      const ledger = await create(aClock());
      expect(await ledger.spotShortAtMs('shop')).toBeUndefined();
      await ledger.recordSpotShort('shop', nowMs - 2_000);
      expect(await ledger.spotShortAtMs('shop')).toBe(nowMs - 2_000);
      await ledger.recordSpotShort('shop', nowMs - 1_000);
      await ledger.recordSpotShort('shop', nowMs - 3_000);
      expect(await ledger.spotShortAtMs('shop')).toBe(nowMs - 1_000);
      expect(await ledger.spotShortAtMs('another')).toBeUndefined();
    });

    it('is forgotten a day after its newest moment was heard of, by the clock', async () => {
      const clock = aClock();
      const ledger = await create(clock);
      await ledger.recordSpotShort('shop', nowMs);
      clock.advance(hour);
      // It comes again and tells nothing newer: it must not prolong anything.
      await ledger.recordSpotShort('shop', nowMs);
      clock.advance(23 * hour - minute);
      expect(await ledger.spotShortAtMs('shop')).toBe(nowMs);
      clock.advance(minute);
      expect(await ledger.spotShortAtMs('shop')).toBeUndefined();
      await ledger.recordSpotShort('shop', nowMs + day);
      expect(await ledger.spotShortAtMs('shop')).toBe(nowMs + day);
    });
  });
});
