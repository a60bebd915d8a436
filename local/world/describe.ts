import { containerEndOf } from './failures.ts';
import type {
  ContainerInstanceModel,
  ContainerModel,
  DeploymentModel,
  RevisionModel,
  ServiceModel,
  StrategyItem,
  TaskModel,
} from './model.ts';
import type { Switches } from './switches.ts';

/** The world's state as the ECS API shows it. Dates are Date objects, as in the SDK. */

const date = (ms: number) => new Date(ms);

export function present(values: Record<string, unknown>): Record<string, unknown> {
  const known: Record<string, unknown> = {};
  for (const name in values) if (values[name] !== undefined) known[name] = values[name];
  return known;
}

export function tagList(tags: ReadonlyMap<string, string>): { key: string; value: string }[] {
  return [...tags].map(([key, value]) => ({ key, value }));
}

export function strategyOf(strategy: readonly StrategyItem[]): Record<string, unknown>[] {
  return strategy.map(({ capacityProvider, base = 0, weight = 0 }) => ({ capacityProvider, base, weight }));
}

export function describeService(service: ServiceModel, switches: Switches, withTags: boolean): Record<string, unknown> {
  const primary = service.deployments[0];
  const { settings } = service;
  const { whole, perDeployment } = countAll(service.tasks, switches);
  const described: Record<string, unknown> = {
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: service.clusterArn,
    status: service.status,
    desiredCount: service.desiredCount,
    runningCount: whole.runningCount,
    pendingCount: whole.pendingCount,
    deploymentConfiguration: {
      ...record(settings.deploymentConfiguration),
      minimumHealthyPercent: service.minimumHealthyPercent,
      maximumPercent: service.maximumPercent,
    },
    deploymentController: settings.deploymentController ?? { type: 'ECS' },
    schedulingStrategy: settings.schedulingStrategy ?? 'REPLICA',
    enableExecuteCommand: settings.enableExecuteCommand ?? false,
    propagateTags: settings.propagateTags ?? 'NONE',
    createdAt: date(service.createdAtMs),
    deployments: service.deployments.map((deployment, index) =>
      describeDeployment(service, deployment, index, perDeployment.get(deployment.id) ?? noTasks),
    ),
    events: [...service.events],
  };
  if (primary !== undefined) {
    Object.assign(described, shownOfService(primary.revision));
    described.currentServiceDeployment = primary.serviceDeploymentArn;
  }
  if (settings.healthCheckGracePeriodSeconds !== undefined)
    described.healthCheckGracePeriodSeconds = settings.healthCheckGracePeriodSeconds;
  if (withTags) described.tags = tagList(service.tags);
  return described;
}

function describeDeployment(service: ServiceModel, deployment: DeploymentModel, index: number, tasks: Counts) {
  return {
    id: deployment.id,
    status: index === 0 ? 'PRIMARY' : 'ACTIVE',
    taskDefinition: deployment.revision.taskDefinition.arn,
    desiredCount: index === 0 ? service.desiredCount : tasks.staying,
    runningCount: tasks.runningCount,
    pendingCount: tasks.pendingCount,
    failedTasks: deployment.failedTasks,
    createdAt: date(deployment.createdAtMs),
    rolloutState: deployment.rolloutState,
    rolloutStateReason: deployment.rolloutStateReason,
    ...shownOfDeployment(deployment.revision),
  };
}

/** A revision never changes, and is shown in every answer. */
function oncePerRevision(shown: (revision: RevisionModel) => Record<string, unknown>) {
  const known = new WeakMap<RevisionModel, Readonly<Record<string, unknown>>>();
  return (revision: RevisionModel): Readonly<Record<string, unknown>> => {
    let members = known.get(revision);
    if (members === undefined) {
      members = shown(revision);
      known.set(revision, members);
    }
    return members;
  };
}

/** With the platform version that was resolved. */
function rolledOut(revision: RevisionModel): Record<string, unknown> {
  const { platformVersion, volumeConfigurations } = revision;
  return present({
    platformVersion: onFargate(revision) ? resolvedPlatformVersion(platformVersion) : undefined,
    networkConfiguration: revision.networkConfiguration,
    serviceConnectConfiguration: revision.serviceConnectConfiguration,
    volumeConfigurations: volumeConfigurations.length === 0 ? undefined : volumeConfigurations,
  });
}

/** `LATEST` is resolved when a task is launched. */
export function resolvedPlatformVersion(platformVersion: string | undefined): string {
  return platformVersion === undefined || platformVersion === 'LATEST' ? '1.4.0' : platformVersion;
}

function onFargate(revision: RevisionModel): boolean {
  const provider = revision.strategy[0]?.capacityProvider ?? revision.launchType ?? 'FARGATE';
  return isFargate(provider);
}

/** Every other provider stands for container instances. */
export function isFargate(providerOrLaunchType: string): boolean {
  return providerOrLaunchType === 'FARGATE' || providerOrLaunchType === 'FARGATE_SPOT';
}

interface Counts {
  runningCount: number;
  pendingCount: number;
  /** Nothing has told them to stop. */
  staying: number;
}

const noTasks: Readonly<Counts> = { runningCount: 0, pendingCount: 0, staying: 0 };

export function countsOf(tasks: Iterable<TaskModel>, switches: Switches) {
  const { runningCount, pendingCount } = countAll(tasks, switches).whole;
  return { runningCount, pendingCount };
}

function countAll(tasks: Iterable<TaskModel>, switches: Switches) {
  const whole: Counts = { ...noTasks };
  const perDeployment = new Map<string | undefined, Counts>();
  for (const { deploymentId, lastStatus, desiredStatus } of tasks) {
    let own = perDeployment.get(deploymentId);
    if (own === undefined) {
      own = { ...noTasks };
      perDeployment.set(deploymentId, own);
    }
    const stays = desiredStatus === 'RUNNING';
    if (stays) own.staying += 1;
    if (lastStatus === 'RUNNING') {
      if (stays || switches.runningCountIncludesNoticed) own.runningCount += 1;
    } else if (stays && isPending(lastStatus, switches)) {
      own.pendingCount += 1;
    }
  }
  for (const own of perDeployment.values()) {
    whole.runningCount += own.runningCount;
    whole.pendingCount += own.pendingCount;
    whole.staying += own.staying;
  }
  return { whole, perDeployment };
}

function isPending(lastStatus: string, { pendingCountIncludesProvisioning }: Switches): boolean {
  if (lastStatus === 'PROVISIONING') return pendingCountIncludesProvisioning;
  return lastStatus === 'PENDING' || lastStatus === 'ACTIVATING';
}

/** `launchType` is shown only where there is no strategy, and the other way round. */
function capacityOf(revision: RevisionModel): Record<string, unknown> {
  const strategy = revision.strategy.length === 0 ? undefined : strategyOf(revision.strategy);
  return present({
    capacityProviderStrategy: strategy,
    launchType: strategy === undefined ? revision.launchType : undefined,
  });
}

/** Both are shown together: by a deployment, and by a service revision. */
export const shownOfDeployment = oncePerRevision((revision) => ({ ...capacityOf(revision), ...rolledOut(revision) }));

const shownOfService = oncePerRevision((revision) =>
  present({
    ...capacityOf(revision),
    networkConfiguration: revision.networkConfiguration,
    loadBalancers: revision.loadBalancers,
    serviceRegistries: revision.serviceRegistries,
    platformVersion: onFargate(revision) ? revision.platformVersion : undefined,
    taskDefinition: revision.taskDefinition.arn,
  }),
);

export function describeTask(task: TaskModel, withTags: boolean): Record<string, unknown> {
  const described: Record<string, unknown> = {
    taskArn: task.arn,
    clusterArn: task.clusterArn,
    taskDefinitionArn: task.taskDefinition.arn,
    group: task.group,
    launchType: task.launchType,
    availabilityZone: task.availabilityZone,
    lastStatus: task.lastStatus,
    desiredStatus: task.desiredStatus,
    version: task.version,
    cpu: task.taskDefinition.cpu,
    memory: task.taskDefinition.memory,
    createdAt: date(task.createdAtMs),
    overrides: task.overrides,
    enableExecuteCommand: task.enableExecuteCommand,
    attachments: attachmentsOf(task, 'ElasticNetworkInterface'),
    healthStatus: healthOf(task, task.taskDefinition.containers),
    containers: task.taskDefinition.containers.map((container) => describeContainer(task, container)),
  };
  if (task.startedBy !== undefined) described.startedBy = task.startedBy;
  if (task.capacityProvider !== undefined) described.capacityProviderName = task.capacityProvider;
  if (task.containerInstance !== undefined) described.containerInstanceArn = task.containerInstance.arn;
  if (task.platformVersion !== undefined) described.platformVersion = task.platformVersion;
  if (task.launchType === 'FARGATE') described.ephemeralStorage = { sizeInGiB: task.ephemeralStorageGiB };
  if (task.startedAtMs !== undefined) described.startedAt = date(task.startedAtMs);
  if (task.stoppingAtMs !== undefined) described.stoppingAt = date(task.stoppingAtMs);
  if (task.stoppedAtMs !== undefined) described.stoppedAt = date(task.stoppedAtMs);
  if (task.stopCode !== undefined) described.stopCode = task.stopCode;
  if (task.stoppedReason !== undefined) described.stoppedReason = task.stoppedReason;
  if (withTags) described.tags = tagList(task.tags);
  return described;
}

function describeContainer(task: TaskModel, container: ContainerModel): Record<string, unknown> {
  return {
    name: container.name,
    image: container.image,
    lastStatus: task.lastStatus,
    ...containerEndOf(task, container),
    healthStatus: healthOf(task, [container]),
    ...(task.networkBindings.length === 0 ? {} : { networkBindings: bindingsOf(task, container.name) }),
  };
}

/** Of the containers' own health checks: without one it is never known. */
function healthOf(task: TaskModel, containers: readonly ContainerModel[]): 'HEALTHY' | 'UNHEALTHY' | 'UNKNOWN' {
  if (task.isUnhealthy && task.failure?.kind === 'container_health') return 'UNHEALTHY';
  if (!containers.some(({ hasHealthCheck }) => hasHealthCheck)) return 'UNKNOWN';
  return task.serving ? 'HEALTHY' : 'UNKNOWN';
}

/** Fargate and awsvpc give a task a network interface; otherwise it is reached through its instance. */
export function hasOwnAddress(task: TaskModel): boolean {
  return task.launchType === 'FARGATE' || task.taskDefinition.networkMode === 'awsvpc';
}

export function networkInterfaceIdOf(task: TaskModel): string {
  return `eni-${task.id.slice(0, 17)}`;
}

/** What PROVISIONING makes for a task and DEPROVISIONING takes away; only the interface's type has two names. */
export function attachmentsOf(
  task: TaskModel,
  interfaceType: 'eni' | 'ElasticNetworkInterface',
): Record<string, unknown>[] {
  const isMade = task.lastStatus !== 'PROVISIONING';
  const afterMaking = task.lastStatus === 'STOPPED' ? 'DELETED' : 'ATTACHED';
  const attachments: Record<string, unknown>[] = [];
  if (hasOwnAddress(task)) {
    const details = [{ name: 'subnetId', value: task.subnetId }];
    if (isMade) {
      details.push({ name: 'networkInterfaceId', value: networkInterfaceIdOf(task) });
      details.push({ name: 'privateIPv4Address', value: task.privateIp });
    }
    attachments.push({
      id: `${task.id}-eni`,
      type: interfaceType,
      status: isMade ? afterMaking : 'PRECREATED',
      details,
    });
  }
  for (const volume of task.volumes) {
    const details = [
      { name: 'roleArn', value: volume.roleArn },
      { name: 'volumeName', value: volume.name },
      { name: 'deleteOnTermination', value: String(volume.deleteOnTermination) },
    ];
    if (isMade) details.push({ name: 'volumeId', value: volume.id });
    attachments.push({
      id: `${task.id}-${volume.name}`,
      type: 'AmazonElasticBlockStorage',
      status: isMade ? afterMaking : 'CREATED',
      details,
    });
  }
  return attachments;
}

export function bindingsOf(task: TaskModel, containerName: string): Record<string, unknown>[] {
  return task.networkBindings
    .filter((binding) => binding.containerName === containerName)
    .map(({ containerPort, hostPort, protocol }) => ({ bindIP: '0.0.0.0', containerPort, hostPort, protocol }));
}

export function describeContainerInstance(instance: ContainerInstanceModel): Record<string, unknown> {
  const tasks = [...instance.tasks];
  return {
    containerInstanceArn: instance.arn,
    ec2InstanceId: instance.ec2InstanceId,
    status: 'ACTIVE',
    agentConnected: true,
    registeredAt: date(instance.registeredAtMs),
    runningTasksCount: tasks.filter(({ lastStatus }) => lastStatus === 'RUNNING').length,
    pendingTasksCount: tasks.filter(({ lastStatus }) => lastStatus === 'PENDING').length,
  };
}

export function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
