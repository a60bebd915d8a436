import {
  type AttributeValue,
  BatchGetItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  type KeysAndAttributes,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { RetryableError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import { inChunks } from './in-chunks.ts';
import { fromAttributes, type Plain, toAttributes } from './ledger-items.ts';

/** AWS's limit per request. */
const keysPerCallMax = 100;
/** DynamoDB leaves keys out of an answer when it is busy; so often they are asked for again. */
const batchTriesMax = 3;

export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/** Items of one partition from the highest sort key down. */
export interface Newest {
  readonly pk: string;
  /** The highest sort key that counts; any unless given. */
  readonly upTo?: string;
  readonly limit: number;
}

/** The ledger's one table, read in plain values. Every method throws `RetryableError` when DynamoDB does not do its work. */
export interface LedgerReads {
  /** Strongly consistent; nothing that has expired. */
  get(pk: string, sk: string): Promise<Plain | undefined>;
  /** A whole partition, strongly consistent; nothing that has expired. */
  query(pk: string): Promise<Plain[]>;
  /** One request; eventually consistent, for looking on: half the price. Nothing that has expired. */
  newest(newest: Newest): Promise<Plain[]>;
  /** Eventually consistent, a hundred keys a request, in no order. Nothing that has expired. */
  getMany(keys: readonly ItemKey[]): Promise<Plain[]>;
  /** The partition where one request holds it, a megabyte; eventually consistent. `undefined` for a larger one. */
  queryIfSmall(pk: string): Promise<Plain[] | undefined>;
}

/** The table by its name. */
export function createLedgerReads(
  client: Pick<DynamoDBClient, 'send'>,
  { tableName }: { readonly tableName: string },
  clock: Clock,
): LedgerReads {
  const table = { TableName: tableName };

  // DynamoDB deletes expired items days late, so the clock decides.
  const isLive = (item: Plain): boolean => typeof item.expiresAt !== 'number' || item.expiresAt > clock.nowMs() / 1000;

  const livePlain = (items: readonly Record<string, AttributeValue>[] = []): Plain[] =>
    items.map(fromAttributes).filter(isLive);

  const getHundred = async (keys: readonly ItemKey[]): Promise<Plain[]> => {
    const found: Plain[] = [];
    let asked: Record<string, KeysAndAttributes> = {
      [tableName]: { Keys: keys.map(({ pk, sk }) => toAttributes({ pk, sk })) },
    };
    for (let tries = 1; (asked[tableName]?.Keys ?? []).length > 0; tries += 1) {
      if (tries > batchTriesMax) throw new RetryableError('ledger: BatchGetItem leaves keys out');
      const command = new BatchGetItemCommand({ RequestItems: asked });
      const { Responses, UnprocessedKeys } = await answered('BatchGetItem', () => client.send(command));
      found.push(...livePlain(Responses?.[tableName]));
      asked = UnprocessedKeys ?? {};
    }
    return found;
  };

  return {
    async get(pk, sk) {
      const command = new GetItemCommand({ ...table, Key: toAttributes({ pk, sk }), ConsistentRead: true });
      const { Item: found } = await answered('GetItem', () => client.send(command));
      if (found === undefined) return undefined;
      const item = fromAttributes(found);
      return isLive(item) ? item : undefined;
    },
    async query(pk) {
      const items: Plain[] = [];
      let ExclusiveStartKey: Record<string, AttributeValue> | undefined;
      do {
        const command = new QueryCommand({
          ...table,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: toAttributes({ ':pk': pk }),
          ConsistentRead: true,
          ...(ExclusiveStartKey === undefined ? {} : { ExclusiveStartKey }),
        });
        const page = await answered('Query', () => client.send(command));
        items.push(...livePlain(page.Items));
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey !== undefined);
      return items;
    },
    async newest({ pk, upTo, limit }) {
      const command = new QueryCommand({
        ...table,
        KeyConditionExpression: upTo === undefined ? 'pk = :pk' : 'pk = :pk AND sk <= :upTo',
        ExpressionAttributeValues: toAttributes({ ':pk': pk, ':upTo': upTo }),
        ScanIndexForward: false,
        Limit: limit,
      });
      return livePlain((await answered('Query', () => client.send(command))).Items);
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
      return page.LastEvaluatedKey === undefined ? livePlain(page.Items) : undefined;
    },
  };
}

/** @throws RetryableError naming the operation when DynamoDB does not do its work. */
export async function answered<T>(operation: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw new RetryableError(`ledger: ${operation} failed: ${cause instanceof Error ? cause.name : cause}`, { cause });
  }
}
