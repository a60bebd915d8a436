import {
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeContainerInstancesCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  RunTaskCommand,
  type Deployment as SdkDeployment,
  type Service as SdkService,
  type Task as SdkTask,
  StopServiceDeploymentCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { createEcs } from '../../../shared/adapters/ecs.ts';
import type { CreateService, Ecs, LaunchConfiguration, RunTaskInput } from '../../../shared/ports/ecs.ts';
import { serviceArn } from '../../builders/service-facts.ts';
import { anAwsError, sent } from './sent.ts';

const clusterArn = 'arn:aws:ecs:us-east-1:111122223333:cluster/shop';
const otherClusterArn = 'arn:aws:ecs:us-east-1:111122223333:cluster/back-office';
const taskArn = (id: string) => `arn:aws:ecs:us-east-1:111122223333:task/shop/${id}`;
const web = { clusterArn, service: 'web' };

function anEcs() {
  const client = new ECSClient({});
  const mock = mockClient(client);
  return { mock, ecs: createEcs(client) };
}

const refs = (count: number, cluster = clusterArn) =>
  Array.from({ length: count }, (_, index) => ({ clusterArn: cluster, service: `s${index}` }));

/** The least that ECS tells about a service. */
function anSdkService(changed: SdkService = {}): SdkService {
  return { serviceArn, serviceName: 'web', clusterArn, ...changed };
}

/** What ECS shows of Service Connect and of volumes, with more in it than we understand. */
const connect = {
  enabled: true,
  namespace: 'arn:aws:servicediscovery:us-east-1:111122223333:namespace/ns-1',
  services: [{ portName: 'http', discoveryName: 'web', clientAliases: [{ port: 80, dnsName: 'web' }] }],
  logConfiguration: { logDriver: 'awslogs' as const, options: { 'awslogs-group': 'connect' } },
};
const volumes = [
  {
    name: 'scratch',
    managedEBSVolume: { roleArn: 'arn:aws:iam::111122223333:role/ecs-volumes', sizeInGiB: 20, encrypted: true },
  },
];

describe('describing services', () => {
  it('asks by cluster and with tags', async () => {
    const { mock, ecs } = anEcs();
    mock.on(DescribeServicesCommand).resolves({ services: [], failures: [] });
    await ecs.describeServices([
      { clusterArn, service: 'web' },
      { clusterArn: otherClusterArn, service: 'reports' },
      { clusterArn, service: 'cart' },
    ]);
    expect(sent(mock)).toStrictEqual([
      ['DescribeServicesCommand', { cluster: clusterArn, services: ['web', 'cart'], include: ['TAGS'] }],
      ['DescribeServicesCommand', { cluster: otherClusterArn, services: ['reports'], include: ['TAGS'] }],
    ]);
  });

  it('asks nothing for no service', async () => {
    const { mock, ecs } = anEcs();
    await expect(ecs.describeServices([])).resolves.toEqual([]);
    expect(sent(mock)).toEqual([]);
  });

  it('asks once for a service that is named twice', async () => {
    const { mock, ecs } = anEcs();
    mock.on(DescribeServicesCommand).resolves({ services: [] });
    await ecs.describeServices([web, web]);
    expect(mock.commandCalls(DescribeServicesCommand).map(({ args: [{ input }] }) => input.services)).toEqual([
      ['web'],
    ]);
  });

  it('asks for ten services in one call', async () => {
    const { mock, ecs } = anEcs();
    mock.on(DescribeServicesCommand).resolves({ services: [] });
    await ecs.describeServices(refs(10));
    expect(mock.commandCalls(DescribeServicesCommand).map(({ args: [{ input }] }) => input.services)).toEqual([
      ['s0', 's1', 's2', 's3', 's4', 's5', 's6', 's7', 's8', 's9'],
    ]);
  });

  it('asks for the eleventh in a second call and answers both in order', async () => {
    const { mock, ecs } = anEcs();
    mock
      .on(DescribeServicesCommand)
      .resolvesOnce({ services: [anSdkService({ serviceName: 'first call' })] })
      .resolvesOnce({ services: [anSdkService({ serviceName: 'second call' })] });
    const services = await ecs.describeServices(refs(11));
    expect(mock.commandCalls(DescribeServicesCommand).map(({ args: [{ input }] }) => input.services)).toEqual([
      ['s0', 's1', 's2', 's3', 's4', 's5', 's6', 's7', 's8', 's9'],
      ['s10'],
    ]);
    expect(services.map(({ serviceName }) => serviceName)).toEqual(['first call', 'second call']);
  });

  it('does not mix clusters to fill a call', async () => {
    const { mock, ecs } = anEcs();
    mock.on(DescribeServicesCommand).resolves({ services: [] });
    await ecs.describeServices([...refs(5), ...refs(5, otherClusterArn)]);
    expect(
      mock
        .commandCalls(DescribeServicesCommand)
        .map(({ args: [{ input }] }) => [input.cluster, input.services?.length]),
    ).toEqual([
      [clusterArn, 5],
      [otherClusterArn, 5],
    ]);
  });

  it('answers everything that ECS tells, in the words of the port', async () => {
    const { mock, ecs } = anEcs();
    mock.on(DescribeServicesCommand).resolves({
      services: [
        {
          serviceArn,
          serviceName: 'web',
          clusterArn,
          status: 'DRAINING',
          desiredCount: 10,
          runningCount: 9,
          pendingCount: 1,
          launchType: 'FARGATE',
          platformVersion: '1.4.0',
          taskDefinition: 'arn:aws:ecs:us-east-1:111122223333:task-definition/web:7',
          loadBalancers: [
            {
              targetGroupArn: 'arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/web/0123456789abcdef',
              containerName: 'app',
              containerPort: 8080,
              advancedConfiguration: { roleArn: 'arn:aws:iam::111122223333:role/not-ours' },
            },
            { loadBalancerName: 'classic', containerName: 'app', containerPort: 8081 },
          ],
          serviceRegistries: [
            { registryArn: 'arn:aws:servicediscovery:us-east-1:111122223333:service/srv-1', containerPort: 8080 },
            {
              registryArn: 'arn:aws:servicediscovery:us-east-1:111122223333:service/srv-2',
              port: 53,
              containerName: 'dns',
            },
            { containerName: 'without an ARN' },
          ],
          capacityProviderStrategy: [
            { capacityProvider: 'FARGATE_SPOT', weight: 3 },
            { capacityProvider: 'FARGATE', base: 2, weight: 0 },
          ],
          networkConfiguration: {
            awsvpcConfiguration: {
              subnets: ['subnet-1', 'subnet-2'],
              securityGroups: ['sg-1'],
              assignPublicIp: 'DISABLED',
            },
          },
          deploymentController: { type: 'CODE_DEPLOY' },
          deploymentConfiguration: { strategy: 'BLUE_GREEN', minimumHealthyPercent: 50, maximumPercent: 150 },
          schedulingStrategy: 'DAEMON',
          healthCheckGracePeriodSeconds: 60,
          enableExecuteCommand: true,
          currentServiceDeployment: 'arn:aws:ecs:us-east-1:111122223333:service-deployment/shop/web/abc',
          deployments: [
            {
              id: 'ecs-svc/1000',
              status: 'PRIMARY',
              rolloutState: 'IN_PROGRESS',
              rolloutStateReason: 'ECS deployment ecs-svc/1000 in progress.',
              taskDefinition: 'arn:aws:ecs:us-east-1:111122223333:task-definition/web:7',
              platformVersion: '1.4.0',
              networkConfiguration: {
                awsvpcConfiguration: { subnets: ['subnet-1', 'subnet-3'], assignPublicIp: 'ENABLED' },
              },
              serviceConnectConfiguration: connect,
              volumeConfigurations: volumes,
              desiredCount: 10,
              runningCount: 4,
              pendingCount: 2,
              failedTasks: 1,
              createdAt: new Date('2026-03-01T11:00:00Z'),
            },
            { id: 'ecs-svc/999' },
          ],
          tags: [{ key: 'ballast:managed', value: 'true' }, { key: 'empty' }],
        },
      ],
    });
    await expect(ecs.describeServices([web])).resolves.toStrictEqual([
      {
        serviceArn: 'arn:aws:ecs:us-east-1:111122223333:service/shop/web',
        serviceName: 'web',
        clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
        status: 'DRAINING',
        desiredCount: 10,
        runningCount: 9,
        pendingCount: 1,
        launchType: 'FARGATE',
        platformVersion: '1.4.0',
        taskDefinition: 'arn:aws:ecs:us-east-1:111122223333:task-definition/web:7',
        loadBalancers: [
          {
            targetGroupArn: 'arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/web/0123456789abcdef',
            containerName: 'app',
            containerPort: 8080,
          },
          { loadBalancerName: 'classic', containerName: 'app', containerPort: 8081 },
        ],
        serviceRegistries: [
          { registryArn: 'arn:aws:servicediscovery:us-east-1:111122223333:service/srv-1', containerPort: 8080 },
          {
            registryArn: 'arn:aws:servicediscovery:us-east-1:111122223333:service/srv-2',
            port: 53,
            containerName: 'dns',
          },
        ],
        capacityProviderStrategy: [
          { capacityProvider: 'FARGATE_SPOT', weight: 3 },
          { capacityProvider: 'FARGATE', base: 2, weight: 0 },
        ],
        awsvpcConfiguration: {
          subnets: ['subnet-1', 'subnet-2'],
          securityGroups: ['sg-1'],
          assignPublicIp: 'DISABLED',
        },
        serviceConnect: { configuration: connect, serverPorts: 1 },
        volumeConfigurations: volumes,
        deploymentController: 'CODE_DEPLOY',
        deploymentStrategy: 'BLUE_GREEN',
        schedulingStrategy: 'DAEMON',
        minimumHealthyPercent: 50,
        maximumPercent: 150,
        healthCheckGracePeriodSeconds: 60,
        enableExecuteCommand: true,
        currentServiceDeployment: 'arn:aws:ecs:us-east-1:111122223333:service-deployment/shop/web/abc',
        deployments: [
          {
            id: 'ecs-svc/1000',
            status: 'PRIMARY',
            rolloutState: 'IN_PROGRESS',
            rolloutStateReason: 'ECS deployment ecs-svc/1000 in progress.',
            taskDefinition: 'arn:aws:ecs:us-east-1:111122223333:task-definition/web:7',
            platformVersion: '1.4.0',
            awsvpcConfiguration: { subnets: ['subnet-1', 'subnet-3'], assignPublicIp: 'ENABLED' },
            serviceConnect: { configuration: connect, serverPorts: 1 },
            volumeConfigurations: volumes,
            desiredCount: 10,
            runningCount: 4,
            pendingCount: 2,
            failedTasks: 1,
            createdAtMs: 1_772_362_800_000,
          },
          {
            id: 'ecs-svc/999',
            status: 'ACTIVE',
            taskDefinition: '',
            desiredCount: 0,
            runningCount: 0,
            pendingCount: 0,
            failedTasks: 0,
            createdAtMs: 0,
          },
        ],
        tags: { 'ballast:managed': 'true', empty: '' },
      },
    ]);
  });

  it("fills in ECS's defaults and leaves out what is absent", async () => {
    const { mock, ecs } = anEcs();
    mock.on(DescribeServicesCommand).resolves({ services: [anSdkService()] });
    await expect(ecs.describeServices([web])).resolves.toStrictEqual([
      {
        serviceArn: 'arn:aws:ecs:us-east-1:111122223333:service/shop/web',
        serviceName: 'web',
        clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
        status: 'ACTIVE',
        desiredCount: 0,
        runningCount: 0,
        pendingCount: 0,
        taskDefinition: '',
        loadBalancers: [],
        serviceRegistries: [],
        capacityProviderStrategy: [],
        deploymentController: 'ECS',
        deploymentStrategy: 'ROLLING',
        schedulingStrategy: 'REPLICA',
        minimumHealthyPercent: 100,
        maximumPercent: 200,
        deployments: [],
        tags: {},
      },
    ]);
  });

  it('keeps a healthy minimum of 0', async () => {
    const { mock, ecs } = anEcs();
    mock
      .on(DescribeServicesCommand)
      .resolves({ services: [anSdkService({ deploymentConfiguration: { minimumHealthyPercent: 0 } })] });
    const [service] = await ecs.describeServices([web]);
    expect(service).toMatchObject({ minimumHealthyPercent: 0, maximumPercent: 200 });
  });

  it('keeps a deleted service, whose status says so', async () => {
    const { mock, ecs } = anEcs();
    mock.on(DescribeServicesCommand).resolves({ services: [anSdkService({ status: 'INACTIVE' })] });
    const services = await ecs.describeServices([web]);
    expect(services.map(({ status }) => status)).toEqual(['INACTIVE']);
  });

  it('has no network configuration but that of awsvpc', async () => {
    const { mock, ecs } = anEcs();
    mock.on(DescribeServicesCommand).resolves({
      services: [
        anSdkService({ networkConfiguration: {} }),
        anSdkService({ networkConfiguration: { awsvpcConfiguration: { subnets: undefined } } }),
      ],
    });
    const [without, empty] = await ecs.describeServices([web]);
    expect(without).not.toHaveProperty('awsvpcConfiguration');
    expect(empty?.awsvpcConfiguration).toStrictEqual({ subnets: [] });
  });

  it.each([
    ['serviceArn', anSdkService({ serviceArn: undefined })],
    ['serviceName', anSdkService({ serviceName: undefined })],
    ['clusterArn', anSdkService({ clusterArn: undefined })],
    ['deployments[].id', anSdkService({ deployments: [{ status: 'PRIMARY' }] })],
    ['capacityProvider', anSdkService({ capacityProviderStrategy: [{ capacityProvider: undefined, weight: 1 }] })],
  ])('waits for a better answer when there is no %s', async (field, service) => {
    const { mock, ecs } = anEcs();
    mock.on(DescribeServicesCommand).resolves({ services: [service] });
    await expect(ecs.describeServices([web])).rejects.toMatchObject({
      name: 'RetryableError',
      message: `ECS answered without ${field}`,
    });
  });

  it('leaves out a service that ECS reports MISSING', async () => {
    const { mock, ecs } = anEcs();
    mock.on(DescribeServicesCommand).resolves({
      services: [anSdkService()],
      failures: [{ arn: 'arn:aws:ecs:us-east-1:111122223333:service/shop/gone', reason: 'MISSING' }],
    });
    const services = await ecs.describeServices([web, { clusterArn, service: 'gone' }]);
    expect(services.map(({ serviceName }) => serviceName)).toEqual(['web']);
  });

  it.each([
    ['INTERNAL', 'DescribeServices: arn:aws:ecs:us-east-1:111122223333:service/shop/web: INTERNAL'],
    [undefined, 'DescribeServices: arn:aws:ecs:us-east-1:111122223333:service/shop/web: undefined'],
  ])('does not take a failure with reason %s for a missing service', async (reason, message) => {
    const { mock, ecs } = anEcs();
    mock.on(DescribeServicesCommand).resolves({
      services: [],
      failures: [
        { arn: 'arn:aws:ecs:us-east-1:111122223333:service/shop/gone', reason: 'MISSING' },
        { arn: serviceArn, reason },
      ],
    });
    await expect(ecs.describeServices([web])).rejects.toMatchObject({ name: 'RetryableError', message });
  });

  it('has no services of a cluster that does not exist, and those of the others', async () => {
    const { mock, ecs } = anEcs();
    mock
      .on(DescribeServicesCommand, { cluster: otherClusterArn })
      .rejects(anAwsError('ClusterNotFoundException', 400))
      .on(DescribeServicesCommand, { cluster: clusterArn })
      .resolves({ services: [anSdkService()] });
    const services = await ecs.describeServices([{ clusterArn: otherClusterArn, service: 'reports' }, web]);
    expect(services.map(({ serviceName }) => serviceName)).toEqual(['web']);
  });

  it.each<[string, SdkDeployment['serviceConnectConfiguration'], number | undefined]>([
    ['with services is one of a server', { enabled: true, services: [{ portName: 'a' }, { portName: 'b' }] }, 2],
    ['without services is one of a client', { enabled: true, namespace: 'shop' }, 0],
    ['with an empty list is one of a client', { enabled: true, services: [] }, 0],
    ['that is off is none', { enabled: false, services: [{ portName: 'a' }] }, undefined],
    ['that does not say whether it is on is none', { enabled: undefined, namespace: 'shop' }, undefined],
    ['that is absent is none', undefined, undefined],
  ])('Service Connect %s', async (_what, configuration, serverPorts) => {
    const { mock, ecs } = anEcs();
    mock.on(DescribeServicesCommand).resolves({
      services: [
        anSdkService({
          deployments: [{ id: 'ecs-svc/1', status: 'PRIMARY', serviceConnectConfiguration: configuration }],
        }),
      ],
    });
    const [service] = await ecs.describeServices([web]);
    const told = serverPorts === undefined ? undefined : { configuration, serverPorts };
    expect(service?.deployments[0]?.serviceConnect).toEqual(told);
    expect(service?.serviceConnect).toEqual(told);
    if (serverPorts === undefined) expect(service).not.toHaveProperty('serviceConnect');
  });

  it("takes a service's Service Connect and volumes from its primary deployment only", async () => {
    const { mock, ecs } = anEcs();
    const older = { id: 'ecs-svc/1', serviceConnectConfiguration: connect, volumeConfigurations: volumes };
    mock.on(DescribeServicesCommand).resolves({
      services: [
        anSdkService({
          deployments: [
            { ...older, status: 'ACTIVE' },
            { id: 'ecs-svc/2', status: 'PRIMARY', serviceConnectConfiguration: { enabled: true } },
          ],
        }),
        anSdkService({ deployments: [{ ...older, status: 'ACTIVE' }] }),
      ],
    });
    const [changed, withoutPrimary] = await ecs.describeServices([web]);
    expect(changed?.serviceConnect).toStrictEqual({ configuration: { enabled: true }, serverPorts: 0 });
    expect(changed).not.toHaveProperty('volumeConfigurations');
    expect(changed?.deployments[0]).toMatchObject({ volumeConfigurations: volumes });
    expect(withoutPrimary).not.toHaveProperty('serviceConnect');
    expect(withoutPrimary).not.toHaveProperty('volumeConfigurations');
  });

  it('takes an answer without any list for no service', async () => {
    const { mock, ecs } = anEcs();
    mock.on(DescribeServicesCommand).resolves({});
    await expect(ecs.describeServices([web])).resolves.toEqual([]);
  });
});

describe('listing the tasks of a service', () => {
  it('asks for those that are to run, a hundred a page', async () => {
    const { mock, ecs } = anEcs();
    mock.on(ListTasksCommand).resolves({ taskArns: [taskArn('a'), taskArn('b')] });
    await expect(ecs.listServiceTasks(web)).resolves.toEqual([taskArn('a'), taskArn('b')]);
    expect(sent(mock)).toStrictEqual([
      ['ListTasksCommand', { cluster: clusterArn, serviceName: 'web', desiredStatus: 'RUNNING', maxResults: 100 }],
    ]);
  });

  it('reads every page', async () => {
    const { mock, ecs } = anEcs();
    mock
      .on(ListTasksCommand)
      .resolvesOnce({ taskArns: [taskArn('a')], nextToken: 'page-2' })
      .resolvesOnce({ taskArns: [], nextToken: 'page-3' })
      .resolvesOnce({ taskArns: [taskArn('b')] })
      .rejects(anAwsError('NoFourthPage'));
    await expect(ecs.listServiceTasks(web)).resolves.toEqual([taskArn('a'), taskArn('b')]);
    const request = { cluster: clusterArn, serviceName: 'web', desiredStatus: 'RUNNING', maxResults: 100 };
    expect(sent(mock)).toStrictEqual([
      ['ListTasksCommand', request],
      ['ListTasksCommand', { ...request, nextToken: 'page-2' }],
      ['ListTasksCommand', { ...request, nextToken: 'page-3' }],
    ]);
  });

  it('does not tell a part of them when a later page fails', async () => {
    const { mock, ecs } = anEcs();
    mock
      .on(ListTasksCommand)
      .resolvesOnce({ taskArns: [taskArn('a')], nextToken: 'page-2' })
      .rejects(anAwsError('ThrottlingException', 400));
    await expect(ecs.listServiceTasks(web)).rejects.toMatchObject({
      name: 'RetryableError',
      message: 'ListTasks: ThrottlingException: as AWS words it',
    });
  });

  it('takes an answer without a list for no task', async () => {
    const { mock, ecs } = anEcs();
    mock.on(ListTasksCommand).resolves({});
    await expect(ecs.listServiceTasks(web)).resolves.toEqual([]);
  });
});

describe('describing tasks', () => {
  const ids = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => taskArn(`t${from + index}`));

  it('asks by cluster and ARN and answers in the words of the port', async () => {
    const { mock, ecs } = anEcs();
    mock.on(DescribeTasksCommand).resolves({
      tasks: [
        {
          taskArn: taskArn('a'),
          clusterArn,
          taskDefinitionArn: 'arn:aws:ecs:us-east-1:111122223333:task-definition/web:7',
          group: 'service:web',
          desiredStatus: 'STOPPED',
          lastStatus: 'DEACTIVATING',
          capacityProviderName: 'FARGATE_SPOT',
          stopCode: 'SpotInterruption',
          stoppedReason: 'Your Spot Task was interrupted.',
          version: 5,
          startedAt: new Date('2026-03-01T11:00:00Z'),
          stoppingAt: new Date('2026-03-01T11:59:30.250Z'),
          cpu: '256',
        },
        { taskArn: taskArn('b'), clusterArn },
      ],
    });
    await expect(ecs.describeTasks(clusterArn, [taskArn('a'), taskArn('b')])).resolves.toStrictEqual([
      {
        taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/shop/a',
        clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
        taskDefinitionArn: 'arn:aws:ecs:us-east-1:111122223333:task-definition/web:7',
        group: 'service:web',
        desiredStatus: 'STOPPED',
        lastStatus: 'DEACTIVATING',
        capacityProviderName: 'FARGATE_SPOT',
        stopCode: 'SpotInterruption',
        stoppedReason: 'Your Spot Task was interrupted.',
        version: 5,
        startedAtMs: 1_772_362_800_000,
        stoppingAtMs: 1_772_366_370_250,
      },
      {
        taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/shop/b',
        clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
        taskDefinitionArn: '',
        desiredStatus: '',
        lastStatus: '',
        version: 0,
      },
    ]);
    expect(sent(mock)).toStrictEqual([
      ['DescribeTasksCommand', { cluster: clusterArn, tasks: [taskArn('a'), taskArn('b')] }],
    ]);
  });

  it('asks nothing for no task', async () => {
    const { mock, ecs } = anEcs();
    await expect(ecs.describeTasks(clusterArn, [])).resolves.toEqual([]);
    expect(sent(mock)).toEqual([]);
  });

  it('asks for a hundred tasks in one call', async () => {
    const { mock, ecs } = anEcs();
    mock.on(DescribeTasksCommand).resolves({ tasks: [] });
    await ecs.describeTasks(clusterArn, ids(0, 100));
    expect(mock.commandCalls(DescribeTasksCommand).map(({ args: [{ input }] }) => input.tasks)).toEqual([ids(0, 100)]);
  });

  it('asks for the one hundred and first in a second call', async () => {
    const { mock, ecs } = anEcs();
    mock
      .on(DescribeTasksCommand)
      .resolvesOnce({ tasks: [{ taskArn: taskArn('t0'), clusterArn }] })
      .resolvesOnce({ tasks: [{ taskArn: taskArn('t100'), clusterArn }] });
    const tasks = await ecs.describeTasks(clusterArn, ids(0, 101));
    expect(mock.commandCalls(DescribeTasksCommand).map(({ args: [{ input }] }) => input.tasks)).toEqual([
      ids(0, 100),
      ids(100, 101),
    ]);
    expect(tasks.map((task) => task.taskArn)).toEqual([taskArn('t0'), taskArn('t100')]);
  });

  it('leaves out a task that ECS reports MISSING', async () => {
    const { mock, ecs } = anEcs();
    mock.on(DescribeTasksCommand).resolves({
      tasks: [{ taskArn: taskArn('a'), clusterArn }],
      failures: [{ arn: taskArn('b'), reason: 'MISSING' }],
    });
    const tasks = await ecs.describeTasks(clusterArn, [taskArn('a'), taskArn('b')]);
    expect(tasks.map((task) => task.taskArn)).toEqual([taskArn('a')]);
  });

  it('does not take another failure for a missing task', async () => {
    const { mock, ecs } = anEcs();
    mock.on(DescribeTasksCommand).resolves({
      tasks: [],
      failures: [
        { arn: taskArn('a'), reason: 'MISSING' },
        { arn: taskArn('b'), reason: 'INTERNAL' },
      ],
    });
    await expect(ecs.describeTasks(clusterArn, [taskArn('a'), taskArn('b')])).rejects.toMatchObject({
      name: 'RetryableError',
      message: 'DescribeTasks: arn:aws:ecs:us-east-1:111122223333:task/shop/b: INTERNAL',
    });
  });

  it.each([
    ['taskArn', { clusterArn }],
    ['clusterArn', { taskArn: taskArn('a') }],
  ])('waits for a better answer when there is no %s', async (field, task) => {
    const { mock, ecs } = anEcs();
    mock.on(DescribeTasksCommand).resolves({ tasks: [task] });
    await expect(ecs.describeTasks(clusterArn, [taskArn('a')])).rejects.toMatchObject({
      name: 'RetryableError',
      message: `ECS answered without ${field}`,
    });
  });

  it('takes an answer without any list for no task', async () => {
    const { mock, ecs } = anEcs();
    mock.on(DescribeTasksCommand).resolves({});
    await expect(ecs.describeTasks(clusterArn, [taskArn('a')])).resolves.toEqual([]);
  });
});

describe('describing a launched task', () => {
  const described = (task: SdkTask) => {
    const { mock, ecs } = anEcs();
    mock.on(DescribeTasksCommand).resolves({ tasks: [{ taskArn: taskArn('a'), clusterArn, ...task }], failures: [] });
    return ecs.describeLaunchedTask(clusterArn, taskArn('a'));
  };
  const details = (values: Record<string, string>) => Object.entries(values).map(([name, value]) => ({ name, value }));

  it('asks for one task with its tags', async () => {
    const { mock, ecs } = anEcs();
    mock.on(DescribeTasksCommand).resolves({ tasks: [] });
    await ecs.describeLaunchedTask(clusterArn, taskArn('a'));
    expect(sent(mock)).toStrictEqual([
      ['DescribeTasksCommand', { cluster: clusterArn, tasks: [taskArn('a')], include: ['TAGS'] }],
    ]);
  });

  it('answers everything that tells how it was started, in the words of the port', async () => {
    const task = await described({
      taskDefinitionArn: 'arn:aws:ecs:us-east-1:111122223333:task-definition/train:3',
      group: 'nightly',
      startedBy: 'ci',
      launchType: 'FARGATE',
      capacityProviderName: 'FARGATE_SPOT',
      platformVersion: '1.4.0',
      enableExecuteCommand: false,
      desiredStatus: 'STOPPED',
      lastStatus: 'STOPPED',
      stopCode: 'SpotInterruption',
      stoppedReason: 'Your Spot Task was interrupted.',
      version: 7,
      startedAt: new Date('2026-03-01T11:00:00Z'),
      stoppingAt: new Date('2026-03-01T11:59:30.250Z'),
      stoppedAt: new Date('2026-03-01T12:01:31Z'),
      overrides: {
        cpu: '1024',
        memory: undefined,
        containerOverrides: [
          {
            name: 'app',
            command: ['train', '--epochs=3'],
            environment: [{ name: 'SEED', value: '7' }],
            cpu: undefined,
          },
        ],
      },
      tags: [
        { key: 'team', value: 'ml' },
        { key: 'empty', value: '' },
      ],
      ephemeralStorage: { sizeInGiB: 100 },
      attachments: [
        {
          id: 'sc',
          type: 'Service Connect',
          details: details({ subnetId: 'subnet-not-this', volumeId: 'vol-not-this' }),
        },
        {
          id: 'eni',
          type: 'ElasticNetworkInterface',
          status: 'DELETED',
          details: details({
            subnetId: 'subnet-1',
            networkInterfaceId: 'eni-1',
            macAddress: '0e:89:76:28:07:f3',
            privateIPv4Address: '10.0.0.1',
          }),
        },
        {
          id: 'ebs',
          type: 'AmazonElasticBlockStorage',
          status: 'DELETED',
          details: details({
            roleArn: 'arn:aws:iam::111122223333:role/ecs-volumes',
            volumeName: 'data',
            volumeId: 'vol-1',
            deleteOnTermination: 'true',
          }),
        },
      ],
      containers: [{ name: 'app', exitCode: 137 }, { name: 'log-router' }],
      cpu: '1024',
    });
    expect(task).toStrictEqual({
      taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/shop/a',
      clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
      taskDefinitionArn: 'arn:aws:ecs:us-east-1:111122223333:task-definition/train:3',
      group: 'nightly',
      startedBy: 'ci',
      launchType: 'FARGATE',
      capacityProviderName: 'FARGATE_SPOT',
      platformVersion: '1.4.0',
      enableExecuteCommand: false,
      desiredStatus: 'STOPPED',
      lastStatus: 'STOPPED',
      stopCode: 'SpotInterruption',
      stoppedReason: 'Your Spot Task was interrupted.',
      version: 7,
      startedAtMs: 1_772_362_800_000,
      stoppingAtMs: 1_772_366_370_250,
      stoppedAtMs: 1_772_366_491_000,
      overrides: {
        cpu: '1024',
        containerOverrides: [
          { name: 'app', command: ['train', '--epochs=3'], environment: [{ name: 'SEED', value: '7' }] },
        ],
      },
      tags: { team: 'ml', empty: '' },
      subnetId: 'subnet-1',
      networkInterfaceId: 'eni-1',
      ephemeralStorageGiB: 100,
      volumes: [
        {
          volumeId: 'vol-1',
          name: 'data',
          roleArn: 'arn:aws:iam::111122223333:role/ecs-volumes',
          deleteOnTermination: true,
        },
      ],
      containerNames: ['app', 'log-router'],
    });
  });

  it('leaves out what is absent', async () => {
    await expect(described({})).resolves.toStrictEqual({
      taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/shop/a',
      clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
      taskDefinitionArn: '',
      desiredStatus: '',
      lastStatus: '',
      version: 0,
      overrides: {},
      tags: {},
      volumes: [],
      containerNames: [],
    });
  });

  it("finds the network interface under an event's word for it too", async () => {
    const attachments = [{ type: 'eni', details: details({ subnetId: 'subnet-1', networkInterfaceId: 'eni-1' }) }];
    await expect(described({ attachments })).resolves.toMatchObject({
      subnetId: 'subnet-1',
      networkInterfaceId: 'eni-1',
    });
  });

  it('knows the subnet before there is a network interface', async () => {
    const task = await described({
      attachments: [
        { type: 'ElasticNetworkInterface', status: 'PRECREATED', details: details({ subnetId: 'subnet-1' }) },
      ],
    });
    expect(task).toHaveProperty('subnetId', 'subnet-1');
    expect(task).not.toHaveProperty('networkInterfaceId');
  });

  it('tells a volume that is to stay, one of which only the id is told, and none that has no id yet', async () => {
    const ebs = (values: Record<string, string>) => ({
      type: 'AmazonElasticBlockStorage',
      details: details(values),
    });
    const task = await described({
      attachments: [
        ebs({ volumeId: 'vol-1', deleteOnTermination: 'false' }),
        ebs({ volumeId: 'vol-2' }),
        ebs({ volumeName: 'data', roleArn: 'arn:aws:iam::111122223333:role/ecs-volumes', deleteOnTermination: 'true' }),
        { type: 'AmazonElasticBlockStorage' },
      ],
    });
    expect(task?.volumes).toStrictEqual([{ volumeId: 'vol-1', deleteOnTermination: false }, { volumeId: 'vol-2' }]);
  });

  it('answers nothing for a task that ECS reports MISSING', async () => {
    const { mock, ecs } = anEcs();
    mock.on(DescribeTasksCommand).resolves({ tasks: [], failures: [{ arn: taskArn('a'), reason: 'MISSING' }] });
    await expect(ecs.describeLaunchedTask(clusterArn, taskArn('a'))).resolves.toBeUndefined();
  });

  it('answers nothing for an answer without any list, and for a cluster that is gone', async () => {
    const { mock, ecs } = anEcs();
    mock.on(DescribeTasksCommand).resolvesOnce({}).rejectsOnce(anAwsError('ClusterNotFoundException', 400));
    await expect(ecs.describeLaunchedTask(clusterArn, taskArn('a'))).resolves.toBeUndefined();
    await expect(ecs.describeLaunchedTask(clusterArn, taskArn('a'))).resolves.toBeUndefined();
  });

  it('does not take another failure for a missing task', async () => {
    const { mock, ecs } = anEcs();
    mock.on(DescribeTasksCommand).resolves({ tasks: [], failures: [{ arn: taskArn('a'), reason: 'INTERNAL' }] });
    await expect(ecs.describeLaunchedTask(clusterArn, taskArn('a'))).rejects.toMatchObject({
      name: 'RetryableError',
      message: 'DescribeTasks: arn:aws:ecs:us-east-1:111122223333:task/shop/a: INTERNAL',
    });
  });
});

/** The request of a job that had everything. */
const aRunTask: RunTaskInput = {
  cluster: clusterArn,
  taskDefinition: 'arn:aws:ecs:us-east-1:111122223333:task-definition/train:3',
  count: 1,
  clientToken: 'ckpt-0123456789abcdef0123456789abcdef-1-1',
  capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
  networkConfiguration: {
    awsvpcConfiguration: { subnets: ['subnet-1'], securityGroups: ['sg-1'], assignPublicIp: 'DISABLED' },
  },
  overrides: { containerOverrides: [{ name: 'app', environment: [{ name: 'BALLAST_RESUME_ATTEMPT', value: '1' }] }] },
  group: 'nightly',
  startedBy: 'ci',
  platformVersion: '1.4.0',
  enableExecuteCommand: false,
  enableECSManagedTags: true,
  tags: [{ key: 'team', value: 'ml' }],
  volumeConfigurations: [{ name: 'data', managedEBSVolume: { roleArn: 'role', sizeInGiB: 20, encrypted: true } }],
};

describe('running a task', () => {
  const answering = (answer: object) => {
    const { mock, ecs } = anEcs();
    mock.on(RunTaskCommand).resolves(answer);
    return { mock, run: () => ecs.runTask(aRunTask) };
  };

  it('sends the request as it is', async () => {
    const { mock, run } = answering({ tasks: [{ taskArn: taskArn('b') }], failures: [] });
    await run();
    expect(sent(mock)).toStrictEqual([
      [
        'RunTaskCommand',
        {
          cluster: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
          taskDefinition: 'arn:aws:ecs:us-east-1:111122223333:task-definition/train:3',
          count: 1,
          clientToken: 'ckpt-0123456789abcdef0123456789abcdef-1-1',
          capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
          networkConfiguration: {
            awsvpcConfiguration: { subnets: ['subnet-1'], securityGroups: ['sg-1'], assignPublicIp: 'DISABLED' },
          },
          overrides: {
            containerOverrides: [{ name: 'app', environment: [{ name: 'BALLAST_RESUME_ATTEMPT', value: '1' }] }],
          },
          group: 'nightly',
          startedBy: 'ci',
          platformVersion: '1.4.0',
          enableExecuteCommand: false,
          enableECSManagedTags: true,
          tags: [{ key: 'team', value: 'ml' }],
          volumeConfigurations: [
            { name: 'data', managedEBSVolume: { roleArn: 'role', sizeInGiB: 20, encrypted: true } },
          ],
        },
      ],
    ]);
  });

  it.each([
    ['the task that was started', { tasks: [{ taskArn: taskArn('b') }], failures: [] }, { taskArn: taskArn('b') }],
    [
      'the failure that ECS answers with 200',
      { tasks: [], failures: [{ arn: 'arn', reason: 'RESOURCE:ENI', detail: 'no address is left' }] },
      { failure: 'RESOURCE:ENI: no address is left' },
    ],
    [
      'a failure without a detail',
      { failures: [{ reason: 'Capacity is unavailable at this time.' }] },
      { failure: 'Capacity is unavailable at this time.' },
    ],
    ['a failure without a reason', { failures: [{}] }, { failure: 'no reason given' }],
    [
      'the task where both are told',
      { tasks: [{ taskArn: taskArn('b') }], failures: [{ reason: 'AGENT' }] },
      { taskArn: taskArn('b') },
    ],
  ])('answers %s', async (_what, answer, expected) => {
    await expect(answering(answer).run()).resolves.toStrictEqual(expected);
  });

  it.each([
    ['an empty answer', {}],
    ['empty lists', { tasks: [], failures: [] }],
    ['a task without an ARN', { tasks: [{}], failures: [{ reason: 'AGENT' }] }],
  ])('leaves open after %s whether the task was started', async (_what, answer) => {
    await expect(answering(answer).run()).rejects.toMatchObject({
      name: 'RetryableError',
      message: 'RunTask: neither a task nor a failure',
    });
  });
});

describe('describing container instances', () => {
  const instanceArn = (id: string) => `arn:aws:ecs:us-east-1:111122223333:container-instance/shop/${id}`;
  const arns = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => instanceArn(`c${from + index}`));

  it('asks by cluster and ARN and answers in the words of the port', async () => {
    const { mock, ecs } = anEcs();
    mock.on(DescribeContainerInstancesCommand).resolves({
      containerInstances: [
        { containerInstanceArn: instanceArn('a'), ec2InstanceId: 'i-0123456789abcdef0', status: 'DRAINING' },
        { containerInstanceArn: instanceArn('external') },
      ],
    });
    await expect(
      ecs.describeContainerInstances(clusterArn, [instanceArn('a'), instanceArn('external')]),
    ).resolves.toStrictEqual([
      { containerInstanceArn: instanceArn('a'), ec2InstanceId: 'i-0123456789abcdef0' },
      { containerInstanceArn: instanceArn('external') },
    ]);
    expect(sent(mock)).toStrictEqual([
      [
        'DescribeContainerInstancesCommand',
        { cluster: clusterArn, containerInstances: [instanceArn('a'), instanceArn('external')] },
      ],
    ]);
  });

  it('asks nothing for no instance', async () => {
    const { mock, ecs } = anEcs();
    await expect(ecs.describeContainerInstances(clusterArn, [])).resolves.toEqual([]);
    expect(sent(mock)).toEqual([]);
  });

  it('asks for a hundred in one call and for the one hundred and first in a second', async () => {
    const { mock, ecs } = anEcs();
    mock
      .on(DescribeContainerInstancesCommand)
      .resolvesOnce({ containerInstances: [{ containerInstanceArn: instanceArn('c0') }] })
      .resolvesOnce({ containerInstances: [{ containerInstanceArn: instanceArn('c100') }] });
    const instances = await ecs.describeContainerInstances(clusterArn, arns(0, 101));
    expect(
      mock.commandCalls(DescribeContainerInstancesCommand).map(({ args: [{ input }] }) => input.containerInstances),
    ).toEqual([arns(0, 100), arns(100, 101)]);
    expect(instances.map((instance) => instance.containerInstanceArn)).toEqual([
      instanceArn('c0'),
      instanceArn('c100'),
    ]);
  });

  it('leaves out an instance that ECS reports MISSING', async () => {
    const { mock, ecs } = anEcs();
    mock.on(DescribeContainerInstancesCommand).resolves({
      containerInstances: [{ containerInstanceArn: instanceArn('a') }],
      failures: [{ arn: instanceArn('b'), reason: 'MISSING' }],
    });
    await expect(ecs.describeContainerInstances(clusterArn, [instanceArn('a'), instanceArn('b')])).resolves.toEqual([
      { containerInstanceArn: instanceArn('a') },
    ]);
  });

  it('does not take another failure for a missing instance', async () => {
    const { mock, ecs } = anEcs();
    mock.on(DescribeContainerInstancesCommand).resolves({ failures: [{ arn: instanceArn('b'), reason: 'INTERNAL' }] });
    await expect(ecs.describeContainerInstances(clusterArn, [instanceArn('b')])).rejects.toMatchObject({
      name: 'RetryableError',
      message: `DescribeContainerInstances: ${instanceArn('b')}: INTERNAL`,
    });
  });

  it('waits for a better answer when there is no containerInstanceArn', async () => {
    const { mock, ecs } = anEcs();
    mock.on(DescribeContainerInstancesCommand).resolves({ containerInstances: [{ ec2InstanceId: 'i-1' }] });
    await expect(ecs.describeContainerInstances(clusterArn, [instanceArn('a')])).rejects.toMatchObject({
      name: 'RetryableError',
      message: 'ECS answered without containerInstanceArn',
    });
  });
});

/** A bridge of the plainest service. */
function aBridgeRequest(changed: Partial<CreateService> = {}): CreateService {
  return {
    clusterArn,
    serviceName: 'ballast-web-g1',
    taskDefinition: 'arn:aws:ecs:us-east-1:111122223333:task-definition/web:7',
    desiredCount: 4,
    clientToken: 'ballast-web-g1-token',
    capacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1 }],
    loadBalancers: [],
    serviceRegistries: [],
    tags: { 'ballast:bridge-of': serviceArn },
    ...changed,
  };
}

describe('creating a bridge', () => {
  const plainest = {
    cluster: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
    serviceName: 'ballast-web-g1',
    taskDefinition: 'arn:aws:ecs:us-east-1:111122223333:task-definition/web:7',
    desiredCount: 4,
    clientToken: 'ballast-web-g1-token',
    capacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1 }],
    deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 200 },
    availabilityZoneRebalancing: 'DISABLED',
    propagateTags: 'NONE',
    tags: [{ key: 'ballast:bridge-of', value: 'arn:aws:ecs:us-east-1:111122223333:service/shop/web' }],
  };
  const grouped = {
    targetGroupArn: 'arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/web/0123456789abcdef',
    containerName: 'app',
    containerPort: 8080,
  };

  it('sends no key that the primary does not have', async () => {
    const { mock, ecs } = anEcs();
    mock.on(CreateServiceCommand).resolves({
      service: { serviceArn: 'arn:aws:ecs:us-east-1:111122223333:service/shop/ballast-web-g1' },
    });
    await expect(ecs.createService(aBridgeRequest())).resolves.toEqual({
      serviceArn: 'arn:aws:ecs:us-east-1:111122223333:service/shop/ballast-web-g1',
    });
    expect(sent(mock)).toStrictEqual([['CreateServiceCommand', plainest]]);
  });

  it('sends the whole launch configuration of the primary', async () => {
    const { mock, ecs } = anEcs();
    mock.on(CreateServiceCommand).resolves({});
    await ecs.createService(
      aBridgeRequest({
        platformVersion: '1.4.0',
        enableExecuteCommand: true,
        healthCheckGracePeriodSeconds: 60,
        awsvpcConfiguration: { subnets: ['subnet-1', 'subnet-2'], securityGroups: ['sg-1'], assignPublicIp: 'ENABLED' },
        loadBalancers: [grouped],
        serviceRegistries: [
          { registryArn: 'arn:aws:servicediscovery:us-east-1:111122223333:service/srv-1', containerPort: 8080 },
        ],
        serviceConnect: { configuration: connect, serverPorts: 1 },
        volumeConfigurations: volumes,
        capacityProviderStrategy: [
          { capacityProvider: 'FARGATE', base: 1, weight: 1 },
          { capacityProvider: 'FARGATE_SPOT', weight: 0 },
        ],
        tags: { 'ballast:bridge-of': serviceArn, team: 'shop' },
      }),
    );
    expect(sent(mock)).toStrictEqual([
      [
        'CreateServiceCommand',
        {
          ...plainest,
          platformVersion: '1.4.0',
          enableExecuteCommand: true,
          healthCheckGracePeriodSeconds: 60,
          networkConfiguration: {
            awsvpcConfiguration: {
              subnets: ['subnet-1', 'subnet-2'],
              securityGroups: ['sg-1'],
              assignPublicIp: 'ENABLED',
            },
          },
          loadBalancers: [
            {
              targetGroupArn: 'arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/web/0123456789abcdef',
              containerName: 'app',
              containerPort: 8080,
            },
          ],
          serviceRegistries: [
            { registryArn: 'arn:aws:servicediscovery:us-east-1:111122223333:service/srv-1', containerPort: 8080 },
          ],
          serviceConnectConfiguration: connect,
          volumeConfigurations: volumes,
          capacityProviderStrategy: [
            { capacityProvider: 'FARGATE', base: 1, weight: 1 },
            { capacityProvider: 'FARGATE_SPOT', weight: 0 },
          ],
          tags: [
            { key: 'ballast:bridge-of', value: 'arn:aws:ecs:us-east-1:111122223333:service/shop/web' },
            { key: 'team', value: 'shop' },
          ],
        },
      ],
    ]);
  });

  it('sends subnets alone when the primary has no more', async () => {
    const { mock, ecs } = anEcs();
    mock.on(CreateServiceCommand).resolves({});
    await ecs.createService(aBridgeRequest({ awsvpcConfiguration: { subnets: ['subnet-1'] } }));
    expect(sent(mock)).toStrictEqual([
      [
        'CreateServiceCommand',
        { ...plainest, networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } } },
      ],
    ]);
  });

  it('sends what is false or 0 as such', async () => {
    const { mock, ecs } = anEcs();
    mock.on(CreateServiceCommand).resolves({});
    await ecs.createService(
      aBridgeRequest({ enableExecuteCommand: false, healthCheckGracePeriodSeconds: 0, loadBalancers: [grouped] }),
    );
    expect(sent(mock)).toStrictEqual([
      [
        'CreateServiceCommand',
        { ...plainest, enableExecuteCommand: false, healthCheckGracePeriodSeconds: 0, loadBalancers: [grouped] },
      ],
    ]);
  });

  it('leaves out a grace period without a load balancer, which ECS would refuse', async () => {
    const { mock, ecs } = anEcs();
    mock.on(CreateServiceCommand).resolves({});
    await ecs.createService(aBridgeRequest({ healthCheckGracePeriodSeconds: 60 }));
    expect(sent(mock)).toStrictEqual([['CreateServiceCommand', plainest]]);
  });

  it('leaves out an empty list of volumes', async () => {
    const { mock, ecs } = anEcs();
    mock.on(CreateServiceCommand).resolves({});
    await ecs.createService(aBridgeRequest({ volumeConfigurations: [] }));
    expect(sent(mock)).toStrictEqual([['CreateServiceCommand', plainest]]);
  });
});

describe('changing a service', () => {
  it('sets the desired count and nothing else, which starts no deployment', async () => {
    const { mock, ecs } = anEcs();
    mock.on(UpdateServiceCommand).resolves({});
    await ecs.setDesiredCount(web, 0);
    expect(sent(mock)).toStrictEqual([
      ['UpdateServiceCommand', { cluster: clusterArn, service: 'web', desiredCount: 0 }],
    ]);
  });

  it('replaces the strategy and every task, and leaves the count alone', async () => {
    const { mock, ecs } = anEcs();
    mock.on(UpdateServiceCommand).resolves({});
    await ecs.forceCapacityProviderStrategy(web, [
      { capacityProvider: 'FARGATE', base: 1, weight: 1 },
      { capacityProvider: 'FARGATE_SPOT' },
    ]);
    expect(sent(mock)).toStrictEqual([
      [
        'UpdateServiceCommand',
        {
          cluster: clusterArn,
          service: 'web',
          capacityProviderStrategy: [
            { capacityProvider: 'FARGATE', base: 1, weight: 1 },
            { capacityProvider: 'FARGATE_SPOT' },
          ],
          forceNewDeployment: true,
        },
      ],
    ]);
  });

  describe('of another revision', () => {
    const bridge = { clusterArn, service: 'ballast-web-g1' };
    const launch: LaunchConfiguration = {
      taskDefinition: 'arn:aws:ecs:us-east-1:111122223333:task-definition/web:8',
      loadBalancers: [],
      serviceRegistries: [],
    };
    const plainest = {
      cluster: clusterArn,
      service: 'ballast-web-g1',
      taskDefinition: 'arn:aws:ecs:us-east-1:111122223333:task-definition/web:8',
      desiredCount: 4,
      forceNewDeployment: true,
    };

    it('sends no key that the launch configuration does not have', async () => {
      const { mock, ecs } = anEcs();
      mock.on(UpdateServiceCommand).resolves({});
      await ecs.updateRevision(bridge, { ...launch, volumeConfigurations: [] }, 4);
      expect(sent(mock)).toStrictEqual([['UpdateServiceCommand', plainest]]);
    });

    it('sends the whole launch configuration, as it would create the service', async () => {
      const { mock, ecs } = anEcs();
      mock.on(UpdateServiceCommand).resolves({});
      const grouped = { targetGroupArn: 'arn:of-a-target-group', containerName: 'app', containerPort: 8080 };
      const registered = { registryArn: 'arn:of-a-registry', containerPort: 8080 };
      const vpc = { subnets: ['subnet-1'], securityGroups: ['sg-1'], assignPublicIp: 'ENABLED' } as const;
      await ecs.updateRevision(
        bridge,
        {
          ...launch,
          platformVersion: '1.4.0',
          enableExecuteCommand: false,
          healthCheckGracePeriodSeconds: 0,
          awsvpcConfiguration: vpc,
          loadBalancers: [grouped],
          serviceRegistries: [registered],
          serviceConnect: { configuration: connect, serverPorts: 1 },
          volumeConfigurations: volumes,
        },
        4,
      );
      expect(sent(mock)).toStrictEqual([
        [
          'UpdateServiceCommand',
          {
            ...plainest,
            platformVersion: '1.4.0',
            enableExecuteCommand: false,
            healthCheckGracePeriodSeconds: 0,
            networkConfiguration: { awsvpcConfiguration: vpc },
            loadBalancers: [grouped],
            serviceRegistries: [registered],
            serviceConnectConfiguration: connect,
            volumeConfigurations: volumes,
          },
        ],
      ]);
    });

    it('leaves out a grace period without a load balancer, which ECS would refuse', async () => {
      const { mock, ecs } = anEcs();
      mock.on(UpdateServiceCommand).resolves({});
      await ecs.updateRevision(bridge, { ...launch, healthCheckGracePeriodSeconds: 60 }, 4);
      expect(sent(mock)).toStrictEqual([['UpdateServiceCommand', plainest]]);
    });

    it('takes nothing else of a whole service that it is given', async () => {
      const { mock, ecs } = anEcs();
      mock.on(DescribeServicesCommand).resolves({
        services: [anSdkService({ taskDefinition: launch.taskDefinition, desiredCount: 9, status: 'ACTIVE' })],
      });
      mock.on(UpdateServiceCommand).resolves({});
      const [service] = await ecs.describeServices([web]);
      await ecs.updateRevision(bridge, service ?? launch, 4);
      expect(sent(mock).slice(1)).toStrictEqual([['UpdateServiceCommand', plainest]]);
    });
  });

  it.each(['ServiceNotFoundException', 'ServiceNotActiveException', 'ClusterNotFoundException'])(
    'has nothing to delete on %s',
    async (name) => {
      const { mock, ecs } = anEcs();
      mock.on(DeleteServiceCommand).rejects(anAwsError(name, 400));
      await expect(ecs.deleteService(web)).resolves.toBeUndefined();
    },
  );

  it('deletes a service without force', async () => {
    const { mock, ecs } = anEcs();
    mock.on(DeleteServiceCommand).resolves({});
    await ecs.deleteService({ clusterArn, service: 'ballast-web-g1' });
    const [[command, input] = []] = sent(mock);
    expect(command).toBe('DeleteServiceCommand');
    expect(input).toMatchObject({ cluster: clusterArn, service: 'ballast-web-g1' });
    expect(input).not.toHaveProperty('force', true);
  });

  it('rolls a deployment back', async () => {
    const { mock, ecs } = anEcs();
    mock.on(StopServiceDeploymentCommand).resolves({});
    await ecs.rollBackServiceDeployment('arn:aws:ecs:us-east-1:111122223333:service-deployment/shop/web/abc');
    expect(sent(mock)).toStrictEqual([
      [
        'StopServiceDeploymentCommand',
        {
          serviceDeploymentArn: 'arn:aws:ecs:us-east-1:111122223333:service-deployment/shop/web/abc',
          stopType: 'ROLLBACK',
        },
      ],
    ]);
  });
});

describe('an error of ECS', () => {
  const calls: Record<string, [action: string, call: (ecs: Ecs) => Promise<unknown>]> = {
    describeServices: ['DescribeServices', (ecs) => ecs.describeServices([web])],
    listServiceTasks: ['ListTasks', (ecs) => ecs.listServiceTasks(web)],
    describeTasks: ['DescribeTasks', (ecs) => ecs.describeTasks(clusterArn, [taskArn('a')])],
    describeLaunchedTask: ['DescribeTasks', (ecs) => ecs.describeLaunchedTask(clusterArn, taskArn('a'))],
    runTask: ['RunTask', (ecs) => ecs.runTask(aRunTask)],
    createService: ['CreateService', (ecs) => ecs.createService(aBridgeRequest())],
    setDesiredCount: ['UpdateService', (ecs) => ecs.setDesiredCount(web, 3)],
    forceCapacityProviderStrategy: ['UpdateService', (ecs) => ecs.forceCapacityProviderStrategy(web, [])],
    updateRevision: ['UpdateService', (ecs) => ecs.updateRevision(web, aBridgeRequest(), 3)],
    describeContainerInstances: [
      'DescribeContainerInstances',
      (ecs) => ecs.describeContainerInstances(clusterArn, ['a']),
    ],
    deleteService: ['DeleteService', (ecs) => ecs.deleteService(web)],
    rollBackServiceDeployment: [
      'StopServiceDeployment',
      (ecs) => ecs.rollBackServiceDeployment('arn:aws:ecs:us-east-1:111122223333:service-deployment/shop/web/abc'),
    ],
  };

  it('is asked for below with every method of the port', () => {
    expect(Object.keys(calls).sort()).toEqual(Object.keys(anEcs().ecs).sort());
  });

  it.each(Object.entries(calls))('of %s comes out as ours, retryable', async (_method, [action, call]) => {
    const { mock, ecs } = anEcs();
    const original = anAwsError('ThrottlingException', 400);
    mock.onAnyCommand().rejects(original);
    await expect(call(ecs)).rejects.toMatchObject({
      name: 'RetryableError',
      message: `${action}: ThrottlingException: as AWS words it`,
      cause: original,
    });
  });

  it.each(Object.entries(calls))('of %s comes out as ours, final', async (_method, [action, call]) => {
    const { mock, ecs } = anEcs();
    const original = anAwsError('AccessDeniedException', 400);
    mock.onAnyCommand().rejects(original);
    await expect(call(ecs)).rejects.toMatchObject({
      name: 'TerminalError',
      code: 'AccessDeniedException',
      message: `${action}: AccessDeniedException: as AWS words it`,
      cause: original,
    });
  });
});
