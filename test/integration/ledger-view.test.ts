import { describe, expect, it } from 'vitest';
import { createMemoryLedger } from '../../local/memory-ledger.ts';
import { createDynamoLedger } from '../../shared/adapters/dynamo-ledger.ts';
import { createLedgerView } from '../../shared/adapters/ledger-view.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Ledger } from '../../shared/ports/ledger.ts';
import type { LedgerView } from '../../shared/ports/ledger-view.ts';
import { useDynamo } from '../builders/dynamo.ts';
import { aUsage } from '../builders/money.ts';
import { aTaskRecord, nowMs, serviceArn } from '../builders/service-facts.ts';
import { aRecord } from '../builders/widget.ts';

/** What who looks on sees of what the functions have written, in both ledgers. */

const dynamo = useDynamo();

interface Both {
  readonly ledger: Ledger;
  readonly view: LedgerView;
}

const still: Clock = { nowMs: () => nowMs };
const hour = 3_600_000;

async function onDynamo(): Promise<Both> {
  const client = dynamo.aClient();
  const tableName = await dynamo.aLedgerTable();
  return {
    ledger: createDynamoLedger(client, { tableName }, still),
    view: createLedgerView(client, { tableName }, still),
  };
}

async function inMemory(): Promise<Both> {
  const memory = createMemoryLedger(still);
  return { ledger: memory, view: memory };
}

describe.each<[string, () => Promise<Both>]>([
  ['on DynamoDB', onDynamo],
  ['in memory', inMemory],
])('who looks at the ledger %s', (_where, create) => {
  /** One an hour from noon on, each of another reason. */
  const hourly = (['steady', 'bridge_grown', 'bridge_held', 'bridge_returned'] as const).map((reason, index) =>
    aRecord({ reason, sinceMs: nowMs + index * hour, lastMs: nowMs + index * hour, count: 1 }),
  );

  it('sees the newest decision of each service that has one', async () => {
    const { ledger, view } = await create();
    const other = `${serviceArn}-2`;
    const ofOther = aRecord({ serviceArn: other, reason: 'paused', count: 1 });
    for (const record of [...hourly, ofOther]) await ledger.recordDecision(record);
    expect(await view.newestDecisions([serviceArn, other, `${serviceArn}-3`])).toEqual(
      new Map([
        [serviceArn, hourly[3]],
        [other, ofOther],
      ]),
    );
    expect(await view.newestDecisions([])).toEqual(new Map());
  });

  it('sees how often the same was decided, and until when', async () => {
    const { ledger, view } = await create();
    const first = aRecord({ sinceMs: nowMs, lastMs: nowMs, count: 1 });
    await ledger.recordDecision(first);
    await ledger.recordDecision({ ...first, sinceMs: nowMs + hour, lastMs: nowMs + hour });
    const told = { ...first, lastMs: nowMs + hour, count: 2 };
    expect((await view.newestDecisions([serviceArn])).get(serviceArn)).toEqual(told);
    expect(await view.decisionsWithin(serviceArn, { fromMs: nowMs, toMs: nowMs }, 5)).toEqual([told]);
  });

  it.each([
    ['all, and the one before', 0.5, 4, 10, ['bridge_returned', 'bridge_held', 'bridge_grown', 'steady']],
    ['those that began at its ends', 1, 2, 10, ['bridge_held', 'bridge_grown', 'steady']],
    ['of a time that is over, without the latest', 0.5, 1.5, 10, ['bridge_grown', 'steady']],
    ['the one before, where none began within', 3.5, 4, 10, ['bridge_returned']],
    ['none of before the first', -2, -1, 10, []],
    ['the newest, where there are more than asked for', 0, 4, 2, ['bridge_returned', 'bridge_held']],
  ])('sees what was decided within a time: %s', async (_what, fromHours, toHours, limit, expected) => {
    const { ledger, view } = await create();
    for (const record of hourly) await ledger.recordDecision(record);
    const time = { fromMs: nowMs + fromHours * hour, toMs: nowMs + toHours * hour };
    expect((await view.decisionsWithin(serviceArn, time, limit)).map(({ reason }) => reason)).toEqual(expected);
  });

  it('sees the tasks that stopped on a day', async () => {
    const { ledger, view } = await create();
    await ledger.countUsage(aUsage('a'));
    expect(await view.usageIfSmall('2026-03-01')).toStrictEqual([aUsage('a')]);
    expect(await view.usageIfSmall('2026-03-02')).toEqual([]);
  });

  it('sees who is enrolled, who is paused and what a service has', async () => {
    const { ledger, view } = await create();
    const enrolment = { arn: serviceArn, kind: 'service', tags: { 'ballast:managed': 'true' } } as const;
    await ledger.enrol(enrolment);
    await ledger.setPause(serviceArn, true);
    await ledger.recordTask(aTaskRecord('a'));
    expect(await view.enrolments()).toEqual([enrolment]);
    expect(await view.enrolment(serviceArn)).toEqual(enrolment);
    expect((await view.readFleet()).paused).toEqual(new Set([serviceArn]));
    expect((await view.readService(serviceArn)).tasks).toEqual([aTaskRecord('a')]);
  });
});
