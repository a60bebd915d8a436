import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryLedger } from '../../local/memory-ledger.ts';
import { createTable } from '../../local/region/table.ts';
import { createDynamoLedger } from '../../shared/adapters/dynamo-ledger.ts';
import { initialControlState } from '../../shared/decisions/control-state.ts';
import type { DecisionRecord } from '../../shared/decisions/plan.ts';
import type { ServiceSignal } from '../../shared/events/facts.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Ledger } from '../../shared/ports/ledger.ts';
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

const server = dynalite({ createTableMs: 0 });
let client: DynamoDBClient;
let tables = 0;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('dynalite is not listening');
  client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${address.port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
});

afterAll(async () => {
  client.destroy();
  await new Promise((resolve) => server.close(resolve));
});

async function onDynamo(clock: Clock): Promise<Ledger> {
  tables += 1;
  const tableName = `ledger-${tables}`;
  await createTable(client, {
    TableName: tableName,
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
  });
  return createDynamoLedger(client, { tableName }, clock);
}

const minute = 60_000;
const hour = 60 * minute;

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

describe.each([
  ['on DynamoDB', onDynamo, 5],
  ['in memory', async (clock: Clock) => createMemoryLedger(clock), 200],
])('the ledger %s', (_name, create, propertyRuns) => {
  describe('tasks', () => {
    it('keeps the newest version and refuses older and equal ones', async () => {
      const ledger = await create(aClock());
      expect(await ledger.recordTask(aTaskRecord('a', { version: 4 }))).toBe('recorded');
      expect(await ledger.recordTask(aTaskRecord('a', { version: 4, lastStatus: 'STOPPED' }))).toBe('stale');
      expect(await ledger.recordTask(aTaskRecord('a', { version: 3, lastStatus: 'PENDING' }))).toBe('stale');
      expect(await ledger.recordTask(aTaskRecord('a', { version: 5, lastStatus: 'DEACTIVATING' }))).toBe('recorded');
      const { tasks } = await ledger.readService(serviceArn);
      expect(tasks.map(({ version, lastStatus }) => [version, lastStatus])).toEqual([[5, 'DEACTIVATING']]);
    });

    it('keeps the moment of a Spot stop when a later event does not tell it', async () => {
      const ledger = await create(aClock());
      await ledger.recordTask(aTaskRecord('a', { version: 4, spotStopAtMs: nowMs }));
      await ledger.recordTask(aTaskRecord('a', { version: 7, lastStatus: 'STOPPED' }));
      expect((await ledger.readService(serviceArn)).tasks[0]?.spotStopAtMs).toBe(nowMs);
    });

    it('learns of a Spot stop from a notice that comes after a later event', async () => {
      const ledger = await create(aClock());
      await ledger.recordTask(aTaskRecord('a', { version: 7, lastStatus: 'STOPPED' }));
      expect(await ledger.recordTask(aTaskRecord('a', { version: 4, spotStopAtMs: nowMs }))).toBe('stale');
      const [task] = (await ledger.readService(serviceArn)).tasks;
      expect([task?.lastStatus, task?.spotStopAtMs]).toEqual(['STOPPED', nowMs]);
    });

    it('ends in the same state whatever the order and however often events come', async () => {
      const life = [
        aTaskRecord('a', { version: 3 }),
        aTaskRecord('a', { version: 4, desiredStatus: 'STOPPED', spotStopAtMs: nowMs }),
        aTaskRecord('a', { version: 7, desiredStatus: 'STOPPED', lastStatus: 'STOPPED', stoppedAtMs: nowMs + 9 }),
      ];
      const expected = { version: 7, lastStatus: 'STOPPED', spotStopAtMs: nowMs, stoppedAtMs: nowMs + 9 };
      const deliveries = fc.shuffledSubarray([...life, ...life, ...life], { minLength: 9, maxLength: 9 });
      await fc.assert(
        fc.asyncProperty(deliveries, async (delivered) => {
          const ledger = await create(aClock());
          for (const record of delivered) await ledger.recordTask(record);
          expect((await ledger.readService(serviceArn)).tasks).toMatchObject([expected]);
        }),
        { numRuns: propertyRuns },
      );
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

  it('extends one record for equal decisions and keeps the earlier ones', async () => {
    const ledger = await create(aClock());
    await ledger.recordDecision(aDecision());
    await ledger.recordDecision(
      aDecision({ sinceMs: nowMs + minute, lastMs: nowMs + minute, explanation: 'still well' }),
    );
    const grown = aDecision({ reason: 'bridge_grown', sinceMs: nowMs + 2 * minute, lastMs: nowMs + 2 * minute });
    await ledger.recordDecision(grown);
    expect(await ledger.decisions(serviceArn, 10)).toEqual([grown, aDecision({ lastMs: nowMs + minute, count: 2 })]);
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

  it('pauses one service or all', async () => {
    const ledger = await create(aClock());
    await ledger.setPause(serviceArn, true);
    expect([await ledger.isPaused(serviceArn), await ledger.isPaused('other')]).toEqual([true, false]);
    await ledger.setPause(undefined, true);
    await ledger.setPause(serviceArn, false);
    expect([await ledger.isPaused(serviceArn), await ledger.isPaused('other')]).toEqual([true, true]);
    await ledger.setPause(undefined, false);
    expect(await ledger.isPaused(serviceArn)).toBe(false);
  });

  describe('checkpoints', () => {
    const request = { checkpointId: 'c', taskArn: 't', requestedAtMs: nowMs, deadlineMs: nowMs + 120_000 };
    const report = {
      eventId: 'e',
      reportedAtMs: nowMs,
      checkpointId: 'c',
      taskArn: 't',
      outcome: 'completed',
    } as const;

    it('lets one caller publish, once', async () => {
      const clock = aClock();
      const ledger = await create(clock);
      const claims = await Promise.all(Array.from({ length: 10 }, () => ledger.claimCheckpoint(request)));
      expect(claims.filter((claim) => claim === 'claimed')).toHaveLength(1);
      await ledger.checkpointPublished('c');
      clock.advance(hour);
      expect(await ledger.claimCheckpoint(request)).toBe('taken');
    });

    it('lets another publish what a crash left unpublished', async () => {
      const clock = aClock();
      const ledger = await create(clock);
      expect(await ledger.claimCheckpoint(request)).toBe('claimed');
      clock.advance(10_000);
      expect(await ledger.claimCheckpoint(request)).toBe('claimed');
    });

    it('takes the first report of the task that was asked', async () => {
      const ledger = await create(aClock());
      expect(await ledger.reportCheckpoint(report)).toBe('unknown');
      await ledger.claimCheckpoint(request);
      expect(await ledger.reportCheckpoint({ ...report, taskArn: 'another' })).toBe('unknown');
      expect(await ledger.reportCheckpoint(report)).toBe('recorded');
      expect(await ledger.reportCheckpoint({ ...report, outcome: 'failed' })).toBe('duplicate');
    });
  });
});
