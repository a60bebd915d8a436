import { loadRules } from '../rules.ts';
import { loadStackPolicy } from '../stack-policy.ts';
import { type Coverage, covered, emptyCoverage } from './coverage.ts';
import type { PlantedBug } from './planted-bug.ts';
import { runStorm, type StormOptions, type StormResult, type Violation } from './run-storm.ts';

export interface SeedsResult {
  readonly storms: number;
  readonly violations: readonly Violation[];
  readonly coverage: Coverage;
  readonly portCalls: number;
}

export interface SeedsOptions {
  readonly from: number;
  readonly seeds: number;
  /** Every so-many-th seed, so that workers share a run evenly. */
  readonly step?: number;
  /** No storm begins after it; epoch milliseconds. */
  readonly untilMs?: number | undefined;
  readonly bug?: PlantedBug | undefined;
  readonly stopAtFirst?: boolean;
  /** After each storm. */
  readonly progress?: (storms: number, violations: readonly Violation[]) => void;
}

export async function runSeeds(options: SeedsOptions): Promise<SeedsResult> {
  // Errors are part of every storm; nobody looks at where they came from before `--seed` tells the storm again.
  Error.stackTraceLimit = 0;
  const { from, seeds, step = 1, untilMs = Infinity, bug, stopAtFirst = false, progress } = options;
  const around = { rules: loadRules(), stackPolicy: loadStackPolicy(), bug };
  const coverage = emptyCoverage();
  const violations: Violation[] = [];
  let storms = 0;
  let portCalls = 0;
  for (let seed = from; seed < from + seeds && Date.now() < untilMs; seed += step) {
    const storm = await runStorm(seed, around);
    covered(coverage, storm);
    const found = bug === undefined ? storm.violations : await byTheBug(storm, around);
    violations.push(...found);
    storms += 1;
    portCalls += storm.portCalls;
    progress?.(storms, found);
    // A storm never gives way to anything else; messages and signals come in between.
    await new Promise(setImmediate);
    if (stopAtFirst && found.length > 0) break;
  }
  return { storms, violations, coverage, portCalls };
}

/** What the same storm does not show without the bug. */
async function byTheBug({ seed, violations }: StormResult, around: StormOptions): Promise<readonly Violation[]> {
  if (violations.length === 0) return violations;
  const honest = await runStorm(seed, { ...around, bug: undefined });
  const anyway = new Set(honest.violations.map(({ invariant }) => invariant));
  return violations.filter(({ invariant }) => !anyway.has(invariant));
}
