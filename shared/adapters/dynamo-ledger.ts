import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ControlState } from '../decisions/control-state.ts';
import { RetryableError } from '../errors.ts';
import type { SignalKind } from '../events/facts.ts';
import type { Clock } from '../ports/clock.ts';
import type { Enrolment, Fence, Ledger, SignalRecord, StoredService, TaskRecord } from '../ports/ledger.ts';
import { createDecisionLedger } from './ledger-decisions.ts';
import { createFleetLedger } from './ledger-fleet.ts';
import { jsonOf, numberOf, type Plain, textOf } from './ledger-items.ts';
import { expiresAt, keptMs, keys } from './ledger-keys.ts';
import { createLedgerTable } from './ledger-table.ts';
import { createTaskLedger, taskOf } from './ledger-tasks.ts';
import { createWorkLedger } from './ledger-work.ts';

/**
 * The ledger on DynamoDB: one table, single-item writes that are conditional or idempotent, strongly consistent reads.
 * Tasks, their work, decisions and what is the same for all services have modules of their own.
 */
export function createDynamoLedger(
  client: Pick<DynamoDBClient, 'send'>,
  { tableName }: { readonly tableName: string },
  clock: Clock,
): Ledger {
  const table = createLedgerTable(client, { tableName }, clock);

  return {
    ...createTaskLedger(table, clock),
    ...createDecisionLedger(table, clock),
    ...createFleetLedger(table),
    ...createWorkLedger(table, clock),

    async recordSignal(signal) {
      // The signal first: it is monotonic, so repeating it is harmless, and a crash before the marker loses nothing.
      await table.update({
        pk: keys.service(signal.serviceArn),
        sk: keys.signal(signal.kind),
        expression: 'SET kind = :kind, atMs = :atMs, eventId = :eventId, expiresAt = :expiresAt',
        condition: 'attribute_not_exists(atMs) OR atMs < :atMs',
        values: {
          ':kind': signal.kind,
          ':atMs': signal.atMs,
          ':eventId': signal.eventId,
          ':expiresAt': expiresAt(clock.nowMs(), keptMs.signal),
        },
      });
      const isNew = await table.put(
        { pk: keys.event(signal.eventId), sk: keys.only, expiresAt: expiresAt(clock.nowMs(), keptMs.event) },
        { condition: 'attribute_not_exists(pk)' },
      );
      return isNew ? 'recorded' : 'duplicate';
    },

    async enrolments() {
      return (await table.query(keys.enrolments)).map(enrolmentOf);
    },
    async enrolment(arn) {
      const item = await table.get(keys.enrolments, arn);
      return item === undefined ? undefined : enrolmentOf(item);
    },
    async enrol({ arn, kind, tags, bridgeOf }) {
      await table.put({ pk: keys.enrolments, sk: arn, kind, tags: JSON.stringify(tags), bridgeOf });
    },
    async disenrol(arn) {
      await table.remove(keys.enrolments, arn);
    },

    async takeFence(serviceArn, holdMs) {
      const nowMs = clock.nowMs();
      const expiresAtMs = nowMs + holdMs;
      const { held, item } = await table.updateTelling(
        {
          pk: keys.service(serviceArn),
          sk: keys.control,
          expression: 'SET generation = if_not_exists(generation, :zero) + :one, fenceExpiresAtMs = :expiresAtMs',
          condition: 'attribute_not_exists(fenceExpiresAtMs) OR fenceExpiresAtMs <= :nowMs',
          values: { ':zero': 0, ':one': 1, ':expiresAtMs': expiresAtMs, ':nowMs': nowMs },
        },
        'ALL_NEW',
      );
      return held ? { serviceArn, generation: numberOf(item ?? {}, 'generation'), expiresAtMs } : undefined;
    },

    async readService(serviceArn) {
      return storedService(serviceArn, await table.query(keys.service(serviceArn)));
    },

    async saveControl(fence, control) {
      const kept = await table.update({
        ...fenced(fence),
        expression: 'SET control = :control',
        condition: 'generation = :generation AND fenceExpiresAtMs > :nowMs',
        values: { ':control': JSON.stringify(control), ':generation': fence.generation, ':nowMs': clock.nowMs() },
      });
      if (!kept) throw new RetryableError(`ledger: the fence of ${fence.serviceArn} is no longer ours`);
    },

    async releaseFence(fence) {
      await table.update({
        ...fenced(fence),
        expression: 'SET fenceExpiresAtMs = :released',
        condition: 'generation = :generation',
        values: { ':released': 0, ':generation': fence.generation },
      });
    },

    async recordAutoScaled(serviceArn, autoScaled) {
      await table.put({ pk: keys.service(serviceArn), sk: keys.scaling, autoScaled });
    },
  };
}

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
  let autoScaled: boolean | undefined;
  for (const item of items) {
    const sk = textOf(item, 'sk');
    if (sk === keys.control) {
      if (item.control !== undefined) control = jsonOf<ControlState>(item, 'control');
    } else if (sk.startsWith('SIGNAL#')) {
      const kind = textOf(item, 'kind') as SignalKind;
      signals[kind] = { kind, atMs: numberOf(item, 'atMs'), eventId: textOf(item, 'eventId') };
    } else if (sk === keys.scaling) {
      autoScaled = item.autoScaled === true;
    } else if (item.version !== undefined) {
      tasks.push(taskOf(serviceArn, item));
    }
  }
  return {
    tasks,
    signals,
    ...(control === undefined ? {} : { control }),
    ...(autoScaled === undefined ? {} : { autoScaled }),
  };
}
