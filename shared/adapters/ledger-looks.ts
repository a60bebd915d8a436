import {
  BatchGetItemCommand,
  type DynamoDBClient,
  type KeysAndAttributes,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { RetryableError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import { inChunks } from './in-chunks.ts';
import { type Plain, toAttributes } from './ledger-items.ts';
import { answered, plainOf } from './ledger-reads.ts';

/** AWS's limit per request. */
const keysPerCallMax = 100;
/** DynamoDB leaves keys out of an answer when it is busy; so often they are asked for. */
const triesMax = 3;

export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/** Items of one partition from the highest sort key down. */
export interface Newest {
  readonly pk: string;
  /** The highest sort key that counts. */
  readonly upTo: string;
  readonly limit: number;
}

/**
 * Reads of the ledger's table for who looks on: eventually consistent, which is half the price, and bounded. Nothing
 * that has expired. Every method throws `RetryableError` when DynamoDB does not do its work.
 */
export interface LedgerLooks {
  /** One request. */
  newest(newest: Newest): Promise<Plain[]>;
  /** A hundred keys a request, in no order. */
  getMany(keys: readonly ItemKey[]): Promise<Plain[]>;
  /** The partition where one request holds it, a megabyte. */
  queryIfSmall(pk: string): Promise<Plain[] | undefined>;
}

/** The table by its name. */
export function createLedgerLooks(
  client: Pick<DynamoDBClient, 'send'>,
  { tableName }: { readonly tableName: string },
  clock: Clock,
): LedgerLooks {
  const table = { TableName: tableName };

  const getHundred = async (keys: readonly ItemKey[]): Promise<Plain[]> => {
    const found: Plain[] = [];
    let asked: Record<string, KeysAndAttributes> = {
      [tableName]: { Keys: keys.map(({ pk, sk }) => toAttributes({ pk, sk })) },
    };
    for (let tries = 1; (asked[tableName]?.Keys ?? []).length > 0; tries += 1) {
      if (tries > triesMax) throw new RetryableError('ledger: BatchGetItem leaves keys out');
      const command = new BatchGetItemCommand({ RequestItems: asked });
      const { Responses, UnprocessedKeys } = await answered('BatchGetItem', () => client.send(command));
      found.push(...plainOf(Responses?.[tableName], clock));
      asked = UnprocessedKeys ?? {};
    }
    return found;
  };

  return {
    async newest({ pk, upTo, limit }) {
      const command = new QueryCommand({
        ...table,
        KeyConditionExpression: 'pk = :pk AND sk <= :upTo',
        ExpressionAttributeValues: toAttributes({ ':pk': pk, ':upTo': upTo }),
        ScanIndexForward: false,
        Limit: limit,
      });
      return plainOf((await answered('Query', () => client.send(command))).Items, clock);
    },
    async getMany(keys) {
      return (await Promise.all(inChunks(keys, keysPerCallMax).map(getHundred))).flat();
    },
    async queryIfSmall(pk) {
      const command = new QueryCommand({
        ...table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: toAttributes({ ':pk': pk }),
      });
      const page = await answered('Query', () => client.send(command));
      return page.LastEvaluatedKey === undefined ? plainOf(page.Items, clock) : undefined;
    },
  };
}
