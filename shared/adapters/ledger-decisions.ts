import { createHash } from 'node:crypto';
import type { DecisionRecord } from '../decisions/plan.ts';
import { RetryableError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ledger } from '../ports/ledger.ts';
import { decidedAlike } from './decided-alike.ts';
import { jsonOf, numberOf, type Plain } from './ledger-items.ts';
import { expiresAt, keptMs, keys } from './ledger-keys.ts';
import type { LedgerTable } from './ledger-table.ts';

/** Two decisions of one service at once are rare: the fence keeps them apart until it expires. */
const triesMax = 4;

/** Decision records: the newest, which equal decisions extend, and the earlier ones filed beside it. */
export function createDecisionLedger(table: LedgerTable, clock: Clock): Pick<Ledger, 'recordDecision' | 'decisions'> {
  /** @returns whether the newest record was equal and has been extended. */
  const extend = (record: DecisionRecord, signature: string): Promise<boolean> =>
    table.update({
      pk: keys.decisions(record.serviceArn),
      sk: keys.latest,
      expression: 'SET lastMs = :lastMs, times = times + :one, expiresAt = :expiresAt',
      condition: 'signature = :signature AND expiresAt > :nowS',
      values: {
        ':lastMs': record.lastMs,
        ':one': 1,
        ':signature': signature,
        ':expiresAt': expiresAt(record.lastMs, keptMs.decision),
        ':nowS': clock.nowMs() / 1000,
      },
    });

  /** Files the newest record away and puts another in its place. @returns false when somebody else was quicker. */
  const replace = async (record: DecisionRecord, signature: string): Promise<boolean> => {
    const pk = keys.decisions(record.serviceArn);
    const previous = await table.get(pk, keys.latest);
    if (previous !== undefined) await file(previous);
    return table.put(
      {
        pk,
        sk: keys.latest,
        // Tells records of the same millisecond apart, also when one decision alternates with another.
        serial: previous === undefined ? 1 : numberOf(previous, 'serial') + 1,
        signature,
        record: JSON.stringify(record),
        sinceMs: record.sinceMs,
        lastMs: record.lastMs,
        times: 1,
        expiresAt: expiresAt(record.lastMs, keptMs.decision),
      },
      previous === undefined
        ? {
            condition: 'attribute_not_exists(pk) OR expiresAt <= :nowS',
            values: { ':nowS': clock.nowMs() / 1000 },
          }
        : {
            condition: 'serial = :serial AND times = :times',
            values: { ':serial': numberOf(previous, 'serial'), ':times': numberOf(previous, 'times') },
          },
    );
  };

  /** Repeated after a crash or a lost race it writes the same item again, or what has been added to it since. */
  const file = (previous: Plain): Promise<boolean> =>
    table.put(
      { ...previous, sk: keys.filed(numberOf(previous, 'sinceMs'), numberOf(previous, 'serial')) },
      {
        condition: 'attribute_not_exists(pk) OR times < :times',
        values: { ':times': numberOf(previous, 'times') },
      },
    );

  return {
    async recordDecision(record) {
      const signature = signatureOf(record);
      for (let tries = 1; tries <= triesMax; tries += 1) {
        if (await extend(record, signature)) return 'repeated';
        if (await replace(record, signature)) return 'new';
      }
      throw new RetryableError(`ledger: others keep recording decisions of ${record.serviceArn}`);
    },

    async decisions(serviceArn, limit) {
      return decisionsOf(await table.query(keys.decisions(serviceArn))).slice(0, limit);
    },
  };
}

/** The records of a service's items, newest first. */
export function decisionsOf(items: readonly Plain[]): DecisionRecord[] {
  // After a crash the latest has been filed already, and may have been extended since.
  const serial = items.find(({ sk }) => sk === keys.latest)?.serial;
  return items
    .filter((item) => item.sk === keys.latest || item.serial !== serial)
    .sort((left, right) => numberOf(right, 'serial') - numberOf(left, 'serial'))
    .map(decisionOf);
}

export function decisionOf(item: Plain): DecisionRecord {
  return {
    ...jsonOf<DecisionRecord>(item, 'record'),
    lastMs: numberOf(item, 'lastMs'),
    count: numberOf(item, 'times'),
  };
}

/** As long whatever was decided: it is compared and stored each time. */
function signatureOf(record: DecisionRecord): string {
  return createHash('sha256').update(decidedAlike(record)).digest('hex');
}
