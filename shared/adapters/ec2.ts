import {
  DescribeNetworkInterfacesCommand,
  DescribeVolumesCommand,
  type EC2Client,
  type Volume as SdkVolume,
} from '@aws-sdk/client-ec2';
import type { Ec2 } from '../ports/ec2.ts';
import type { Opaque } from '../ports/ecs.ts';
import { orElse, translated } from './aws-errors.ts';
import { present } from './present.ts';

/** Types whose IOPS or throughput may be asked for. EC2 tells IOPS of gp2 too, and refuses them in a request. */
const iopsTypes = ['gp3', 'io1', 'io2'];
const throughputTypes = ['gp3'];

/** Amazon EC2 behind the port. */
export function createEc2(client: Pick<EC2Client, 'send'>): Ec2 {
  return {
    async networkInterface(networkInterfaceId) {
      const answer = await orElse(undefined, ['InvalidNetworkInterfaceID.NotFound'], () =>
        translated('DescribeNetworkInterfaces', () =>
          client.send(new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [networkInterfaceId] })),
        ),
      );
      const [found] = answer?.NetworkInterfaces ?? [];
      if (found === undefined) return undefined;
      return {
        securityGroups: (found.Groups ?? []).flatMap(({ GroupId }) => GroupId ?? []),
        hasPublicIp:
          found.Association?.PublicIp !== undefined ||
          (found.PrivateIpAddresses ?? []).some(({ Association }) => Association !== undefined),
      };
    },

    async volumeLike(volumeId) {
      const answer = await orElse(undefined, ['InvalidVolume.NotFound'], () =>
        translated('DescribeVolumes', () => client.send(new DescribeVolumesCommand({ VolumeIds: [volumeId] }))),
      );
      const [found] = answer?.Volumes ?? [];
      return found === undefined ? undefined : configurationOf(found);
    },
  };
}

/** EC2 does not tell a volume's file system, nor which of its tags were asked for: they are not in it. */
function configurationOf(volume: SdkVolume): Opaque {
  const type = volume.VolumeType ?? '';
  return present({
    encrypted: volume.Encrypted,
    kmsKeyId: volume.KmsKeyId,
    volumeType: volume.VolumeType,
    sizeInGiB: volume.Size,
    // Empty for a volume that was made from nothing.
    snapshotId: volume.SnapshotId === '' ? undefined : volume.SnapshotId,
    iops: iopsTypes.includes(type) ? volume.Iops : undefined,
    throughput: throughputTypes.includes(type) ? volume.Throughput : undefined,
  });
}
