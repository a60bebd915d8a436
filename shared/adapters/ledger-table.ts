import {
  type AttributeValue,
  type ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Clock } from '../ports/clock.ts';
import { fromAttributes, type Plain, toAttributes } from './ledger-items.ts';
import { answered, createLedgerReads, type LedgerReads } from './ledger-reads.ts';

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
export interface LedgerTable extends LedgerReads {
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
  /** @returns whether the condition held. */
  remove(pk: string, sk: string, condition?: Condition): Promise<boolean>;
}

/** The table by its name. */
export function createLedgerTable(
  client: Pick<DynamoDBClient, 'send'>,
  { tableName }: { readonly tableName: string },
  clock: Clock,
): LedgerTable {
  const table = { TableName: tableName };

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
    ...createLedgerReads(client, { tableName }, clock),

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
    async remove(pk, sk, condition) {
      const command = new DeleteItemCommand({ ...table, Key: toAttributes({ pk, sk }), ...conditionOf(condition) });
      return (await conditional('DeleteItem', () => client.send(command))).held;
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
