import type { Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { onTaskStateChange } from '../../../functions/on-task-state-change/on-task-state-change.ts';
import { createMemoryLedger } from '../../../local/memory-ledger.ts';
import { createQuietTelemetry } from '../../../local/virtual/quiet-telemetry.ts';
import type { UsageRecord } from '../../../shared/decisions/usage.ts';
import { createEnrolmentCache } from '../../../shared/enrolment-cache.ts';
import { RetryableError } from '../../../shared/errors.ts';
import { parseJson } from '../../../shared/events/envelope.ts';
import { taskFacts } from '../../../shared/events/task-state-change.ts';
import { sqsConsumer } from '../../../shared/middleware/sqs-consumer.ts';
import type { Enrolment, Ledger } from '../../../shared/ports/ledger.ts';
import { aNotice, aTaskStateChange, type BuiltEvent } from '../../builders/events.ts';
import { nowMs, serviceArn, stackPolicy } from '../../builders/service-facts.ts';
import { aBatch } from '../../builders/sqs.ts';
import { definitionArn, ofJob } from '../../builders/work.ts';

const web: Enrolment = { arn: serviceArn, kind: 'service', tags: { 'ballast:managed': 'true' } };
const bridge: Enrolment = {
  arn: 'arn:aws:ecs:us-east-1:111122223333:service/shop/ballast-web-g1',
  kind: 'bridge',
  tags: {},
  bridgeOf: serviceArn,
};
const job = (tags: Enrolment['tags']): Enrolment => ({ arn: definitionArn, kind: 'task-definition', tags });

interface Setup {
  readonly enrolled?: readonly Enrolment[];
  /** So many calls of countUsage fail, before they do anything or after it. */
  readonly failing?: { readonly times: number; readonly when: 'before' | 'after' };
}

/** The sensor behind its middy stack, with what it told of money and the ledger that it wrote to. */
async function aSensor({ enrolled = [web, bridge], failing = { times: 0, when: 'before' } }: Setup = {}) {
  const clock = { nowMs: () => nowMs };
  const memory = createMemoryLedger(clock);
  for (const enrolment of enrolled) await memory.enrol(enrolment);
  const told: UsageRecord[] = [];
  const unmeasured: string[] = [];
  const asked: string[] = [];
  let failures = failing.times;
  const ledger: Ledger = {
    ...memory,
    async countUsage(record) {
      const fails = failures > 0;
      failures -= 1;
      if (fails && failing.when === 'before') throw new RetryableError('the table does not answer');
      const counted = await memory.countUsage(record);
      if (fails) throw new RetryableError('the answer got lost');
      return counted;
    },
  };
  const telemetry = {
    ...createQuietTelemetry(() => {}),
    taskBilled: (usage: UsageRecord) => void told.push(usage),
    taskUnmeasured: ({ taskArn }: { readonly taskArn: string }) => void unmeasured.push(taskArn),
  };
  const handle = onTaskStateChange({
    ledger,
    decisions: {
      ask: async (requests) => void asked.push(...requests.map(({ cause }) => cause)),
      askLater: async () => {},
    },
    jobs: { look: async (looks) => void asked.push(...looks.map(({ cause }) => cause)), lookLater: async () => {} },
    enrolments: createEnrolmentCache(memory, clock),
    telemetry,
    clock,
    tagPrefix: 'ballast:',
    stackPolicy,
  });
  const consumer = sqsConsumer('test', () => ({
    parse: (body) => taskFacts(parseJson(body), nowMs),
    handle,
    telemetry,
  }));
  return {
    told,
    unmeasured,
    asked,
    stored: () => memory.usage('2026-03-01'),
    size: async () => (await memory.enrolment(serviceArn))?.size,
    async deliver(events: readonly BuiltEvent[], times = 1) {
      return (await consumer(aBatch(events, times), {} as Context)).batchItemFailures.length;
    },
  };
}

/** An hour of 1 vCPU and 2 GB, from pull to stop. */
const hour = {
  desiredStatus: 'STOPPED',
  lastStatus: 'STOPPED',
  stopCode: 'ServiceSchedulerInitiated',
  cpu: '1024',
  memory: '2048',
  pullStartedAt: '2026-03-01T10:59:00Z',
  stoppedAt: '2026-03-01T11:59:00Z',
  version: 9,
};
const ofBridge = { group: 'service:ballast-web-g1', capacityProviderName: 'FARGATE' };

describe('a task that has stopped', () => {
  it('on Spot is filed and told with what it cost and would have cost on demand', async () => {
    const sensor = await aSensor();
    await sensor.deliver([aTaskStateChange(hour)]);
    const billed = {
      taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/shop/0123456789abcdef0123456789abcdef',
      clusterName: 'shop',
      serviceArn: 'arn:aws:ecs:us-east-1:111122223333:service/shop/web',
      ofBridge: false,
      payment: 'spot',
      cpu: 1_024,
      memoryMiB: 2_048,
      architecture: 'x86',
      extraStorageGiB: 0,
      billedSeconds: 3_600,
      stoppedAtMs: 1_772_366_340_000,
      // 0.04048    + 2 × 0.004445
      onDemandNanoUsd: 49_370_000,
      // 0.01288871 + 2 × 0.00141527
      spotNanoUsd: 15_719_250,
    };
    expect(sensor.told).toEqual([billed]);
    expect(await sensor.stored()).toEqual([billed]);
  });

  it('of a bridge belongs to the primary', async () => {
    const sensor = await aSensor();
    await sensor.deliver([aTaskStateChange({ ...hour, ...ofBridge })]);
    expect(sensor.told).toMatchObject([{ serviceArn: web.arn, ofBridge: true, payment: 'onDemand' }]);
  });

  it.each([
    ['asked to be resumed', { 'ballast:resume': 'true' }, ['stopped']],
    ['is only asked for checkpoints', { 'ballast:checkpoint': 'in-task' }, []],
  ])('of a job that %s is filed under no service', async (_what, tags, asked) => {
    const sensor = await aSensor({ enrolled: [job(tags)] });
    await sensor.deliver([aTaskStateChange({ ...ofJob, ...hour })]);
    expect(sensor.told).toMatchObject([{ billedSeconds: 3_600, ofBridge: false }]);
    expect(sensor.told[0]).not.toHaveProperty('serviceArn');
    expect(sensor.asked).toEqual(asked);
  });

  it.each([
    ['of a service that did not opt in', [], hour],
    ['of a job that did not opt in', [], { ...ofJob, ...hour }],
    ['that only runs', [web], { ...hour, lastStatus: 'RUNNING', desiredStatus: 'RUNNING' }],
    ['that is yet to stop', [web], { ...hour, lastStatus: 'DEPROVISIONING' }],
    ['of EC2', [web], { ...hour, launchType: 'EC2', capacityProviderName: 'own' }],
  ])('%s is not counted', async (_what, enrolled, detail) => {
    const sensor = await aSensor({ enrolled });
    await sensor.deliver([aTaskStateChange(detail)]);
    expect([sensor.told, sensor.unmeasured, await sensor.stored()]).toEqual([[], [], []]);
  });

  it('and cannot be priced is told as that; its decision is asked for all the same', async () => {
    const sensor = await aSensor();
    expect(await sensor.deliver([aNotice({ ...hour, stopCode: 'SpotInterruption', memory: 2_048 })])).toBe(0);
    expect(sensor.unmeasured).toHaveLength(1);
    expect(sensor.told).toEqual([]);
    expect(sensor.asked).toEqual(['task_stopped']);
  });
});

describe('the size of a service’s tasks', () => {
  const runs = { cpu: '1024', memory: '2048' };
  const size = { cpu: 1_024, memoryMiB: 2_048, architecture: 'x86', extraStorageGiB: 0 };

  it('is noted when one of them runs, and anew when it is another', async () => {
    const sensor = await aSensor();
    await sensor.deliver([aTaskStateChange(runs)]);
    expect(await sensor.size()).toEqual(size);
    await sensor.deliver([aTaskStateChange({ ...runs, memory: '4096' })]);
    expect(await sensor.size()).toEqual({ ...size, memoryMiB: 4_096 });
  });

  it('is taken from one that stops only where nothing else is known', async () => {
    const sensor = await aSensor();
    await sensor.deliver([aTaskStateChange(hour)]);
    expect(await sensor.size()).toEqual(size);
    const known = await aSensor({ enrolled: [{ ...web, size: { ...size, cpu: 2_048, architecture: 'arm' } }] });
    await known.deliver([aTaskStateChange(hour)]);
    expect(await known.size()).toEqual({ ...size, cpu: 2_048, architecture: 'arm' });
  });

  it.each([
    ['of its bridge', { ...runs, group: 'service:ballast-web-g1' }],
    ['whose event leaves it out', { ...runs, memory: undefined }],
  ])('is not taken from a task %s', async (_what, detail) => {
    const sensor = await aSensor();
    await sensor.deliver([aTaskStateChange(detail)]);
    expect(await sensor.size()).toBeUndefined();
  });
});

describe('a task whose event comes three times', () => {
  const events = [aTaskStateChange(hour), aTaskStateChange(hour), aTaskStateChange(hour)];

  it('one after the other is counted once', async () => {
    const sensor = await aSensor();
    for (const event of events) await sensor.deliver([event]);
    expect([sensor.told.length, (await sensor.stored()).length]).toEqual([1, 1]);
  });

  it('at once is counted once', async () => {
    const sensor = await aSensor();
    await sensor.deliver(events);
    expect([sensor.told.length, (await sensor.stored()).length]).toEqual([1, 1]);
  });

  it('is counted by the delivery that reaches the ledger', async () => {
    const sensor = await aSensor({ failing: { times: 1, when: 'before' } });
    expect(await sensor.deliver([aTaskStateChange(hour)])).toBe(1);
    expect(await sensor.deliver([aTaskStateChange(hour)], 2)).toBe(0);
    expect([sensor.told.length, (await sensor.stored()).length]).toEqual([1, 1]);
  });

  it('is in the sum, and told by nobody, after a crash between the two', async () => {
    const sensor = await aSensor({ failing: { times: 1, when: 'after' } });
    expect(await sensor.deliver([aTaskStateChange(hour)])).toBe(1);
    expect(await sensor.deliver([aTaskStateChange(hour)], 2)).toBe(0);
    expect([sensor.told.length, (await sensor.stored()).length]).toEqual([0, 1]);
  });

  it('has its decision asked for before anything waits for money', async () => {
    const sensor = await aSensor({ failing: { times: 9, when: 'before' } });
    expect(await sensor.deliver([aNotice({ ...hour, stopCode: 'SpotInterruption' })])).toBe(1);
    expect(sensor.asked).toEqual(['task_stopped']);
  });
});
