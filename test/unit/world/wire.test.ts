import { ApplicationAutoScalingClient, DescribeScalableTargetsCommand } from '@aws-sdk/client-application-auto-scaling';
import { DescribeNetworkInterfacesCommand, DescribeVolumesCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  DescribeContainerInstancesCommand,
  DescribeServiceDeploymentsCommand,
  DescribeTasksCommand,
  ECSClient,
  ListServiceDeploymentsCommand,
  ListTasksCommand,
  RunTaskCommand,
  StopServiceDeploymentCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import {
  DeregisterTargetsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import {
  DeregisterInstanceCommand,
  ListInstancesCommand,
  ServiceDiscoveryClient,
} from '@aws-sdk/client-servicediscovery';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startWire, type Wire } from '../../../local/region/wire.ts';
import { registerTask } from '../../../local/scenarios/stage.ts';
import {
  aJob,
  aStage,
  describedTask,
  first,
  pick,
  registerJob,
  type Stage,
  startMs,
  taskArns,
} from '../../builders/world.ts';

/* The SDK's own clients against a world: what they send is what the wire has to understand. */

let stage: Stage;
let wire: Wire;
const asked: string[] = [];

beforeEach(async () => {
  stage = aStage();
  asked.length = 0;
  wire = await startWire({
    world: stage.world,
    nowMs: () => stage.world.nowMs,
    putEvents: async () => ({}),
    putMetricData: () => {},
    onCall: ({ service, action }) => asked.push(`${service} ${action}`),
  });
});
afterEach(() => wire.stop());

const settings = () => ({
  endpoint: wire.endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts: 1,
});

it('ECS and Elastic Load Balancing: a release that fails, its tasks, targets and rollback', async () => {
  const ecs = new ECSClient(settings());
  const client = new ElasticLoadBalancingV2Client(settings());
  const TargetGroupArn = stage.world.createTargetGroup('web');
  stage.service({ targetGroupArn: TargetGroupArn, circuitBreaker: { enable: true, rollback: true } });
  stage.until(100);
  const taskDefinition = registerTask(stage.world, 'web');
  stage.world.failTaskDefinition(taskDefinition, { kind: 'target_health', code: '503' });
  const service = { cluster: 'main', service: 'web' };
  await ecs.send(new UpdateServiceCommand({ ...service, taskDefinition, healthCheckGracePeriodSeconds: 60 }));
  // RUNNING at 146 s, unhealthy at 161 s; stopped at 206 s, two more at 312 s.
  stage.until(170);
  const { TargetHealthDescriptions: targets } = await client.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
  stage.until(330);

  const list = new ListServiceDeploymentsCommand({ ...service, createdAt: { after: new Date(startMs + 60_000) } });
  const { serviceDeployments: listed = [] } = await ecs.send(list);
  const serviceDeploymentArns = listed.map(({ serviceDeploymentArn = '' }) => serviceDeploymentArn);
  const shown = await ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns }));
  const { taskArns: tasks } = await ecs.send(
    new ListTasksCommand({ cluster: 'main', serviceName: 'web', desiredStatus: 'STOPPED' }),
  );
  const stopped = await ecs.send(new DescribeTasksCommand({ cluster: 'main', tasks }));
  const again = ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn: `${serviceDeploymentArns[0]}0` }));

  expect(targets?.at(-1)?.TargetHealth).toEqual({
    State: 'unhealthy',
    Reason: 'Target.ResponseCodeMismatch',
    Description: 'Health checks failed with these codes: [503]',
  });
  expect(shown.serviceDeployments).toMatchObject([
    {
      status: 'ROLLBACK_IN_PROGRESS',
      createdAt: new Date(startMs + 100_000),
      deploymentCircuitBreaker: { status: 'TRIGGERED', failureCount: 3, threshold: 3 },
      alarms: { status: 'DISABLED' },
      rollback: { startedAt: new Date(startMs + 312_000) },
    },
  ]);
  expect(stopped.tasks?.map(({ stopCode, stoppedReason }) => [stopCode, stoppedReason])).toContainEqual([
    'ServiceSchedulerInitiated',
    `Task failed ELB health checks in (target-group ${TargetGroupArn})`,
  ]);
  await expect(again).rejects.toMatchObject({ name: 'ServiceDeploymentNotFoundException' });
});

it('Elastic Load Balancing: several targets in one request', async () => {
  const client = new ElasticLoadBalancingV2Client(settings());
  const TargetGroupArn = stage.world.createTargetGroup('web');
  stage.service({ targetGroupArn: TargetGroupArn, desiredCount: 12 });
  stage.until(100);
  const before = await client.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
  const targets = (before.TargetHealthDescriptions ?? []).map(({ Target }) => ({ Id: Target?.Id, Port: Target?.Port }));

  await client.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets: targets.slice(0, 11) }));
  const after = await client.send(new DescribeTargetHealthCommand({ TargetGroupArn }));

  expect(targets[0]).toEqual({ Id: expect.stringMatching(/^10\./), Port: 8080 });
  expect(after.TargetHealthDescriptions?.map(({ TargetHealth }) => TargetHealth?.State)).toEqual([
    ...Array.from({ length: 11 }, () => 'draining'),
    'healthy',
  ]);
});

it('Cloud Map: lists pages, deregisters, names its errors', async () => {
  const client = new ServiceDiscoveryClient(settings());
  const ServiceId = stage.world.createRegistry('web');
  stage.service({ registryArn: ServiceId, desiredCount: 3 });
  stage.until(100);

  const page = await client.send(new ListInstancesCommand({ ServiceId, MaxResults: 2 }));
  const InstanceId = page.Instances?.[0]?.Id ?? '';
  const { OperationId } = await client.send(new DeregisterInstanceCommand({ ServiceId, InstanceId }));
  const again = client.send(new DeregisterInstanceCommand({ ServiceId, InstanceId }));

  expect([page.Instances?.length, typeof page.NextToken, typeof OperationId]).toEqual([2, 'string', 'string']);
  await expect(again).rejects.toMatchObject({ name: 'InstanceNotFound' });
  expect(asked[0]).toBe('servicediscovery ListInstances');
});

it('Service Quotas: a number', async () => {
  stage.world.market.setOnDemandVcpuQuota(6.5);
  const client = new ServiceQuotasClient(settings());

  const { Quota } = await client.send(new GetServiceQuotaCommand({ ServiceCode: 'fargate', QuotaCode: 'L-3032A538' }));

  expect(Quota?.Value).toBe(6.5);
  expect(asked).toEqual(['servicequotas GetServiceQuota']);
});

it('Application Auto Scaling: targets with dates', async () => {
  const serviceArn = stage.service();
  stage.world.attachScaler({ serviceArn, min: 1, max: 4, targetPerTask: 1, load: () => 2 });
  const client = new ApplicationAutoScalingClient(settings());

  const answer = await client.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs' }));

  expect(answer.ScalableTargets?.map(({ ResourceId }) => ResourceId)).toEqual(['service/main/web']);
  expect(answer.ScalableTargets?.[0]?.CreationTime).toEqual(new Date(stage.world.nowMs));
  expect(asked).toEqual(['application-autoscaling DescribeScalableTargets']);
});

it('ECS: container instances, found and missing', async () => {
  const client = new ECSClient(settings());
  const arn = stage.world.addContainerInstance(stage.clusterArn);
  stage.service({ desiredCount: 1 });
  stage.until(100);

  const answer = await client.send(
    new DescribeContainerInstancesCommand({ cluster: 'main', containerInstances: [arn, 'unknown'] }),
  );

  expect(answer.containerInstances?.map(({ ec2InstanceId }) => ec2InstanceId)).toEqual([
    expect.stringMatching(/^i-[0-9a-f]{17}$/),
  ]);
  expect(answer.failures?.map(({ reason }) => reason)).toEqual(['MISSING']);
  // Fargate tasks are on none of them.
  expect([answer.containerInstances?.[0]?.runningTasksCount, first(taskArns(stage))]).toEqual([0, expect.any(String)]);
});

const networkConfiguration = {
  awsvpcConfiguration: { subnets: ['subnet-1'], securityGroups: ['sg-1', 'sg-2'], assignPublicIp: 'ENABLED' as const },
};
const volumeConfigurations = [
  { name: 'data', managedEBSVolume: { roleArn: 'arn:aws:iam::111122223333:role/ebs', sizeInGiB: 10, encrypted: true } },
];

/** What the attachments of a job say, that runs with a volume since 45 s. */
function attachedToJob(): { readonly task: string; readonly attached: Readonly<Record<string, string>> } {
  registerJob(stage, { volumes: [{ name: 'data', configuredAtLaunch: true }] });
  const task = aJob(stage, { networkConfiguration, volumeConfigurations });
  stage.until(100);
  const attachments = [0, 1].map((index) => pick(describedTask(stage, task), 'attachments', index, 'details'));
  const details = attachments.flatMap((list) => (Array.isArray(list) ? list : []));
  return { task, attached: Object.fromEntries(details.map(({ name, value }) => [name, value])) };
}

it('Amazon EC2: the network interface of a task, gone with it', async () => {
  const client = new EC2Client(settings());
  const { task, attached } = attachedToJob();
  const command = new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [attached.networkInterfaceId ?? ''] });

  const { NetworkInterfaces: found } = await client.send(command);
  stage.world.market.reclaim(task);
  stage.until(120);
  const later = client.send(command);

  expect(found).toEqual([
    expect.objectContaining({
      NetworkInterfaceId: attached.networkInterfaceId,
      SubnetId: 'subnet-1',
      PrivateIpAddress: attached.privateIPv4Address,
      Groups: [{ GroupId: 'sg-1' }, { GroupId: 'sg-2' }],
      Association: { PublicIp: expect.stringMatching(/^54(\.\d+){3}$/), IpOwnerId: 'amazon' },
      Status: 'in-use',
      RequesterManaged: true,
      TagSet: [],
    }),
  ]);
  await expect(later).rejects.toMatchObject({
    name: 'InvalidNetworkInterfaceID.NotFound',
    message: `The networkInterface ID '${attached.networkInterfaceId}' does not exist`,
    $metadata: { httpStatusCode: 400 },
  });
  expect(asked).toEqual(['ec2 DescribeNetworkInterfaces', 'ec2 DescribeNetworkInterfaces']);
});

it('Amazon EC2: a volume with numbers, booleans and dates, gone with its task', async () => {
  const client = new EC2Client(settings());
  const { task, attached } = attachedToJob();
  const command = new DescribeVolumesCommand({ VolumeIds: [attached.volumeId ?? ''] });

  const { Volumes: found } = await client.send(command);
  stage.world.market.reclaim(task);
  stage.until(120);
  const later = client.send(command);

  expect(found).toEqual([
    {
      VolumeId: attached.volumeId,
      State: 'in-use',
      Size: 10,
      VolumeType: 'gp3',
      Iops: 3000,
      Throughput: 125,
      Encrypted: true,
      KmsKeyId: expect.stringMatching(/^arn:aws:kms:us-east-1:111122223333:key\//),
      SnapshotId: '',
      AvailabilityZone: 'us-east-1a',
      CreateTime: new Date('2026-01-05T09:00:00.000Z'),
      Attachments: [
        { VolumeId: attached.volumeId, State: 'attached', AssociatedResource: task, DeleteOnTermination: true },
      ],
    },
  ]);
  await expect(later).rejects.toMatchObject({ name: 'InvalidVolume.NotFound' });
});

it('Amazon EC2: refuses what the embedded region does not look at', async () => {
  const client = new EC2Client(settings());
  const filtered = client.send(new DescribeVolumesCommand({ Filters: [{ Name: 'status', Values: ['in-use'] }] }));

  await expect(filtered).rejects.toMatchObject({ name: 'InvalidParameterValue' });
});

it('ECS: how a task was launched', async () => {
  const client = new ECSClient(settings());
  registerJob(stage, { volumes: [{ name: 'data', configuredAtLaunch: true }] });
  const capacityProviderStrategy = [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }];
  const request = {
    cluster: 'main',
    taskDefinition: 'job',
    clientToken: 'once',
    capacityProviderStrategy,
    networkConfiguration,
    volumeConfigurations,
    enableExecuteCommand: true,
    tags: [{ key: 'team', value: 'a' }],
  };

  const launched = await client.send(new RunTaskCommand(request));
  const again = await client.send(new RunTaskCommand(request));
  stage.until(100);
  const taskArn = launched.tasks?.[0]?.taskArn ?? '';
  const shown = await client.send(new DescribeTasksCommand({ cluster: 'main', tasks: [taskArn], include: ['TAGS'] }));

  expect(again.tasks?.[0]?.taskArn).toBe(taskArn);
  expect(shown.tasks?.[0]).toMatchObject({
    enableExecuteCommand: true,
    ephemeralStorage: { sizeInGiB: 20 },
    tags: [{ key: 'team', value: 'a' }],
    attachments: [{ type: 'ElasticNetworkInterface' }, { type: 'AmazonElasticBlockStorage' }],
  });
});

it('the metadata endpoint tells a container of its own task, without credentials', async () => {
  registerJob(stage);
  const task = aJob(stage);
  stage.until(100);

  const answer = await fetch(`${wire.endpoint}/v4/${task.split('/')[2]}/task`);
  const unknown = await fetch(`${wire.endpoint}/v4/0123456789abcdef/task`);

  expect(await answer.json()).toEqual({
    Cluster: 'arn:aws:ecs:us-east-1:111122223333:cluster/main',
    TaskARN: task,
    Family: 'job',
    Revision: '1',
    DesiredStatus: 'RUNNING',
    KnownStatus: 'RUNNING',
    LaunchType: 'FARGATE',
  });
  expect([unknown.status, asked]).toEqual([404, []]);
});
