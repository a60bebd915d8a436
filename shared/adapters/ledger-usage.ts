import { randomUUID } from 'node:crypto';
import type { UsageRecord } from '../decisions/usage.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ledger } from '../ports/ledger.ts';
import { numberOf, type Plain, textOf } from './ledger-items.ts';
import { dayOf, expiresAt, keptMs, keys } from './ledger-keys.ts';
import type { LedgerTable } from './ledger-table.ts';

/**
 * What stopped tasks were billed for: one item each, some 400 bytes, in the partition of the day of their stop (UTC), so
 * that a day is one Query. A partition takes 1,000 writes a second: more stops than that are delivered again.
 */
export function createUsageLedger(table: LedgerTable, clock: Clock): Pick<Ledger, 'countUsage' | 'usage'> {
  return {
    async countUsage(record) {
      const expires = expiresAt(record.stoppedAtMs, keptMs.usage);
      // Its item may have been deleted: an event that is replayed after so long must not count it anew.
      if (expires <= clock.nowMs() / 1000) return false;
      const claim = randomUUID();
      return table.put(
        { ...attributesOf(record), claim, expiresAt: expires },
        // An answer that gets lost makes the SDK send the same put again: that one is ours and has to count.
        { condition: 'attribute_not_exists(pk) OR claim = :claim', values: { ':claim': claim } },
      );
    },

    async usage(day) {
      return (await table.query(keys.usage(day))).map(usageOf);
    },
  };
}

function attributesOf({ taskArn, stoppedAtMs, ...rest }: UsageRecord): Plain {
  return { pk: keys.usage(dayOf(stoppedAtMs)), sk: taskArn, stoppedAtMs, ...rest };
}

export function usageOf(item: Plain): UsageRecord {
  return {
    taskArn: textOf(item, 'sk'),
    clusterName: textOf(item, 'clusterName'),
    ...(item.serviceArn === undefined ? {} : { serviceArn: textOf(item, 'serviceArn') }),
    ofBridge: item.ofBridge === true,
    payment: item.payment === 'spot' ? 'spot' : 'onDemand',
    cpu: numberOf(item, 'cpu'),
    memoryMiB: numberOf(item, 'memoryMiB'),
    architecture: item.architecture === 'arm' ? 'arm' : 'x86',
    extraStorageGiB: numberOf(item, 'extraStorageGiB'),
    billedSeconds: numberOf(item, 'billedSeconds'),
    stoppedAtMs: numberOf(item, 'stoppedAtMs'),
    onDemandNanoUsd: numberOf(item, 'onDemandNanoUsd'),
    spotNanoUsd: numberOf(item, 'spotNanoUsd'),
  };
}
