import type {
  Attachment as SdkAttachment,
  ContainerInstance as SdkContainerInstance,
  Deployment as SdkDeployment,
  LoadBalancer as SdkLoadBalancer,
  Service as SdkService,
  ServiceRegistry as SdkServiceRegistry,
  Tag as SdkTag,
  Task as SdkTask,
} from '@aws-sdk/client-ecs';
import { RetryableError } from '../errors.ts';
import type {
  AwsvpcConfiguration,
  ContainerInstance,
  LaunchedTask,
  LoadBalancer,
  Service,
  ServiceConnect,
  ServiceDeployment,
  ServiceRegistry,
  Task,
  TaskVolume,
} from '../ports/ecs.ts';
import { present } from './present.ts';

/** The SDK's shapes, in which everything may be absent, → the port's. */

export function toService(service: SdkService): Service {
  const deployments = (service.deployments ?? []).map(toDeployment);
  const { serviceConnect, volumeConfigurations } = deployments.find(({ status }) => status === 'PRIMARY') ?? {};
  return {
    serviceArn: needed(service.serviceArn, 'serviceArn'),
    serviceName: needed(service.serviceName, 'serviceName'),
    clusterArn: needed(service.clusterArn, 'clusterArn'),
    status: oneOf(service.status, ['ACTIVE', 'DRAINING', 'INACTIVE'], 'ACTIVE'),
    desiredCount: service.desiredCount ?? 0,
    runningCount: service.runningCount ?? 0,
    pendingCount: service.pendingCount ?? 0,
    taskDefinition: service.taskDefinition ?? '',
    loadBalancers: (service.loadBalancers ?? []).map(toLoadBalancer),
    serviceRegistries: (service.serviceRegistries ?? []).flatMap(toServiceRegistry),
    capacityProviderStrategy: (service.capacityProviderStrategy ?? []).map(({ capacityProvider, base, weight }) => ({
      capacityProvider: needed(capacityProvider, 'capacityProvider'),
      ...present({ base, weight }),
    })),
    deploymentController: oneOf(service.deploymentController?.type, ['ECS', 'CODE_DEPLOY', 'EXTERNAL'], 'ECS'),
    deploymentStrategy: oneOf(
      service.deploymentConfiguration?.strategy,
      ['ROLLING', 'BLUE_GREEN', 'LINEAR', 'CANARY'],
      'ROLLING',
    ),
    schedulingStrategy: oneOf(service.schedulingStrategy, ['REPLICA', 'DAEMON'], 'REPLICA'),
    // ECS omits what is default.
    minimumHealthyPercent: service.deploymentConfiguration?.minimumHealthyPercent ?? 100,
    maximumPercent: service.deploymentConfiguration?.maximumPercent ?? 200,
    deployments,
    tags: toTags(service.tags),
    ...present({
      createdAtMs: service.createdAt?.getTime(),
      awsvpcConfiguration: awsvpcOf(service),
      // ECS tells these of deployments only.
      serviceConnect,
      volumeConfigurations,
      launchType: service.launchType,
      platformVersion: service.platformVersion,
      healthCheckGracePeriodSeconds: service.healthCheckGracePeriodSeconds,
      enableExecuteCommand: service.enableExecuteCommand,
      currentServiceDeployment: service.currentServiceDeployment,
    }),
  };
}

export function toTask(task: SdkTask): Task {
  return {
    taskArn: needed(task.taskArn, 'taskArn'),
    clusterArn: needed(task.clusterArn, 'clusterArn'),
    taskDefinitionArn: task.taskDefinitionArn ?? '',
    desiredStatus: task.desiredStatus ?? '',
    lastStatus: task.lastStatus ?? '',
    version: task.version ?? 0,
    ...present({
      group: task.group,
      capacityProviderName: task.capacityProviderName,
      stopCode: task.stopCode,
      stoppedReason: task.stoppedReason,
      startedAtMs: task.startedAt?.getTime(),
      stoppingAtMs: task.stoppingAt?.getTime(),
    }),
  };
}

export function toLaunchedTask(task: SdkTask): LaunchedTask {
  const attachments = task.attachments ?? [];
  // An event's word for it is `eni`.
  const network = attachments.find(({ type }) => type === 'ElasticNetworkInterface' || type === 'eni');
  const { subnetId, networkInterfaceId } = network === undefined ? {} : detailsOf(network);
  return {
    ...toTask(task),
    // A copy as plain JSON, in which absent members are left out: it is written into the ledger and sent again.
    overrides: JSON.parse(JSON.stringify(task.overrides ?? {})),
    tags: toTags(task.tags),
    volumes: attachments.filter(({ type }) => type === 'AmazonElasticBlockStorage').flatMap(toVolume),
    containerNames: (task.containers ?? []).flatMap(({ name }) => name ?? []),
    ...present({
      startedBy: task.startedBy,
      launchType: task.launchType,
      platformVersion: task.platformVersion,
      enableExecuteCommand: task.enableExecuteCommand,
      subnetId,
      networkInterfaceId,
      ephemeralStorageGiB: task.ephemeralStorage?.sizeInGiB,
      stoppedAtMs: task.stoppedAt?.getTime(),
    }),
  };
}

export function toContainerInstance(instance: SdkContainerInstance): ContainerInstance {
  return {
    containerInstanceArn: needed(instance.containerInstanceArn, 'containerInstanceArn'),
    ...present({ ec2InstanceId: instance.ec2InstanceId }),
  };
}

/** A volume that could not be made, or is not made yet, has no id. */
function toVolume(attachment: SdkAttachment): TaskVolume[] {
  const { volumeId, volumeName, roleArn, deleteOnTermination } = detailsOf(attachment);
  if (volumeId === undefined) return [];
  return [
    {
      volumeId,
      ...present({
        name: volumeName,
        roleArn,
        deleteOnTermination: deleteOnTermination === undefined ? undefined : deleteOnTermination === 'true',
      }),
    },
  ];
}

function detailsOf({ details = [] }: SdkAttachment): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(details.map(({ name, value }) => [name ?? '', value]));
}

function toTags(tags: readonly SdkTag[] = []): Record<string, string> {
  return Object.fromEntries(tags.map(({ key, value }) => [key ?? '', value ?? '']));
}

function toDeployment(deployment: SdkDeployment): ServiceDeployment {
  return {
    id: needed(deployment.id, 'deployments[].id'),
    status: oneOf(deployment.status, ['PRIMARY', 'ACTIVE', 'INACTIVE'], 'ACTIVE'),
    taskDefinition: deployment.taskDefinition ?? '',
    desiredCount: deployment.desiredCount ?? 0,
    runningCount: deployment.runningCount ?? 0,
    pendingCount: deployment.pendingCount ?? 0,
    failedTasks: deployment.failedTasks ?? 0,
    createdAtMs: deployment.createdAt?.getTime() ?? 0,
    ...present({
      rolloutState: deployment.rolloutState,
      rolloutStateReason: deployment.rolloutStateReason,
      platformVersion: deployment.platformVersion,
      awsvpcConfiguration: awsvpcOf(deployment),
      serviceConnect: serviceConnectOf(deployment),
      volumeConfigurations: deployment.volumeConfigurations?.map((volume) => ({ ...volume })),
    }),
  };
}

function serviceConnectOf({ serviceConnectConfiguration }: SdkDeployment): ServiceConnect | undefined {
  if (serviceConnectConfiguration?.enabled !== true) return undefined;
  return {
    configuration: { ...serviceConnectConfiguration },
    serverPorts: serviceConnectConfiguration.services?.length ?? 0,
  };
}

function awsvpcOf({
  networkConfiguration,
}: Pick<SdkService | SdkDeployment, 'networkConfiguration'>): AwsvpcConfiguration | undefined {
  const configuration = networkConfiguration?.awsvpcConfiguration;
  if (configuration === undefined) return undefined;
  const { subnets, securityGroups, assignPublicIp } = configuration;
  return { subnets: subnets ?? [], ...present({ securityGroups, assignPublicIp }) };
}

function toLoadBalancer({
  targetGroupArn,
  loadBalancerName,
  containerName,
  containerPort,
}: SdkLoadBalancer): LoadBalancer {
  return present({ targetGroupArn, loadBalancerName, containerName, containerPort });
}

function toServiceRegistry(registry: SdkServiceRegistry): ServiceRegistry[] {
  const { registryArn, port, containerName, containerPort } = registry;
  return registryArn === undefined ? [] : [{ registryArn, ...present({ port, containerName, containerPort }) }];
}

function oneOf<const T extends string>(value: string | undefined, known: readonly T[], otherwise: T): T {
  return known.find((one) => one === value) ?? otherwise;
}

/** A field without which the answer is of no use; a later one may have it. */
function needed<T>(value: T | undefined, field: string): T {
  if (value === undefined) throw new RetryableError(`ECS answered without ${field}`);
  return value;
}
