import type { Service } from '../ports/ecs.ts';
import type { StoredService } from '../ports/ledger.ts';
import type { ControlState } from './control-state.ts';
import type { FactsSummary } from './plan.ts';

/** Everything a capacity decision is made from, read at decision time. */
export interface ServiceFacts {
  readonly serviceArn: string;
  readonly clusterArn: string;
  /** The primary; absent when ECS does not know it any more. */
  readonly primary?: Service;
  /** Tasks of the primary with desiredStatus RUNNING, the pending ones included: ListTasks. */
  readonly listedTasks: number;
  /** The bridge that the control state names; absent when ECS does not know it. */
  readonly bridge?: Service;
  readonly ledger: StoredService & { readonly control: ControlState };
  readonly paused: boolean;
  /** A person asked for the return of a paused service. */
  readonly returnAsked: boolean;
  /** The most tasks that the on-demand budget leaves to this service's bridge; absent where nothing limits it. */
  readonly affordable?: number;
  /** Tasks of the primary itself that run on demand, by its own strategy; read only where the policy has a floor. */
  readonly onDemandRunning?: number;
  /** Tasks of the primary's newest deployment that answer; looked at only while a bridge may have to follow it. */
  readonly healthyOfNewest?: number;
}

/** What a decision record keeps of the facts. */
export function factsSummary(facts: ServiceFacts): FactsSummary {
  const { primary, bridge, ledger } = facts;
  const stops = ledger.tasks.flatMap(({ spotStopAtMs }) => spotStopAtMs ?? []);
  const known = {
    bridgeDesired: bridge?.desiredCount,
    bridgeRunning: bridge?.runningCount,
    lastSpotStopAtMs: stops.length === 0 ? undefined : Math.max(...stops),
    lastSpotPlacementFailureAtMs: ledger.signals.spot_placement_failure?.atMs,
    lastOnDemandPlacementFailureAtMs: ledger.signals.on_demand_placement_failure?.atMs,
    wantedLatched: ledger.control.wantedLatched,
    autoScaled: ledger.autoScaled,
    affordable: facts.affordable,
  };
  return {
    desired: primary?.desiredCount ?? 0,
    running: primary?.runningCount ?? 0,
    pending: primary?.pendingCount ?? 0,
    listed: facts.listedTasks,
    spotStops: stops.length,
    deployments: primary?.deployments.length ?? 0,
    // Object.fromEntries loses the keys' types; what is unknown is left out.
    ...(Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)) as Partial<FactsSummary>),
  };
}
