import {
  DescribeServiceDeploymentsCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListServiceDeploymentsCommand,
  ListTasksCommand,
  StopServiceDeploymentCommand,
} from '@aws-sdk/client-ecs';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { createDeployments } from '../../../shared/adapters/deployments.ts';
import { RetryableError, TerminalError } from '../../../shared/errors.ts';
import { serviceArn } from '../../builders/service-facts.ts';
import { anAwsError, sent } from './sent.ts';

const clusterArn = 'arn:aws:ecs:us-east-1:111122223333:cluster/shop';
const ref = { clusterArn, service: 'web' };
const taskArn = (id: string) => `arn:aws:ecs:us-east-1:111122223333:task/shop/${id}`;
const arn = (id: string) => `arn:aws:ecs:us-east-1:111122223333:service-deployment/shop/web/${id}`;
const atMs = Date.parse('2026-03-01T12:00:00Z');

function some() {
  const client = new ECSClient({});
  const mock = mockClient(client);
  return { mock, deployments: createDeployments(client) };
}

describe('describing a service that deploys', () => {
  it('asks for it alone, and puts its events in order', async () => {
    const { mock, deployments } = some();
    mock.on(DescribeServicesCommand).resolves({
      services: [
        {
          serviceArn,
          serviceName: 'web',
          clusterArn,
          events: [
            { id: '2', createdAt: new Date(atMs + 1_000), message: 'second' },
            { id: '1', createdAt: new Date(atMs), message: 'first' },
          ],
        },
      ],
    });
    const answer = await deployments.describe(ref);
    expect(answer?.events).toEqual([
      { atMs, message: 'first' },
      { atMs: atMs + 1_000, message: 'second' },
    ]);
    expect(answer?.service.serviceName).toBe('web');
    expect(sent(mock)).toEqual([
      ['DescribeServicesCommand', { cluster: clusterArn, services: ['web'], include: ['TAGS'] }],
    ]);
  });

  it.each([
    { rollsBack: true, by: { deploymentCircuitBreaker: { enable: true, rollback: true } } },
    { rollsBack: false, by: { deploymentCircuitBreaker: { enable: true, rollback: false } } },
    { rollsBack: false, by: { deploymentCircuitBreaker: { enable: false, rollback: true } } },
    // The circuit breaker is for rolling deployments only.
    {
      rollsBack: false,
      by: { strategy: 'BLUE_GREEN' as const, deploymentCircuitBreaker: { enable: true, rollback: true } },
    },
    { rollsBack: true, by: { alarms: { alarmNames: ['errors'], enable: true, rollback: true } } },
    { rollsBack: false, by: { alarms: { alarmNames: ['errors'], enable: true, rollback: false } } },
    { rollsBack: false, by: { alarms: { alarmNames: ['errors'], enable: false, rollback: true } } },
    { rollsBack: false, by: {} },
  ])('says whether ECS rolls back by itself: $rollsBack for $by', async ({ rollsBack, by }) => {
    const { mock, deployments } = some();
    const service = { serviceArn, serviceName: 'web', clusterArn, deploymentConfiguration: by };
    mock.on(DescribeServicesCommand).resolves({ services: [service] });
    expect((await deployments.describe(ref))?.ecsRollsBack).toBe(rollsBack);
  });

  it('finds nothing where the service or its cluster is gone', async () => {
    const { mock, deployments } = some();
    mock.on(DescribeServicesCommand).resolves({ services: [], failures: [{ arn: serviceArn, reason: 'MISSING' }] });
    expect(await deployments.describe(ref)).toBeUndefined();
    mock.on(DescribeServicesCommand).rejects(anAwsError('ClusterNotFoundException', 400));
    expect(await deployments.describe(ref)).toBeUndefined();
  });
});

describe('a service deployment', () => {
  it('is told with what failed in it', async () => {
    const { mock, deployments } = some();
    mock.on(DescribeServiceDeploymentsCommand).resolves({
      serviceDeployments: [
        {
          serviceDeploymentArn: arn('d1'),
          status: 'ROLLBACK_IN_PROGRESS',
          statusReason: 'circuit breaker',
          createdAt: new Date(atMs),
          lifecycleStage: 'POST_SCALE_UP',
          rollback: { reason: 'failed', startedAt: new Date(atMs + 60_000) },
          deploymentCircuitBreaker: { status: 'TRIGGERED', failureCount: 3, threshold: 3 },
          alarms: { status: 'MONITORING', alarmNames: ['errors'] },
          lifecycleHookDetails: [
            { hookId: 'h1', status: 'FAILED', targetArn: 'arn:aws:lambda:us-east-1:1:function:f' },
          ],
        },
      ],
    });
    expect(await deployments.serviceDeployment(arn('d1'))).toEqual({
      serviceDeploymentArn: arn('d1'),
      status: 'ROLLBACK_IN_PROGRESS',
      statusReason: 'circuit breaker',
      createdAtMs: atMs,
      lifecycleStage: 'POST_SCALE_UP',
      rollback: { reason: 'failed', startedAtMs: atMs + 60_000 },
      circuitBreaker: { status: 'TRIGGERED', failureCount: 3, threshold: 3 },
      alarms: { status: 'MONITORING', triggeredAlarmNames: [] },
      hooks: [{ status: 'FAILED', hookId: 'h1', target: 'arn:aws:lambda:us-east-1:1:function:f' }],
    });
  });

  it('that ECS does not know is none', async () => {
    const { mock, deployments } = some();
    mock.on(DescribeServiceDeploymentsCommand).rejects(anAwsError('ServiceDeploymentNotFoundException', 400));
    expect(await deployments.serviceDeployment(arn('d1'))).toBeUndefined();
  });

  it('is found among those since a moment, each with its own', async () => {
    const { mock, deployments } = some();
    mock.on(ListServiceDeploymentsCommand).resolves({
      serviceDeployments: [
        { serviceDeploymentArn: arn('older'), createdAt: new Date(atMs) },
        { serviceDeploymentArn: arn('newer'), createdAt: new Date(atMs + 1) },
      ],
    });
    expect(await deployments.serviceDeploymentsSince(ref, atMs)).toEqual([
      { serviceDeploymentArn: arn('older'), createdAtMs: atMs },
      { serviceDeploymentArn: arn('newer'), createdAtMs: atMs + 1 },
    ]);
    expect(sent(mock)).toEqual([
      [
        'ListServiceDeploymentsCommand',
        { cluster: clusterArn, service: 'web', createdAt: { after: new Date(atMs) }, maxResults: 100 },
      ],
    ]);
  });
});

describe('the tasks of a deployment', () => {
  it('are those that it started, running and stopped, oldest first', async () => {
    const { mock, deployments } = some();
    mock.on(ListTasksCommand, { desiredStatus: 'RUNNING' }).resolves({ taskArns: [taskArn('b')] });
    mock.on(ListTasksCommand, { desiredStatus: 'STOPPED' }).resolves({ taskArns: [taskArn('a'), taskArn('c')] });
    mock.on(DescribeTasksCommand).resolves({
      tasks: [
        { taskArn: taskArn('b'), startedBy: 'ecs-svc/7', lastStatus: 'RUNNING', createdAt: new Date(atMs + 1) },
        {
          taskArn: taskArn('a'),
          startedBy: 'ecs-svc/7',
          desiredStatus: 'STOPPED',
          lastStatus: 'STOPPED',
          stopCode: 'EssentialContainerExited',
          stoppedReason: 'Essential container in task exited',
          createdAt: new Date(atMs),
          stoppedAt: new Date(atMs + 5),
          containers: [{ name: 'web', exitCode: 1, healthStatus: 'UNKNOWN' }],
        },
        { taskArn: taskArn('c'), startedBy: 'ecs-svc/6', lastStatus: 'STOPPED' },
      ],
    });
    expect(await deployments.tasksOf(ref, 'ecs-svc/7')).toEqual([
      {
        taskArn: taskArn('a'),
        desiredStatus: 'STOPPED',
        lastStatus: 'STOPPED',
        stopCode: 'EssentialContainerExited',
        stoppedReason: 'Essential container in task exited',
        createdAtMs: atMs,
        stoppedAtMs: atMs + 5,
        containers: [{ name: 'web', exitCode: 1, healthStatus: 'UNKNOWN' }],
      },
      { taskArn: taskArn('b'), desiredStatus: '', lastStatus: 'RUNNING', createdAtMs: atMs + 1, containers: [] },
    ]);
  });

  it('tell by the newest of them what started it, whatever the controller', async () => {
    const { mock, deployments } = some();
    mock.on(ListTasksCommand, { desiredStatus: 'RUNNING' }).resolves({ taskArns: [taskArn('b'), taskArn('c')] });
    mock.on(ListTasksCommand, { desiredStatus: 'STOPPED' }).resolves({ taskArns: [] });
    mock.on(DescribeTasksCommand).resolves({
      tasks: [
        { taskArn: taskArn('b'), startedBy: 'ecs-svc/6', createdAt: new Date(atMs) },
        { taskArn: taskArn('c'), startedBy: 'ecs-svc/7', createdAt: new Date(atMs + 1) },
      ],
    });
    expect(await deployments.newestStarter(ref)).toBe('ecs-svc/7');
  });

  it('are looked for on five pages at most, and described a hundred at a time', async () => {
    const { mock, deployments } = some();
    mock.on(ListTasksCommand, { desiredStatus: 'RUNNING' }).resolves({ taskArns: [] });
    const page = Array.from({ length: 100 }, (_, index) => index);
    let pages = 0;
    mock.on(ListTasksCommand, { desiredStatus: 'STOPPED' }).callsFake(() => {
      pages += 1;
      return { taskArns: page.map((index) => taskArn(`${pages}-${index}`)), nextToken: `after-${pages}` };
    });
    mock.on(DescribeTasksCommand).resolves({ tasks: [] });
    await deployments.tasksOf(ref, 'ecs-svc/7');
    expect(pages).toBe(5);
    const described = sent(mock).filter(([command]) => command === 'DescribeTasksCommand');
    expect(described).toHaveLength(5);
    expect(described[0]?.[1]).toMatchObject({ cluster: clusterArn });
  });
});

describe('where a revision logs to', () => {
  it('is told by container', async () => {
    const { mock, deployments } = some();
    mock.on(DescribeTaskDefinitionCommand).resolves({
      taskDefinition: {
        containerDefinitions: [
          { name: 'web', logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': '/shop/web' } } },
          { name: 'router', logConfiguration: { logDriver: 'awsfirelens' } },
          { name: 'silent' },
        ],
      },
    });
    expect(await deployments.logsOf('web:7')).toEqual([
      { container: 'web', logDriver: 'awslogs', options: { 'awslogs-group': '/shop/web' } },
      { container: 'router', logDriver: 'awsfirelens', options: {} },
    ]);
  });

  it('is not known once the revision is gone', async () => {
    const { mock, deployments } = some();
    mock.on(DescribeTaskDefinitionCommand).rejects(anAwsError('ClientException', 400));
    expect(await deployments.logsOf('web:7')).toBeUndefined();
  });
});

describe('rolling a service deployment back', () => {
  it('asks ECS with stopType ROLLBACK', async () => {
    const { mock, deployments } = some();
    mock.on(StopServiceDeploymentCommand).resolves({ serviceDeploymentArn: arn('d1') });
    expect(await deployments.rollBack(arn('d1'))).toBe('asked');
    expect(sent(mock)).toEqual([
      ['StopServiceDeploymentCommand', { serviceDeploymentArn: arn('d1'), stopType: 'ROLLBACK' }],
    ]);
  });

  it.each(['ConflictException', 'ServiceDeploymentNotFoundException'])('takes %s for somebody else', async (name) => {
    const { mock, deployments } = some();
    mock.on(StopServiceDeploymentCommand).rejects(anAwsError(name, 400));
    expect(await deployments.rollBack(arn('d1'))).toBe('conflict');
  });

  it.each([
    ['ThrottlingException', RetryableError],
    ['AccessDeniedException', TerminalError],
  ] as const)('passes %s on', async (name, kind) => {
    const { mock, deployments } = some();
    mock.on(StopServiceDeploymentCommand).rejects(anAwsError(name, 400));
    await expect(deployments.rollBack(arn('d1'))).rejects.toThrow(kind);
  });
});
