import type { Figures, Sample } from './meter.ts';
import { optimum } from './optimum.ts';
import type { ReplayPolicy } from './policy.ts';
import { replay } from './run.ts';
import type { ReplaySettings } from './settings.ts';
import { type Trace, traceFigures } from './trace.ts';

export interface Row {
  readonly name: string;
  readonly title: string;
  readonly isRival: boolean;
  readonly figures: Figures;
  /** Cost against the optimum's. */
  readonly ofOptimum: number;
  readonly samples: readonly Sample[];
}

/** A trace under every policy. */
export interface Result {
  readonly trace: Trace;
  readonly tasks: number;
  /** How much of the service Spot had room for, 0 to 1. */
  readonly share: number;
  readonly falls: number;
  /** The optimum first. */
  readonly rows: readonly Row[];
}

const optimumTitle = 'Omniscient optimum';

export function playAll(trace: Trace, policies: readonly ReplayPolicy[], settings: ReplaySettings): Result {
  const best = optimum(trace, settings);
  const played = policies.map((policy) => ({ ...policy, ...replay(trace, policy, settings) }));
  const rows = [{ name: 'optimum', title: optimumTitle, isRival: false, ...best }, ...played].map(
    ({ name, title, isRival, figures, samples }): Row => ({
      name,
      title,
      isRival,
      figures,
      ofOptimum: figures.cost / best.figures.cost,
      samples,
    }),
  );
  return { trace, tasks: settings.tasks, ...traceFigures(trace, settings.tasks), rows };
}

export function rowOf({ rows }: Pick<Result, 'rows'>, name: string): Row {
  const row = rows.find((one) => one.name === name);
  if (row === undefined) throw new Error(`nobody played ${name}`);
  return row;
}
