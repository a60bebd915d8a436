import { attachmentsOf, bindingsOf, hasOwnAddress } from './describe.ts';
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

const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());

/** The detail of an ECS Task State Change, in the shape that AWS documents. */
export function taskDetail(task: TaskModel, nowMs: number, switches: Switches): Record<string, unknown> {
  const reclaimed = task.stopCode === 'SpotInterruption';
  const shown = {
    attachments: attachmentsOf(task, 'eni'),
    attributes: [{ name: 'ecs.cpu-architecture', value: 'x86_64' }],
    availabilityZone: task.availabilityZone,
    capacityProviderName: switches.omitCapacityProviderName ? undefined : task.capacityProvider,
    clusterArn: task.clusterArn,
    connectivity: 'CONNECTED',
    containerInstanceArn: task.containerInstance?.arn,
    containers: task.taskDefinition.containers.map(({ name, image }) => ({
      containerArn: `${task.arn.replace(':task/', ':container/')}/${name}`,
      lastStatus: task.lastStatus === 'STOPPED' ? 'STOPPED' : task.startedAtMs === undefined ? 'PENDING' : 'RUNNING',
      name,
      image,
      taskArn: task.arn,
      networkInterfaces: hasOwnAddress(task)
        ? [{ attachmentId: `${task.id}-eni`, privateIpv4Address: task.privateIp }]
        : [],
      ...(task.networkBindings.length === 0 ? {} : { networkBindings: bindingsOf(task, name) }),
      cpu: '0',
      ...(task.exitCode === undefined ? {} : { exitCode: task.exitCode }),
    })),
    cpu: task.taskDefinition.cpu,
    createdAt: iso(task.createdAtMs),
    desiredStatus: task.desiredStatus,
    enableExecuteCommand: task.enableExecuteCommand,
    ephemeralStorage: { sizeInGiB: task.ephemeralStorageGiB },
    group: switches.omitGroup ? undefined : task.group,
    launchType: task.launchType,
    lastStatus: task.lastStatus,
    memory: task.taskDefinition.memory,
    overrides: task.overrides,
    platformVersion: task.platformVersion,
    pullStartedAt: task.startedAtMs === undefined ? undefined : iso(task.createdAtMs + 5_000),
    pullStoppedAt: iso(task.startedAtMs),
    startedAt: iso(task.startedAtMs),
    startedBy: task.startedBy,
    stopCode: reclaimed && switches.omitStopCode ? undefined : task.stopCode,
    stoppedReason: reclaimed && switches.omitStoppedReason ? undefined : task.stoppedReason,
    stoppingAt: iso(task.stoppingAtMs),
    stoppedAt: iso(task.stoppedAtMs),
    taskArn: task.arn,
    taskDefinitionArn: task.taskDefinition.arn,
    updatedAt: iso(nowMs),
    version: task.version,
  };
  return Object.fromEntries(Object.entries(shown).filter(([, value]) => value !== undefined));
}

/** The detail of an ECS Service Action: the service itself stands only in `resources`. */
export function serviceActionDetail(
  service: ServiceModel,
  eventName: string,
  nowMs: number,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  const eventType = eventName === 'SERVICE_TASK_PLACEMENT_FAILURE' ? 'ERROR' : 'INFO';
  return { eventType, eventName, clusterArn: service.clusterArn, createdAt: iso(nowMs), ...more };
}

/** The detail of an ECS Deployment State Change: it names neither the cluster nor the service. */
export function deploymentDetail(eventName: string, deploymentId: string, reason: string, nowMs: number) {
  const eventType = eventName === 'SERVICE_DEPLOYMENT_FAILED' ? 'ERROR' : 'INFO';
  return { eventType, eventName, deploymentId, updatedAt: iso(nowMs), reason };
}
