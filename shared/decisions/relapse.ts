import type { ServicePolicy } from '../policy/policy.ts';
import type { ControlState, EndedStrategy, StrategyState } from './control-state.ts';

/**
 * How often a strategy may change. A shift protects: it waits for nothing but the cool-down, the least time between two
 * forced deployments. The return has time, and the more the oftener Spot has failed soon after the last ones.
 */

const dayMs = 86_400_000;
/** Relapses keep a shift no longer than so many times `stay-shifted`. */
const stayTimesMax = 4;
/**
 * A return that waited for Spot knows when it came back, and is tried again after this share of `stay-shifted`: in the
 * recordings of docs/replay.md a Spot that has come back goes again within half an hour one time in three, later seldom.
 */
const stayShareOfSeen = 0.6;

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
 * When the original may come back: `stay-shifted` after the shift, or after a return that was turned back, and after the
 * cool-down, which doubles with each relapse. Relapses say nothing of a return that was turned back, since the service
 * has not been on Spot in between.
 */
export function returnAtMs(
  control: ControlState,
  policy: Pick<ServicePolicy, 'cooldownMs' | 'stayShiftedMs'>,
  { phaseSinceMs, turnedBack, waitedForSpot }: Pick<StrategyState, 'phaseSinceMs' | 'turnedBack' | 'waitedForSpot'>,
): number {
  const { cooldownMs, stayShiftedMs } = policy;
  const stayMs = turnedBack === true && waitedForSpot === true ? stayShiftedMs * stayShareOfSeen : stayShiftedMs;
  const relapses = turnedBack === true ? 0 : (control.relapses?.count ?? 0);
  const doubledMs = Math.min(cooldownMs * 2 ** relapses, stayShiftedMs * stayTimesMax, dayMs);
  const readyMs = readyAtMs(control, policy) + Math.max(0, doubledMs - cooldownMs);
  return Math.max(readyMs, phaseSinceMs + Math.min(stayMs, dayMs));
}

/** One relapse more. */
export function relapsed(control: ControlState, nowMs: number): Pick<ControlState, 'relapses'> {
  return { relapses: { count: (control.relapses?.count ?? 0) + 1, lastAtMs: nowMs } };
}

/**
 * A shift within `stay-shifted` after the original came back is a relapse; any other starts anew. It is counted when the
 * shift is made, not when it is first needed: a shortage that ends while the shift waits is none.
 */
export function shiftedAgain(
  control: ControlState,
  policy: Pick<ServicePolicy, 'stayShiftedMs'>,
  nowMs: number,
): ControlState {
  const { lastStrategy, relapses: _before, ...rest } = control;
  const kept = { ...rest, ...(lastStrategy === undefined ? {} : { lastStrategy }) };
  const isSoon = nowMs - (lastStrategy?.endedAtMs ?? 0) < policy.stayShiftedMs;
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
