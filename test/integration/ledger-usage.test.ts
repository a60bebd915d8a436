import { describe, expect, it } from 'vitest';
import { createMemoryLedger } from '../../local/memory-ledger.ts';
import { createDynamoLedger } from '../../shared/adapters/dynamo-ledger.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Ledger } from '../../shared/ports/ledger.ts';
import { useDynamo } from '../builders/dynamo.ts';
import { aUsage } from '../builders/money.ts';
import { nowMs } from '../builders/service-facts.ts';
import { anAwsError } from '../unit/adapters/sent.ts';

/** What both ledgers promise about stopped tasks: each is counted by one call at most, and a day can be read. */

const dynamo = useDynamo();

const still: Clock = { nowMs: () => nowMs };
const onDynamo = async (clock: Clock) =>
  createDynamoLedger(dynamo.aClient(), { tableName: await dynamo.aLedgerTable() }, clock);
const day = 86_400_000;

describe.each<[string, (clock: Clock) => Promise<Ledger>]>([
  ['on DynamoDB', onDynamo],
  ['in memory', async (clock) => createMemoryLedger(clock)],
])('what stopped tasks were billed for, %s', (_where, create) => {
  it('is counted once for each task, whatever a later event says', async () => {
    const ledger = await create(still);
    expect(await ledger.countUsage(aUsage('a'))).toBe(true);
    expect(await ledger.countUsage(aUsage('a'))).toBe(false);
    expect(await ledger.countUsage(aUsage('a', { billedSeconds: 9_999 }))).toBe(false);
    expect(await ledger.countUsage(aUsage('b'))).toBe(true);
    expect(await ledger.usage('2026-03-01')).toStrictEqual([aUsage('a'), aUsage('b')]);
  });

  it('is counted by exactly one of many calls at once', async () => {
    const ledger = await create(still);
    const counted = await Promise.all(Array.from({ length: 10 }, () => ledger.countUsage(aUsage('a'))));
    expect(counted.filter(Boolean)).toHaveLength(1);
    expect(await ledger.usage('2026-03-01')).toHaveLength(1);
  });

  it('comes back as it was', async () => {
    const ledger = await create(still);
    const { serviceArn: _serviceArn, ...ofJob } = aUsage('job');
    const ofBridge = aUsage('bridge', {
      ofBridge: true,
      payment: 'onDemand',
      architecture: 'arm',
      extraStorageGiB: 80,
      onDemandNanoUsd: 680_601_600_000,
    });
    await ledger.countUsage(ofJob);
    await ledger.countUsage(ofBridge);
    expect(await ledger.usage('2026-03-01')).toStrictEqual([ofBridge, ofJob]);
  });

  it('is filed under the day of the stop, UTC', async () => {
    const ledger = await create(still);
    const before = aUsage('before', { stoppedAtMs: Date.parse('2026-02-28T23:59:59.999Z') });
    const after = aUsage('after', { stoppedAtMs: Date.parse('2026-03-01T00:00:00Z') });
    await ledger.countUsage(before);
    await ledger.countUsage(after);
    expect(await ledger.usage('2026-02-28')).toEqual([before]);
    expect(await ledger.usage('2026-03-01')).toEqual([after]);
    expect(await ledger.usage('2026-03-02')).toEqual([]);
  });

  it('is kept for 45 days after the stop, and nothing that stopped earlier is counted', async () => {
    let atMs = nowMs;
    const ledger = await create({ nowMs: () => atMs });
    await ledger.countUsage(aUsage('a'));
    atMs = nowMs + 45 * day - 1_000;
    expect(await ledger.usage('2026-03-01')).toHaveLength(1);
    expect(await ledger.countUsage(aUsage('late'))).toBe(true);
    atMs = nowMs + 45 * day;
    expect(await ledger.usage('2026-03-01')).toEqual([]);
    // An archive is replayed: its items may be gone, and nobody could tell that it was counted.
    expect(await ledger.countUsage(aUsage('a'))).toBe(false);
    expect(await ledger.countUsage(aUsage('b'))).toBe(false);
  });

  it('is listed to the last one, also where a day is more than a Query answers at once', async () => {
    const ledger = await create(still);
    // 1 MB is a page; each of these is more than 4 KB.
    const records = Array.from({ length: 300 }, (_, index) =>
      aUsage(String(index).padStart(4, '0'), { serviceArn: `arn:${'s'.repeat(4_000)}` }),
    );
    await Promise.all(records.map((record) => ledger.countUsage(record)));
    expect(await ledger.usage('2026-03-01')).toEqual(records);
  });
});

describe.each<[string, (clock: Clock) => Promise<Ledger>]>([
  ['on DynamoDB', onDynamo],
  ['in memory', async (clock) => createMemoryLedger(clock)],
])('the size of a service’s tasks, %s', (_where, create) => {
  const arn = 'arn:aws:ecs:us-east-1:111122223333:service/shop/web';
  const size = { cpu: 256, memoryMiB: 512, architecture: 'arm', extraStorageGiB: 0 } as const;

  it('is noted with the enrolment and stays when that changes', async () => {
    const ledger = await create(still);
    await ledger.enrol({ arn, kind: 'service', tags: {} });
    await ledger.noteSize(arn, { ...size, cpu: 512 });
    await ledger.noteSize(arn, size);
    await ledger.enrol({ arn, kind: 'service', tags: { 'ballast:mode': 'act' } });
    expect(await ledger.enrolment(arn)).toStrictEqual({
      arn,
      kind: 'service',
      tags: { 'ballast:mode': 'act' },
      size,
    });
  });

  it('is not noted of what is not enrolled, and goes with the enrolment', async () => {
    const ledger = await create(still);
    await ledger.noteSize(arn, size);
    expect(await ledger.enrolments()).toEqual([]);
    await ledger.enrol({ arn, kind: 'service', tags: {} });
    await ledger.noteSize(arn, size);
    await ledger.disenrol(arn);
    await ledger.enrol({ arn, kind: 'service', tags: {} });
    expect(await ledger.enrolments()).toStrictEqual([{ arn, kind: 'service', tags: {} }]);
  });
});

describe('an answer of DynamoDB that gets lost', () => {
  /** A client whose first so many answers to PutItem never arrive; the SDK tries three times in all. */
  function aDeafClient(lost: number) {
    const client = dynamo.aClient();
    let puts = 0;
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const answer = await next(args);
          if (commandName !== 'PutItemCommand') return answer;
          puts += 1;
          if (puts <= lost) throw anAwsError('TimeoutError');
          return answer;
        },
      { step: 'deserialize', priority: 'low' },
    );
    return { client, puts: () => puts };
  }

  it('makes the SDK write again, and the task counts all the same', async () => {
    const tableName = await dynamo.aLedgerTable();
    const { client, puts } = aDeafClient(1);
    const ledger = createDynamoLedger(client, { tableName }, still);
    expect(await ledger.countUsage(aUsage('a'))).toBe(true);
    expect(puts()).toBe(2);
    expect(await ledger.countUsage(aUsage('a'))).toBe(false);
    expect(await ledger.usage('2026-03-01')).toStrictEqual([aUsage('a')]);
  });

  it('three times has the message delivered again; then the sum has the task, and no call says so', async () => {
    const tableName = await dynamo.aLedgerTable();
    const { client } = aDeafClient(3);
    const ledger = createDynamoLedger(client, { tableName }, still);
    await expect(ledger.countUsage(aUsage('a'))).rejects.toMatchObject({ name: 'RetryableError' });
    expect(await ledger.countUsage(aUsage('a'))).toBe(false);
    expect(await ledger.usage('2026-03-01')).toStrictEqual([aUsage('a')]);
  });
});
