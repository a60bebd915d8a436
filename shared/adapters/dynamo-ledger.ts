import { createHash } from 'node:crypto';
import {
  type AttributeValue,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { ControlState } from '../decisions/control-state.ts';
import type { DecisionRecord } from '../decisions/plan.ts';
import { RetryableError } from '../errors.ts';
import type { SignalKind } from '../events/facts.ts';
import type { Clock } from '../ports/clock.ts';
import type { Enrolment, Fence, Ledger, SignalRecord, StoredService, TaskRecord } from '../ports/ledger.ts';
import { fromAttributes, jsonOf, numberOf, type Plain, textOf, toAttributes } from './ledger-items.ts';
import { expiresAt, keptMs, keys } from './ledger-keys.ts';

/** A claim to publish a checkpoint request that was not followed by the publishing lapses after this. */
const claimMs = 10_000;

/** An update of one item: `SET` of some attributes under a condition. */
interface Update {
  readonly pk: string;
  readonly sk: string;
  readonly set: string;
  readonly condition?: string;
  readonly values: Plain;
  readonly names?: Readonly<Record<string, string>>;
}

/**
 * The ledger on DynamoDB: one table, single-item conditional writes, strongly consistent reads. DynamoDB deletes
 * expired items days late, so every read goes by the clock.
 */
export function createDynamoLedger(
  client: Pick<DynamoDBClient, 'send'>,
  { tableName }: { readonly tableName: string },
  clock: Clock,
): Ledger {
  const table = { TableName: tableName };

  /** @returns whether the condition held. */
  const update = async ({ pk, sk, set, condition, values, names }: Update): Promise<boolean> =>
    conditional('UpdateItem', () =>
      client.send(
        new UpdateItemCommand({
          ...table,
          Key: toAttributes({ pk, sk }),
          UpdateExpression: set,
          ...(condition === undefined ? {} : { ConditionExpression: condition }),
          ExpressionAttributeValues: toAttributes(values),
          ...(names === undefined ? {} : { ExpressionAttributeNames: { ...names } }),
        }),
      ),
    );

  const put = async (item: Plain, condition?: string): Promise<boolean> =>
    conditional('PutItem', () =>
      client.send(
        new PutItemCommand({
          ...table,
          Item: toAttributes(item),
          ...(condition === undefined ? {} : { ConditionExpression: condition }),
        }),
      ),
    );

  const get = async (pk: string, sk: string): Promise<Plain | undefined> => {
    const { Item: item } = await answered('GetItem', () =>
      client.send(new GetItemCommand({ ...table, Key: toAttributes({ pk, sk }), ConsistentRead: true })),
    );
    return item === undefined ? undefined : live([item])[0];
  };

  const remove = async (pk: string, sk: string): Promise<void> => {
    await answered('DeleteItem', () => client.send(new DeleteItemCommand({ ...table, Key: toAttributes({ pk, sk }) })));
  };

  const live = (items: readonly Record<string, AttributeValue>[]): Plain[] => {
    const nowS = clock.nowMs() / 1000;
    return items.map(fromAttributes).filter((item) => typeof item.expiresAt !== 'number' || item.expiresAt > nowS);
  };

  const query = async (pk: string): Promise<Plain[]> => {
    const items: Plain[] = [];
    let ExclusiveStartKey: Record<string, AttributeValue> | undefined;
    do {
      const page = await answered('Query', () =>
        client.send(
          new QueryCommand({
            ...table,
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: toAttributes({ ':pk': pk }),
            ConsistentRead: true,
            ...(ExclusiveStartKey === undefined ? {} : { ExclusiveStartKey }),
          }),
        ),
      );
      items.push(...live(page.Items ?? []));
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
    return items;
  };

  return {
    async recordTask(task) {
      const key = { pk: keys.service(task.serviceArn), sk: keys.task(task.taskArn) };
      const values = {
        ':taskArn': task.taskArn,
        ':version': task.version,
        ':desiredStatus': task.desiredStatus,
        ':lastStatus': task.lastStatus,
        ':expiresAt': expiresAt(clock.nowMs(), keptMs.task),
      };
      const optional = {
        capacityProviderName: task.capacityProviderName,
        ofBridge: task.ofBridge,
        startedAtMs: task.startedAtMs,
        stoppedAtMs: task.stoppedAtMs,
      };
      const present = Object.entries(optional).filter(([, value]) => value !== undefined);
      const spotStop =
        task.spotStopAtMs === undefined ? '' : ', spotStopAtMs = if_not_exists(spotStopAtMs, :spotStopAtMs)';
      const newer = await update({
        ...key,
        set: `SET taskArn = :taskArn, version = :version, desiredStatus = :desiredStatus, lastStatus = :lastStatus, expiresAt = :expiresAt${present
          .map(([name]) => `, ${name} = :${name}`)
          .join('')}${spotStop}`,
        condition: 'attribute_not_exists(version) OR version < :version',
        values: {
          ...values,
          ...Object.fromEntries(present.map(([name, value]) => [`:${name}`, value])),
          ':spotStopAtMs': task.spotStopAtMs,
        },
      });
      if (newer) return 'recorded';
      // A notice that comes after a later event, which had not told the reason, must still count.
      if (task.spotStopAtMs !== undefined) {
        await update({
          ...key,
          set: 'SET spotStopAtMs = :spotStopAtMs',
          condition: 'attribute_not_exists(spotStopAtMs)',
          values: { ':spotStopAtMs': task.spotStopAtMs },
        });
      }
      return 'stale';
    },

    async recordSignal(signal) {
      // The signal first: it is monotonic, so repeating it is harmless, and a crash before the marker loses nothing.
      await update({
        pk: keys.service(signal.serviceArn),
        sk: keys.signal(signal.kind),
        set: 'SET kind = :kind, atMs = :atMs, eventId = :eventId, expiresAt = :expiresAt',
        condition: 'attribute_not_exists(atMs) OR atMs < :atMs',
        values: {
          ':kind': signal.kind,
          ':atMs': signal.atMs,
          ':eventId': signal.eventId,
          ':expiresAt': expiresAt(clock.nowMs(), keptMs.signal),
        },
      });
      const isNew = await put(
        { pk: keys.event(signal.eventId), sk: keys.only, expiresAt: expiresAt(clock.nowMs(), keptMs.event) },
        'attribute_not_exists(pk)',
      );
      return isNew ? 'recorded' : 'duplicate';
    },

    async enrolments() {
      return (await query(keys.enrolments)).map(enrolmentOf);
    },
    async enrolment(arn) {
      const item = await get(keys.enrolments, arn);
      return item === undefined ? undefined : enrolmentOf(item);
    },
    async enrol({ arn, kind, tags, bridgeOf }) {
      await put({ pk: keys.enrolments, sk: arn, kind, tags: JSON.stringify(tags), bridgeOf });
    },
    disenrol: (arn) => remove(keys.enrolments, arn),

    async takeFence(serviceArn, holdMs) {
      const nowMs = clock.nowMs();
      const expiresAtMs = nowMs + holdMs;
      try {
        const { Attributes: attributes = {} } = await client.send(
          new UpdateItemCommand({
            ...table,
            Key: toAttributes({ pk: keys.service(serviceArn), sk: keys.control }),
            UpdateExpression:
              'SET generation = if_not_exists(generation, :zero) + :one, fenceExpiresAtMs = :expiresAtMs',
            ConditionExpression: 'attribute_not_exists(fenceExpiresAtMs) OR fenceExpiresAtMs <= :nowMs',
            ExpressionAttributeValues: toAttributes({
              ':zero': 0,
              ':one': 1,
              ':expiresAtMs': expiresAtMs,
              ':nowMs': nowMs,
            }),
            ReturnValues: 'ALL_NEW',
          }),
        );
        return { serviceArn, generation: numberOf(fromAttributes(attributes), 'generation'), expiresAtMs };
      } catch (error) {
        if (isConditionFailure(error)) return undefined;
        throw unanswered('UpdateItem', error);
      }
    },

    async readService(serviceArn) {
      const items = await query(keys.service(serviceArn));
      return storedService(serviceArn, items);
    },

    async saveControl(fence, control) {
      const kept = await update({
        ...fenced(fence),
        set: 'SET control = :control',
        condition: 'generation = :generation AND fenceExpiresAtMs > :nowMs',
        values: { ':control': JSON.stringify(control), ':generation': fence.generation, ':nowMs': clock.nowMs() },
      });
      if (!kept) throw new RetryableError(`ledger: the fence of ${fence.serviceArn} is no longer ours`);
    },

    async releaseFence(fence) {
      await update({
        ...fenced(fence),
        set: 'SET fenceExpiresAtMs = :released',
        condition: 'generation = :generation',
        values: { ':released': 0, ':generation': fence.generation },
      });
    },

    async recordDecision(record) {
      const pk = keys.decisions(record.serviceArn);
      const signature = signatureOf(record);
      const extended = await update({
        pk,
        sk: latest,
        set: 'SET lastMs = :lastMs, times = times + :one, expiresAt = :expiresAt',
        condition: 'signature = :signature',
        values: {
          ':lastMs': record.lastMs,
          ':one': 1,
          ':signature': signature,
          ':expiresAt': expiresAt(record.lastMs, keptMs.decision),
        },
      });
      if (extended) return;
      const previous = await get(pk, latest);
      if (previous !== undefined) await put({ ...previous, sk: `AT#${numberOf(previous, 'sinceMs')}` });
      await put({
        pk,
        sk: latest,
        signature,
        record: JSON.stringify(record),
        sinceMs: record.sinceMs,
        lastMs: record.lastMs,
        times: 1,
        expiresAt: expiresAt(record.lastMs, keptMs.decision),
      });
    },

    async decisions(serviceArn, limit) {
      const items = await query(keys.decisions(serviceArn));
      return items
        .map(
          (item): DecisionRecord => ({
            ...jsonOf<DecisionRecord>(item, 'record'),
            lastMs: numberOf(item, 'lastMs'),
            count: numberOf(item, 'times'),
          }),
        )
        .sort((left, right) => right.sinceMs - left.sinceMs)
        .slice(0, limit);
    },

    async setPause(serviceArn, paused) {
      const sk = serviceArn ?? keys.everyService;
      if (paused) await put({ pk: keys.pauses, sk });
      else await remove(keys.pauses, sk);
    },
    async isPaused(serviceArn) {
      const [one, all] = await Promise.all([get(keys.pauses, serviceArn), get(keys.pauses, keys.everyService)]);
      return one !== undefined || all !== undefined;
    },

    async claimCheckpoint(record) {
      const nowMs = clock.nowMs();
      const claimed = await update({
        pk: keys.checkpoint(record.checkpointId),
        sk: keys.only,
        set: 'SET taskArn = :taskArn, requestedAtMs = :requestedAtMs, deadlineMs = :deadlineMs, claimedUntilMs = :until, expiresAt = :expiresAt',
        condition: 'attribute_not_exists(pk) OR (attribute_not_exists(publishedAtMs) AND claimedUntilMs <= :nowMs)',
        values: {
          ':taskArn': record.taskArn,
          ':requestedAtMs': record.requestedAtMs,
          ':deadlineMs': record.deadlineMs,
          ':until': nowMs + claimMs,
          ':nowMs': nowMs,
          ':expiresAt': expiresAt(nowMs, keptMs.checkpoint),
        },
      });
      return claimed ? 'claimed' : 'taken';
    },

    async checkpointPublished(checkpointId) {
      await update({
        pk: keys.checkpoint(checkpointId),
        sk: keys.only,
        set: 'SET publishedAtMs = :nowMs',
        values: { ':nowMs': clock.nowMs() },
      });
    },

    async reportCheckpoint(report) {
      const key = { pk: keys.checkpoint(report.checkpointId), sk: keys.only };
      const recorded = await update({
        ...key,
        set: 'SET outcome = :outcome, reportedAtMs = :reportedAtMs',
        condition: 'taskArn = :taskArn AND attribute_not_exists(outcome)',
        values: { ':outcome': report.outcome, ':reportedAtMs': report.reportedAtMs, ':taskArn': report.taskArn },
      });
      if (recorded) return 'recorded';
      const requested = await get(key.pk, key.sk);
      return requested?.taskArn === report.taskArn ? 'duplicate' : 'unknown';
    },
  };
}

const latest = 'LATEST';

function fenced(fence: Fence): { pk: string; sk: string } {
  return { pk: keys.service(fence.serviceArn), sk: keys.control };
}

function enrolmentOf(item: Plain): Enrolment {
  const arn = textOf(item, 'sk');
  const kind = textOf(item, 'kind') as Enrolment['kind'];
  const tags = jsonOf<Enrolment['tags']>(item, 'tags');
  return { arn, kind, tags, ...(typeof item.bridgeOf === 'string' ? { bridgeOf: item.bridgeOf } : {}) };
}

function storedService(serviceArn: string, items: readonly Plain[]): StoredService {
  const tasks: TaskRecord[] = [];
  const signals: Partial<Record<SignalKind, SignalRecord>> = {};
  let control: ControlState | undefined;
  for (const item of items) {
    const sk = textOf(item, 'sk');
    if (sk === keys.control) {
      if (item.control !== undefined) control = jsonOf<ControlState>(item, 'control');
    } else if (sk.startsWith('SIGNAL#')) {
      const kind = textOf(item, 'kind') as SignalKind;
      signals[kind] = { kind, atMs: numberOf(item, 'atMs'), eventId: textOf(item, 'eventId') };
    } else if (item.version !== undefined) {
      tasks.push(taskOf(serviceArn, item));
    }
  }
  return { tasks, signals, ...(control === undefined ? {} : { control }) };
}

function taskOf(serviceArn: string, item: Plain): TaskRecord {
  return {
    serviceArn,
    taskArn: textOf(item, 'taskArn'),
    version: numberOf(item, 'version'),
    desiredStatus: textOf(item, 'desiredStatus'),
    lastStatus: textOf(item, 'lastStatus'),
    ...(typeof item.capacityProviderName === 'string' ? { capacityProviderName: item.capacityProviderName } : {}),
    ...(item.ofBridge === true ? { ofBridge: true } : {}),
    ...(typeof item.spotStopAtMs === 'number' ? { spotStopAtMs: item.spotStopAtMs } : {}),
    ...(typeof item.startedAtMs === 'number' ? { startedAtMs: item.startedAtMs } : {}),
    ...(typeof item.stoppedAtMs === 'number' ? { stoppedAtMs: item.stoppedAtMs } : {}),
  };
}

/** Decisions are equal when they decided and did the same from the same numbers; their texts tell ages and differ. */
function signatureOf({ reason, mode, figures, applied }: DecisionRecord): string {
  return createHash('sha256')
    .update(JSON.stringify([reason, mode, figures, applied]))
    .digest('hex');
}

function isConditionFailure(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}

function unanswered(operation: string, cause: unknown): RetryableError {
  return new RetryableError(`ledger: ${operation} failed: ${cause instanceof Error ? cause.name : cause}`, { cause });
}

async function answered<T>(operation: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw unanswered(operation, cause);
  }
}

async function conditional(operation: string, call: () => Promise<unknown>): Promise<boolean> {
  try {
    await call();
    return true;
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw unanswered(operation, error);
  }
}
