import type { Container } from './containers.ts';
import type { Failure } from './failure.ts';

/** The world's state, in AWS's words. */

export interface StrategyItem {
  readonly capacityProvider: string;
  readonly base?: number;
  readonly weight?: number;
}

export interface ContainerModel {
  readonly name: string;
  readonly image: string;
  readonly stopTimeoutMs?: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  /** The task definition gives it a health check of its own. */
  readonly hasHealthCheck: boolean;
  /** `hostPort` 0: the instance picks one for each task. */
  readonly ports: readonly { readonly containerPort: number; readonly hostPort: number; readonly protocol: string }[];
}

export interface TaskDefinitionModel {
  readonly arn: string;
  readonly family: string;
  readonly revision: number;
  readonly cpu: string;
  readonly memory: string;
  readonly networkMode: string;
  readonly containers: readonly ContainerModel[];
  readonly registered: Readonly<Record<string, unknown>>;
  tags: Map<string, string>;
}

/** An EC2 instance that runs tasks of a cluster. */
export interface ContainerInstanceModel {
  readonly arn: string;
  readonly clusterArn: string;
  readonly ec2InstanceId: string;
  readonly registeredAtMs: number;
  readonly tasks: Set<TaskModel>;
  nextHostPort: number;
}

/** A port of a container as others reach it at the container instance. */
export interface NetworkBindingModel {
  readonly containerName: string;
  readonly containerPort: number;
  readonly hostPort: number;
  readonly protocol: string;
}

export interface TargetModel {
  readonly id: string;
  readonly port: number;
  state: 'initial' | 'healthy' | 'unhealthy' | 'draining';
  /** Only of an unhealthy one: what its health checks met. */
  health?: { readonly reason: string; readonly description: string };
}

export interface TargetGroupModel {
  readonly arn: string;
  readonly targetType: 'ip' | 'instance';
  /** Of a target that was registered without one. */
  readonly port: number;
  /** By id and port: `targetKey`. */
  readonly targets: Map<string, TargetModel>;
}

/** A service of AWS Cloud Map. */
export interface RegistryModel {
  readonly id: string;
  readonly arn: string;
  /** By instance id: ECS registers a task under its task id. */
  readonly instances: Map<string, Readonly<Record<string, string>>>;
}

/** What Application Auto Scaling knows of a service whose desiredCount it may write. */
export interface ScalableTargetModel {
  readonly arn: string;
  readonly resourceId: string;
  readonly createdAtMs: number;
  readonly min: number;
  readonly max: number;
  readonly suspended: { readonly in: boolean; readonly out: boolean; readonly scheduled: boolean };
}

/** An Amazon EBS volume that ECS made for a task. */
export interface VolumeModel {
  readonly id: string;
  /** Its name in the task definition. */
  readonly name: string;
  readonly roleArn: string;
  readonly deleteOnTermination: boolean;
  readonly type: string;
  readonly sizeGiB: number;
  readonly iops?: number;
  readonly throughput?: number;
  readonly isEncrypted: boolean;
  readonly kmsKeyArn?: string;
  readonly snapshotId?: string;
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
  readonly launchType: 'FARGATE' | 'EC2';
  /** EC2 only. */
  readonly containerInstance?: ContainerInstanceModel;
  readonly availabilityZone: string;
  readonly privateIp: string;
  readonly subnetId: string;
  readonly securityGroups: readonly string[];
  readonly publicIp?: string;
  /** Fargate only: the one that was resolved. */
  readonly platformVersion?: string;
  readonly enableExecuteCommand: boolean;
  readonly ephemeralStorageGiB: number;
  readonly volumes: readonly VolumeModel[];
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly createdAtMs: number;
  readonly tags: Map<string, string>;
  lastStatus: string;
  desiredStatus: 'RUNNING' | 'STOPPED';
  /** EC2 without awsvpc only: known once its containers are created. */
  networkBindings: readonly NetworkBindingModel[];
  version: number;
  startedAtMs?: number;
  stoppingAtMs?: number;
  stoppedAtMs?: number;
  stopCode?: string;
  stoppedReason?: string;
  exitCode?: number;
  /** What it was launched to do wrong. */
  readonly failure?: Failure;
  /** Of the first container. */
  containerReason?: string;
  isUnhealthy?: true;
  /** It answers: RUNNING long enough to be healthy, and its container has not exited. */
  serving: boolean;
  /** Set where a runtime runs the task's container: otherwise its end is drawn. */
  container?: Container;
  hasExited?: boolean;
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
  readonly serviceConnectConfiguration?: Readonly<Record<string, unknown>>;
  readonly volumeConfigurations: readonly Readonly<Record<string, unknown>>[];
  /** As asked for; `LATEST` where the service does not say. */
  readonly platformVersion: string;
}

export interface DeploymentModel {
  readonly id: string;
  readonly serviceDeploymentArn: string;
  readonly revision: RevisionModel;
  readonly createdAtMs: number;
  rolloutState: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  rolloutStateReason: string;
  serviceDeploymentStatus: string;
  readonly forced: boolean;
  /** In a row: a healthy task begins it anew. */
  failedTasks: number;
  finishedAtMs?: number;
  /** Of the service deployment. */
  statusReason?: string;
  /** The one that it takes back: both are one service deployment. */
  readonly rollsBack?: DeploymentModel;
  rollback?: { readonly reason: string; readonly startedAtMs: number; readonly revisionArn: string };
  /** What the circuit breaker has counted. */
  breakerFailures?: number;
  breakerTripped?: true;
  /** One of its alarms was in ALARM when it began: none is looked at. */
  readonly ignoresAlarms?: true;
  triggeredAlarms?: readonly string[];
  /** Where it waits for its alarms after everything else is done. */
  bakesUntilMs?: number;
  lifecycleStage?: string;
  hooks?: readonly HookModel[];
}

/** A lifecycle hook that has run in a service deployment. */
export interface HookModel {
  readonly hookId: string;
  readonly targetType: 'AWS_LAMBDA' | 'PAUSE';
  readonly targetArn?: string;
  readonly status: 'FAILED' | 'TIMED_OUT';
}

/** What a service's failing tasks have come to. */
export interface FailingModel {
  /** Tasks in a row that did not reach RUNNING. */
  failedStarts: number;
  waitMs: number;
  /** A task that was launched before does not make the wait longer once more. */
  waitSinceMs: number;
  nextStartAtMs: number;
}

export interface ServiceModel {
  readonly arn: string;
  readonly name: string;
  readonly clusterArn: string;
  readonly clientToken?: string;
  readonly createdAtMs: number;
  readonly tags: Map<string, string>;
  /** What no deployment rolls out, as CreateService and UpdateService gave it. */
  settings: Readonly<Record<string, unknown>>;
  minimumHealthyPercent: number;
  maximumPercent: number;
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  desiredCount: number;
  /** Newest first: the first is PRIMARY, the others are being drained. */
  deployments: DeploymentModel[];
  /** The newest deployment that completed. */
  completed?: DeploymentModel;
  readonly history: DeploymentModel[];
  readonly tasks: Set<TaskModel>;
  /** Newest first, as DescribeServices shows them. */
  readonly events: { readonly id: string; readonly createdAt: Date; readonly message: string }[];
  steady: boolean;
  launches: number;
  placementBackoffMs: number;
  nextPlacementAtMs: number;
  /** Absent while no task of this task definition has failed. */
  failing?: FailingModel;
  /** Of the last hour at least. */
  readonly stoppedTasks: TaskModel[];
  /** What DescribeServices would have answered, oldest first; kept only where it lags. */
  readonly past: { readonly atMs: number; readonly answer: Record<string, unknown> }[];
}

export interface ClusterModel {
  readonly arn: string;
  readonly name: string;
  capacityProviders: string[];
  defaultStrategy: StrategyItem[];
  /** INACTIVE: deleted, and still shown by DescribeClusters. */
  status: 'ACTIVE' | 'INACTIVE';
  readonly services: Map<string, ServiceModel>;
  readonly containerInstances: Map<string, ContainerInstanceModel>;
}
