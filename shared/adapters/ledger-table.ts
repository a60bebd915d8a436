import {
  type AttributeValue,
  type ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { RetryableError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import { fromAttributes, type Plain, toAttributes } from './ledger-items.ts';

/** An update of one item under a condition. */
export interface Update {
  readonly pk: string;
  readonly sk: string;
  readonly expression: string;
  readonly condition?: string;
  readonly values: Plain;
}

/** What a write demands of the item that it replaces or deletes. */
export interface Condition {
  readonly condition: string;
  readonly values?: Plain;
}

/** The ledger's one table in plain values. Every method throws `RetryableError` when DynamoDB does not do its work. */
export interface LedgerTable {
  /** @returns whether the condition held. */
  update(update: Update): Promise<boolean>;
  /**
   * @returns whether the condition held, and the item before or after it; no item where there was none. An update that
   * is refused with `ALL_OLD` tells the item that refused it: DynamoDB does, dynalite does not.
   */
  updateTelling(
    update: Update,
    returned: 'ALL_OLD' | 'ALL_NEW',
  ): Promise<{ readonly held: boolean; readonly item?: Plain }>;
  /** @returns whether the condition held. */
  put(item: Plain, condition?: Condition): Promise<boolean>;
  /** Strongly consistent; nothing that has expired. */
  get(pk: string, sk: string): Promise<Plain | undefined>;
  /** @returns whether the condition held. */
  remove(pk: string, sk: string, condition?: Condition): Promise<boolean>;
  /** A whole partition, strongly consistent; nothing that has expired. */
  query(pk: string): Promise<Plain[]>;
}

/** The table by its name. */
export function createLedgerTable(
  client: Pick<DynamoDBClient, 'send'>,
  { tableName }: { readonly tableName: string },
  clock: Clock,
): LedgerTable {
  const table = { TableName: tableName };

  // DynamoDB deletes expired items days late, so the clock decides.
  const isLive = (item: Plain): boolean => typeof item.expiresAt !== 'number' || item.expiresAt > clock.nowMs() / 1000;

  const updateCommand = ({ pk, sk, expression, condition, values }: Update, returned?: 'ALL_OLD' | 'ALL_NEW') =>
    new UpdateItemCommand({
      ...table,
      Key: toAttributes({ pk, sk }),
      UpdateExpression: expression,
      ...(condition === undefined ? {} : { ConditionExpression: condition }),
      ExpressionAttributeValues: toAttributes(values),
      ...(returned === undefined ? {} : { ReturnValues: returned }),
      ...(returned === 'ALL_OLD' ? { ReturnValuesOnConditionCheckFailure: returned } : {}),
    });

  return {
    async update(update) {
      return (await conditional('UpdateItem', () => client.send(updateCommand(update)))).held;
    },
    async updateTelling(update, returned) {
      const answer = await conditional('UpdateItem', () => client.send(updateCommand(update, returned)));
      const item = answer.held ? answer.output.Attributes : answer.refusedBy;
      return { held: answer.held, ...(item === undefined ? {} : { item: fromAttributes(item) }) };
    },
    async put(item, condition) {
      const command = new PutItemCommand({ ...table, Item: toAttributes(item), ...conditionOf(condition) });
      return (await conditional('PutItem', () => client.send(command))).held;
    },
    async get(pk, sk) {
      const command = new GetItemCommand({ ...table, Key: toAttributes({ pk, sk }), ConsistentRead: true });
      const { Item: found } = await answered('GetItem', () => client.send(command));
      if (found === undefined) return undefined;
      const item = fromAttributes(found);
      return isLive(item) ? item : undefined;
    },
    async remove(pk, sk, condition) {
      const command = new DeleteItemCommand({ ...table, Key: toAttributes({ pk, sk }), ...conditionOf(condition) });
      return (await conditional('DeleteItem', () => client.send(command))).held;
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
        items.push(...(page.Items ?? []).map(fromAttributes).filter(isLive));
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey !== undefined);
      return items;
    },
  };
}

function conditionOf(condition: Condition | undefined) {
  if (condition === undefined) return {};
  return {
    ConditionExpression: condition.condition,
    ...(condition.values === undefined ? {} : { ExpressionAttributeValues: toAttributes(condition.values) }),
  };
}

async function answered<T>(operation: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw new RetryableError(`ledger: ${operation} failed: ${cause instanceof Error ? cause.name : cause}`, { cause });
  }
}

type Conditional<T> =
  | { readonly held: true; readonly output: T }
  | { readonly held: false; readonly refusedBy: Record<string, AttributeValue> | undefined };

function conditional<T>(operation: string, call: () => Promise<T>): Promise<Conditional<T>> {
  return answered(operation, async () => {
    try {
      return { held: true, output: await call() };
    } catch (error) {
      if (isConditionFailure(error)) return { held: false, refusedBy: error.Item };
      throw error;
    }
  });
}

function isConditionFailure(error: unknown): error is ConditionalCheckFailedException {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}
