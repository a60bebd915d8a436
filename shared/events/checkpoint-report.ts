import * as z from 'zod/mini';
import { envelope, optional, parseEvent, timeMs } from './envelope.ts';
import type { CheckpointReport } from './facts.ts';

/** Far below what an item of the ledger may have; a report tells where the state is, it does not hold it. */
const charactersMax = { checkpointId: 128, uri: 1_024, reason: 2_048, detail: 16_384 };
/** Environment variables are text, so `BALLAST_RESUME_ATTEMPT` may come back as such. */
const attemptPattern = /^\d{1,6}$/;
const attemptExpected = 'must be a whole number from 0 to 999999';

const filled = z.string().check(z.minLength(1, 'must not be empty'));
const atMost = (max: number) => z.maxLength(max, `must have at most ${max} characters`);

/** What tasks and hooks say alike. */
export const reportMembers = {
  checkpointId: filled.check(atMost(charactersMax.checkpointId)),
  taskArn: filled,
  uri: optional(
    z
      .string()
      .check(
        z.regex(/^[a-z][a-z0-9+.-]*:\/\/\S+$/, 'must be a URI like s3://bucket/checkpoints/1'),
        atMost(charactersMax.uri),
      ),
  ),
  reason: optional(z.string().check(atMost(charactersMax.reason))),
  finished: optional(z.boolean()),
};

const attempt = z.pipe(
  z
    .union([z.number(), z.string()], attemptExpected)
    .check(z.refine((told) => attemptPattern.test(String(told)), attemptExpected)),
  z.transform(Number),
);

const bounded = z.unknown().check(
  z.refine((detail) => charactersOf(detail) <= charactersMax.detail, {
    error: ({ input }) => `has ${charactersOf(input)} characters as JSON, at most ${charactersMax.detail} are taken`,
  }),
);

const schema = z.extend(envelope, {
  detail: z.pipe(bounded, z.object({ ...reportMembers, attempt: optional(attempt) })),
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
    ...saidIn(detail),
    ...(detail.attempt === undefined || detail.attempt === null ? {} : { attempt: detail.attempt }),
  };
}

interface Said {
  readonly uri?: string | null | undefined;
  readonly reason?: string | null | undefined;
  readonly finished?: boolean | null | undefined;
}

/** Leaves out what is absent or null. */
export function saidIn({ uri, reason, finished }: Said): Pick<CheckpointReport, 'uri' | 'reason' | 'finished'> {
  return {
    ...(uri === undefined || uri === null ? {} : { uri }),
    ...(reason === undefined || reason === null ? {} : { reason }),
    ...(finished === undefined || finished === null ? {} : { finished }),
  };
}

function charactersOf(detail: unknown): number {
  return JSON.stringify(detail ?? null).length;
}
