import { describe, expect, it } from 'vitest';
import { PoisonError } from '../../../shared/errors.ts';
import { checkpointReport } from '../../../shared/events/checkpoint-report.ts';
import { aCheckpointReport } from '../../builders/events.ts';

const receivedAtMs = 1_772_366_500_000;

describe('what a task reports about its checkpoint', () => {
  it('completed, and where it lies', () => {
    expect(checkpointReport(aCheckpointReport(), receivedAtMs)).toEqual({
      eventId: 'af3c496d-f4a8-65d1-70f4-a69d52e9b584',
      reportedAtMs: 1_772_366_400_000,
      checkpointId: 'c-1',
      taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/shop/0123456789abcdef0123456789abcdef',
      outcome: 'completed',
      uri: 's3://checkpoints/c-1',
    });
  });

  it('failed, and why', () => {
    const event = aCheckpointReport({ uri: null, reason: 'disk full' }, { 'detail-type': 'Checkpoint Failed' });
    const report = checkpointReport(event, receivedAtMs);
    expect(report).toMatchObject({ outcome: 'failed', reason: 'disk full' });
    expect(report).not.toHaveProperty('uri');
  });

  it('is dated by its receipt where the envelope has no time', () => {
    expect(checkpointReport(aCheckpointReport({}, { time: undefined }), receivedAtMs).reportedAtMs).toBe(
      1_772_366_500_000,
    );
  });

  it.each([
    [
      'no checkpointId',
      aCheckpointReport({ checkpointId: undefined }),
      'Checkpoint Completed: detail.checkpointId: must be of type string',
    ],
    [
      'an empty checkpointId',
      aCheckpointReport({ checkpointId: '' }),
      'Checkpoint Completed: detail.checkpointId: must not be empty',
    ],
    [
      'no task',
      aCheckpointReport({ taskArn: undefined }),
      'Checkpoint Completed: detail.taskArn: must be of type string',
    ],
    [
      'our own request',
      aCheckpointReport({}, { 'detail-type': 'Checkpoint Requested' }),
      'event: detail-type: "Checkpoint Requested" is not Checkpoint Completed or Checkpoint Failed',
    ],
    [
      'another source',
      aCheckpointReport({}, { source: 'my.app' }),
      'Checkpoint Completed: source: "my.app" is not ballast.task',
    ],
  ])('is poison with %s', (_what, event, message) => {
    expect(() => checkpointReport(event, receivedAtMs)).toThrow(new PoisonError(message));
  });
});
