import { DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { createDynamoLedger } from '../../../shared/adapters/dynamo-ledger.ts';
import { aUsage } from '../../builders/money.ts';
import { nowMs } from '../../builders/service-facts.ts';
import { anAwsError, sent } from './sent.ts';

/** What the ledger says to DynamoDB about stopped tasks, word for word; what comes of it is tested in test/integration. */

const TableName = 'ledger';

function aLedger(atMs = nowMs) {
  const client = new DynamoDBClient({});
  const mock = mockClient(client);
  return { mock, ledger: createDynamoLedger(client, { tableName: TableName }, { nowMs: () => atMs }) };
}

const item = {
  pk: { S: 'USAGE#2026-03-01' },
  sk: { S: 'arn:aws:ecs:us-east-1:111122223333:task/shop/a' },
  clusterName: { S: 'shop' },
  serviceArn: { S: 'arn:aws:ecs:us-east-1:111122223333:service/shop/web' },
  ofBridge: { BOOL: false },
  payment: { S: 'spot' },
  cpu: { N: '1024' },
  memoryMiB: { N: '2048' },
  architecture: { S: 'x86' },
  extraStorageGiB: { N: '0' },
  billedSeconds: { N: '3600' },
  stoppedAtMs: { N: '1772366400000' },
  onDemandNanoUsd: { N: '49370000' },
  spotNanoUsd: { N: '15719250' },
  // 45 days after the stop: 1,772,366,400 + 45 × 86,400.
  expiresAt: { N: '1776254400' },
};
const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

describe('a stopped task', () => {
  it('is put under its day, for whoever has put it already and for nobody else', async () => {
    const { mock, ledger } = aLedger();
    mock.on(PutItemCommand).resolves({});
    expect(await ledger.countUsage(aUsage('a'))).toBe(true);
    const claim = expect.stringMatching(uuid);
    expect(sent(mock)).toEqual([
      [
        'PutItemCommand',
        {
          TableName,
          Item: { ...item, claim: { S: claim } },
          ConditionExpression: 'attribute_not_exists(pk) OR claim = :claim',
          ExpressionAttributeValues: { ':claim': { S: claim } },
        },
      ],
    ]);
    const { input } = mock.commandCalls(PutItemCommand)[0]?.args[0] ?? {};
    expect(input?.Item?.claim).toEqual(input?.ExpressionAttributeValues?.[':claim']);
  });

  it('is claimed anew by each call', async () => {
    const { mock, ledger } = aLedger();
    mock.on(PutItemCommand).resolvesOnce({}).rejects(anAwsError('ConditionalCheckFailedException', 400));
    expect(await ledger.countUsage(aUsage('a'))).toBe(true);
    expect(await ledger.countUsage(aUsage('a'))).toBe(false);
    const claims = mock.commandCalls(PutItemCommand).map(({ args }) => args[0].input.Item?.claim?.S);
    expect(new Set(claims).size).toBe(2);
  });

  it('is not put at all where its item would have expired', async () => {
    const { mock, ledger } = aLedger(nowMs + 45 * 86_400_000);
    expect(await ledger.countUsage(aUsage('a'))).toBe(false);
    expect(sent(mock)).toEqual([]);
  });
});

it('a day is read whole', async () => {
  const { mock, ledger } = aLedger();
  const { serviceArn: _serviceArn, ...ofJob } = item;
  mock.on(QueryCommand).resolvesOnce({ Items: [item, { ...ofJob, sk: { S: 'b' } }] });
  const { serviceArn: _ofJob, ...job } = aUsage('a', { taskArn: 'b' });
  expect(await ledger.usage('2026-03-01')).toStrictEqual([aUsage('a'), job]);
  expect(sent(mock)).toEqual([
    [
      'QueryCommand',
      {
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: 'USAGE#2026-03-01' } },
        ConsistentRead: true,
      },
    ],
  ]);
});
