import type { BelowDesired, ControlState } from '../../shared/decisions/control-state.ts';
import { inProgress } from '../../shared/decisions/shortfall.ts';
import type { Lasting } from '../../shared/ports/telemetry.ts';
import type { Considered } from './considered.ts';

/** A Spot stop's event may be so late; the shortage that it began is not younger than the stop. */
const eventLagMsMax = 60_000;

export interface Lasts {
  /** To be remembered: since when it is below. */
  readonly below?: BelowDesired;
  readonly told: Lasting;
}

/**
 * For how long the service has been below what is wanted, bridged or shifted. Tasks that a deployment merely replaces
 * are not missing. Whole again it was when the last task that it lacked came to RUNNING, however late that is looked at.
 */
export function lasting(one: Considered, next: ControlState, nowMs: number): Lasts {
  const { facts, mode } = one;
  const before = facts.ledger.control.below;
  const below = belowNow(one, before, nowMs);
  const acts = mode === 'act';
  const whole = acts && before?.bySpot === true && below === undefined && facts.primary !== undefined;
  const { bridge, strategy } = next;
  return {
    ...(below === undefined ? {} : { below }),
    told: {
      ...(acts && below !== undefined ? { belowDesiredMs: nowMs - below.sinceMs } : {}),
      ...(whole ? { timeToWholeMs: lastStartMs(one, before.sinceMs, nowMs) - before.sinceMs } : {}),
      ...(bridge !== undefined && (facts.bridge?.desiredCount ?? 0) > 0
        ? { bridgeOpenMs: nowMs - bridge.createdAtMs }
        : {}),
      ...(strategy?.phase === 'shifted' ? { strategyShiftedMs: nowMs - strategy.phaseSinceMs } : {}),
    },
  };
}

function belowNow(
  { facts, plan, estimated }: Considered,
  before: BelowDesired | undefined,
  nowMs: number,
): BelowDesired | undefined {
  const { primary, bridge } = facts;
  if (primary === undefined) return undefined;
  // What is estimated is good enough to act later, not to say that a shortage has begun or ended.
  if (estimated) return before;
  const wanted = Math.max(primary.desiredCount, plan.figures?.wanted ?? 0);
  const running = Math.max(0, facts.listedTasks - primary.pendingCount) + (bridge?.runningCount ?? 0);
  const bySpot = (plan.figures?.shortfall ?? 0) > 0;
  if (running >= wanted || (!bySpot && inProgress(primary))) return undefined;
  const sinceMs = before?.sinceMs ?? (bySpot ? firstStopMs(facts.ledger.tasks, nowMs) : nowMs);
  return { sinceMs, ...(bySpot || before?.bySpot === true ? { bySpot: true } : {}) };
}

/** When the first of the Spot stops came that are being told of now; now where none is. */
function firstStopMs(tasks: Considered['facts']['ledger']['tasks'], nowMs: number): number {
  const recent = tasks.flatMap(({ spotStopAtMs = 0 }) =>
    spotStopAtMs > nowMs - eventLagMsMax && spotStopAtMs <= nowMs ? [spotStopAtMs] : [],
  );
  return Math.min(nowMs, ...recent);
}

function lastStartMs({ facts }: Considered, sinceMs: number, nowMs: number): number {
  const starts = facts.ledger.tasks.flatMap(({ startedAtMs = 0, lastStatus }) =>
    lastStatus === 'RUNNING' && startedAtMs > sinceMs && startedAtMs <= nowMs ? [startedAtMs] : [],
  );
  return starts.length === 0 ? nowMs : Math.max(...starts);
}
