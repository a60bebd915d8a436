import { record } from './describe.ts';
import type { TaskDefinitionModel, VolumeModel } from './model.ts';
import type { Rng } from './rng.ts';

/** What a task is given when it is launched, drawn from its own name where AWS chooses. */

/** Where a task finds itself without an awsvpcConfiguration, and in which group without one named. */
const defaultSubnetId = 'subnet-0a1b2c3d4e5f60718';
const defaultSecurityGroup = 'sg-0d1e2f3a4b5c6d7e8';
/** Fargate gives every task so much. */
const ephemeralStorageGiBDefault = 20;

type Request = Readonly<Record<string, unknown>>;

export interface Network {
  readonly subnetId: string;
  readonly securityGroups: readonly string[];
  readonly publicIp?: string;
}

/** @param serial of the task in the world: it makes addresses that no other has. */
export function networkOf(networkConfiguration: Request | undefined, rng: Rng, serial: number): Network {
  const { subnets, securityGroups, assignPublicIp } = record(record(networkConfiguration).awsvpcConfiguration);
  const choice = Array.isArray(subnets) ? subnets.map(String) : [];
  const groups = Array.isArray(securityGroups) ? securityGroups.map(String) : [];
  return {
    subnetId: choice[rng.between(0, Math.max(0, choice.length - 1))] ?? defaultSubnetId,
    securityGroups: groups.length === 0 ? [defaultSecurityGroup] : groups,
    ...(assignPublicIp === 'ENABLED' ? { publicIp: addressOf(54, serial) } : {}),
  };
}

export function addressOf(first: number, serial: number): string {
  return `${first}.${(serial >> 16) & 255}.${(serial >> 8) & 255}.${serial & 255}`;
}

export function ephemeralStorageGiBOf({ registered }: TaskDefinitionModel, overrides: Request | undefined): number {
  const asked = record(overrides?.ephemeralStorage).sizeInGiB ?? record(registered.ephemeralStorage).sizeInGiB;
  return typeof asked === 'number' ? asked : ephemeralStorageGiBDefault;
}

/** Amazon EBS's own defaults: gp3 with 3,000 IOPS and 125 MiB/s. */
export function volumesOf(
  configurations: readonly Request[],
  rngOf: (volumeName: string) => Rng,
  scope: { readonly region: string; readonly account: string },
): VolumeModel[] {
  return configurations.map((configuration) => {
    const name = String(configuration.name);
    const asked = record(configuration.managedEBSVolume);
    const { deleteOnTermination = true } = record(asked.terminationPolicy);
    const type = typeof asked.volumeType === 'string' ? asked.volumeType : 'gp3';
    const sizeGiB = typeof asked.sizeInGiB === 'number' ? asked.sizeInGiB : snapshotGiB;
    const iops = typeof asked.iops === 'number' ? asked.iops : baselineIops(type, sizeGiB);
    const throughput = typeof asked.throughput === 'number' ? asked.throughput : type === 'gp3' ? 125 : undefined;
    const isEncrypted = asked.encrypted === true;
    const kmsKeyArn = typeof asked.kmsKeyId === 'string' ? asked.kmsKeyId : isEncrypted ? awsOwnKey(scope) : undefined;
    return {
      id: `vol-${hex(rngOf(name), 17)}`,
      name,
      roleArn: String(asked.roleArn),
      deleteOnTermination: deleteOnTermination === true,
      type,
      sizeGiB,
      ...(iops === undefined ? {} : { iops }),
      ...(throughput === undefined ? {} : { throughput }),
      isEncrypted,
      ...(kmsKeyArn === undefined ? {} : { kmsKeyArn }),
      ...(typeof asked.snapshotId === 'string' ? { snapshotId: asked.snapshotId } : {}),
    };
  });
}

/** The world has no snapshots of its own: a volume made of one is so large where the request does not say. */
const snapshotGiB = 8;

/** What DescribeVolumes shows where nobody asked for any: also for gp2, where nobody can. */
function baselineIops(type: string, sizeGiB: number): number | undefined {
  if (type === 'gp3') return 3_000;
  return type === 'gp2' ? Math.min(16_000, Math.max(100, 3 * sizeGiB)) : undefined;
}

function awsOwnKey({ region, account }: { readonly region: string; readonly account: string }): string {
  return `arn:aws:kms:${region}:${account}:key/0a1b2c3d-4e5f-4061-8728-394a5b6c7d8e`;
}

const hexDigits = '0123456789abcdef';

export function hex(rng: Rng, length: number): string {
  let digits = '';
  while (digits.length < length) digits += hexDigits[Math.floor(rng.next() * 16)];
  return digits;
}
