import type { Cause } from '../ports/decisions.ts';
import type { CapacityProviderStrategyItem, CreateService, LaunchConfiguration } from '../ports/ecs.ts';
import type { Target } from '../ports/load-balancers.ts';
import type { ControlState } from './control-state.ts';
import type { AnswerReason } from './diagnosis/answer.ts';
import type { DeploymentFailureClass } from './diagnosis/diagnosis.ts';

/** Why a service cannot have a bridge. */
export const bridgeIneligibilities = [
  'deployment_controller',
  'deployment_strategy',
  'scheduling_strategy',
  'no_overlap',
  'classic_load_balancer',
  'service_connect_server',
  'spot_provider_not_in_strategy',
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
  'bridge_proving',
  'bridge_refused',
  'bridge_follows_revision',
  'bridge_write_too_soon',
  'gathering_notices',
  'on_demand_shortage',
  'budget_exhausted',
  'rate_limited',
  'CapacityProviderRebalanced',
  'replacement_pending',
  'strategy_held',
  'strategy_restored_externally',
  'strategy_restored_externally_again',
  'strategy_foreign_write',
  'strategy_turned_back',
  'strategy_shift_failed',
  'deployment_in_progress',
  'deployment_waits_for_spot',
  'deployment_shifted',
  'cooling_down',
] as const;

export type Reason = (typeof reasons)[number];

/** What is decided about the targets of tasks under notice, beside the decision about capacity. */
export const targetReasons = ['targets_deregistered', 'would_empty_target_group', 'targets_unreadable'] as const;

export type TargetReason = (typeof targetReasons)[number];

/** A write to Amazon ECS; `kind` is the API action's name. */
export type Command =
  | { readonly kind: 'CreateService'; readonly request: CreateService }
  | {
      readonly kind: 'UpdateService.desiredCount';
      readonly clusterArn: string;
      readonly service: string;
      readonly from: number;
      readonly to: number;
    }
  | {
      readonly kind: 'UpdateService.revision';
      readonly clusterArn: string;
      readonly service: string;
      readonly launch: LaunchConfiguration;
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

/** A write to Elastic Load Balancing or Cloud Map. */
export type TargetCommand =
  | { readonly kind: 'DeregisterTargets'; readonly targetGroupArn: string; readonly targets: readonly Target[] }
  | { readonly kind: 'DeregisterInstance'; readonly registryArn: string; readonly instanceId: string };

/** The numbers behind a plan, as they go into the decision record. Counts of tasks. */
export interface PlanFigures {
  readonly wanted: number;
  readonly staying: number;
  readonly lost: number;
  readonly unplaceable: number;
  readonly shortfall: number;
  /** Above the shortfall, against reclaims to come; absent where there is none. */
  readonly hedge?: number;
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
  /** What was put off, for the record: it is planned anew when its time comes. */
  readonly deferred?: readonly Command[];
}

/** What to do about load balancer targets and Cloud Map instances of tasks under a live notice. */
export interface TargetPlan {
  readonly reason: TargetReason;
  readonly explanation: string;
  readonly commands: readonly TargetCommand[];
  /** Task ids that need no further look. */
  readonly done: readonly string[];
  readonly wakeAtMs?: number;
}

export interface AppliedCommand<C = Command> {
  readonly command: C;
  /**
   * `observed`: the service is in mode observe. `failed`: it may succeed later. `refused`: the same will be refused
   * again. `skipped`: an earlier command of the plan was not applied. `deferred`: the share of the API rates is used up
   * for the moment.
   */
  readonly result: 'applied' | 'observed' | 'failed' | 'refused' | 'skipped' | 'deferred';
  readonly error?: string;
  /** AWS answered that too much is asked of it. */
  readonly throttled?: boolean;
}

/** The facts behind a decision, as far as people ask for them afterwards. Counts of tasks unless named otherwise. */
export interface FactsSummary {
  readonly desired: number;
  readonly running: number;
  readonly pending: number;
  /** Tasks with desiredStatus RUNNING, or an estimate of them where the decision was put off before ListTasks. */
  readonly listed: number;
  readonly bridgeDesired?: number;
  readonly bridgeRunning?: number;
  readonly spotStops: number;
  readonly lastSpotStopAtMs?: number;
  readonly lastSpotPlacementFailureAtMs?: number;
  readonly lastOnDemandPlacementFailureAtMs?: number;
  readonly deployments: number;
  readonly wantedLatched?: number;
  readonly autoScaled?: boolean;
  readonly affordable?: number;
}

/** A decision about capacity, or what was found out about a deployment, as it can be read afterwards. */
export interface DecisionRecord<R extends string = Reason | 'deployment_diagnosed'> {
  readonly serviceArn: string;
  readonly reason: R;
  readonly explanation: string;
  readonly cause: Cause;
  readonly mode: 'act' | 'observe';
  readonly facts?: FactsSummary;
  readonly figures?: PlanFigures;
  readonly applied: readonly AppliedCommand[];
  /** About load balancers and Cloud Map, where a live notice made one think of them. */
  readonly targets?: {
    readonly reason: TargetReason;
    readonly explanation: string;
    readonly applied: readonly AppliedCommand<TargetCommand>[];
  };
  /** `deployment_diagnosed` only. */
  readonly diagnosis?: {
    readonly deploymentId: string;
    readonly class: DeploymentFailureClass;
    readonly cause: string;
    readonly answer: AnswerReason;
  };
  /** First and last time that the same was decided, and how often. */
  readonly sinceMs: number;
  readonly lastMs: number;
  readonly count: number;
}
