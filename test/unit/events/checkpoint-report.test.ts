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

  it('of which attempt, and that there is nothing left to do', () => {
    expect(checkpointReport(aCheckpointReport({ attempt: 2, finished: true }), receivedAtMs)).toMatchObject({
      attempt: 2,
      finished: true,
    });
  });

  it.each([
    ['0', 0],
    ['12', 12],
    [0, 0],
    [999_999, 999_999],
  ])('of attempt %j, as an environment variable or a number', (attempt, expected) => {
    expect(checkpointReport(aCheckpointReport({ attempt }), receivedAtMs)).toHaveProperty('attempt', expected);
  });

  it('without what is null', () => {
    const report = checkpointReport(
      aCheckpointReport({ uri: null, reason: null, attempt: null, finished: null }),
      receivedAtMs,
    );
    expect(Object.keys(report).sort()).toEqual(['checkpointId', 'eventId', 'outcome', 'reportedAtMs', 'taskArn']);
  });

  it('in words and places as long as can be', () => {
    const longest = {
      checkpointId: 'c'.repeat(128),
      uri: `s3://${'u'.repeat(1_019)}`,
      reason: 'r'.repeat(2_048),
    };
    expect(checkpointReport(aCheckpointReport(longest), receivedAtMs)).toMatchObject(longest);
  });

  it('with members of its own, as long as there is room', () => {
    // 16,384 characters as JSON.
    const detail = aCheckpointReport({ steps: '' }).detail;
    const steps = 'x'.repeat(16_384 - JSON.stringify(detail).length);
    expect(checkpointReport(aCheckpointReport({ steps }), receivedAtMs)).not.toHaveProperty('steps');
    expect(() => checkpointReport(aCheckpointReport({ steps: `${steps}x` }), receivedAtMs)).toThrow(
      new PoisonError('Checkpoint Completed: detail: has 16385 characters as JSON, at most 16384 are taken'),
    );
  });

  it.each(['s3://bucket/a b', 's3://', 'S3://bucket/a', 'bucket/a', '/mnt/data', '://bucket', 's3:/bucket', ''])(
    'nowhere that is no URI: %j',
    (uri) => {
      expect(() => checkpointReport(aCheckpointReport({ uri }), receivedAtMs)).toThrow(
        new PoisonError('Checkpoint Completed: detail.uri: must be a URI like s3://bucket/checkpoints/1'),
      );
    },
  );

  it.each([-1, 1.5, 1_000_000, '-1', '1.5', '', ' 1', 'first', '1e3', true, [1], {}])(
    'of no attempt that is not counted: %j',
    (attempt) => {
      expect(() => checkpointReport(aCheckpointReport({ attempt }), receivedAtMs)).toThrow(
        new PoisonError('Checkpoint Completed: detail.attempt: must be a whole number from 0 to 999999'),
      );
    },
  );

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
      'a checkpointId of 129 characters',
      aCheckpointReport({ checkpointId: 'c'.repeat(129) }),
      'Checkpoint Completed: detail.checkpointId: must have at most 128 characters',
    ],
    [
      'a URI of 1,025 characters',
      aCheckpointReport({ uri: `s3://${'u'.repeat(1_020)}` }),
      'Checkpoint Completed: detail.uri: must have at most 1024 characters',
    ],
    [
      'a reason of 2,049 characters',
      aCheckpointReport({ reason: 'r'.repeat(2_049) }),
      'Checkpoint Completed: detail.reason: must have at most 2048 characters',
    ],
    [
      'a reason that is no text',
      aCheckpointReport({ reason: 5 }),
      'Checkpoint Completed: detail.reason: must be of type string',
    ],
    [
      'finished in words',
      aCheckpointReport({ finished: 'true' }),
      'Checkpoint Completed: detail.finished: must be of type boolean',
    ],
    [
      'no detail',
      { ...aCheckpointReport(), detail: undefined },
      'Checkpoint Completed: detail: must be of type object',
    ],
    [
      'a detail that is a list',
      { ...aCheckpointReport(), detail: [] },
      'Checkpoint Completed: detail: must be of type object',
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
