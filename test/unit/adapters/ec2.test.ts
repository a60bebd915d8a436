import {
  DescribeNetworkInterfacesCommand,
  DescribeVolumesCommand,
  EC2Client,
  type NetworkInterface as SdkNetworkInterface,
  type Volume as SdkVolume,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { createEc2 } from '../../../shared/adapters/ec2.ts';
import type { Ec2 } from '../../../shared/ports/ec2.ts';
import { anAwsError, sent } from './sent.ts';

function anEc2() {
  const client = new EC2Client({});
  const mock = mockClient(client);
  return { mock, ec2: createEc2(client) };
}

describe('a network interface', () => {
  const told = (found: SdkNetworkInterface) => {
    const { mock, ec2 } = anEc2();
    mock.on(DescribeNetworkInterfacesCommand).resolves({ NetworkInterfaces: [found] });
    return ec2.networkInterface('eni-1');
  };

  it('is asked for by its id', async () => {
    const { mock, ec2 } = anEc2();
    mock.on(DescribeNetworkInterfacesCommand).resolves({ NetworkInterfaces: [] });
    await ec2.networkInterface('eni-1');
    expect(sent(mock)).toStrictEqual([['DescribeNetworkInterfacesCommand', { NetworkInterfaceIds: ['eni-1'] }]]);
  });

  it('has its security groups, by id', async () => {
    const Groups = [{ GroupId: 'sg-1', GroupName: 'app' }, { GroupId: 'sg-2' }, { GroupName: 'without an id' }];
    await expect(told({ Groups })).resolves.toStrictEqual({ securityGroups: ['sg-1', 'sg-2'], hasPublicIp: false });
  });

  it.each([
    ['of its own', { Association: { PublicIp: '203.0.113.7' } }, true],
    [
      'of one of its addresses',
      {
        PrivateIpAddresses: [
          { PrivateIpAddress: '10.0.0.1' },
          { PrivateIpAddress: '10.0.0.2', Association: { PublicIp: '203.0.113.7' } },
        ],
      },
      true,
    ],
    ['of none of its addresses', { PrivateIpAddresses: [{ PrivateIpAddress: '10.0.0.1', Primary: true }] }, false],
    ['of a carrier only', { Association: { CarrierIp: '198.51.100.7' } }, false],
  ])('is public by an address %s', async (_whose, found, hasPublicIp) => {
    await expect(told(found)).resolves.toStrictEqual({ securityGroups: [], hasPublicIp });
  });

  it.each([
    ['an empty list', { NetworkInterfaces: [] }],
    ['no list', {}],
  ])('is gone when EC2 answers with %s', async (_what, answer) => {
    const { mock, ec2 } = anEc2();
    mock.on(DescribeNetworkInterfacesCommand).resolves(answer);
    await expect(ec2.networkInterface('eni-1')).resolves.toBeUndefined();
  });

  it('is gone when EC2 says so', async () => {
    const { mock, ec2 } = anEc2();
    mock.on(DescribeNetworkInterfacesCommand).rejects(anAwsError('InvalidNetworkInterfaceID.NotFound', 400));
    await expect(ec2.networkInterface('eni-1')).resolves.toBeUndefined();
  });
});

describe('a volume like another', () => {
  const like = (found: SdkVolume) => {
    const { mock, ec2 } = anEc2();
    mock.on(DescribeVolumesCommand).resolves({ Volumes: [found] });
    return ec2.volumeLike('vol-1');
  };

  it('is asked for by the id of the other', async () => {
    const { mock, ec2 } = anEc2();
    mock.on(DescribeVolumesCommand).resolves({ Volumes: [] });
    await ec2.volumeLike('vol-1');
    expect(sent(mock)).toStrictEqual([['DescribeVolumesCommand', { VolumeIds: ['vol-1'] }]]);
  });

  it('has everything of it that ECS takes, and no more', async () => {
    await expect(
      like({
        VolumeId: 'vol-1',
        AvailabilityZone: 'us-east-1a',
        State: 'in-use',
        Encrypted: true,
        KmsKeyId: 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
        VolumeType: 'gp3',
        Size: 100,
        SnapshotId: 'snap-1',
        Iops: 4_000,
        Throughput: 250,
        MultiAttachEnabled: false,
        Tags: [{ Key: 'AmazonECSManaged', Value: 'true' }],
      }),
    ).resolves.toStrictEqual({
      encrypted: true,
      kmsKeyId: 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
      volumeType: 'gp3',
      sizeInGiB: 100,
      snapshotId: 'snap-1',
      iops: 4_000,
      throughput: 250,
    });
  });

  it('has no snapshot where the other was made from nothing, and says that it is not encrypted', async () => {
    await expect(like({ Encrypted: false, VolumeType: 'st1', Size: 125, SnapshotId: '' })).resolves.toStrictEqual({
      encrypted: false,
      volumeType: 'st1',
      sizeInGiB: 125,
    });
  });

  it.each([
    ['gp3', { iops: 3_000, throughput: 125 }],
    ['io1', { iops: 3_000 }],
    ['io2', { iops: 3_000 }],
    ['gp2', {}],
    ['st1', {}],
    ['sc1', {}],
    ['standard', {}],
  ] as const)('of type %s has what may be asked for with it', async (volumeType, performance) => {
    await expect(like({ VolumeType: volumeType, Size: 125, Iops: 3_000, Throughput: 125 })).resolves.toStrictEqual({
      volumeType,
      sizeInGiB: 125,
      ...performance,
    });
  });

  it.each([
    ['an empty list', { Volumes: [] }],
    ['no list', {}],
  ])('is unknown when EC2 answers with %s', async (_what, answer) => {
    const { mock, ec2 } = anEc2();
    mock.on(DescribeVolumesCommand).resolves(answer);
    await expect(ec2.volumeLike('vol-1')).resolves.toBeUndefined();
  });

  it('is unknown when EC2 says that the other is gone', async () => {
    const { mock, ec2 } = anEc2();
    mock.on(DescribeVolumesCommand).rejects(anAwsError('InvalidVolume.NotFound', 400));
    await expect(ec2.volumeLike('vol-1')).resolves.toBeUndefined();
  });
});

describe('an error of EC2', () => {
  const calls: Record<string, [action: string, call: (ec2: Ec2) => Promise<unknown>]> = {
    networkInterface: ['DescribeNetworkInterfaces', (ec2) => ec2.networkInterface('eni-1')],
    volumeLike: ['DescribeVolumes', (ec2) => ec2.volumeLike('vol-1')],
  };

  it('is asked for below with every method of the port', () => {
    expect(Object.keys(calls).sort()).toEqual(Object.keys(anEc2().ec2).sort());
  });

  describe.each(Object.entries(calls))('of %s', (_method, [action, call]) => {
    it.each([
      ['RequestLimitExceeded', 'RetryableError'],
      ['UnauthorizedOperation', 'TerminalError'],
    ])('%s comes out as ours', async (code, name) => {
      const { mock, ec2 } = anEc2();
      const original = anAwsError(code, 400);
      mock.onAnyCommand().rejects(original);
      await expect(call(ec2)).rejects.toMatchObject({
        name,
        message: `${action}: ${code}: as AWS words it`,
        cause: original,
      });
    });
  });

  it.each([
    ['a volume that is gone for a network interface', 'InvalidVolume.NotFound', 'networkInterface'],
    ['a network interface that is gone for a volume', 'InvalidNetworkInterfaceID.NotFound', 'volumeLike'],
  ])('does not take %s', async (_what, code, method) => {
    const { mock, ec2 } = anEc2();
    mock.onAnyCommand().rejects(anAwsError(code, 400));
    await expect(calls[method]?.[1](ec2)).rejects.toMatchObject({ name: 'TerminalError', code });
  });
});
