import { readFileSync } from 'node:fs';
import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { createDynamoLedger } from '../../shared/adapters/dynamo-ledger.ts';
import { useDynamo } from '../builders/dynamo.ts';
import { nowMs, serviceArn } from '../builders/service-facts.ts';

const dynamo = useDynamo();

describe('the commands in docs/capacity.md', () => {
  const docs = readFileSync(new URL('../../docs/capacity.md', import.meta.url), 'utf8');
  const commands = [...docs.matchAll(/^aws dynamodb (put|delete)-item .* --(?:item|key) '(.+)'$/gm)].map(
    ([, action, json = '']) => ({ action, item: JSON.parse(json) }),
  );

  it('pause everything and one service, and let go of them again', async () => {
    const client = dynamo.aClient();
    const TableName = await dynamo.aLedgerTable();
    const ledger = createDynamoLedger(client, { tableName: TableName }, { nowMs: () => nowMs });
    const found: unknown[] = [];
    for (const { action, item } of commands) {
      if (action === 'put') await client.send(new PutItemCommand({ TableName, Item: item }));
      else await client.send(new DeleteItemCommand({ TableName, Key: item }));
      const { pausedAll, paused, returnAsked } = await ledger.readFleet();
      found.push({ action, pausedAll, paused: [...paused], returnAsked: [...returnAsked] });
    }
    const nothing = { pausedAll: false, paused: [], returnAsked: [] };
    expect(found).toEqual([
      { action: 'put', ...nothing, pausedAll: true },
      { action: 'delete', ...nothing },
      { action: 'put', pausedAll: false, paused: [serviceArn], returnAsked: [serviceArn] },
      { action: 'delete', ...nothing },
    ]);
  });
});
