import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../ports/clock.ts';
import type { LedgerView } from '../ports/ledger-view.ts';
import { decisionOf, decisionsOf } from './ledger-decisions.ts';
import { createEnrolmentReads } from './ledger-enrolments.ts';
import { createFleetReads } from './ledger-fleet.ts';
import { keys } from './ledger-keys.ts';
import { createLedgerLooks } from './ledger-looks.ts';
import { createLedgerReads } from './ledger-reads.ts';
import { createServiceReads } from './ledger-service.ts';
import { usageOf } from './ledger-usage.ts';

/** The ledger on DynamoDB, for functions that must not write: their bundles hold no command that does. */
export function createLedgerView(
  client: Pick<DynamoDBClient, 'send'>,
  { tableName }: { readonly tableName: string },
  clock: Clock,
): LedgerView {
  const reads = createLedgerReads(client, { tableName }, clock);
  const looks = createLedgerLooks(client, { tableName }, clock);

  return {
    ...createEnrolmentReads(reads),
    ...createFleetReads(reads),
    ...createServiceReads(reads),

    async newestDecisions(serviceArns) {
      const items = await looks.getMany(serviceArns.map((arn) => ({ pk: keys.decisions(arn), sk: keys.latest })));
      return new Map(items.map(decisionOf).map((record) => [record.serviceArn, record]));
    },

    async decisionsWithin(serviceArn, { fromMs, toMs }, limit) {
      const pk = keys.decisions(serviceArn);
      // The latest may have begun within the time, or before all of it, and is not among the filed.
      const [latest, filed] = await Promise.all([
        looks.getMany([{ pk, sk: keys.latest }]),
        looks.newest({ pk, upTo: keys.filed(toMs + 1, 0), limit: limit + 1 }),
      ]);
      const records = decisionsOf([...latest, ...filed]).filter(({ sinceMs }) => sinceMs <= toMs);
      const before = records.findIndex(({ sinceMs }) => sinceMs < fromMs);
      return records.slice(0, before === -1 ? limit : Math.min(limit, before + 1));
    },

    async usageIfSmall(day) {
      return (await looks.queryIfSmall(keys.usage(day)))?.map(usageOf);
    },
  };
}
