import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../ports/clock.ts';
import type { Ledger } from '../ports/ledger.ts';
import { createDecisionReads } from './ledger-decisions.ts';
import { createEnrolmentReads } from './ledger-enrolments.ts';
import { createFleetReads } from './ledger-fleet.ts';
import { createLedgerReads } from './ledger-reads.ts';
import { createServiceReads } from './ledger-service.ts';
import { createUsageReads } from './ledger-usage.ts';

/** What can be read of the ledger, for functions that must not write: their bundles hold no command that does. */
export type ReadingLedger = Pick<
  Ledger,
  | 'decisions'
  | 'newestDecisions'
  | 'decisionsWithin'
  | 'enrolments'
  | 'enrolment'
  | 'readFleet'
  | 'readService'
  | 'usage'
  | 'usageIfSmall'
>;

/** The ledger on DynamoDB, without its writes. */
export function createReadingLedger(
  client: Pick<DynamoDBClient, 'send'>,
  { tableName }: { readonly tableName: string },
  clock: Clock,
): ReadingLedger {
  const table = createLedgerReads(client, { tableName }, clock);
  return {
    ...createDecisionReads(table),
    ...createEnrolmentReads(table),
    ...createFleetReads(table),
    ...createServiceReads(table),
    ...createUsageReads(table),
  };
}
