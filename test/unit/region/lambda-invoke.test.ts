import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWire, type Wire } from '../../../local/region/wire.ts';
import { aStage } from '../../builders/world.ts';

/* Lambda's own client against functions of the user's that run in this process. */

const payloads: unknown[] = [];
const calls: unknown[] = [];
let wire: Wire;
let lambda: LambdaClient;

beforeEach(async () => {
  payloads.length = 0;
  calls.length = 0;
  const { world } = aStage();
  wire = await startWire({
    world,
    nowMs: () => world.nowMs,
    putEvents: async () => ({}),
    putMetricData: () => {},
    onCall: ({ service, action, input, error }) => calls.push([service, action, input.FunctionName, error]),
    lambdaHooks: {
      save: async (payload) => {
        payloads.push(payload);
        return { uri: 's3://saved/1', text: 'größer' };
      },
      silent: async () => undefined,
      broken: async () => {
        throw new TypeError('no disk left');
      },
    },
  });
  lambda = new LambdaClient({
    endpoint: wire.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
});
afterEach(async () => {
  lambda.destroy();
  await wire.stop();
});

const invoke = (FunctionName: string, payload?: unknown) =>
  lambda.send(
    new InvokeCommand({ FunctionName, ...(payload === undefined ? {} : { Payload: JSON.stringify(payload) }) }),
  );

describe('Lambda Invoke', () => {
  it('hands the payload over, waits, and answers with what the function returns', async () => {
    const answer = await invoke('save', { taskArn: 'arn', size: 3 });

    expect(payloads).toEqual([{ taskArn: 'arn', size: 3 }]);
    expect(JSON.parse(answer.Payload?.transformToString() ?? '')).toEqual({ uri: 's3://saved/1', text: 'größer' });
    expect([answer.StatusCode, answer.FunctionError, answer.ExecutedVersion]).toEqual([200, undefined, '$LATEST']);
    expect(calls).toEqual([['lambda', 'Invoke', 'save', undefined]]);
  });

  it.each([
    'arn:aws:lambda:us-east-1:111122223333:function:save',
    'arn:aws:lambda:us-east-1:111122223333:function:save:live',
    '111122223333:function:save',
    'save:live',
  ])('knows the function as %s', async (name) => {
    const { StatusCode } = await invoke(name);

    expect([StatusCode, payloads]).toEqual([200, [undefined]]);
  });

  it('answers null for a function that returns nothing', async () => {
    const { Payload } = await invoke('silent');

    expect(Payload?.transformToString()).toBe('null');
  });

  it("answers 200 with the function's error where it throws", async () => {
    const answer = await invoke('broken');

    expect([answer.StatusCode, answer.FunctionError]).toEqual([200, 'Unhandled']);
    expect(JSON.parse(answer.Payload?.transformToString() ?? '')).toEqual({
      errorType: 'TypeError',
      errorMessage: 'no disk left',
    });
  });

  it('answers ResourceNotFoundException, 404, for a function that nobody gave', async () => {
    await expect(invoke('unknown')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Function not found: unknown',
      $metadata: { httpStatusCode: 404 },
    });
    expect(calls).toEqual([['lambda', 'Invoke', 'unknown', 'ResourceNotFoundException']]);
  });

  it('refuses to invoke without waiting', async () => {
    const later = lambda.send(new InvokeCommand({ FunctionName: 'save', InvocationType: 'Event' }));

    await expect(later).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
    expect(payloads).toEqual([]);
  });
});
