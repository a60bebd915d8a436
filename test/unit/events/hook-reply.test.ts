import { describe, expect, it } from 'vitest';
import { PoisonError } from '../../../shared/errors.ts';
import { hookReply } from '../../../shared/events/hook-reply.ts';
import type { CheckpointRequestDetail } from '../../../shared/ports/hooks.ts';

const request: CheckpointRequestDetail = {
  checkpointId: 'ckpt-a',
  hook: 'train',
  taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/shop/a',
  clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
  containers: [],
  attempt: 1,
  noticeAt: '2026-03-01T12:00:00.000Z',
  deadline: '2026-03-01T12:02:00.000Z',
};
const said = (reply: unknown) => hookReply(JSON.stringify(reply), request, 1_772_366_430_000);

describe("a hook's reply", () => {
  it.each([
    ['null', null],
    ['an empty object', {}],
    ['an object without an outcome', { statusCode: 200, uri: 5 }],
    ['an outcome of null', { outcome: null }],
  ])('that is %s reports nothing', (_what, reply) => {
    expect(said(reply)).toBeUndefined();
  });

  it('reports what the request asked for, received now', () => {
    expect(said({ outcome: 'completed' })).toStrictEqual({
      eventId: 'hook/ckpt-a',
      reportedAtMs: 1_772_366_430_000,
      checkpointId: 'ckpt-a',
      taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/shop/a',
      outcome: 'completed',
    });
  });

  it('reports where the state lies, and that there is nothing left to do', () => {
    expect(said({ outcome: 'completed', uri: 's3://checkpoints/a', finished: true })).toMatchObject({
      outcome: 'completed',
      uri: 's3://checkpoints/a',
      finished: true,
    });
  });

  it('reports why there is no state', () => {
    expect(said({ outcome: 'failed', reason: 'disk full', uri: null, finished: null })).toStrictEqual({
      eventId: 'hook/ckpt-a',
      reportedAtMs: 1_772_366_430_000,
      checkpointId: 'ckpt-a',
      taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/shop/a',
      outcome: 'failed',
      reason: 'disk full',
    });
  });

  it('is taken as told about another checkpoint or task', () => {
    expect(said({ outcome: 'completed', checkpointId: 'ckpt-b', taskArn: 'b' })).toMatchObject({
      eventId: 'hook/ckpt-b',
      checkpointId: 'ckpt-b',
      taskArn: 'b',
    });
  });

  it.each([
    ['a text', 'done', 'hook reply: the document: must be of type object'],
    ['a number', 5, 'hook reply: the document: must be of type object'],
    ['a list', [], 'hook reply: the document: must be of type object'],
    ['true', true, 'hook reply: the document: must be of type object'],
    ['an unknown outcome', { outcome: 'done' }, 'hook reply: outcome: must be completed or failed'],
    ['an outcome of true', { outcome: true }, 'hook reply: outcome: must be completed or failed'],
    ['an outcome that is empty', { outcome: '' }, 'hook reply: outcome: must be completed or failed'],
    [
      'a path for a URI',
      { outcome: 'completed', uri: '/mnt/a' },
      'hook reply: uri: must be a URI like s3://bucket/checkpoints/1',
    ],
    [
      'a URI of 1,025 characters',
      { outcome: 'completed', uri: `s3://${'u'.repeat(1_020)}` },
      'hook reply: uri: must have at most 1024 characters',
    ],
    [
      'a reason of 2,049 characters',
      { outcome: 'failed', reason: 'r'.repeat(2_049) },
      'hook reply: reason: must have at most 2048 characters',
    ],
    ['finished in words', { outcome: 'completed', finished: 'yes' }, 'hook reply: finished: must be of type boolean'],
    ['an empty checkpointId', { outcome: 'failed', checkpointId: '' }, 'hook reply: checkpointId: must not be empty'],
    ['a task that is a number', { outcome: 'failed', taskArn: 5 }, 'hook reply: taskArn: must be of type string'],
  ])('is poison when it is or has %s', (_what, reply, message) => {
    expect(() => said(reply)).toThrow(new PoisonError(message));
  });

  it('is poison when it is no JSON, and is not repeated', () => {
    expect(() => hookReply('secret', request, 0)).toThrow(new PoisonError('hook reply: not JSON (6 characters)'));
  });
});
