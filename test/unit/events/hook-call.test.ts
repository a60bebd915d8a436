import { describe, expect, it } from 'vitest';
import { PoisonError } from '../../../shared/errors.ts';
import { parseHookCall } from '../../../shared/events/hook-call.ts';

const leastRequest = {
  checkpointId: 'ckpt-a',
  hook: 'train',
  taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/shop/a',
  clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
  containers: [],
  attempt: 0,
  noticeAt: '2026-03-01T12:00:00.000Z',
  deadline: '2026-03-01T12:02:00.000Z',
};
const aCall = (request: object = {}, call: object = {}) =>
  JSON.stringify({ lambda: 'save-state', request: { ...leastRequest, ...request }, ...call });

describe('the call of a hook', () => {
  it('is read with everything that it may have', () => {
    const all = {
      ...leastRequest,
      serviceArn: 'arn:aws:ecs:us-east-1:111122223333:service/shop/web',
      group: 'service:web',
      containers: [{ name: 'app', privateIpv4Addresses: ['10.0.0.1'] }],
      attempt: 2,
      uriPrefix: 's3://checkpoints/shop/ckpt-a/',
    };
    expect(parseHookCall(aCall(all))).toStrictEqual({ lambda: 'save-state', request: all });
  });

  it('is read with the least that it has', () => {
    expect(parseHookCall(aCall())).toStrictEqual({ lambda: 'save-state', request: leastRequest });
  });

  it.each([
    ['no JSON', 'save-state', 'hook call: not JSON (10 characters)'],
    ['no function', aCall({}, { lambda: undefined }), 'hook call: lambda: must be of type string'],
    ['an empty function', aCall({}, { lambda: '' }), 'hook call: lambda: must not be empty'],
    ['no request', aCall({}, { request: undefined }), 'hook call: request: must be of type object'],
    ['no checkpoint', aCall({ checkpointId: '' }), 'hook call: request.checkpointId: must not be empty'],
    ['a task that is none', aCall({ taskArn: 'a' }), 'hook call: request.taskArn: not the ARN of an ECS task'],
    [
      'a container without addresses',
      aCall({ containers: [{ name: 'app' }] }),
      'hook call: request.containers.0.privateIpv4Addresses: must be of type array',
    ],
    [
      'a deadline that is no time',
      aCall({ deadline: 'soon' }),
      'hook call: request.deadline: must be an ISO 8601 time',
    ],
    ['a null where nothing belongs', aCall({ group: null }), 'hook call: request.group: must be of type string'],
  ])('is poison with %s', (_what, body, message) => {
    expect(() => parseHookCall(body)).toThrow(new PoisonError(message));
  });
});
