import { askWhy } from '../../shared/ask-why.ts';
import type { Enrolments, Owner } from '../../shared/enrolment-cache.ts';
import type { ServiceSignal, SignalKind } from '../../shared/events/facts.ts';
import { type StackPolicy, servicePolicy } from '../../shared/policy/policy.ts';
import type { Decisions } from '../../shared/ports/decisions.ts';
import type { Diagnoses } from '../../shared/ports/diagnoses.ts';
import type { Ledger } from '../../shared/ports/ledger.ts';

export interface ServiceActionDeps {
  readonly ledger: Ledger;
  readonly decisions: Decisions;
  readonly diagnoses: Pick<Diagnoses, 'ask'>;
  readonly enrolments: Enrolments;
  readonly stackPolicy: StackPolicy;
}

/** ECS tells something about an enrolled service or its bridge: a placement failure, a steady state, trouble. */
export const onServiceAction =
  (deps: ServiceActionDeps) =>
  async (signal: ServiceSignal): Promise<void> => {
    const owner = await deps.enrolments.owner(signal.serviceArn);
    if (owner === undefined) return;
    const kind = kindFor(deps.stackPolicy, owner, signal);
    // That a bridge is steady says nothing about its primary.
    if (owner.ofBridge && kind !== 'on_demand_placement_failure') return;
    await deps.ledger.recordSignal({ ...signal, serviceArn: owner.serviceArn, kind });
    if (kind === 'steady_state') return;
    await askWhy(deps.diagnoses, signal);
    // Jobs that are started again look for Spot in the same cluster.
    if (kind === 'spot_placement_failure') await deps.ledger.recordSpotShort(signal.clusterArn, signal.atMs);
    await deps.decisions.ask([
      { serviceArn: owner.serviceArn, clusterArn: signal.clusterArn, cause: 'service_action' },
    ]);
  };

/** A placement failure is about the provider it names, and a service may have named its own. */
function kindFor(stackPolicy: StackPolicy, owner: Owner, signal: ServiceSignal): SignalKind {
  if (!signal.kind.endsWith('placement_failure') || signal.capacityProviders.length === 0) return signal.kind;
  const outcome = servicePolicy(stackPolicy, owner.tags);
  if (!outcome.ok) return signal.kind;
  const { spotProvider, onDemandProvider } = outcome.policy;
  if (signal.capacityProviders.includes(spotProvider)) return 'spot_placement_failure';
  if (signal.capacityProviders.includes(onDemandProvider)) return 'on_demand_placement_failure';
  return signal.kind;
}
