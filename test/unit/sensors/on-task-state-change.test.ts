import type { Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { onTaskStateChange } from '../../../functions/on-task-state-change/on-task-state-change.ts';
import { createMemoryLedger } from '../../../local/memory-ledger.ts';
import { createQuietTelemetry } from '../../../local/virtual/quiet-telemetry.ts';
import { RetryableError } from '../../../shared/errors.ts';
import { parseJson } from '../../../shared/events/envelope.ts';
import { taskFacts } from '../../../shared/events/task-state-change.ts';
import { sqsConsumer } from '../../../shared/middleware/sqs-consumer.ts';
import type { LookRequest } from '../../../shared/ports/jobs.ts';
import { aNotice, aTaskStateChange, type BuiltEvent } from '../../builders/events.ts';
import { nowMs, serviceArn, stackPolicy } from '../../builders/service-facts.ts';
import { aBatch } from '../../builders/sqs.ts';
import { clusterArn, definitionArn, ofJob, taskArn } from '../../builders/work.ts';

interface Setup {
  readonly failOnce?: boolean;
  /** Of the task definition; none where it is not enrolled. */
  readonly tags?: Readonly<Record<string, string>>;
}

/**
 * The sensor behind its middy stack, with a ledger in memory; `failOnce` lets the first request for a decision, or for
 * a look, fail.
 */
function aSensor({ failOnce = false, tags }: Setup = {}) {
  const causes: string[] = [];
  const looks: LookRequest[] = [];
  const launched: number[] = [];
  let fails = failOnce;
  let atMs = nowMs;
  const clock = { nowMs: () => atMs };
  const ledger = createMemoryLedger(clock);
  const handle = onTaskStateChange({
    ledger,
    decisions: {
      async ask(requests) {
        if (fails) {
          fails = false;
          throw new RetryableError('the queue does not answer');
        }
        causes.push(...requests.map(({ cause }) => cause));
      },
      askLater: async () => {},
    },
    jobs: {
      async look(requests) {
        if (fails) {
          fails = false;
          throw new RetryableError('the queue does not answer');
        }
        looks.push(...requests);
      },
      lookLater: async () => {},
    },
    clock,
    telemetry: {
      ...createQuietTelemetry(() => {}),
      taskLaunched: ({ startedAtMs = 0, createdAtMs = 0 }) => launched.push(startedAtMs - createdAtMs),
    },
    tagPrefix: 'ballast:',
    stackPolicy,
    enrolments: {
      owner: async () => ({ serviceArn, tags: {}, ofBridge: false }),
      taskDefinition: async (arn) => (tags === undefined ? undefined : { arn, kind: 'task-definition', tags }),
    },
  });
  const consumer = sqsConsumer('test', () => ({
    parse: (body) => taskFacts(parseJson(body), nowMs),
    handle,
    telemetry: createQuietTelemetry(() => {}),
  }));
  return {
    causes,
    looks,
    launched,
    pass: (ms: number) => {
      atMs += ms;
    },
    work: async () => (await ledger.readWork(taskArn))?.work,
    async deliver(event: BuiltEvent, times = 1) {
      return (await consumer(aBatch([event], times), {} as Context)).batchItemFailures.length;
    },
  };
}

const stopped = aNotice({ lastStatus: 'STOPPED', version: 9 });

describe('a task that runs or has stopped', () => {
  it('is asked about once, however often EventBridge tells it', async () => {
    const sensor = aSensor();
    await sensor.deliver(aTaskStateChange());
    await sensor.deliver(aTaskStateChange());
    expect(sensor.causes).toEqual(['task_running']);
  });

  it('is measured once, from its creation to RUNNING', async () => {
    const sensor = aSensor();
    await sensor.deliver(aTaskStateChange());
    await sensor.deliver(aTaskStateChange());
    await sensor.deliver(stopped);
    expect(sensor.launched).toEqual([20_448]);
  });

  it('is asked about when its notice was lost, and not when it was told', async () => {
    const sensor = aSensor();
    await sensor.deliver(stopped);
    await sensor.deliver(aNotice({ lastStatus: 'STOPPED', version: 10 }));
    expect(sensor.causes).toEqual(['task_stopped']);
  });

  it('is asked about by the second delivery where the first had only written it', async () => {
    const sensor = aSensor({ failOnce: true });
    expect(await sensor.deliver(aTaskStateChange())).toBe(1);
    expect(await sensor.deliver(aTaskStateChange(), 2)).toBe(0);
    expect(sensor.causes).toEqual(['task_running']);
  });

  it('changes nothing where it stops for another reason', async () => {
    const sensor = aSensor();
    await sensor.deliver(
      aTaskStateChange({ lastStatus: 'STOPPED', desiredStatus: 'STOPPED', stopCode: 'UserInitiated' }),
    );
    expect(sensor.causes).toEqual([]);
  });
});

describe('a job that opted in', () => {
  const tags = { 'ballast:resume': 'true' };
  const runs = aTaskStateChange(ofJob);
  const reclaimed = (detail = {}) =>
    aNotice({ ...ofJob, lastStatus: 'STOPPED', version: 9, stoppedAt: '2026-03-01T11:59:30Z', ...detail });

  it('is looked at when it has come to run', async () => {
    const sensor = aSensor({ tags });
    await sensor.deliver(runs);
    expect(sensor.looks).toEqual([{ taskArn, clusterArn, cause: 'running' }]);
    expect(await sensor.work()).toBeUndefined();
    expect(sensor.causes).toEqual([]);
  });

  it('has its end written before it is looked at: ECS forgets tasks that have stopped', async () => {
    const sensor = aSensor({ tags });
    sensor.pass(2_000);
    await sensor.deliver(reclaimed());
    expect(await sensor.work()).toEqual({
      taskArn,
      clusterArn,
      job: {
        jobId: taskArn,
        attempt: 0,
        taskDefinitionArn: definitionArn,
        startedAtMs: Date.parse('2026-03-01T11:02:34.325Z'),
        stop: { kind: 'spot', atMs: nowMs - 30_000 },
      },
    });
    expect(sensor.looks).toEqual([{ taskArn, clusterArn, cause: 'stopped' }]);
  });

  it('is dated by its event where that does not say when it stopped', async () => {
    const sensor = aSensor({ tags });
    await sensor.deliver(reclaimed({ stoppedAt: undefined }));
    expect((await sensor.work())?.job?.stop?.atMs).toBe(nowMs);
  });

  it('is looked at as well when it stops otherwise: it is over', async () => {
    const sensor = aSensor({ tags });
    await sensor.deliver(reclaimed({ stopCode: 'EssentialContainerExited' }));
    expect((await sensor.work())?.job?.stop?.kind).toBe('other');
    expect(sensor.looks).toHaveLength(1);
  });

  it('is asked about by the look where its event leaves open why it stopped', async () => {
    const sensor = aSensor({ tags });
    await sensor.deliver(reclaimed({ stopCode: undefined, stoppedReason: undefined }));
    expect(await sensor.work()).toBeUndefined();
    expect(sensor.looks).toEqual([{ taskArn, clusterArn, cause: 'stopped' }]);
  });

  it('keeps the first word about its end', async () => {
    const sensor = aSensor({ tags });
    await sensor.deliver(reclaimed());
    sensor.pass(86_400_000);
    await sensor.deliver(reclaimed({ stopCode: 'UserInitiated', stoppedAt: '2026-03-02T12:00:00Z' }));
    expect((await sensor.work())?.job?.stop).toEqual({ kind: 'spot', atMs: nowMs - 30_000 });
  });

  it('is heard of a day late where its event is', async () => {
    const sensor = aSensor({ tags });
    sensor.pass(86_400_000);
    await sensor.deliver(reclaimed());
    expect((await sensor.work())?.job?.stop).toEqual({
      kind: 'spot',
      atMs: nowMs - 30_000,
    });
  });

  it('is looked at by the second delivery where the first had only written its end', async () => {
    const sensor = aSensor({ tags, failOnce: true });
    expect(await sensor.deliver(reclaimed())).toBe(1);
    expect(await sensor.deliver(reclaimed(), 2)).toBe(0);
    expect(sensor.looks).toHaveLength(1);
  });
});

describe('a standalone task that is nobody’s business', () => {
  it.each<[string, Setup, object]>([
    ['did not opt in', {}, {}],
    ['opted in to checkpoints only', { tags: { 'ballast:checkpoint': 'save' } }, {}],
    ['says no', { tags: { 'ballast:resume': 'false' } }, {}],
    ['has no task definition', { tags: { 'ballast:resume': 'true' } }, { taskDefinitionArn: undefined }],
    [
      'is a service’s, and its event has no group',
      { tags: { 'ballast:resume': 'true' } },
      { group: undefined, startedBy: 'ecs-svc/1234567890123456789' },
    ],
  ])('%s', async (_what, setup, detail) => {
    const sensor = aSensor(setup);
    await sensor.deliver(aTaskStateChange({ ...ofJob, ...detail }));
    await sensor.deliver(aNotice({ ...ofJob, lastStatus: 'STOPPED', version: 9, ...detail }));
    expect(sensor.looks).toEqual([]);
    expect(await sensor.work()).toBeUndefined();
  });
});
