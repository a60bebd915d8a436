import type { DeploymentFacts, PlacementFailure } from './deployment-facts.ts';
import type { Finding } from './finding.ts';
import { quotable } from './quote.ts';
import { ownFailureIn, type Reading, type ShortageWording, shortageIn } from './wordings.ts';

/**
 * Whose room is missing. Fargate says `RESOURCE:FARGATE` or "Capacity is unavailable at this time" whichever provider
 * it is; only the provider's name tells Spot from on-demand, and a service with a launch type has on-demand alone.
 * @param providers those of the failure where it names any, else those of the strategy.
 */
export function shortageOn(wording: ShortageWording, providers: readonly string[]): Reading {
  if (wording !== 'fargate') return { cause: wording, certainty: 'certain' };
  const spot = providers.includes('FARGATE_SPOT');
  const onDemand = providers.includes('FARGATE') || providers.length === 0;
  if (spot && onDemand) return { cause: 'fargate_short', certainty: 'likely' };
  if (spot) return { cause: 'spot_short', certainty: 'certain' };
  return onDemand
    ? { cause: 'on_demand_short', certainty: 'certain' }
    : { cause: 'instances_short', certainty: 'likely' };
}

/** What an event `SERVICE_TASK_PLACEMENT_FAILURE` says: mostly a shortage, sometimes a constraint that nothing meets. */
export function placementFinding(failure: PlacementFailure, facts: DeploymentFacts): Finding {
  const providers = failure.capacityProviders.length > 0 ? failure.capacityProviders : facts.capacityProviders;
  return {
    ...placementReading(failure.reason, providers),
    evidence: placementEvidence(failure),
    atMs: failure.atMs,
  };
}

function placementReading(reason: string | undefined, providers: readonly string[]): Reading {
  const wording = shortageIn(reason ?? '');
  if (wording !== undefined) return shortageOn(wording, providers);
  const own = ownFailureIn(reason ?? '');
  if (own !== undefined) return own;
  // Something was not placed, that is what the event is for; what was missing is not told, or in no known words.
  return { ...shortageOn('fargate', providers), certainty: reason === undefined ? 'likely' : 'weak' };
}

function placementEvidence({ reason, capacityProviders }: PlacementFailure): string {
  const on = capacityProviders.length === 0 ? '' : ` on ${capacityProviders.join(', ')}`;
  return `SERVICE_TASK_PLACEMENT_FAILURE${on}${reason === undefined ? '' : `: "${quotable(reason)}"`}`;
}

/** Several shortages of one deployment as one cause: a quota stays until somebody raises it, the rest may pass. */
export function mainShortage(shortages: readonly Finding[]): Finding | undefined {
  const causes = new Set(shortages.map(({ cause }) => cause));
  const last = (cause: Finding['cause']) => shortages.findLast((one) => one.cause === cause);
  const spot = last('spot_short');
  const onDemand = last('on_demand_short');
  if (causes.has('vcpu_quota')) return last('vcpu_quota');
  if (spot !== undefined && onDemand !== undefined) return { ...onDemand, cause: 'spot_and_on_demand_short' };
  // Events that name their provider tell more than the text of a service event.
  return spot ?? onDemand ?? shortages.at(-1);
}
