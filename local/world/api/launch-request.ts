import { invalidParameter } from '../aws-error.ts';
import { record } from '../describe.ts';
import type { ClusterModel, TaskDefinitionModel } from '../model.ts';
import { type Input, optionalText, records, tagsOf } from './input.ts';

/** What RunTask and CreateService have in common about the tasks that they lead to. */

export function refuseMissingNetwork({ networkMode }: TaskDefinitionModel, networkConfiguration: unknown): void {
  if (networkMode !== 'awsvpc') return;
  const { subnets } = record(record(networkConfiguration).awsvpcConfiguration);
  if (networkConfiguration === undefined) {
    throw invalidParameter("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  }
  if (!Array.isArray(subnets) || subnets.length === 0) throw invalidParameter('subnets can not be empty.');
}

/** A volume that the task definition leaves to the launch has to be configured there, and no other can be. */
export function refuseMismatchedVolumes(definition: TaskDefinitionModel, configurations: readonly Input[]): void {
  const leftToLaunch = records(definition.registered, 'volumes')
    .filter(({ configuredAtLaunch }) => configuredAtLaunch === true)
    .map(({ name }) => String(name));
  const configured = configurations.map(({ name }) => String(name));
  const missing = leftToLaunch.find((name) => !configured.includes(name));
  if (missing !== undefined) throw invalidParameter(`No volume configuration was given for volume ${missing}.`);
  const unknown = configured.find((name) => !leftToLaunch.includes(name));
  if (unknown !== undefined) throw invalidParameter(`Volume ${unknown} is not configured at launch.`);
  for (const { managedEBSVolume } of configurations) refuseImpossibleVolume(record(managedEBSVolume));
}

/** The types whose performance can be chosen; DescribeVolumes shows IOPS of gp2 too. */
const typesWithIops = ['gp3', 'io1', 'io2'];

function refuseImpossibleVolume({ roleArn, sizeInGiB, snapshotId, volumeType = 'gp3', iops, throughput }: Input): void {
  if (typeof roleArn !== 'string') throw invalidParameter('roleArn of a managed EBS volume is required.');
  if (sizeInGiB === undefined && snapshotId === undefined) {
    throw invalidParameter('Either sizeInGiB or snapshotId must be specified.');
  }
  if (iops !== undefined && !typesWithIops.includes(String(volumeType))) {
    throw invalidParameter(`iops is not supported for volume type ${volumeType}.`);
  }
  if (throughput !== undefined && volumeType !== 'gp3') {
    throw invalidParameter(`throughput is not supported for volume type ${volumeType}.`);
  }
}

/**
 * The tags of a task: ECS's own, those of whom it takes after, and those of the request over them.
 * @param input names them in `tags`, `propagateTags` and `enableECSManagedTags`.
 */
export function taskTags(
  cluster: ClusterModel,
  definition: TaskDefinitionModel,
  input: Input,
  service?: { readonly name: string; readonly tags: ReadonlyMap<string, string> },
): Map<string, string> {
  const propagate = optionalText(input, 'propagateTags');
  const managed = input.enableECSManagedTags === true;
  return new Map([
    ...(propagate === 'TASK_DEFINITION' ? definition.tags : []),
    ...(propagate === 'SERVICE' && service !== undefined ? service.tags : []),
    ...(service === undefined ? tagsOf(input) : []),
    ...(managed ? ([['aws:ecs:clusterName', cluster.name]] as const) : []),
    ...(managed && service !== undefined ? ([['aws:ecs:serviceName', service.name]] as const) : []),
  ]);
}
