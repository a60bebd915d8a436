import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it, vi } from 'vitest';
import { createLambdaHooks } from '../../../shared/adapters/lambda-hooks.ts';
import type { CheckpointRequestDetail } from '../../../shared/ports/hooks.ts';
import { anAwsError, sent } from './sent.ts';

const request: CheckpointRequestDetail = {
  checkpointId: 'ckpt-a',
  hook: 'train',
  taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/shop/a',
  clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
  containers: [],
  attempt: 0,
  noticeAt: '2026-03-01T12:00:00.000Z',
  deadline: '2026-03-01T12:02:00.000Z',
};

/** A function that is invoked under a clock that only waiting moves on; every wait is noted. */
function aLambda({ callMs = 0 } = {}) {
  const client = new LambdaClient({});
  const mock = mockClient(client);
  const waitsMs: number[] = [];
  let nowMs = 1_772_366_400_000;
  const clock = {
    nowMs: () => {
      nowMs += callMs;
      return nowMs;
    },
  };
  const sleep = async (ms: number) => {
    waitsMs.push(ms);
    nowMs += ms;
  };
  const hooks = createLambdaHooks(client, clock, sleep);
  // The mock's types leave out what else is handed to the client.
  const signals = () =>
    mock
      .commandCalls(InvokeCommand)
      .map(({ args }) => (args as unknown as [object, { abortSignal: AbortSignal }])[1].abortSignal);
  return { mock, waitsMs, signals, invoke: (withinMs = 60_000) => hooks.invoke('save-state', request, withinMs) };
}

/** As the SDK hands it out: bytes that know their text. */
const payload = (text: string) =>
  Object.assign(new TextEncoder().encode(text), { transformToString: () => text }) as never;
const throttled = () => anAwsError('TooManyRequestsException', 429);

describe('invoking a hook', () => {
  it('sends the request and waits for the reply', async () => {
    const { mock, invoke } = aLambda();
    mock.on(InvokeCommand).resolves({ StatusCode: 200, Payload: payload('{"outcome":"completed"}') });
    await expect(invoke()).resolves.toStrictEqual({ reply: '{"outcome":"completed"}' });
    expect(sent(mock)).toStrictEqual([
      [
        'InvokeCommand',
        {
          FunctionName: 'save-state',
          InvocationType: 'RequestResponse',
          Payload:
            '{"checkpointId":"ckpt-a","hook":"train","taskArn":"arn:aws:ecs:us-east-1:111122223333:task/shop/a","clusterArn":"arn:aws:ecs:us-east-1:111122223333:cluster/shop","containers":[],"attempt":0,"noticeAt":"2026-03-01T12:00:00.000Z","deadline":"2026-03-01T12:02:00.000Z"}',
        },
      ],
    ]);
  });

  it.each([
    ['nothing at all', {}],
    ['no bytes', { Payload: payload('') }],
    ['null', { Payload: payload('null') }],
  ])('answers null for a function that returned %s', async (_what, answer) => {
    const { mock, invoke } = aLambda();
    mock.on(InvokeCommand).resolves(answer);
    await expect(invoke()).resolves.toStrictEqual({ reply: 'null' });
  });

  it('aborts when the time is over', async () => {
    const { mock, invoke, signals } = aLambda();
    mock.on(InvokeCommand).resolves({});
    await invoke(20);
    await vi.waitFor(() => expect(signals().map(({ aborted }) => aborted)).toEqual([true]));
  });

  // Node sets a timer of more than 2³¹ ms to 1 ms.
  it.each([
    [Number.POSITIVE_INFINITY, false],
    [2 ** 32, false],
    [900_000, false],
    [0.5, true],
  ])('takes %d ms', async (withinMs, isAborted) => {
    const { mock, invoke, signals } = aLambda();
    mock.on(InvokeCommand).resolves({ Payload: payload('{}') });
    await expect(invoke(withinMs)).resolves.toStrictEqual({ reply: '{}' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(signals().map(({ aborted }) => aborted)).toEqual([isAborted]);
  });

  it.each([0, -1, Number.NaN])('does not begin with %d ms left', async (withinMs) => {
    const { mock, invoke } = aLambda();
    await expect(invoke(withinMs)).resolves.toStrictEqual({ failure: 'timeout', detail: 'Invoke: no time is left' });
    expect(sent(mock)).toEqual([]);
  });
});

describe('a reply', () => {
  it('may have 65,536 bytes', async () => {
    const { mock, invoke } = aLambda();
    const text = 'x'.repeat(65_536);
    mock.on(InvokeCommand).resolves({ Payload: payload(text) });
    await expect(invoke()).resolves.toStrictEqual({ reply: text });
  });

  it('with a byte more is too large', async () => {
    const { mock, invoke } = aLambda();
    // 65,535 characters, one of which takes two bytes.
    mock.on(InvokeCommand).resolves({ Payload: payload(`${'x'.repeat(65_535)}é`) });
    await expect(invoke()).resolves.toStrictEqual({
      failure: 'reply_too_large',
      detail: '65537 bytes, at most 65536 are read',
    });
  });
});

describe('a function that fails', () => {
  const failing = (text: string) => {
    const { mock, invoke } = aLambda();
    mock.on(InvokeCommand).resolves({ StatusCode: 200, FunctionError: 'Unhandled', Payload: payload(text) });
    return invoke();
  };

  it('is told in its own words', async () => {
    await expect(failing('{"errorType":"Error","errorMessage":"disk full","trace":[]}')).resolves.toStrictEqual({
      failure: 'error',
      detail: 'disk full',
    });
  });

  it('is told in 200 characters', async () => {
    await expect(failing(JSON.stringify({ errorMessage: 'x'.repeat(201) }))).resolves.toStrictEqual({
      failure: 'error',
      detail: 'x'.repeat(200),
    });
  });

  it.each([
    ['that is no JSON', 'Traceback'],
    ['without a message', '{"errorType":"Error"}'],
    ['whose message is no text', '{"errorMessage":5}'],
    ['that is null', 'null'],
    ['of nothing', ''],
    ['that is too large to be read', JSON.stringify({ errorMessage: 'x'.repeat(65_536) })],
  ])("is told in Lambda's word for a reply %s", async (_what, text) => {
    await expect(failing(text)).resolves.toStrictEqual({ failure: 'error', detail: 'Unhandled' });
  });

  it('is not invoked again', async () => {
    const { mock, invoke } = aLambda();
    mock.on(InvokeCommand).resolves({ FunctionError: 'Unhandled', Payload: payload('{}') });
    await invoke();
    expect(sent(mock)).toHaveLength(1);
  });
});

describe('a hook that is throttled', () => {
  it('is invoked again until it answers', async () => {
    const { mock, invoke, waitsMs } = aLambda();
    mock
      .on(InvokeCommand)
      .rejectsOnce(throttled())
      .rejectsOnce(throttled())
      .resolves({ Payload: payload('{}') });
    await expect(invoke()).resolves.toStrictEqual({ reply: '{}' });
    expect(waitsMs).toEqual([250, 500]);
    expect(sent(mock)).toHaveLength(3);
  });

  it('is waited for longer each time, for two seconds at most, while there is time', async () => {
    const { mock, invoke, waitsMs } = aLambda();
    mock.on(InvokeCommand).rejects(throttled());
    await expect(invoke(10_000)).resolves.toStrictEqual({
      failure: 'throttled',
      detail: 'Invoke: TooManyRequestsException: as AWS words it',
    });
    expect(waitsMs).toEqual([250, 500, 1_000, 2_000, 2_000, 2_000, 2_000]);
    expect(sent(mock)).toHaveLength(8);
  });

  it('is not waited for when the wait would take what is left', async () => {
    const { mock, invoke, waitsMs } = aLambda();
    mock.on(InvokeCommand).rejects(throttled());
    await expect(invoke(750)).resolves.toMatchObject({ failure: 'throttled' });
    expect(waitsMs).toEqual([250]);
  });

  it('uses up its time by the calls too', async () => {
    const { mock, invoke, waitsMs } = aLambda({ callMs: 1_000 });
    mock.on(InvokeCommand).rejects(throttled());
    await expect(invoke(2_000)).resolves.toMatchObject({ failure: 'throttled' });
    expect(waitsMs).toEqual([250]);
  });

  it('is aborted at the same moment, however often it was invoked', async () => {
    const { mock, invoke, signals } = aLambda();
    mock.on(InvokeCommand).rejectsOnce(throttled()).resolves({});
    await invoke();
    const [first, second] = signals();
    expect(first).toBeInstanceOf(AbortSignal);
    expect(second).toBe(first);
  });

  it.each(['ThrottlingException', 'ThrottledException', 'EC2ThrottledException', 'RequestThrottled'])(
    'may be so by the name %s',
    async (name) => {
      const { mock, invoke } = aLambda();
      mock.on(InvokeCommand).rejects(anAwsError(name, 400));
      await expect(invoke(100)).resolves.toMatchObject({ failure: 'throttled' });
    },
  );
});

describe('a hook that cannot be invoked', () => {
  it.each(['AccessDeniedException', 'ResourceNotFoundException', 'InvalidParameterValueException', 'TypeError'])(
    'is refused by %s, and not invoked again',
    async (name) => {
      const { mock, invoke } = aLambda();
      mock.on(InvokeCommand).rejects(anAwsError(name, 400));
      await expect(invoke()).resolves.toStrictEqual({
        failure: 'refused',
        detail: `Invoke: ${name}: as AWS words it`,
      });
      expect(sent(mock)).toHaveLength(1);
    },
  );

  it('is told in 200 characters', async () => {
    const { mock, invoke } = aLambda();
    mock.on(InvokeCommand).rejects(Object.assign(new Error('x'.repeat(300)), { name: 'AccessDeniedException' }));
    const answer = await invoke();
    expect('failure' in answer && answer.detail).toBe(`Invoke: AccessDeniedException: ${'x'.repeat(169)}`);
  });

  it('times out when our signal aborts, and is not invoked again', async () => {
    const { mock, invoke } = aLambda();
    mock.on(InvokeCommand).rejects(Object.assign(new Error('Request aborted'), { name: 'AbortError' }));
    await expect(invoke()).resolves.toStrictEqual({
      failure: 'timeout',
      detail: 'Invoke: AbortError: Request aborted',
    });
    expect(sent(mock)).toHaveLength(1);
  });

  it.each([
    // The SDK's name for a connection that was refused or broken, too.
    ['TimeoutError', undefined, 'timeout'],
    ['ServiceException', 500, 'error'],
    ['ENINotReadyException', 502, 'error'],
    ['ResourceConflictException', 409, 'error'],
  ])('is invoked again after %s, which may pass', async (name, status, failure) => {
    const { mock, invoke, waitsMs } = aLambda();
    mock
      .on(InvokeCommand)
      .rejectsOnce(anAwsError(name, status))
      .resolvesOnce({ Payload: payload('{}') })
      .rejects(anAwsError(name, status));
    await expect(invoke()).resolves.toStrictEqual({ reply: '{}' });
    await expect(invoke(600)).resolves.toStrictEqual({ failure, detail: `Invoke: ${name}: as AWS words it` });
    expect(waitsMs).toEqual([250, 250]);
  });
});
