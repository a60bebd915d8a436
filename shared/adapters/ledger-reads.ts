import { type AttributeValue, type DynamoDBClient, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { RetryableError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import { fromAttributes, type Plain, toAttributes } from './ledger-items.ts';

/** The ledger's one table, read in plain values. Every method throws `RetryableError` when DynamoDB does not do its work. */
export interface LedgerReads {
  /** Strongly consistent; nothing that has expired. */
  get(pk: string, sk: string): Promise<Plain | undefined>;
  /** A whole partition, strongly consistent; nothing that has expired. */
  query(pk: string): Promise<Plain[]>;
}

/** The table by its name. */
export function createLedgerReads(
  client: Pick<DynamoDBClient, 'send'>,
  { tableName }: { readonly tableName: string },
  clock: Clock,
): LedgerReads {
  const table = { TableName: tableName };

  return {
    async get(pk, sk) {
      const command = new GetItemCommand({ ...table, Key: toAttributes({ pk, sk }), ConsistentRead: true });
      const { Item: found } = await answered('GetItem', () => client.send(command));
      return found === undefined ? undefined : plainOf([found], clock)[0];
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
        items.push(...plainOf(page.Items, clock));
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey !== undefined);
      return items;
    },
  };
}

/** Items in plain values, without those that have expired: DynamoDB deletes them days late, so the clock decides. */
export function plainOf(items: readonly Record<string, AttributeValue>[] = [], clock: Clock): Plain[] {
  return items
    .map(fromAttributes)
    .filter(({ expiresAt }) => typeof expiresAt !== 'number' || expiresAt > clock.nowMs() / 1000);
}

/** @throws RetryableError naming the operation when DynamoDB does not do its work. */
export async function answered<T>(operation: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw new RetryableError(`ledger: ${operation} failed: ${cause instanceof Error ? cause.name : cause}`, { cause });
  }
}
