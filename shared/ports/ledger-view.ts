import type { DecisionRecord } from '../decisions/plan.ts';
import type { UsageRecord } from '../decisions/usage.ts';
import type { Ledger } from './ledger.ts';

/** From one moment to another, both included. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * The ledger for who looks on: nothing that writes, and reads that cost the same however much there is. Methods of its
 * own may be a moment behind. All throw `RetryableError` when the table cannot be reached.
 */
export interface LedgerView extends Pick<Ledger, 'enrolments' | 'enrolment' | 'readFleet' | 'readService'> {
  /** The newest decision of each service that has one. A hundred services a request. */
  newestDecisions(serviceArns: readonly string[]): Promise<ReadonlyMap<string, DecisionRecord>>;
  /**
   * Decisions that began within a time, and the one before them, newest first: two requests, however many there are.
   * Where there are more than `limit`, the oldest are missing.
   */
  decisionsWithin(serviceArn: string, time: TimeRange, limit: number): Promise<DecisionRecord[]>;
  /** The tasks that stopped on a day: one request. `undefined` for a day of more than a megabyte, some 2,500 tasks. */
  usageIfSmall(day: string): Promise<UsageRecord[] | undefined>;
}
