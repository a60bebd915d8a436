import type { Cause } from '../ports/decisions.ts';
import type { CapacityProviderStrategyItem, CreateService } from '../ports/ecs.ts';
import type { ControlState } from './control-state.ts';

/** Why a service cannot have a bridge. */
export const bridgeIneligibilities = [
  'deployment_controller',
  'deployment_strategy',
  'scheduling_strategy',
  'no_overlap',
  'classic_load_balancer',
] as const;

/** Why a service's strategy cannot be rewritten. */
export const strategyIneligibilities = [
  'deployment_controller',
  'deployment_strategy',
  'scheduling_strategy',
  'no_overlap',
  'minimum_healthy_percent',
  'no_capacity_provider_strategy',
  'spot_provider_not_in_strategy',
] as const;

export type BridgeIneligible = (typeof bridgeIneligibilities)[number];
export type StrategyIneligible = (typeof strategyIneligibilities)[number];

/** Every outcome of a decision. Bounded: it is a metric dimension. */
export const reasons = [
  'not_managed',
  'policy_invalid',
  'service_gone',
  'paused',
  'fallback_none',
  ...bridgeIneligibilities.map((why) => `bridge_ineligible:${why}` as const),
  ...strategyIneligibilities.map((why) => `strategy_ineligible:${why}` as const),
  'steady',
  'bridge_grown',
  'bridge_held',
  'bridge_at_cap',
  'bridge_returned',
  'bridge_idle',
  'bridge_deleted',
  'bridge_write_too_soon',
  'gathering_notices',
  'on_demand_shortage',
  'CapacityProviderRebalanced',
  'replacement_pending',
  'strategy_held',
  'strategy_restored_externally',
  'strategy_foreign_write',
  'strategy_turned_back',
  'deployment_in_progress',
  'cooling_down',
] as const;

export type Reason = (typeof reasons)[number];

/** A write to AWS; `kind` is the API action's name. */
export type Command =
  | { readonly kind: 'CreateService'; readonly request: CreateService }
  | {
      readonly kind: 'UpdateService.desiredCount';
      readonly clusterArn: string;
      readonly service: string;
      readonly from: number;
      readonly to: number;
    }
  | { readonly kind: 'DeleteService'; readonly clusterArn: string; readonly service: string }
  | {
      readonly kind: 'UpdateService.capacityProviderStrategy';
      readonly clusterArn: string;
      readonly service: string;
      readonly from: readonly CapacityProviderStrategyItem[];
      readonly to: readonly CapacityProviderStrategyItem[];
    }
  | { readonly kind: 'StopServiceDeployment'; readonly serviceDeploymentArn: string };

/** The numbers behind a plan, as they go into the decision record. Counts of tasks. */
export interface PlanFigures {
  readonly wanted: number;
  readonly staying: number;
  readonly lost: number;
  readonly unplaceable: number;
  readonly shortfall: number;
  readonly bridgeDesired: number;
}

export interface Plan {
  readonly reason: Reason;
  /** One sentence for people: what and why, with the numbers. */
  readonly explanation: string;
  readonly commands: readonly Command[];
  /** What to remember; saved before the commands are applied. */
  readonly next: ControlState;
  /** Look again then at the latest; absent when nothing is under way. */
  readonly wakeAtMs?: number;
  readonly figures?: PlanFigures;
}

export interface AppliedCommand {
  readonly command: Command;
  /** `observed`: the service is in mode observe. `skipped`: an earlier command of the plan failed. */
  readonly result: 'applied' | 'observed' | 'failed' | 'skipped';
  readonly error?: string;
}

/** A decision as it can be read afterwards. */
export interface DecisionRecord {
  readonly serviceArn: string;
  readonly reason: Reason;
  readonly explanation: string;
  readonly cause: Cause;
  readonly mode: 'act' | 'observe';
  readonly figures?: PlanFigures;
  readonly applied: readonly AppliedCommand[];
  /** First and last time that the same was decided, and how often. */
  readonly sinceMs: number;
  readonly lastMs: number;
  readonly count: number;
}
