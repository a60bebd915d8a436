import type { AppliedCommand, DecisionRecord } from '../decisions/plan.ts';

/**
 * What two decisions have in common when one record stands for both: they decided the same from the same numbers, and
 * the same came of it. Texts tell ages, facts move all the time and errors carry request ids, so these do not count.
 */
export function decidedAlike({ reason, mode, figures, applied, targets }: DecisionRecord): string {
  return JSON.stringify([
    reason,
    mode,
    figures,
    outcomes(applied),
    targets && [targets.reason, outcomes(targets.applied)],
  ]);
}

function outcomes(applied: readonly AppliedCommand<unknown>[]): unknown[] {
  return applied.map(({ command, result }) => [command, result]);
}
