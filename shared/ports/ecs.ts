/** Amazon ECS as the decisions need it: AWS's field names, dates as epoch milliseconds, absent where ECS omits them. */

export interface CapacityProviderStrategyItem {
  readonly capacityProvider: string;
  /** 0–100000; ECS omits it for 0. */
  readonly base?: number;
  /** 0–1000; ECS omits it for 0. */
  readonly weight?: number;
}

/** What only AWS has to understand: taken from one answer and handed back in a request, member by member. */
export type Opaque = Readonly<Record<string, unknown>>;

export interface ServiceConnect {
  /** As DescribeServices shows it. */
  readonly configuration: Opaque;
  /** Ports that the service offers to others; 0 for a pure client. */
  readonly serverPorts: number;
}

/** The part of a service that its deployments roll out, as far as DescribeServices shows it per deployment. */
export interface DeploymentRevision {
  readonly taskDefinition: string;
  readonly platformVersion?: string;
  readonly awsvpcConfiguration?: AwsvpcConfiguration;
  readonly serviceConnect?: ServiceConnect;
  readonly volumeConfigurations?: readonly Opaque[];
}

export interface ServiceDeployment extends DeploymentRevision {
  /** `ecs-svc/<digits>`: the id that tasks carry in `startedBy` and deployment events in `deploymentId`. */
  readonly id: string;
  readonly status: 'PRIMARY' | 'ACTIVE' | 'INACTIVE';
  /** Absent behind a Classic Load Balancer and for other deployment controllers. */
  readonly rolloutState?: 'COMPLETED' | 'FAILED' | 'IN_PROGRESS';
  /** For people; the only thing that tells a rollback from a new deployment. */
  readonly rolloutStateReason?: string;
  readonly desiredCount: number;
  readonly runningCount: number;
  readonly pendingCount: number;
  readonly failedTasks: number;
  readonly createdAtMs: number;
}

export interface AwsvpcConfiguration {
  readonly subnets: readonly string[];
  readonly securityGroups?: readonly string[];
  readonly assignPublicIp?: 'ENABLED' | 'DISABLED';
}

export interface LoadBalancer {
  readonly targetGroupArn?: string;
  readonly loadBalancerName?: string;
  readonly containerName?: string;
  readonly containerPort?: number;
}

export interface ServiceRegistry {
  readonly registryArn: string;
  readonly port?: number;
  readonly containerName?: string;
  readonly containerPort?: number;
}

/** What a bridge takes over from its primary: everything that makes a task of it a full member of the service. */
export interface LaunchConfiguration extends DeploymentRevision {
  readonly loadBalancers: readonly LoadBalancer[];
  readonly serviceRegistries: readonly ServiceRegistry[];
  readonly healthCheckGracePeriodSeconds?: number;
  readonly enableExecuteCommand?: boolean;
}

export interface Service extends LaunchConfiguration {
  readonly serviceArn: string;
  readonly serviceName: string;
  readonly clusterArn: string;
  readonly status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  readonly desiredCount: number;
  /** Whether it still counts tasks under notice is unverified: use `ListTasks` for who stays. */
  readonly runningCount: number;
  readonly pendingCount: number;
  readonly launchType?: string;
  readonly capacityProviderStrategy: readonly CapacityProviderStrategyItem[];
  readonly deploymentController: 'ECS' | 'CODE_DEPLOY' | 'EXTERNAL';
  /** `ROLLING` unless the ECS controller runs another strategy. */
  readonly deploymentStrategy: 'ROLLING' | 'BLUE_GREEN' | 'LINEAR' | 'CANARY';
  readonly schedulingStrategy: 'REPLICA' | 'DAEMON';
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  readonly deployments: readonly ServiceDeployment[];
  readonly createdAtMs?: number;
  /** ARN of the running or last service deployment, where ECS tells it. */
  readonly currentServiceDeployment?: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** A task as DescribeTasks tells it; only what we use. */
export interface Task {
  readonly taskArn: string;
  readonly clusterArn: string;
  readonly taskDefinitionArn: string;
  readonly group?: string;
  readonly desiredStatus: string;
  readonly lastStatus: string;
  readonly capacityProviderName?: string;
  readonly stopCode?: string;
  readonly stoppedReason?: string;
  readonly version: number;
  readonly startedAtMs?: number;
  readonly stoppingAtMs?: number;
}

/** A volume that ECS attached to a task when it was started. */
export interface TaskVolume {
  readonly volumeId: string;
  /** Its name in the task definition. */
  readonly name?: string;
  /** The role with which ECS manages it. */
  readonly roleArn?: string;
  readonly deleteOnTermination?: boolean;
}

/** A task with everything that tells how it was started, as DescribeTasks shows it. */
export interface LaunchedTask extends Task {
  readonly startedBy?: string;
  readonly launchType?: string;
  readonly platformVersion?: string;
  readonly enableExecuteCommand?: boolean;
  /** AWS's `TaskOverride`. */
  readonly overrides: Opaque;
  readonly tags: Readonly<Record<string, string>>;
  /** Of the elastic network interface; both are gone some time after the task has stopped. */
  readonly subnetId?: string;
  readonly networkInterfaceId?: string;
  readonly ephemeralStorageGiB?: number;
  readonly volumes: readonly TaskVolume[];
  readonly containerNames: readonly string[];
  readonly stoppedAtMs?: number;
}

/** How a standalone task was started: what a RunTask needs to start its like again. */
export interface LaunchSpec {
  readonly taskDefinition: string;
  readonly group?: string;
  readonly startedBy?: string;
  readonly launchType?: string;
  readonly capacityProviderName?: string;
  readonly platformVersion?: string;
  readonly awsvpcConfiguration?: AwsvpcConfiguration;
  readonly enableExecuteCommand: boolean;
  /** AWS's `TaskOverride`, without what Ballast itself put in. */
  readonly overrides: Opaque;
  readonly tags: Readonly<Record<string, string>>;
  readonly ephemeralStorageGiB?: number;
  /** AWS's `TaskVolumeConfiguration`. */
  readonly volumeConfigurations: readonly Opaque[];
  readonly containerNames: readonly string[];
}

/** The whole request of RunTask in AWS's members, as it is frozen in the ledger: plain JSON. */
export interface RunTaskInput {
  readonly cluster: string;
  readonly taskDefinition: string;
  readonly count: 1;
  /** ≤ 64 characters; with the same request the same token is the same task, for 24 h at most. */
  readonly clientToken: string;
  readonly capacityProviderStrategy: readonly CapacityProviderStrategyItem[];
  readonly networkConfiguration?: { readonly awsvpcConfiguration: AwsvpcConfiguration };
  readonly overrides: Opaque;
  readonly group?: string;
  readonly startedBy?: string;
  readonly platformVersion?: string;
  readonly enableExecuteCommand: boolean;
  readonly enableECSManagedTags: boolean;
  readonly tags: readonly { readonly key: string; readonly value: string }[];
  readonly volumeConfigurations?: readonly Opaque[];
}

/** RunTask answers 200 either way. */
export type RunTaskAnswer =
  | { readonly taskArn: string }
  /** Nothing was started: `reason` and `detail` as ECS words them. */
  | { readonly failure: string };

export interface ServiceRef {
  readonly clusterArn: string;
  /** Name or ARN. */
  readonly service: string;
}

export interface ContainerInstance {
  readonly containerInstanceArn: string;
  /** Absent for external instances. */
  readonly ec2InstanceId?: string;
}

export interface CreateService extends LaunchConfiguration {
  readonly clusterArn: string;
  readonly serviceName: string;
  readonly desiredCount: number;
  readonly capacityProviderStrategy: readonly CapacityProviderStrategyItem[];
  readonly tags: Readonly<Record<string, string>>;
  /** ≤ 36 characters; the same token with the same request is the same service. */
  readonly clientToken: string;
}

/**
 * Every method throws `RetryableError` or `TerminalError` by the error table (`shared/adapters/aws-errors.ts`),
 * with the AWS error as `cause`.
 */
export interface Ecs {
  /**
   * DescribeServices with tags, grouped by cluster, ten at a time. A service that ECS reports MISSING is left out, and
   * so is every service of a cluster that does not exist.
   */
  describeServices(refs: readonly ServiceRef[]): Promise<Service[]>;
  /** All task ARNs of the service whose desiredStatus is RUNNING: tasks under notice are not among them. */
  listServiceTasks(ref: ServiceRef): Promise<string[]>;
  /** A hundred at a time; tasks that ECS reports MISSING are left out. */
  describeTasks(clusterArn: string, taskArns: readonly string[]): Promise<Task[]>;
  /** One task with its tags; `undefined` when ECS does not know it (any more). */
  describeLaunchedTask(clusterArn: string, taskArn: string): Promise<LaunchedTask | undefined>;
  /** A `RetryableError` leaves open whether the task was started: the same request again tells. */
  runTask(request: RunTaskInput): Promise<RunTaskAnswer>;
  createService(request: CreateService): Promise<{ serviceArn: string }>;
  /** UpdateService with desiredCount alone: never triggers a deployment. */
  setDesiredCount(ref: ServiceRef, desiredCount: number): Promise<void>;
  /** UpdateService with the strategy and forceNewDeployment: replaces every task of the service. */
  forceCapacityProviderStrategy(ref: ServiceRef, strategy: readonly CapacityProviderStrategyItem[]): Promise<void>;
  /** UpdateService with a launch configuration, desiredCount and forceNewDeployment: rolls the service's tasks over. */
  updateRevision(ref: ServiceRef, launch: LaunchConfiguration, desiredCount: number): Promise<void>;
  /** A hundred at a time; instances that ECS reports MISSING are left out. */
  describeContainerInstances(clusterArn: string, arns: readonly string[]): Promise<ContainerInstance[]>;
  /** DeleteService with force: false; the service must be at desired count 0. */
  deleteService(ref: ServiceRef): Promise<void>;
  /** StopServiceDeployment with stopType ROLLBACK. */
  rollBackServiceDeployment(serviceDeploymentArn: string): Promise<void>;
}
