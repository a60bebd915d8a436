import { ApplicationAutoScalingClient, DescribeScalableTargetsCommand } from '@aws-sdk/client-application-auto-scaling';
import { DescribeContainerInstancesCommand, ECSClient } from '@aws-sdk/client-ecs';
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
import { aStage, first, type Stage, taskArns } from '../../builders/world.ts';

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
