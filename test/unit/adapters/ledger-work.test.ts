import {
  type AttributeValue,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { createDynamoLedger } from '../../../shared/adapters/dynamo-ledger.ts';
import type { Work } from '../../../shared/decisions/work.ts';
import { nowMs } from '../../builders/service-facts.ts';
import { anAwsError, sent } from './sent.ts';

/** What the ledger says to DynamoDB about work, word for word; what comes of it is tested in test/integration. */

const TableName = 'ledger';
const conditionFailure = anAwsError('ConditionalCheckFailedException', 400);
const taskArn = 'arn:aws:ecs:us-east-1:111122223333:task/shop/a';
const clusterArn = 'arn:aws:ecs:us-east-1:111122223333:cluster/shop';

function aLedger(atMs = nowMs) {
  const client = new DynamoDBClient({});
  const mock = mockClient(client);
  return { mock, ledger: createDynamoLedger(client, { tableName: 'ledger' }, { nowMs: () => atMs }) };
}

describe('work', () => {
  const Key = { pk: { S: 'WORK#arn:aws:ecs:us-east-1:111122223333:task/shop/a' }, sk: { S: 'ITEM' } };
  const work: Work = { taskArn, clusterArn, restorePoint: { checkpointId: 'ckpt-a', savedAtMs: nowMs } };
  const item = (revision: string, changed: Record<string, AttributeValue> = {}) => ({
    ...Key,
    revision: { N: revision },
    work: {
      S: '{"taskArn":"arn:aws:ecs:us-east-1:111122223333:task/shop/a","clusterArn":"arn:aws:ecs:us-east-1:111122223333:cluster/shop","restorePoint":{"checkpointId":"ckpt-a","savedAtMs":1772366400000}}',
    },
    // Thirty days on.
    expiresAt: { N: '1774958400' },
    ...changed,
  });

  it.each([
    [
      'of which there is none, or none any more',
      0,
      '1',
      {
        ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :nowS',
        ExpressionAttributeValues: { ':nowS': { N: '1772366400' } },
      },
    ],
    [
      'that has still the revision that was read',
      4,
      '5',
      { ConditionExpression: 'revision = :expected', ExpressionAttributeValues: { ':expected': { N: '4' } } },
    ],
  ])('is put whole in the place of work %s', async (_what, expected, revision, condition) => {
    const { mock, ledger } = aLedger();
    mock.on(PutItemCommand).resolves({});
    await expect(ledger.saveWork(work, expected)).resolves.toBe(true);
    expect(sent(mock)).toStrictEqual([['PutItemCommand', { TableName, Item: item(revision), ...condition }]]);
  });

  it.each([0, 4])('is not written when revision %s is no longer the stored one', async (expected) => {
    const { mock, ledger } = aLedger();
    mock.on(PutItemCommand).rejects(conditionFailure);
    await expect(ledger.saveWork(work, expected)).resolves.toBe(false);
    expect(sent(mock)).toHaveLength(1);
  });

  it('is told from what has expired by fractions of a second, and kept for whole ones', async () => {
    const { mock, ledger } = aLedger(nowMs + 250);
    mock.on(PutItemCommand).resolves({});
    await ledger.saveWork(work, 0);
    expect(sent(mock)[0]?.[1]).toMatchObject({
      Item: { expiresAt: { N: '1774958401' } },
      ExpressionAttributeValues: { ':nowS': { N: '1772366400.25' } },
    });
  });

  it('is read strongly consistently, with its revision', async () => {
    const { mock, ledger } = aLedger();
    mock.on(GetItemCommand).resolves({ Item: item('5') });
    await expect(ledger.readWork(taskArn)).resolves.toStrictEqual({ work, revision: 5 });
    expect(sent(mock)).toStrictEqual([['GetItemCommand', { TableName, Key, ConsistentRead: true }]]);
  });

  it.each([
    ['nothing is stored', undefined],
    ['it has expired and is not deleted yet', item('5', { expiresAt: { N: '1772366400' } })],
  ])('is none where %s', async (_what, Item) => {
    const { mock, ledger } = aLedger();
    mock.on(GetItemCommand).resolves(Item === undefined ? {} : { Item });
    await expect(ledger.readWork(taskArn)).resolves.toBeUndefined();
  });

  it.each([
    ['revision is missing', item('5', { revision: { NULL: true } })],
    ['work is not JSON', item('5', { work: { S: '{' } })],
  ])('is not guessed: %s', async (what, Item) => {
    const { mock, ledger } = aLedger();
    mock.on(GetItemCommand).resolves({ Item });
    await expect(ledger.readWork(taskArn)).rejects.toMatchObject({
      name: 'InvariantError',
      message: `ledger item WORK#arn:aws:ecs:us-east-1:111122223333:task/shop/a ITEM: ${what}`,
    });
  });
});

describe('open jobs', () => {
  const item = (id: string, changed: Record<string, AttributeValue> = {}) => ({
    pk: { S: 'JOBS' },
    sk: { S: `arn:aws:ecs:us-east-1:111122223333:task/shop/${id}` },
    clusterArn: { S: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop' },
    lookAtMs: { N: '1772366700000' },
    expiresAt: { N: '1774958400' },
    ...changed,
  });

  it('are put whole and deleted, whatever is stored', async () => {
    const { mock, ledger } = aLedger();
    mock.on(PutItemCommand).resolves({});
    mock.on(DeleteItemCommand).resolves({});
    await ledger.openJob({ taskArn, clusterArn, lookAtMs: nowMs + 300_000 });
    await ledger.closeJob(taskArn);
    const Key = { pk: { S: 'JOBS' }, sk: { S: 'arn:aws:ecs:us-east-1:111122223333:task/shop/a' } };
    expect(sent(mock)).toStrictEqual([
      ['PutItemCommand', { TableName, Item: item('a') }],
      ['DeleteItemCommand', { TableName, Key }],
    ]);
  });

  it('are read page by page, strongly consistently, without what has expired', async () => {
    const { mock, ledger } = aLedger();
    const LastEvaluatedKey = { pk: { S: 'JOBS' }, sk: { S: taskArn } };
    mock
      .on(QueryCommand)
      .resolvesOnce({ Items: [item('a')], LastEvaluatedKey })
      .resolvesOnce({ Items: [item('b', { expiresAt: { N: '1772366400' } }), item('c', { lookAtMs: { N: '5' } })] })
      .rejects(anAwsError('NoThirdPage'));
    await expect(ledger.openJobs()).resolves.toStrictEqual([
      { taskArn, clusterArn, lookAtMs: 1_772_366_700_000 },
      { taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/shop/c', clusterArn, lookAtMs: 5 },
    ]);
    const request = {
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: 'JOBS' } },
      ConsistentRead: true,
    };
    expect(sent(mock)).toStrictEqual([
      ['QueryCommand', request],
      ['QueryCommand', { ...request, ExclusiveStartKey: LastEvaluatedKey }],
    ]);
  });
});

describe('a shortage of Spot', () => {
  const Key = { pk: { S: 'SPOT#arn:aws:ecs:us-east-1:111122223333:cluster/shop' }, sk: { S: 'ITEM' } };
  // A day on.
  const item = { ...Key, atMs: { N: '1772366399000' }, expiresAt: { N: '1772452800' } };

  it.each([
    ['the newest', undefined],
    ['older than what is known', conditionFailure],
  ])('is put under the condition that it is newer: %s', async (_what, refusal) => {
    const { mock, ledger } = aLedger();
    if (refusal === undefined) mock.on(PutItemCommand).resolves({});
    else mock.on(PutItemCommand).rejects(refusal);
    await expect(ledger.recordSpotShort(clusterArn, nowMs - 1_000)).resolves.toBeUndefined();
    expect(sent(mock)).toStrictEqual([
      [
        'PutItemCommand',
        {
          TableName,
          Item: item,
          ConditionExpression: 'attribute_not_exists(atMs) OR atMs < :atMs',
          ExpressionAttributeValues: { ':atMs': { N: '1772366399000' } },
        },
      ],
    ]);
  });

  it.each([
    ['the moment', item, 1_772_366_399_000],
    ['nothing where none is known', undefined, undefined],
    ['nothing of one that has expired', { ...item, expiresAt: { N: '1772366400' } }, undefined],
  ])('is read strongly consistently: %s', async (_what, Item, atMs) => {
    const { mock, ledger } = aLedger();
    mock.on(GetItemCommand).resolves(Item === undefined ? {} : { Item });
    await expect(ledger.spotShortAtMs(clusterArn)).resolves.toBe(atMs);
    expect(sent(mock)).toStrictEqual([['GetItemCommand', { TableName, Key, ConsistentRead: true }]]);
  });
});
