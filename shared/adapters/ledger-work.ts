import type { Work } from '../decisions/work.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ledger } from '../ports/ledger.ts';
import { jsonOf, numberOf, textOf } from './ledger-items.ts';
import { expiresAt, keptMs, keys } from './ledger-keys.ts';
import type { LedgerTable } from './ledger-table.ts';

type WorkLedger = Pick<
  Ledger,
  'readWork' | 'saveWork' | 'openJob' | 'closeJob' | 'openJobs' | 'recordSpotShort' | 'spotShortAtMs'
>;

/**
 * What tasks were doing, one item each under optimistic locking; the jobs among them that are still open, in one
 * partition for the sweep; and when a cluster last found no Spot.
 */
export function createWorkLedger(table: LedgerTable, clock: Clock): WorkLedger {
  return {
    async readWork(taskArn) {
      const item = await table.get(keys.work(taskArn), keys.only);
      if (item === undefined) return undefined;
      return { work: jsonOf<Work>(item, 'work'), revision: numberOf(item, 'revision') };
    },

    // An answer that gets lost makes the SDK send the same put again, and its own first write then refuses it. So who is
    // refused reads anew instead of taking it for somebody else's.
    async saveWork(work, expectedRevision) {
      const nowMs = clock.nowMs();
      return table.put(
        {
          pk: keys.work(work.taskArn),
          sk: keys.only,
          revision: expectedRevision + 1,
          work: JSON.stringify(work),
          expiresAt: expiresAt(nowMs, keptMs.work),
        },
        expectedRevision === 0
          ? // DynamoDB deletes days late what reads no longer show.
            { condition: 'attribute_not_exists(pk) OR expiresAt <= :nowS', values: { ':nowS': nowMs / 1000 } }
          : { condition: 'revision = :expected', values: { ':expected': expectedRevision } },
      );
    },

    async openJob({ taskArn, clusterArn, lookAtMs }) {
      await table.put({
        pk: keys.jobs,
        sk: taskArn,
        clusterArn,
        lookAtMs,
        // As long as its work: without that there is nothing to look at.
        expiresAt: expiresAt(clock.nowMs(), keptMs.work),
      });
    },
    async closeJob(taskArn) {
      await table.remove(keys.jobs, taskArn);
    },
    async openJobs() {
      return (await table.query(keys.jobs)).map((item) => ({
        taskArn: textOf(item, 'sk'),
        clusterArn: textOf(item, 'clusterArn'),
        lookAtMs: numberOf(item, 'lookAtMs'),
      }));
    },

    async recordSpotShort(clusterArn, atMs) {
      await table.put(
        { pk: keys.spot(clusterArn), sk: keys.only, atMs, expiresAt: expiresAt(clock.nowMs(), keptMs.spotShort) },
        // Events come out of order.
        { condition: 'attribute_not_exists(atMs) OR atMs < :atMs', values: { ':atMs': atMs } },
      );
    },
    async spotShortAtMs(clusterArn) {
      const item = await table.get(keys.spot(clusterArn), keys.only);
      return item === undefined ? undefined : numberOf(item, 'atMs');
    },
  };
}
