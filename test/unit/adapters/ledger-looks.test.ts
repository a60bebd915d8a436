import { BatchGetItemCommand, DynamoDBClient, type KeysAndAttributes, QueryCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { createLedgerLooks } from '../../../shared/adapters/ledger-looks.ts';
import { nowMs } from '../../builders/service-facts.ts';
import { sent } from './sent.ts';

/** Reads for who looks on: few requests, and none that makes DynamoDB work twice as hard. */

function someLooks() {
  const client = new DynamoDBClient({});
  return {
    mock: mockClient(client),
    looks: createLedgerLooks(client, { tableName: 'ledger' }, { nowMs: () => nowMs }),
  };
}

const item = (sk: string, expiresAt = nowMs / 1000 + 1) => ({
  pk: { S: 'p' },
  sk: { S: sk },
  expiresAt: { N: String(expiresAt) },
});
const asked = (...sks: string[]): Record<string, KeysAndAttributes> => ({
  ledger: { Keys: sks.map((sk) => ({ pk: { S: 'p' }, sk: { S: sk } })) },
});
const keyed = (...sks: string[]) => sks.map((sk) => ({ pk: 'p', sk }));

describe('the newest of a partition', () => {
  it('are asked for from the end, no more than wanted, in one request', async () => {
    const { mock, looks } = someLooks();
    mock.on(QueryCommand).resolves({ Items: [item('b'), item('a')], LastEvaluatedKey: { pk: { S: 'p' } } });
    const found = await looks.newest({ pk: 'p', upTo: 'c', limit: 2 });
    expect(found.map(({ sk }) => sk)).toEqual(['b', 'a']);
    expect(sent(mock)).toStrictEqual([
      [
        'QueryCommand',
        {
          TableName: 'ledger',
          KeyConditionExpression: 'pk = :pk AND sk <= :upTo',
          ExpressionAttributeValues: { ':pk': { S: 'p' }, ':upTo': { S: 'c' } },
          ScanIndexForward: false,
          Limit: 2,
        },
      ],
    ]);
  });

  it('are without those that have expired', async () => {
    const { mock, looks } = someLooks();
    mock.on(QueryCommand).resolves({ Items: [item('b', nowMs / 1000), item('a')] });
    expect((await looks.newest({ pk: 'p', upTo: 'c', limit: 2 })).map(({ sk }) => sk)).toEqual(['a']);
  });
});

describe('many items', () => {
  it('are got a hundred at a time', async () => {
    const { mock, looks } = someLooks();
    mock.on(BatchGetItemCommand).resolves({ Responses: { ledger: [item('a')] } });
    const names = Array.from({ length: 201 }, (_, index) => `k${index}`);
    expect(await looks.getMany(keyed(...names))).toHaveLength(3);
    expect(
      mock.commandCalls(BatchGetItemCommand).map(({ args }) => args[0].input.RequestItems?.ledger?.Keys?.length),
    ).toEqual([100, 100, 1]);
  });

  it('are nothing for nothing, without a request', async () => {
    const { mock, looks } = someLooks();
    expect(await looks.getMany([])).toEqual([]);
    expect(sent(mock)).toEqual([]);
  });

  it('are asked for again where DynamoDB leaves some out', async () => {
    const { mock, looks } = someLooks();
    mock
      .on(BatchGetItemCommand)
      .resolvesOnce({ Responses: { ledger: [item('a')] }, UnprocessedKeys: asked('b') })
      .resolves({ Responses: { ledger: [item('b')] }, UnprocessedKeys: {} });
    expect((await looks.getMany(keyed('a', 'b'))).map(({ sk }) => sk)).toEqual(['a', 'b']);
    expect(sent(mock)).toStrictEqual([
      ['BatchGetItemCommand', { RequestItems: asked('a', 'b') }],
      ['BatchGetItemCommand', { RequestItems: asked('b') }],
    ]);
  });

  it('are given up after three tries: a part would look like the whole', async () => {
    const { mock, looks } = someLooks();
    mock.on(BatchGetItemCommand).resolves({ UnprocessedKeys: asked('a') });
    await expect(looks.getMany(keyed('a'))).rejects.toMatchObject({
      name: 'RetryableError',
      message: 'ledger: BatchGetItem leaves keys out',
    });
    expect(sent(mock)).toHaveLength(3);
  });
});

describe('a partition that may be large', () => {
  it('is told where one request holds it', async () => {
    const { mock, looks } = someLooks();
    mock.on(QueryCommand).resolves({ Items: [item('a')] });
    expect((await looks.queryIfSmall('p'))?.map(({ sk }) => sk)).toEqual(['a']);
  });

  it('is not told in part', async () => {
    const { mock, looks } = someLooks();
    mock.on(QueryCommand).resolves({ Items: [item('a')], LastEvaluatedKey: { pk: { S: 'p' }, sk: { S: 'a' } } });
    expect(await looks.queryIfSmall('p')).toBeUndefined();
    expect(sent(mock)).toHaveLength(1);
  });
});
