import type { ServicePolicy } from '../policy/policy.ts';
import type { ControlState, EndedStrategy, Relapses, StrategyState } from './control-state.ts';

/** How often a strategy may change: the cool-down, what doubles it and what a calm day forgets. */

const dayMs = 86_400_000;

/** The control state without what is older than a day. */
export function remembered(control: ControlState, nowMs: number): ControlState {
  const { relapses, lastStrategy, restoredExternallyAtMs, ...rest } = control;
  const isRecent = (atMs: number) => nowMs - atMs < dayMs;
  return {
    ...rest,
    ...(relapses !== undefined && isRecent(relapses.lastAtMs) ? { relapses } : {}),
    ...(lastStrategy !== undefined && isRecent(lastStrategy.endedAtMs) ? { lastStrategy } : {}),
    ...(restoredExternallyAtMs !== undefined && isRecent(restoredExternallyAtMs) ? { restoredExternallyAtMs } : {}),
  };
}

/** The cool-down doubles with every relapse, up to a day. Counted from the last forced deployment. */
export function readyAtMs(control: ControlState, policy: Pick<ServicePolicy, 'cooldownMs'>): number {
  return (control.lastForcedAtMs ?? Number.NEGATIVE_INFINITY) + cooldownMs(control, policy);
}

/** In milliseconds. */
export function cooldownMs(control: ControlState, policy: Pick<ServicePolicy, 'cooldownMs'>): number {
  return Math.min(policy.cooldownMs * 2 ** (control.relapses?.count ?? 0), dayMs);
}

/** One relapse more. */
export function relapsed(control: ControlState, nowMs: number): Pick<ControlState, 'relapses'> {
  return { relapses: { count: (control.relapses?.count ?? 0) + 1, lastAtMs: nowMs } };
}

/**
 * A shift soon after the original came back is a relapse; any other only keeps the memory of earlier ones awake. It is
 * counted when the shift is made, not when it is first needed: a shortage that ends while the shift waits is none.
 */
export function shiftedAgain(control: ControlState, nowMs: number): { readonly relapses?: Relapses } {
  if (control.lastStrategy?.restored === true) return relapsed(control, nowMs);
  return control.relapses === undefined ? {} : { relapses: { ...control.relapses, lastAtMs: nowMs } };
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
