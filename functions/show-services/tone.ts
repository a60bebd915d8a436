import type { DecisionRecord } from '../../shared/decisions/plan.ts';

/**
 * How a service is, by what was last decided: `calm`; `barred`, its settings keep Ballast from doing what it is asked
 * for; `acting`, something is under way; `obstacle`, something is in the way of what would have to be done.
 */
export type Tone = 'calm' | 'barred' | 'acting' | 'obstacle';

type DecidedReason = DecisionRecord['reason'];
type Ineligible = Extract<DecidedReason, `${string}_ineligible:${string}`>;

/** A reason that is missing here does not compile. */
const tones: Readonly<Record<Exclude<DecidedReason, Ineligible>, Tone>> = {
  not_managed: 'calm',
  policy_invalid: 'barred',
  service_gone: 'calm',
  paused: 'acting',
  fallback_none: 'calm',
  steady: 'calm',
  bridge_grown: 'acting',
  bridge_held: 'acting',
  bridge_at_cap: 'obstacle',
  bridge_returned: 'acting',
  bridge_idle: 'calm',
  bridge_deleted: 'calm',
  bridge_proving: 'calm',
  bridge_refused: 'obstacle',
  bridge_follows_revision: 'acting',
  bridge_write_too_soon: 'acting',
  gathering_notices: 'acting',
  on_demand_shortage: 'obstacle',
  budget_exhausted: 'obstacle',
  rate_limited: 'acting',
  CapacityProviderRebalanced: 'acting',
  replacement_pending: 'acting',
  strategy_held: 'acting',
  strategy_restored_externally: 'acting',
  strategy_restored_externally_again: 'obstacle',
  strategy_foreign_write: 'acting',
  strategy_turned_back: 'acting',
  strategy_shift_failed: 'obstacle',
  deployment_in_progress: 'acting',
  deployment_waits_for_spot: 'obstacle',
  deployment_shifted: 'acting',
  cooling_down: 'acting',
  deployment_diagnosed: 'obstacle',
};

/** The ledger may hold reasons of an earlier or later version: nothing is known against them. */
export function toneOf(reason: string): Tone {
  if (reason.includes('_ineligible:')) return 'barred';
  return Object.hasOwn(tones, reason) ? tones[reason as keyof typeof tones] : 'calm';
}
