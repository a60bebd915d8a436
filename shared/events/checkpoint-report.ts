import * as z from 'zod/mini';
import { envelope, optional, parseEvent, timeMs } from './envelope.ts';
import type { CheckpointReport } from './facts.ts';

const filled = z.string().check(z.minLength(1, 'must not be empty'));

const schema = z.extend(envelope, {
  detail: z.object({
    checkpointId: filled,
    taskArn: filled,
    uri: optional(z.string()),
    reason: optional(z.string()),
  }),
});

/**
 * A task's or hook's answer to `Checkpoint Requested`, by its detail-type.
 * @throws PoisonError naming the member that is missing or wrong.
 */
export function checkpointReport(body: unknown, receivedAtMs: number): CheckpointReport {
  const event = parseEvent(schema, body, {
    source: 'ballast.task',
    detailTypes: ['Checkpoint Completed', 'Checkpoint Failed'],
  });
  const { detail } = event;
  return {
    eventId: event.id,
    reportedAtMs: timeMs(event.time) ?? receivedAtMs,
    checkpointId: detail.checkpointId,
    taskArn: detail.taskArn,
    outcome: event['detail-type'] === 'Checkpoint Completed' ? 'completed' : 'failed',
    ...(detail.uri === undefined || detail.uri === null ? {} : { uri: detail.uri }),
    ...(detail.reason === undefined || detail.reason === null ? {} : { reason: detail.reason }),
  };
}
