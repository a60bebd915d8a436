import { AwsError } from '../aws-error.ts';
import { hasOwnAddress, networkInterfaceIdOf, present } from '../describe.ts';
import type { Engine } from '../engine.ts';
import type { TaskModel, VolumeModel } from '../model.ts';
import { type Input, texts } from './input.ts';

/** Amazon EC2, service name `ec2`: what it tells of tasks' network interfaces and volumes. */

type Output = Record<string, unknown>;

/** All of them where none is asked for. */
export function describeNetworkInterfaces(engine: Engine, input: Input): Output {
  refuseOthers('DescribeNetworkInterfaces', input, 'NetworkInterfaceIds');
  const existing = [...engine.tasks.values()].filter(hasInterface).map((task) => networkInterface(engine, task));
  const found = among(existing, 'NetworkInterfaceId', texts(input, 'NetworkInterfaceIds'), (id) =>
    notFound('InvalidNetworkInterfaceID', `The networkInterface ID '${id}' does not exist`),
  );
  return { NetworkInterfaces: found };
}

export function describeVolumes(engine: Engine, input: Input): Output {
  refuseOthers('DescribeVolumes', input, 'VolumeIds');
  const existing = [...engine.tasks.values()].flatMap((task) =>
    task.volumes.filter((one) => isThere(task, one)).map((one) => describeVolume(task, one)),
  );
  const found = among(existing, 'VolumeId', texts(input, 'VolumeIds'), (id) =>
    notFound('InvalidVolume', `The volume '${id}' does not exist.`),
  );
  return { Volumes: found };
}

/** PROVISIONING makes it, DEPROVISIONING takes it away. */
function hasInterface(task: TaskModel): boolean {
  return hasOwnAddress(task) && !['PROVISIONING', 'DEPROVISIONING', 'STOPPED'].includes(task.lastStatus);
}

/** ECS deletes it when the task is STOPPED, unless it is to be kept. */
function isThere({ lastStatus }: TaskModel, { deleteOnTermination }: VolumeModel): boolean {
  return lastStatus === 'STOPPED' ? !deleteOnTermination : lastStatus !== 'PROVISIONING';
}

function networkInterface(engine: Engine, task: TaskModel): Output {
  return present({
    NetworkInterfaceId: networkInterfaceIdOf(task),
    Status: 'in-use',
    InterfaceType: 'interface',
    Description: `${task.arn.replace(/:task\/.*$/, ':attachment/')}${task.id}-eni`,
    RequesterManaged: true,
    OwnerId: engine.account,
    AvailabilityZone: task.availabilityZone,
    SubnetId: task.subnetId,
    PrivateIpAddress: task.privateIp,
    Groups: task.securityGroups.map((GroupId) => ({ GroupId })),
    Association: task.publicIp === undefined ? undefined : { PublicIp: task.publicIp, IpOwnerId: 'amazon' },
    TagSet: [],
  });
}

function describeVolume(task: TaskModel, volume: VolumeModel): Output {
  const isAttached = task.lastStatus !== 'STOPPED';
  return present({
    VolumeId: volume.id,
    State: isAttached ? 'in-use' : 'available',
    Size: volume.sizeGiB,
    VolumeType: volume.type,
    Iops: volume.iops,
    Throughput: volume.throughput,
    Encrypted: volume.isEncrypted,
    KmsKeyId: volume.kmsKeyArn,
    // Empty where it was not made of one.
    SnapshotId: volume.snapshotId ?? '',
    AvailabilityZone: task.availabilityZone,
    CreateTime: new Date(task.createdAtMs),
    Attachments: isAttached
      ? [
          {
            VolumeId: volume.id,
            State: 'attached',
            AssociatedResource: task.arn,
            DeleteOnTermination: volume.deleteOnTermination,
          },
        ]
      : [],
  });
}

function among(existing: readonly Output[], member: string, ids: readonly string[], missing: (id: string) => AwsError) {
  if (ids.length === 0) return [...existing];
  return ids.map((id) => {
    const found = existing.find((one) => one[member] === id);
    if (found === undefined) throw missing(id);
    return found;
  });
}

function notFound(kind: string, message: string): AwsError {
  return new AwsError(`${kind}.NotFound`, message);
}

function refuseOthers(action: string, input: Input, ids: string): void {
  const other = Object.keys(input).find((member) => input[member] !== undefined && member !== ids);
  if (other !== undefined) {
    throw new AwsError('InvalidParameterValue', `${action}: ${other} is not part of the embedded region`);
  }
}
