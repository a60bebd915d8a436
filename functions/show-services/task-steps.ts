import type { DecisionRecord } from '../../shared/decisions/plan.ts';
import type { TimeRange } from '../../shared/ports/ledger-view.ts';

/** How many tasks there were from one decision to the next. */
export interface Step extends TimeRange {
  readonly wanted: number;
  /** The service's own that stay. */
  readonly own: number;
  /** That its bridge is asked for. */
  readonly bridge: number;
}

/** Oldest first, within the time; the last one lasts until its end. Decisions without numbers leave those before. */
export function taskSteps(decisions: readonly DecisionRecord[], { fromMs, toMs }: TimeRange): Step[] {
  const known = decisions.flatMap((record) => {
    const numbers = numbersOf(record);
    return numbers === undefined ? [] : [{ ...numbers, fromMs: record.sinceMs }];
  });
  // Newest first: what began after a step is the one before it.
  return known
    .map((step, index) => ({
      ...step,
      fromMs: Math.max(fromMs, step.fromMs),
      toMs: Math.min(toMs, known[index - 1]?.fromMs ?? toMs),
    }))
    .filter((step) => step.fromMs < step.toMs)
    .reverse();
}

function numbersOf({ figures, facts }: DecisionRecord): Pick<Step, 'wanted' | 'own' | 'bridge'> | undefined {
  if (figures !== undefined) return { wanted: figures.wanted, own: figures.staying, bridge: figures.bridgeDesired };
  if (facts === undefined) return undefined;
  return { wanted: facts.desired, own: facts.listed, bridge: facts.bridgeDesired ?? 0 };
}
