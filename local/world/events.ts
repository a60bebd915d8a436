import { attachmentsOf, bindingsOf, hasOwnAddress } from './describe.ts';
import { containerEndOf } from './failures.ts';
import { isoOf } from './iso.ts';
import type { ServiceModel, TaskModel } from './model.ts';
import type { Switches } from './switches.ts';

/** An event as EventBridge delivers it. */
export interface EventBridgeEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

const attributes = [{ name: 'ecs.cpu-architecture', value: 'x86_64' }];

/** The detail of an ECS Task State Change, in the shape that AWS documents. */
export function taskDetail(task: TaskModel, nowMs: number, switches: Switches): Record<string, unknown> {
  const reclaimed = task.stopCode === 'SpotInterruption';
  const { capacityProvider, containerInstance, startedBy, stopCode, stoppedReason } = task;
  // Made thousands of times a storm: what every event has in one piece, then what is there by now.
  const detail: Record<string, unknown> = {
    attachments: attachmentsOf(task, 'eni'),
    attributes,
    availabilityZone: task.availabilityZone,
    clusterArn: task.clusterArn,
    connectivity: 'CONNECTED',
    containers: containersOf(task),
    cpu: task.taskDefinition.cpu,
    createdAt: isoOf(task.createdAtMs),
    desiredStatus: task.desiredStatus,
    enableExecuteCommand: task.enableExecuteCommand,
    ephemeralStorage: { sizeInGiB: task.ephemeralStorageGiB },
    launchType: task.launchType,
    lastStatus: task.lastStatus,
    memory: task.taskDefinition.memory,
    overrides: task.overrides,
    taskArn: task.arn,
    taskDefinitionArn: task.taskDefinition.arn,
    updatedAt: isoOf(nowMs),
    version: task.version,
  };
  if (capacityProvider !== undefined && !switches.omitCapacityProviderName)
    detail.capacityProviderName = capacityProvider;
  if (containerInstance !== undefined) detail.containerInstanceArn = containerInstance.arn;
  if (!switches.omitGroup) detail.group = task.group;
  if (task.platformVersion !== undefined) detail.platformVersion = task.platformVersion;
  if (startedBy !== undefined) detail.startedBy = startedBy;
  if (task.startedAtMs !== undefined) {
    detail.pullStartedAt = isoOf(task.createdAtMs + 5_000);
    detail.pullStoppedAt = isoOf(task.startedAtMs);
    detail.startedAt = detail.pullStoppedAt;
  }
  if (stopCode !== undefined && !(reclaimed && switches.omitStopCode)) detail.stopCode = stopCode;
  if (stoppedReason !== undefined && !(reclaimed && switches.omitStoppedReason)) detail.stoppedReason = stoppedReason;
  if (task.stoppingAtMs !== undefined) detail.stoppingAt = isoOf(task.stoppingAtMs);
  if (task.stoppedAtMs !== undefined) detail.stoppedAt = isoOf(task.stoppedAtMs);
  return detail;
}

function containersOf(task: TaskModel): Record<string, unknown>[] {
  const arns = task.arn.replace(':task/', ':container/');
  const lastStatus = task.lastStatus === 'STOPPED' ? 'STOPPED' : task.startedAtMs === undefined ? 'PENDING' : 'RUNNING';
  const networkInterfaces = hasOwnAddress(task)
    ? [{ attachmentId: `${task.id}-eni`, privateIpv4Address: task.privateIp }]
    : [];
  return task.taskDefinition.containers.map((container) => ({
    containerArn: `${arns}/${container.name}`,
    lastStatus,
    name: container.name,
    image: container.image,
    taskArn: task.arn,
    networkInterfaces,
    ...(task.networkBindings.length === 0 ? {} : { networkBindings: bindingsOf(task, container.name) }),
    cpu: '0',
    ...containerEndOf(task, container),
  }));
}

const eventTypes: Readonly<Record<string, 'WARN' | 'ERROR'>> = {
  SERVICE_TASK_START_IMPAIRED: 'WARN',
  SERVICE_TASK_PLACEMENT_FAILURE: 'ERROR',
  SERVICE_TASK_CONFIGURATION_FAILURE: 'ERROR',
  SERVICE_DEPLOYMENT_FAILED: 'ERROR',
};

/** The detail of an ECS Service Action: the service itself stands only in `resources`. */
export function serviceActionDetail(
  service: ServiceModel,
  eventName: string,
  nowMs: number,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    eventType: eventTypes[eventName] ?? 'INFO',
    eventName,
    clusterArn: service.clusterArn,
    createdAt: isoOf(nowMs),
    ...more,
  };
}

/** The detail of an ECS Hook State Change: what the service is, it says only here. */
export function hookDetail(
  service: ServiceModel,
  hook: { readonly hookId: string; readonly targetType: string; readonly status: string },
  lifecycleStage: string,
  serviceDeploymentArn: string,
  nowMs: number,
): Record<string, unknown> {
  return {
    // AWS's one sample is INFO, of a hook that waits.
    eventType: 'ERROR',
    eventName: `HOOK_${hook.status}`,
    hookId: hook.hookId,
    hookType: hook.targetType,
    lifecycleStage,
    clusterArn: service.clusterArn,
    serviceArn: service.arn,
    serviceDeploymentArn,
    updatedAt: isoOf(nowMs),
  };
}

/** The detail of an ECS Deployment State Change: it names neither the cluster nor the service. */
export function deploymentDetail(eventName: string, deploymentId: string, reason: string, nowMs: number) {
  const eventType = eventName === 'SERVICE_DEPLOYMENT_FAILED' ? 'ERROR' : 'INFO';
  return { eventType, eventName, deploymentId, updatedAt: isoOf(nowMs), reason };
}
