import type { Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { onTaskStateChange } from '../../../functions/on-task-state-change/on-task-state-change.ts';
import { createMemoryLedger } from '../../../local/memory-ledger.ts';
import { createQuietTelemetry } from '../../../local/virtual/quiet-telemetry.ts';
import { RetryableError } from '../../../shared/errors.ts';
import { parseJson } from '../../../shared/events/envelope.ts';
import { taskFacts } from '../../../shared/events/task-state-change.ts';
import { sqsConsumer } from '../../../shared/middleware/sqs-consumer.ts';
import { aNotice, aTaskStateChange, type BuiltEvent } from '../../builders/events.ts';
import { nowMs, serviceArn } from '../../builders/service-facts.ts';
import { aBatch } from '../../builders/sqs.ts';

/** The sensor behind its middy stack, with a ledger in memory; `failOnce` lets the first request for a decision fail. */
function aSensor({ failOnce = false } = {}) {
  const causes: string[] = [];
  let fails = failOnce;
  const handle = onTaskStateChange({
    ledger: createMemoryLedger({ nowMs: () => nowMs }),
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
    enrolments: {
      owner: async () => ({ serviceArn, tags: {}, ofBridge: false }),
      taskDefinition: async () => undefined,
    },
  });
  const consumer = sqsConsumer('test', () => ({
    parse: (body) => taskFacts(parseJson(body), nowMs),
    handle,
    telemetry: createQuietTelemetry(() => {}),
  }));
  return {
    causes,
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
