import type { StackPolicy } from '../../shared/policy/policy.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Ecs } from '../../shared/ports/ecs.ts';
import type { Ledger } from '../../shared/ports/ledger.ts';

/** Nothing that writes. */
export interface ShowDeps {
  readonly ledger: Pick<
    Ledger,
    'enrolments' | 'enrolment' | 'readFleet' | 'readService' | 'newestDecisions' | 'decisionsWithin' | 'usageIfSmall'
  >;
  readonly ecs: Pick<Ecs, 'describeServices'>;
  readonly clock: Clock;
  readonly stackPolicy: StackPolicy;
  /** For the log: something was left out. */
  readonly warn: (message: string, error: unknown) => void;
}
