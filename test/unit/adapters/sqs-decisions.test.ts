import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { createSqsDecisions } from '../../../shared/adapters/sqs-decisions.ts';
import type { Cause } from '../../../shared/ports/decisions.ts';
import { nowMs, serviceArn } from '../../builders/service-facts.ts';
import { anAwsError, sent } from './sent.ts';

const clusterArn = 'arn:aws:ecs:us-east-1:111122223333:cluster/shop';
/** SHA-256 of the service's ARN, the first 32 hexadecimal digits. */
const group = '8a33c5222fc3336620ec88eca8cea80b';

const aRequest = (cause: Cause = 'notice', arn = serviceArn) => ({ serviceArn: arn, clusterArn, cause });
const requestsOfServices = (count: number) =>
  Array.from({ length: count }, (_, index) => aRequest('schedule', `${serviceArn}-${index}`));

/** Queues and a clock that shows one reading after the other, and then stays at the last. */
function someQueues(...readingsMs: number[]) {
  const client = new SQSClient({});
  const mock = mockClient(client);
  mock.on(SendMessageBatchCommand).resolves({ Successful: [], Failed: [] });
  mock.on(SendMessageCommand).resolves({});
  let reading = 0;
  const clock = {
    nowMs: () => {
      const atMs = readingsMs[Math.min(reading, readingsMs.length - 1)] ?? nowMs;
      reading += 1;
      return atMs;
    },
  };
  const decisions = createSqsDecisions(
    client,
    {
      decisionsQueueUrl: 'https://sqs.us-east-1.amazonaws.com/111122223333/decisions.fifo',
      wakeQueueUrl: 'https://sqs.us-east-1.amazonaws.com/111122223333/wake',
    },
    clock,
  );
  const entries = () => mock.commandCalls(SendMessageBatchCommand).map(({ args: [{ input }] }) => input.Entries ?? []);
  return { mock, decisions, entries };
}

describe('asking for a decision', () => {
  it('puts the service into group and deduplication id, and the request into the body', async () => {
    const { mock, decisions } = someQueues();
    await decisions.ask([aRequest()]);
    expect(sent(mock)).toStrictEqual([
      [
        'SendMessageBatchCommand',
        {
          QueueUrl: 'https://sqs.us-east-1.amazonaws.com/111122223333/decisions.fifo',
          Entries: [
            {
              Id: '0',
              MessageBody:
                '{"serviceArn":"arn:aws:ecs:us-east-1:111122223333:service/shop/web","clusterArn":"arn:aws:ecs:us-east-1:111122223333:cluster/shop","cause":"notice","askedAtMs":1772366400000}',
              MessageGroupId: '8a33c5222fc3336620ec88eca8cea80b',
              MessageDeduplicationId: '8a33c5222fc3336620ec88eca8cea80b-3544732800',
            },
          ],
        },
      ],
    ]);
  });

  it('keeps what else the caller knows out of the body', async () => {
    const { decisions, entries } = someQueues();
    const known = { ...aRequest(), serviceName: 'web', askedAtMs: 1 };
    await decisions.ask([known]);
    expect(entries()[0]?.map(({ MessageBody }) => MessageBody)).toEqual([
      '{"serviceArn":"arn:aws:ecs:us-east-1:111122223333:service/shop/web","clusterArn":"arn:aws:ecs:us-east-1:111122223333:cluster/shop","cause":"notice","askedAtMs":1772366400000}',
    ]);
  });

  it.each([
    [1_772_366_400_000, '3544732800'],
    [1_772_366_400_499, '3544732800'],
    [1_772_366_400_500, '3544732801'],
    [1_772_366_400_999, '3544732801'],
    [1_772_366_401_000, '3544732802'],
    [1_772_366_399_999, '3544732799'],
  ])('counts a request at %i into the half second %s', async (atMs, bucket) => {
    const { decisions, entries } = someQueues(atMs);
    await decisions.ask([aRequest()]);
    expect(entries()[0]?.map(({ MessageDeduplicationId }) => MessageDeduplicationId)).toEqual([`${group}-${bucket}`]);
  });

  it('tells services apart by group and by deduplication id', async () => {
    const { decisions, entries } = someQueues();
    await decisions.ask([aRequest('notice'), aRequest('notice', `${serviceArn}2`)]);
    const [first, second] = entries()[0] ?? [];
    expect(first?.MessageGroupId).toBe('8a33c5222fc3336620ec88eca8cea80b');
    expect(second?.MessageGroupId).toMatch(/^[0-9a-f]{32}$/);
    expect(second?.MessageGroupId).not.toBe(first?.MessageGroupId);
    expect(second?.MessageDeduplicationId).not.toBe(first?.MessageDeduplicationId);
  });

  it('has ids that SQS takes for the longest ARN too', async () => {
    const { decisions, entries } = someQueues();
    const longest = `arn:aws:ecs:us-east-1:111122223333:service/${'c'.repeat(255)}/${'s'.repeat(255)}`;
    await decisions.ask([aRequest('notice', longest)]);
    const [entry] = entries()[0] ?? [];
    expect(entry?.MessageGroupId).toHaveLength(32);
    expect(entry?.MessageDeduplicationId).toHaveLength(43);
  });

  it('asks once for a service that is named twice, with the last cause', async () => {
    const { decisions, entries } = someQueues();
    await decisions.ask([aRequest('notice'), aRequest('schedule', `${serviceArn}2`), aRequest('task_stopped')]);
    expect(entries()[0]?.map(({ Id, MessageBody }) => [Id, MessageBody])).toEqual([
      ['0', expect.stringContaining('"cause":"task_stopped"')],
      ['1', expect.stringContaining('"cause":"schedule"')],
    ]);
  });

  it('sends nothing when nobody asks', async () => {
    const { mock, decisions } = someQueues();
    await decisions.ask([]);
    expect(sent(mock)).toEqual([]);
  });

  it('sends ten services in one call', async () => {
    const { decisions, entries } = someQueues();
    await decisions.ask(requestsOfServices(10));
    expect(entries().map((ten) => ten.map(({ Id }) => Id))).toEqual([
      ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    ]);
  });

  it('sends the eleventh service in a second call', async () => {
    const { decisions, entries } = someQueues();
    await decisions.ask(requestsOfServices(11));
    expect(entries().map((ten) => ten.map(({ Id }) => Id))).toEqual([
      ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
      ['0'],
    ]);
    expect(entries()[1]?.map(({ MessageBody }) => MessageBody)).toEqual([
      expect.stringContaining('"serviceArn":"arn:aws:ecs:us-east-1:111122223333:service/shop/web-10"'),
    ]);
  });

  it('reads the clock for each call, so that a slow first one does not age the second', async () => {
    const { decisions, entries } = someQueues(1_772_366_400_000, 1_772_366_403_000);
    await decisions.ask(requestsOfServices(11));
    const last = entries()[0]?.[9];
    const eleventh = entries()[1]?.[0];
    expect(last?.MessageDeduplicationId).toMatch(/-3544732800$/);
    expect(last?.MessageBody).toContain('"askedAtMs":1772366400000');
    expect(eleventh?.MessageDeduplicationId).toMatch(/-3544732806$/);
    expect(eleventh?.MessageBody).toContain('"askedAtMs":1772366403000');
  });

  it('asks for another delivery when SQS took a part of the entries only', async () => {
    const { mock, decisions } = someQueues();
    mock.on(SendMessageBatchCommand).resolves({
      Successful: [],
      Failed: [{ Id: '1', SenderFault: false, Code: 'InternalError', Message: 'not this time' }],
    });
    await expect(decisions.ask(requestsOfServices(2))).rejects.toMatchObject({
      name: 'RetryableError',
      message: 'SendMessageBatch: InternalError: not this time',
    });
  });

  it('takes an answer without a list of failures for success', async () => {
    const { mock, decisions } = someQueues();
    mock.on(SendMessageBatchCommand).resolves({ Successful: [{ Id: '0', MessageId: 'm', MD5OfMessageBody: 'd' }] });
    await expect(decisions.ask([aRequest()])).resolves.toBeUndefined();
  });

  it('translates an error of the whole call', async () => {
    const { mock, decisions } = someQueues();
    const throttled = anAwsError('RequestThrottled', 403);
    mock.on(SendMessageBatchCommand).rejects(throttled);
    await expect(decisions.ask([aRequest()])).rejects.toMatchObject({
      name: 'RetryableError',
      message: 'SendMessageBatch: RequestThrottled: as AWS words it',
      cause: throttled,
    });
  });
});

describe('asking for a later decision', () => {
  it('goes to the wake queue, which is no FIFO queue, with the delay in seconds', async () => {
    const { mock, decisions } = someQueues();
    await decisions.askLater(aRequest('wake'), 30_000);
    expect(sent(mock)).toStrictEqual([
      [
        'SendMessageCommand',
        {
          QueueUrl: 'https://sqs.us-east-1.amazonaws.com/111122223333/wake',
          MessageBody:
            '{"serviceArn":"arn:aws:ecs:us-east-1:111122223333:service/shop/web","clusterArn":"arn:aws:ecs:us-east-1:111122223333:cluster/shop","cause":"wake","askedAtMs":1772366400000}',
          DelaySeconds: 30,
        },
      ],
    ]);
  });

  it.each([
    [-5_000, 0],
    [0, 0],
    [1, 1],
    [999, 1],
    [1_000, 1],
    [1_001, 2],
    [899_001, 900],
    [900_000, 900],
    [900_001, 900],
    [86_400_000, 900],
    [Number.POSITIVE_INFINITY, 900],
  ])('delays a wait of %i ms by %i s', async (delayMs, seconds) => {
    const { mock, decisions } = someQueues();
    await decisions.askLater(aRequest('wake'), delayMs);
    expect(mock.commandCalls(SendMessageCommand).map(({ args: [{ input }] }) => input.DelaySeconds)).toStrictEqual([
      seconds,
    ]);
  });

  it('translates an error', async () => {
    const { mock, decisions } = someQueues();
    mock.on(SendMessageCommand).rejects(anAwsError('QueueDoesNotExist', 400));
    await expect(decisions.askLater(aRequest('wake'), 1_000)).rejects.toMatchObject({
      name: 'TerminalError',
      code: 'QueueDoesNotExist',
      message: 'SendMessage: QueueDoesNotExist: as AWS words it',
    });
  });
});
