import type { ServicePolicy } from '../policy/policy.ts';
import type { ControlState, EndedStrategy, StrategyState } from './control-state.ts';

/**
 * How often a strategy may change. A shift protects: it waits for nothing but the cool-down, the least time between two
 * forced deployments. The return has time, and the more the sooner Spot has failed after the last one.
 */

const dayMs = 86_400_000;
/** A shift so many times `stay-shifted` after a return, or sooner, is a relapse. */
const soonTimes = 2;
/** Relapses keep a shift no longer than so many times `stay-shifted`. */
const stayTimesMax = 4;

/** The control state without what is older than a day or was for one look. */
export function remembered(control: ControlState, nowMs: number): ControlState {
  const { relapses, failedShifts, lastStrategy, restoredExternallyAtMs, gathering: _momentary, ...rest } = control;
  const isRecent = (atMs: number) => nowMs - atMs < dayMs;
  return {
    ...rest,
    ...(relapses !== undefined && isRecent(relapses.lastAtMs) ? { relapses } : {}),
    ...(failedShifts !== undefined && isRecent(failedShifts.lastAtMs) ? { failedShifts } : {}),
    ...(lastStrategy !== undefined && isRecent(lastStrategy.endedAtMs) ? { lastStrategy } : {}),
    ...(restoredExternallyAtMs !== undefined && isRecent(restoredExternallyAtMs) ? { restoredExternallyAtMs } : {}),
  };
}

/** When the next forced deployment may be made. */
export function readyAtMs(control: ControlState, policy: Pick<ServicePolicy, 'cooldownMs'>): number {
  return (control.lastForcedAtMs ?? Number.NEGATIVE_INFINITY) + policy.cooldownMs;
}

/**
 * When the next shift may be made. One that failed as a deployment is not tried again before `stay-shifted`, and not
 * before twice as long after the next: it replaces tasks for nothing.
 */
export function shiftableAtMs(
  control: ControlState,
  policy: Pick<ServicePolicy, 'cooldownMs' | 'stayShiftedMs'>,
): number {
  const { failedShifts } = control;
  if (failedShifts === undefined) return readyAtMs(control, policy);
  const waitMs = Math.min(policy.stayShiftedMs * 2 ** (failedShifts.count - 1), dayMs);
  return Math.max(readyAtMs(control, policy), failedShifts.lastAtMs + waitMs);
}

/** One more shift that failed as a deployment. */
export function shiftFailed(control: ControlState, nowMs: number): Pick<ControlState, 'failedShifts'> {
  return { failedShifts: { count: (control.failedShifts?.count ?? 0) + 1, lastAtMs: nowMs } };
}

/**
 * When the original may come back. A shift stays for `stay-shifted`, twice as long for each relapse before it; a return
 * that was turned back is tried again after `stay-shifted`, since the service has not been on Spot in between.
 */
export function returnAtMs(
  control: ControlState,
  policy: Pick<ServicePolicy, 'cooldownMs' | 'stayShiftedMs'>,
  { phaseSinceMs, turnedBack }: Pick<StrategyState, 'phaseSinceMs' | 'turnedBack'>,
): number {
  const times = turnedBack === true ? 1 : Math.min(2 ** (control.relapses?.count ?? 0), stayTimesMax);
  return Math.max(readyAtMs(control, policy), phaseSinceMs + Math.min(policy.stayShiftedMs * times, dayMs));
}

/** One relapse more. */
export function relapsed(control: ControlState, nowMs: number): Pick<ControlState, 'relapses'> {
  return { relapses: { count: (control.relapses?.count ?? 0) + 1, lastAtMs: nowMs } };
}

/**
 * A shift soon after the original came back is a relapse; any other starts anew. It is counted when the shift is made,
 * not when it is first needed: a shortage that ends while the shift waits is none.
 */
export function shiftedAgain(
  control: ControlState,
  policy: Pick<ServicePolicy, 'stayShiftedMs'>,
  nowMs: number,
): ControlState {
  const { lastStrategy, relapses: _before, ...rest } = control;
  const kept = { ...rest, ...(lastStrategy === undefined ? {} : { lastStrategy }) };
  const isSoon = nowMs - (lastStrategy?.endedAtMs ?? 0) < soonTimes * policy.stayShiftedMs;
  return lastStrategy?.restored === true && isSoon ? { ...kept, ...relapsed(control, nowMs) } : kept;
}

/** The shift is over; the pair is kept for a day, since ECS can still roll back to it. */
export function ended(
  control: ControlState,
  { original, shifted }: StrategyState,
  { endedAtMs, restored }: Pick<EndedStrategy, 'endedAtMs' | 'restored'>,
): ControlState {
  const { strategy: _over, wantedLatched: _latch, ...rest } = control;
  return { ...rest, lastStrategy: { original, shifted, endedAtMs, restored } };
}
