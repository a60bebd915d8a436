import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { RetryableError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Fence, Ledger } from '../ports/ledger.ts';
import { createDecisionLedger } from './ledger-decisions.ts';
import { createDeploymentLedger } from './ledger-deployments.ts';
import { createEnrolmentReads } from './ledger-enrolments.ts';
import { createFleetLedger } from './ledger-fleet.ts';
import { numberOf } from './ledger-items.ts';
import { expiresAt, keptMs, keys } from './ledger-keys.ts';
import { createServiceReads } from './ledger-service.ts';
import { createLedgerTable } from './ledger-table.ts';
import { createTaskLedger } from './ledger-tasks.ts';
import { createUsageLedger } from './ledger-usage.ts';
import { createWorkLedger } from './ledger-work.ts';

/**
 * The ledger on DynamoDB: one table, single-item writes that are conditional or idempotent, strongly consistent reads.
 * Tasks, their work and what they cost, decisions, deployments and what is the same for all services have modules of their own.
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
    ...createDeploymentLedger(table, clock),
    ...createUsageLedger(table, clock),
    ...createEnrolmentReads(table),
    ...createServiceReads(table),

    async recordSignal(signal) {
      // The signal first: it is monotonic, so repeating it is harmless, and a crash before the marker loses nothing.
      await table.update({
        pk: keys.service(signal.serviceArn),
        sk: keys.signal(signal.kind),
        expression: 'SET kind = :kind, atMs = :atMs, eventId = :eventId, reason = :reason, expiresAt = :expiresAt',
        condition: 'attribute_not_exists(atMs) OR atMs < :atMs',
        values: {
          ':kind': signal.kind,
          ':atMs': signal.atMs,
          ':eventId': signal.eventId,
          // Always: the one of an older signal must not stay.
          ':reason': signal.reason ?? '',
          ':expiresAt': expiresAt(clock.nowMs(), keptMs.signal),
        },
      });
      const isNew = await table.put(
        { pk: keys.event(signal.eventId), sk: keys.only, expiresAt: expiresAt(clock.nowMs(), keptMs.event) },
        { condition: 'attribute_not_exists(pk)' },
      );
      return isNew ? 'recorded' : 'duplicate';
    },

    async enrol({ arn, kind, tags, bridgeOf }) {
      await table.update({
        pk: keys.enrolments,
        sk: arn,
        expression: `SET kind = :kind, tags = :tags${bridgeOf === undefined ? '' : ', bridgeOf = :bridgeOf'}`,
        values: { ':kind': kind, ':tags': JSON.stringify(tags), ':bridgeOf': bridgeOf },
      });
    },
    async noteSize(serviceArn, size) {
      await table.update({
        pk: keys.enrolments,
        sk: serviceArn,
        expression: 'SET taskSize = :taskSize',
        // It may have been withdrawn in the meantime.
        condition: 'attribute_exists(pk)',
        values: { ':taskSize': JSON.stringify(size) },
      });
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
