import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { createSqsHookCalls, createSqsJobs } from '../../../shared/adapters/sqs-jobs.ts';
import type { CheckpointRequestDetail } from '../../../shared/ports/hooks.ts';
import type { LookRequest } from '../../../shared/ports/jobs.ts';
import { anAwsError, sent } from './sent.ts';

const clusterArn = 'arn:aws:ecs:us-east-1:111122223333:cluster/shop';
const aLook = (id = 'a'): LookRequest => ({
  taskArn: `arn:aws:ecs:us-east-1:111122223333:task/shop/${id}`,
  clusterArn,
  cause: 'stopped',
});
const looks = (count: number) => Array.from({ length: count }, (_, index) => aLook(`t${index}`));
const bodyOfA =
  '{"taskArn":"arn:aws:ecs:us-east-1:111122223333:task/shop/a","clusterArn":"arn:aws:ecs:us-east-1:111122223333:cluster/shop","cause":"stopped"}';

function theQueues() {
  const client = new SQSClient({});
  const mock = mockClient(client);
  mock.on(SendMessageBatchCommand).resolves({ Successful: [], Failed: [] });
  mock.on(SendMessageCommand).resolves({});
  const jobs = createSqsJobs(client, {
    resumeQueueUrl: 'https://sqs.us-east-1.amazonaws.com/111122223333/resume',
  });
  const hookCalls = createSqsHookCalls(client, {
    hookQueueUrl: 'https://sqs.us-east-1.amazonaws.com/111122223333/hooks',
  });
  const entries = () => mock.commandCalls(SendMessageBatchCommand).map(({ args: [{ input }] }) => input.Entries ?? []);
  return { mock, jobs, hookCalls, entries };
}

describe('asking for a look at a task', () => {
  it('puts the request into the body, for a queue that is no FIFO queue', async () => {
    const { mock, jobs } = theQueues();
    await jobs.look([aLook()]);
    expect(sent(mock)).toStrictEqual([
      [
        'SendMessageBatchCommand',
        {
          QueueUrl: 'https://sqs.us-east-1.amazonaws.com/111122223333/resume',
          Entries: [{ Id: '0', MessageBody: bodyOfA }],
        },
      ],
    ]);
  });

  it('keeps what else the caller knows out of the body', async () => {
    const { jobs, entries } = theQueues();
    const known = { ...aLook(), attempt: 3 };
    await jobs.look([known]);
    expect(entries()[0]?.map(({ MessageBody }) => MessageBody)).toEqual([bodyOfA]);
  });

  it('sends nothing when nobody asks', async () => {
    const { mock, jobs } = theQueues();
    await jobs.look([]);
    expect(sent(mock)).toEqual([]);
  });

  it('sends ten in one call and the eleventh in a second', async () => {
    const { jobs, entries } = theQueues();
    await jobs.look(looks(11));
    expect(entries().map((ten) => ten.map(({ Id }) => Id))).toEqual([
      ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
      ['0'],
    ]);
    expect(entries()[1]?.[0]?.MessageBody).toContain('task/shop/t10"');
  });

  it('asks for another delivery when SQS took a part of the entries only', async () => {
    const { mock, jobs } = theQueues();
    mock.on(SendMessageBatchCommand).resolves({
      Successful: [],
      Failed: [{ Id: '1', SenderFault: false, Code: 'InternalError', Message: 'not this time' }],
    });
    await expect(jobs.look(looks(2))).rejects.toMatchObject({
      name: 'RetryableError',
      message: 'SendMessageBatch: InternalError: not this time',
    });
  });

  it('translates an error of the whole call', async () => {
    const { mock, jobs } = theQueues();
    mock.on(SendMessageBatchCommand).rejects(anAwsError('RequestThrottled', 403));
    await expect(jobs.look([aLook()])).rejects.toMatchObject({
      name: 'RetryableError',
      message: 'SendMessageBatch: RequestThrottled: as AWS words it',
    });
  });
});

describe('asking for a later look', () => {
  it('goes to the same queue with the delay in seconds', async () => {
    const { mock, jobs } = theQueues();
    await jobs.lookLater({ ...aLook(), cause: 'stopped' }, 15_000);
    expect(sent(mock)).toStrictEqual([
      [
        'SendMessageCommand',
        {
          QueueUrl: 'https://sqs.us-east-1.amazonaws.com/111122223333/resume',
          MessageBody: bodyOfA,
          DelaySeconds: 15,
        },
      ],
    ]);
  });

  it.each([
    [-5_000, 0],
    [0, 0],
    [1, 1],
    [1_000, 1],
    [1_001, 2],
    [900_000, 900],
    [900_001, 900],
    [86_400_000, 900],
  ])('delays a wait of %i ms by %i s', async (delayMs, seconds) => {
    const { mock, jobs } = theQueues();
    await jobs.lookLater(aLook(), delayMs);
    expect(mock.commandCalls(SendMessageCommand).map(({ args: [{ input }] }) => input.DelaySeconds)).toStrictEqual([
      seconds,
    ]);
  });

  it('translates an error', async () => {
    const { mock, jobs } = theQueues();
    mock.on(SendMessageCommand).rejects(anAwsError('QueueDoesNotExist', 400));
    await expect(jobs.lookLater(aLook(), 1_000)).rejects.toMatchObject({
      name: 'TerminalError',
      code: 'QueueDoesNotExist',
    });
  });
});

describe('asking for a hook', () => {
  const request: CheckpointRequestDetail = {
    checkpointId: 'ckpt-a',
    hook: 'train',
    taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/shop/a',
    clusterArn,
    containers: [{ name: 'app', privateIpv4Addresses: ['10.0.0.1'] }],
    attempt: 0,
    noticeAt: '2026-03-01T12:00:00.000Z',
    deadline: '2026-03-01T12:02:00.000Z',
  };

  it('puts the function and the request into the body', async () => {
    const { mock, hookCalls } = theQueues();
    await hookCalls.ask({ lambda: 'save-state', request });
    expect(sent(mock)).toStrictEqual([
      [
        'SendMessageCommand',
        {
          QueueUrl: 'https://sqs.us-east-1.amazonaws.com/111122223333/hooks',
          MessageBody:
            '{"lambda":"save-state","request":{"checkpointId":"ckpt-a","hook":"train","taskArn":"arn:aws:ecs:us-east-1:111122223333:task/shop/a","clusterArn":"arn:aws:ecs:us-east-1:111122223333:cluster/shop","containers":[{"name":"app","privateIpv4Addresses":["10.0.0.1"]}],"attempt":0,"noticeAt":"2026-03-01T12:00:00.000Z","deadline":"2026-03-01T12:02:00.000Z"}}',
        },
      ],
    ]);
  });

  it('translates an error', async () => {
    const { mock, hookCalls } = theQueues();
    mock.on(SendMessageCommand).rejects(anAwsError('RequestThrottled', 403));
    await expect(hookCalls.ask({ lambda: 'save-state', request })).rejects.toMatchObject({
      name: 'RetryableError',
      message: 'SendMessage: RequestThrottled: as AWS words it',
    });
  });
});
