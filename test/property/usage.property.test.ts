import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { onTaskStateChange } from '../../functions/on-task-state-change/on-task-state-change.ts';
import { createMemoryLedger } from '../../local/memory-ledger.ts';
import { createQuietTelemetry } from '../../local/virtual/quiet-telemetry.ts';
import { type UsageRecord, usageSum } from '../../shared/decisions/usage.ts';
import { createEnrolmentCache } from '../../shared/enrolment-cache.ts';
import { taskFacts } from '../../shared/events/task-state-change.ts';
import { aTaskStateChange } from '../builders/events.ts';
import { nowMs, serviceArn, stackPolicy } from '../builders/service-facts.ts';

/** A life of a task: an hour on Spot costs 15,719,250 billionths and saves 33,650,750; in the bridge it is dearer by these. */
const life = fc.record({
  ofBridge: fc.boolean(),
  /** Of the day before yesterday to today, so that days differ. */
  stoppedHoursAgo: fc.nat(50),
});

/** Every event of every task three times, in any order. */
const storm = fc.array(life, { minLength: 1, maxLength: 12 }).chain((lives) =>
  fc
    .shuffledSubarray(
      lives.flatMap((one, index) =>
        ['RUNNING', 'STOPPED', 'STOPPED again'].flatMap((status) => [0, 1, 2].map(() => ({ ...one, index, status }))),
      ),
      { minLength: lives.length * 9 },
    )
    .map((events) => ({ lives, events })),
);

type Event = typeof storm extends fc.Arbitrary<{ readonly events: (infer T)[] }> ? T : never;

const iso = (ms: number) => new Date(ms).toISOString();
const hourMs = 3_600_000;

function eventOf({ ofBridge, stoppedHoursAgo, index, status }: Event) {
  const stoppedAtMs = nowMs - stoppedHoursAgo * hourMs;
  return aTaskStateChange({
    taskArn: `arn:aws:ecs:us-east-1:111122223333:task/shop/${index}`,
    group: ofBridge ? 'service:ballast-web-g1' : 'service:web',
    capacityProviderName: ofBridge ? 'FARGATE' : 'FARGATE_SPOT',
    cpu: '1024',
    memory: '2048',
    createdAt: iso(stoppedAtMs - hourMs - 9_000),
    pullStartedAt: iso(stoppedAtMs - hourMs),
    startedAt: iso(stoppedAtMs - hourMs + 20_000),
    version: { RUNNING: 3, STOPPED: 8, 'STOPPED again': 9 }[status],
    ...(status === 'RUNNING'
      ? {}
      : { desiredStatus: 'STOPPED', lastStatus: 'STOPPED', stopCode: 'UserInitiated', stoppedAt: iso(stoppedAtMs) }),
  });
}

async function aSensor() {
  const clock = { nowMs: () => nowMs };
  const ledger = createMemoryLedger(clock);
  const told: UsageRecord[] = [];
  await ledger.enrol({ arn: serviceArn, kind: 'service', tags: {} });
  const bridgeArn = 'arn:aws:ecs:us-east-1:111122223333:service/shop/ballast-web-g1';
  await ledger.enrol({ arn: bridgeArn, kind: 'bridge', tags: {}, bridgeOf: serviceArn });
  const handle = onTaskStateChange({
    ledger,
    decisions: { ask: async () => {}, askLater: async () => {} },
    jobs: { look: async () => {}, lookLater: async () => {} },
    enrolments: createEnrolmentCache(ledger, clock),
    telemetry: { ...createQuietTelemetry(() => {}), taskBilled: (usage) => void told.push(usage) },
    clock,
    tagPrefix: 'ballast:',
    stackPolicy,
  });
  const days = ['2026-02-27', '2026-02-28', '2026-03-01'];
  return { handle, told, stored: async () => (await Promise.all(days.map((day) => ledger.usage(day)))).flat() };
}

describe('money, when every event comes three times in any order', () => {
  it.each([
    ['one after the other', false],
    ['at once', true],
  ])('%s, is that of every task once', async (_how, atOnce) => {
    await fc.assert(
      fc.asyncProperty(storm, async ({ lives, events }) => {
        const sensor = await aSensor();
        const facts = events.map((event) => taskFacts(eventOf(event), nowMs));
        if (atOnce) await Promise.all(facts.map((task) => sensor.handle(task)));
        else for (const task of facts) await sensor.handle(task);
        const bridged = lives.filter(({ ofBridge }) => ofBridge).length;
        const onSpot = lives.length - bridged;
        for (const sum of [usageSum(sensor.told), usageSum(await sensor.stored())]) {
          expect(sum).toEqual({
            tasks: lives.length,
            spotTaskSeconds: onSpot * 3_600,
            onDemandTaskSeconds: bridged * 3_600,
            costNanoUsd: onSpot * 15_719_250 + bridged * 49_370_000,
            savingNanoUsd: onSpot * 33_650_750,
            bridgePremiumNanoUsd: bridged * 33_650_750,
          });
        }
      }),
      { numRuns: 200 },
    );
  });
});
