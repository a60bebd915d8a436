import { type Reason, reasons } from '../../shared/decisions/plan.ts';
import { type FaultKind, faultKinds } from './faults.ts';
import type { StormResult } from './run-storm.ts';

/** What a run has seen happen; plain objects, so that workers can hand them over. */
export interface Coverage {
  readonly faults: Record<string, number>;
  readonly reasons: Record<string, number>;
  /** Storms by switch and value. */
  readonly switches: Record<string, Record<string, number>>;
}

export function emptyCoverage(): Coverage {
  return { faults: {}, reasons: {}, switches: {} };
}

export function covered(coverage: Coverage, storm: StormResult): void {
  for (const [kind, times] of storm.faults) add(coverage.faults, kind, times);
  for (const [reason, times] of storm.reasons) add(coverage.reasons, reason, times);
  for (const [name, value] of Object.entries(storm.switches)) {
    coverage.switches[name] ??= {};
    add(coverage.switches[name], classOf(value), 1);
  }
}

export function merged(parts: readonly Coverage[]): Coverage {
  const whole = emptyCoverage();
  for (const { faults, reasons: given, switches } of parts) {
    for (const [kind, times] of Object.entries(faults)) add(whole.faults, kind, times);
    for (const [reason, times] of Object.entries(given)) add(whole.reasons, reason, times);
    for (const [name, values] of Object.entries(switches)) {
      whole.switches[name] ??= {};
      for (const [value, times] of Object.entries(values)) add(whole.switches[name], value, times);
    }
  }
  return whole;
}

/** So many storms see every reason; fewer need not. */
const stormsForReasons = 300;

/** Whether enough was played and seen for the run to mean something. */
export function isMeaningful(coverage: Coverage, storms: number): boolean {
  if (missingFaults(coverage).length > 0) return false;
  return storms < stormsForReasons || missingReasons(coverage).length === 0;
}

/** Faults that never happened: nothing was shown about them. */
export function missingFaults({ faults }: Coverage): FaultKind[] {
  return faultKinds.filter((kind) => faults[kind] === undefined);
}

export function missingReasons({ reasons: seen }: Coverage): Reason[] {
  return reasons.filter((reason) => seen[reason] === undefined);
}

/** A range counts by its end, in steps of ten seconds. */
function classOf(value: unknown): string {
  const number = Array.isArray(value) ? value.at(-1) : value;
  return typeof number === 'number' && number > 10_000 ? `≤ ${Math.ceil(number / 30_000) * 30} s` : String(number);
}

function add(counts: Record<string, number>, key: string, times: number): void {
  counts[key] = (counts[key] ?? 0) + times;
}
