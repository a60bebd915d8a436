import { describe, expect, it } from 'vitest';
import { PoisonError } from '../../../shared/errors.ts';
import { parseLookRequest } from '../../../shared/events/look-request.ts';

const aLook = (changed: object = {}) =>
  JSON.stringify({
    taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/shop/a',
    clusterArn: 'arn:aws-cn:ecs:cn-north-1:111122223333:cluster/shop',
    cause: 'stopped',
    ...changed,
  });

describe('the request for a look at a task', () => {
  it('names the task, its cluster and the cause, and nothing else', () => {
    expect(parseLookRequest(aLook({ attempt: 3 }))).toStrictEqual({
      taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/shop/a',
      clusterArn: 'arn:aws-cn:ecs:cn-north-1:111122223333:cluster/shop',
      cause: 'stopped',
    });
  });

  it.each(['running', 'notice', 'stopped', 'report', 'deadline', 'retry', 'schedule'])(
    'may be caused by %s',
    (cause) => {
      expect(parseLookRequest(aLook({ cause })).cause).toBe(cause);
    },
  );

  it.each([
    ['no JSON', '{"taskArn":', 'look request: not JSON (11 characters)'],
    ['null', 'null', 'look request: the document: must be of type object'],
    ['no task', aLook({ taskArn: undefined }), 'look request: taskArn: must be of type string'],
    [
      "a service's ARN",
      aLook({ taskArn: 'arn:aws:ecs:us-east-1:111122223333:service/shop/web' }),
      'look request: taskArn: not the ARN of an ECS task',
    ],
    ["a cluster's name", aLook({ clusterArn: 'shop' }), 'look request: clusterArn: not the ARN of an ECS cluster'],
    [
      'an unknown cause',
      aLook({ cause: 'whim' }),
      'look request: cause: must be one of running, notice, stopped, report, deadline, retry, schedule',
    ],
  ])('is poison with %s', (_what, body, message) => {
    expect(() => parseLookRequest(body)).toThrow(new PoisonError(message));
  });
});
