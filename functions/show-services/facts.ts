import type { DecisionRecord } from '../../shared/decisions/plan.ts';
import type { UsageSum } from '../../shared/decisions/usage.ts';
import type { PolicyOutcome } from '../../shared/policy/policy.ts';
import type { Service } from '../../shared/ports/ecs.ts';
import type { TimeRange } from '../../shared/ports/ledger-view.ts';

/** Everything that a widget shows, as it was read. */
export interface WidgetFacts {
  readonly nowMs: number;
  readonly time: TimeRange;
  readonly pausedAll: boolean;
  /** Enrolled services that the parameters leave. */
  readonly matching: number;
  /** Of those, whose newest decisions were read. */
  readonly lookedAt: number;
  /** Those in trouble first. */
  readonly services: readonly ServiceFacts[];
  /** ECS was asked and gave no answer. */
  readonly ecsFailed: boolean;
  /** Of tasks that stopped since midnight UTC; absent where it takes more than a request to know. */
  readonly usageToday?: UsageSum;
  /** Nothing but this service is asked for. */
  readonly single: boolean;
}

/** One service. */
export interface ServiceFacts {
  readonly serviceArn: string;
  readonly cluster: string;
  readonly name: string;
  readonly policy: PolicyOutcome;
  readonly spotProvider: string;
  readonly paused: boolean;
  readonly newest?: DecisionRecord;
  /** As ECS has it now; absent where it was not asked. */
  readonly described?: { readonly primary: Service; readonly bridge?: Service };
  /** What was decided in the time that is shown; absent where it was not read. */
  readonly history?: ServiceHistory;
}

export interface ServiceHistory {
  /** Newest first. */
  readonly decisions: readonly DecisionRecord[];
  /** There are more, before the oldest of them. */
  readonly cut: boolean;
  /** When Spot stopped tasks, one entry a task, as far as the ledger still has them. */
  readonly spotStopsAtMs: readonly number[];
}
