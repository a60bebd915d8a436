/** What is kept of a service and its tasks while a trace is played. Moments in epoch milliseconds. */

export type Provider = 'spot' | 'onDemand';

export interface TaskModel {
  readonly id: number;
  readonly service: ServiceModel;
  readonly deployment: DeploymentModel;
  readonly provider: Provider;
  readonly launchedAtMs: number;
  healthyAtMs?: number;
  /** Told to stop: it is drained, and gone after stopTimeout. */
  toldAtMs?: number;
  /** Told by a Spot notice: it serves until it is gone. */
  noticed?: boolean;
  goneAtMs?: number;
}

export interface DeploymentModel {
  readonly id: string;
  readonly provider: Provider;
  readonly createdAtMs: number;
  rolloutState: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  reason: string;
}

export interface ServiceModel {
  readonly name: string;
  readonly role: 'primary' | 'companion';
  readonly createdAtMs: number;
  desiredCount: number;
  /** Those that are not gone. */
  readonly tasks: Set<TaskModel>;
  /** The newest first. */
  deployments: [DeploymentModel, ...DeploymentModel[]];
  completed?: DeploymentModel;
  steady: boolean;
  backoffMs: number;
  nextTryAtMs: number;
}

/** What ECS tells about the service, some time after it happened and not always in order. */
export type ReplayEvent =
  | { readonly kind: 'notice' | 'running' | 'stopped'; readonly atMs: number; readonly task: TaskModel }
  | {
      readonly kind: 'placementFailure' | 'steadyState' | 'deploymentStarted' | 'deploymentCompleted';
      readonly atMs: number;
      readonly service: ServiceModel;
    };

/** Has neither been told to stop nor failed to start. */
export function stays(task: TaskModel): boolean {
  return task.toldAtMs === undefined;
}

/** Healthy and not told to stop. */
export function runningOf(service: ServiceModel): number {
  let count = 0;
  for (const task of service.tasks) if (task.healthyAtMs !== undefined && stays(task)) count += 1;
  return count;
}
