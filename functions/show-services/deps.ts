import type { StackPolicy } from '../../shared/policy/policy.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Ecs } from '../../shared/ports/ecs.ts';
import type { LedgerView } from '../../shared/ports/ledger-view.ts';

/** Nothing that writes. */
export interface ShowDeps {
  readonly ledger: LedgerView;
  readonly ecs: Pick<Ecs, 'describeServices'>;
  readonly clock: Clock;
  readonly stackPolicy: StackPolicy;
  /** For the log: something was left out. */
  readonly warn: (message: string, error: unknown) => void;
}
