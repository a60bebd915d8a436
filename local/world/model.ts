/** The world's state, in AWS's words. */

export interface StrategyItem {
  readonly capacityProvider: string;
  readonly base?: number;
  readonly weight?: number;
}

export interface TaskDefinitionModel {
  readonly arn: string;
  readonly family: string;
  readonly revision: number;
  readonly cpu: string;
  readonly memory: string;
  readonly containers: readonly { readonly name: string; readonly image: string; readonly stopTimeoutMs?: number }[];
  readonly registered: Readonly<Record<string, unknown>>;
  tags: Map<string, string>;
}

export interface TargetModel {
  readonly id: string;
  readonly port: number;
  state: 'initial' | 'healthy' | 'draining';
}

export interface TargetGroupModel {
  readonly arn: string;
  readonly targets: Map<string, TargetModel>;
}

export interface TaskModel {
  readonly id: string;
  readonly arn: string;
  readonly clusterArn: string;
  readonly group: string;
  readonly startedBy?: string;
  readonly taskDefinition: TaskDefinitionModel;
  readonly service?: ServiceModel;
  readonly deploymentId?: string;
  readonly capacityProvider?: string;
  readonly launchType: 'FARGATE';
  readonly availabilityZone: string;
  readonly privateIp: string;
  readonly subnetId: string;
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly createdAtMs: number;
  readonly tags: Map<string, string>;
  lastStatus: string;
  desiredStatus: 'RUNNING' | 'STOPPED';
  version: number;
  startedAtMs?: number;
  stoppingAtMs?: number;
  stoppedAtMs?: number;
  stopCode?: string;
  stoppedReason?: string;
  exitCode?: number;
  /** It answers: RUNNING long enough to be healthy, and its container has not exited. */
  serving: boolean;
}

/** The part of a service that a deployment rolls out: what ECS calls a service revision. */
export interface RevisionModel {
  readonly arn: string;
  readonly taskDefinition: TaskDefinitionModel;
  readonly strategy: readonly StrategyItem[];
  readonly launchType?: string;
  readonly networkConfiguration?: Readonly<Record<string, unknown>>;
  readonly loadBalancers: readonly Readonly<Record<string, unknown>>[];
  readonly serviceRegistries: readonly Readonly<Record<string, unknown>>[];
  readonly platformVersion: string;
}

export interface DeploymentModel {
  readonly id: string;
  readonly serviceDeploymentArn: string;
  readonly revision: RevisionModel;
  readonly createdAtMs: number;
  rolloutState: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  serviceDeploymentStatus: string;
  readonly forced: boolean;
  failedTasks: number;
  finishedAtMs?: number;
}

export interface ServiceModel {
  readonly arn: string;
  readonly name: string;
  readonly clusterArn: string;
  readonly clientToken?: string;
  readonly createdAtMs: number;
  readonly tags: Map<string, string>;
  readonly settings: Readonly<Record<string, unknown>>;
  minimumHealthyPercent: number;
  maximumPercent: number;
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  desiredCount: number;
  /** Newest first: the first is PRIMARY, the others are being drained. */
  deployments: DeploymentModel[];
  /** The newest revision whose deployment completed. */
  completed?: RevisionModel;
  readonly history: DeploymentModel[];
  readonly tasks: Set<TaskModel>;
  readonly events: { readonly id: string; readonly createdAtMs: number; readonly message: string }[];
  steady: boolean;
  launches: number;
  placementBackoffMs: number;
  nextPlacementAtMs: number;
  /** What DescribeServices would have answered, oldest first; kept only where it lags. */
  readonly past: { readonly atMs: number; readonly answer: Record<string, unknown> }[];
}

export interface ClusterModel {
  readonly arn: string;
  readonly name: string;
  capacityProviders: string[];
  defaultStrategy: StrategyItem[];
  readonly services: Map<string, ServiceModel>;
}
