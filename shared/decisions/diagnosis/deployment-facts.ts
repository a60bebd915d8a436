import type { Service } from '../../ports/ecs.ts';

/** How it was noticed that a deployment fails. Bounded: it goes into events and logs. */
export const symptoms = [
  /** `SERVICE_DEPLOYMENT_FAILED`, under either detail-type. */
  'deployment_failed',
  /** A deployment began whose reason says that it takes another one back. */
  'rolled_back',
  /** In progress for too long without a step forward. */
  'stalled',
  /** `SERVICE_TASK_START_IMPAIRED`. */
  'task_start_impaired',
  /** `SERVICE_TASK_CONFIGURATION_FAILURE`. */
  'task_configuration_failure',
  /** `HOOK_FAILED` or `HOOK_TIMED_OUT`. */
  'hook_failed',
] as const;

export type Symptom = (typeof symptoms)[number];

/** Everything that is known of a deployment when it is diagnosed, in AWS's words; times in epoch milliseconds. */
export interface DeploymentFacts {
  readonly serviceArn: string;
  readonly clusterArn: string;
  readonly serviceName: string;
  readonly symptom: Symptom;
  /** `reason` of the event that told the symptom. */
  readonly symptomReason?: string;
  readonly deploymentController: Service['deploymentController'];
  readonly deploymentStrategy: Service['deploymentStrategy'];
  /** `ecs-svc/<digits>`: what its tasks carry in `startedBy`. Absent for controllers that have none. */
  readonly deploymentId?: string;
  /** Of the revision that it rolls out. */
  readonly taskDefinition?: string;
  readonly startedAtMs?: number;
  readonly observedAtMs: number;
  readonly desiredCount: number;
  readonly runningCount: number;
  readonly pendingCount: number;
  /** ECS's own count of tasks that failed to start. */
  readonly failedTasks: number;
  readonly rolloutState?: 'COMPLETED' | 'FAILED' | 'IN_PROGRESS';
  readonly rolloutStateReason?: string;
  /** Providers of the strategy that it launches with; empty for a launch type. */
  readonly capacityProviders: readonly string[];
  /** The deployment that takes it back, where there is one. */
  readonly rollbackDeploymentId?: string;
  /** Whether ECS takes a failing deployment back by itself: by circuit breaker or by alarms. */
  readonly ecsRollsBack: boolean;
  readonly serviceDeployment?: ServiceDeploymentFacts;
  /** Tasks of this deployment and of no other, running and stopped, oldest first. */
  readonly tasks: readonly DeploymentTask[];
  /** The service's events since the deployment began, oldest first. */
  readonly serviceEvents: readonly ServiceEvent[];
  /** `SERVICE_TASK_PLACEMENT_FAILURE` events since the deployment began, oldest first. */
  readonly placementFailures: readonly PlacementFailure[];
  /** Targets of this deployment's tasks that do not answer. */
  readonly unhealthyTargets: readonly UnhealthyTarget[];
  readonly hooks: readonly HookFacts[];
  /** Where its containers log to, by container name. */
  readonly logs: readonly ContainerLog[];
}

/** What DescribeServiceDeployments adds. */
export interface ServiceDeploymentFacts {
  readonly serviceDeploymentArn: string;
  readonly status: string;
  readonly statusReason?: string;
  readonly lifecycleStage?: string;
  readonly rollback?: { readonly reason?: string; readonly startedAtMs?: number };
  readonly circuitBreaker?: { readonly status: string; readonly failureCount: number; readonly threshold: number };
  readonly alarms?: { readonly status: string; readonly triggeredAlarmNames: readonly string[] };
}

export interface DeploymentTask {
  readonly taskArn: string;
  readonly desiredStatus: string;
  readonly lastStatus: string;
  readonly capacityProviderName?: string;
  readonly availabilityZone?: string;
  readonly stopCode?: string;
  readonly stoppedReason?: string;
  readonly createdAtMs?: number;
  readonly startedAtMs?: number;
  readonly stoppedAtMs?: number;
  readonly healthStatus?: string;
  readonly containers: readonly DeploymentContainer[];
}

export interface DeploymentContainer {
  readonly name: string;
  readonly exitCode?: number;
  readonly reason?: string;
  readonly healthStatus?: string;
}

export interface ServiceEvent {
  readonly atMs: number;
  readonly message: string;
}

export interface PlacementFailure {
  readonly atMs: number;
  /** As the event words it: `RESOURCE:FARGATE` … */
  readonly reason?: string;
  readonly capacityProviders: readonly string[];
}

export interface UnhealthyTarget {
  readonly id: string;
  readonly state: string;
  /** `Target.FailedHealthChecks` … */
  readonly reason?: string;
  readonly description?: string;
}

/** A lifecycle hook, by its event or as the service deployment shows it. */
export interface HookFacts {
  readonly atMs?: number;
  readonly hookId?: string;
  /** `HOOK_FAILED`, `HOOK_TIMED_OUT`, or the status that DescribeServiceDeployments tells. */
  readonly status: string;
  readonly lifecycleStage?: string;
  readonly target?: string;
}

/** A container's `logConfiguration`, as far as it says where to look. */
export interface ContainerLog {
  readonly container: string;
  /** `awslogs`, `awsfirelens`, `splunk` … */
  readonly logDriver: string;
  readonly options: Readonly<Record<string, string>>;
}
