import { describe, expect, it } from 'vitest';
import { network, registerTask } from '../../../local/scenarios/stage.ts';
import {
  aStage,
  describedService,
  eventsOfTask,
  first,
  listOf,
  pick,
  type Stage,
  startMs,
  taskArns,
  tasksOf,
} from '../../builders/world.ts';

const serviceArn = 'arn:aws:ecs:us-east-1:111122223333:service/main/web';
const clusterArn = 'arn:aws:ecs:us-east-1:111122223333:cluster/main';
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/;

const perProvider = (stage: Stage) => {
  const providers = tasksOf(stage, { serviceName: 'web' }).map((task) => pick(task, 'capacityProviderName'));
  return {
    onDemand: providers.filter((provider) => provider === 'FARGATE').length,
    spot: providers.filter((provider) => provider === 'FARGATE_SPOT').length,
  };
};
const named = ({ seen }: Stage, eventName: string) => seen.filter(({ event }) => event.detail.eventName === eventName);
const serviceEvents = ({ seen }: Stage) =>
  seen
    .filter(({ event }) => event.resources[0] === serviceArn)
    .map(({ atSeconds, event }) => [atSeconds, event['detail-type'], event.detail.eventName]);

describe('places new tasks by base and weight', () => {
  const spotOnly = [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }];
  it.each([
    { says: 'one provider', desiredCount: 4, strategy: spotOnly, placed: { onDemand: 0, spot: 4 } },
    {
      says: 'equal weights',
      desiredCount: 6,
      strategy: [
        { capacityProvider: 'FARGATE', weight: 1 },
        { capacityProvider: 'FARGATE_SPOT', weight: 1 },
      ],
      placed: { onDemand: 3, spot: 3 },
    },
    {
      says: 'weights one to three',
      desiredCount: 8,
      strategy: [
        { capacityProvider: 'FARGATE', weight: 1 },
        { capacityProvider: 'FARGATE_SPOT', weight: 3 },
      ],
      placed: { onDemand: 2, spot: 6 },
    },
    {
      says: 'a base before the weights',
      desiredCount: 10,
      strategy: [
        { capacityProvider: 'FARGATE', base: 2, weight: 1 },
        { capacityProvider: 'FARGATE_SPOT', weight: 3 },
      ],
      placed: { onDemand: 4, spot: 6 },
    },
    {
      says: 'a base that takes everything',
      desiredCount: 3,
      strategy: [
        { capacityProvider: 'FARGATE_SPOT', weight: 1 },
        { capacityProvider: 'FARGATE', base: 5, weight: 1 },
      ],
      placed: { onDemand: 3, spot: 0 },
    },
    {
      says: 'a provider of weight 0, never used',
      desiredCount: 5,
      strategy: [
        { capacityProvider: 'FARGATE', weight: 0 },
        { capacityProvider: 'FARGATE_SPOT', weight: 1 },
      ],
      placed: { onDemand: 0, spot: 5 },
    },
  ])('$says', ({ desiredCount, strategy, placed }) => {
    const stage = aStage();
    stage.service({ desiredCount, strategy });

    stage.until(100);

    expect(perProvider(stage)).toEqual(placed);
  });

  it('keeps the ratio as the service grows', () => {
    const stage = aStage();
    stage.service({
      desiredCount: 4,
      strategy: [
        { capacityProvider: 'FARGATE', weight: 1 },
        { capacityProvider: 'FARGATE_SPOT', weight: 3 },
      ],
    });
    stage.until(100);

    stage.ecs('UpdateService', { service: 'web', desiredCount: 12 });
    stage.until(200);

    expect(perProvider(stage)).toEqual({ onDemand: 3, spot: 9 });
  });

  it('never puts an on-demand task where Spot has no capacity', () => {
    const stage = aStage();
    stage.service({
      desiredCount: 4,
      strategy: [
        { capacityProvider: 'FARGATE', weight: 1 },
        { capacityProvider: 'FARGATE_SPOT', weight: 1 },
      ],
    });
    stage.until(100);

    stage.world.market.reclaimDownTo(0);
    stage.until(3600);

    expect(perProvider(stage)).toEqual({ onDemand: 2, spot: 0 });
    expect(pick(describedService(stage), 'desiredCount')).toBe(4);
  });

  it('starts what is missing again once Spot has capacity', () => {
    const stage = aStage();
    stage.service();
    stage.until(100);
    stage.world.market.reclaimDownTo(0);
    stage.until(600);
    const during = perProvider(stage);

    stage.world.market.setCapacity('FARGATE_SPOT', undefined);
    // The longest wait between attempts is a minute.
    stage.until(662);

    expect([during, perProvider(stage)]).toEqual([
      { onDemand: 0, spot: 0 },
      { onDemand: 0, spot: 2 },
    ]);
  });

  it('has the capacity of a task back with its end', () => {
    const stage = aStage();
    stage.world.market.setCapacity('FARGATE_SPOT', 2);
    stage.service();
    stage.until(100);

    stage.ecs('StopTask', { task: first(taskArns(stage)) });
    stage.until(200);

    expect(perProvider(stage)).toEqual({ onDemand: 0, spot: 2 });
    expect(named(stage, 'SERVICE_TASK_PLACEMENT_FAILURE')).toEqual([]);
  });

  it('fails on-demand launches in an on-demand shortage', () => {
    const stage = aStage();
    stage.world.market.setCapacity('FARGATE', 1);

    stage.service({ strategy: [{ capacityProvider: 'FARGATE', weight: 1 }] });
    stage.until(5);

    expect(perProvider(stage)).toEqual({ onDemand: 1, spot: 0 });
    expect(first(named(stage, 'SERVICE_TASK_PLACEMENT_FAILURE')).event.detail.capacityProviderArns).toEqual([
      'arn:aws:ecs:us-east-1:111122223333:capacity-provider/FARGATE',
    ]);
  });
});

describe('rolls a deployment out within its bounds', () => {
  it.each([
    { desired: 4, minimum: 100, maximum: 200, leastHealthy: 4, mostTasks: 8 },
    // 1.5 up to 2, 4.5 down to 4.
    { desired: 3, minimum: 50, maximum: 150, leastHealthy: 2, mostTasks: 4 },
    // 2.97 up to 3 of 3, 5.01 down to 5.
    { desired: 3, minimum: 99, maximum: 167, leastHealthy: 3, mostTasks: 5 },
    { desired: 5, minimum: 50, maximum: 100, leastHealthy: 3, mostTasks: 5 },
    { desired: 3, minimum: 0, maximum: 100, leastHealthy: 0, mostTasks: 3 },
  ])(
    '$desired tasks, $minimum to $maximum percent: $leastHealthy healthy and $mostTasks tasks at every step',
    ({ desired, minimum, maximum, leastHealthy, mostTasks }) => {
      const stage = aStage();
      const targetGroupArn = stage.world.createTargetGroup('web');
      stage.service({ desiredCount: desired, targetGroupArn });
      stage.until(100);
      const deploymentConfiguration = { minimumHealthyPercent: minimum, maximumPercent: maximum };
      stage.ecs('UpdateService', { service: 'web', deploymentConfiguration, forceNewDeployment: true });

      const healthy: number[] = [];
      const tasks: number[] = [];
      // A task is healthy while its target is.
      const health = { TargetGroupArn: targetGroupArn };
      for (;;) {
        const targets = listOf(
          stage.world.call('elasticloadbalancing', 'DescribeTargetHealth', health),
          'TargetHealthDescriptions',
        );
        healthy.push(targets.filter((target) => pick(target, 'TargetHealth', 'State') === 'healthy').length);
        tasks.push(taskArns(stage, { serviceName: 'web' }).length);
        const nextMs = stage.world.nextAtMs();
        if (nextMs === undefined) break;
        stage.world.advanceTo(nextMs);
      }

      expect([Math.min(...healthy), Math.max(...tasks)]).toEqual([leastHealthy, mostTasks]);
      expect(pick(describedService(stage), 'deployments', 0, 'rolloutState')).toBe('COMPLETED');
      expect(listOf(describedService(stage), 'deployments')).toHaveLength(1);
      expect(healthy.at(-1)).toBe(desired);
    },
  );

  it('stalls where 100 to 100 percent leave no room', () => {
    const stage = aStage();
    stage.service();
    stage.until(100);
    const before = taskArns(stage);

    stage.ecs('UpdateService', {
      service: 'web',
      deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 100 },
      forceNewDeployment: true,
    });
    stage.until(3600);

    expect(taskArns(stage)).toEqual(before);
    expect(pick(describedService(stage), 'deployments', 0, 'rolloutState')).toBe('IN_PROGRESS');
  });

  it('keeps the old tasks while the new revision finds no capacity', () => {
    const stage = aStage();
    stage.service({ strategy: [{ capacityProvider: 'FARGATE', weight: 1 }] });
    stage.until(100);
    stage.world.market.setCapacity('FARGATE_SPOT', 0);

    stage.ecs('UpdateService', {
      service: 'web',
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
      forceNewDeployment: true,
    });
    stage.until(1800);

    expect(perProvider(stage)).toEqual({ onDemand: 2, spot: 0 });
    expect(
      listOf(describedService(stage), 'deployments').map((deployment) => [
        pick(deployment, 'status'),
        pick(deployment, 'rolloutState'),
        pick(deployment, 'runningCount'),
      ]),
    ).toEqual([
      ['PRIMARY', 'IN_PROGRESS', 0],
      ['ACTIVE', 'COMPLETED', 2],
    ]);
  });

  it('goes on with the newest of two deployments', () => {
    const stage = aStage();
    stage.service();
    stage.until(100);
    const serving = taskArns(stage);

    stage.ecs('UpdateService', { service: 'web', taskDefinition: registerTask(stage.world, 'web') });
    stage.until(110);
    stage.ecs('UpdateService', { service: 'web', taskDefinition: registerTask(stage.world, 'web') });
    stage.until(111);
    const left = taskArns(stage);
    stage.until(400);

    // The second revision's tasks did not serve yet.
    expect(left).toEqual(serving);

    expect(tasksOf(stage).map((task) => pick(task, 'taskDefinitionArn'))).toEqual([
      'arn:aws:ecs:us-east-1:111122223333:task-definition/web:3',
      'arn:aws:ecs:us-east-1:111122223333:task-definition/web:3',
    ]);
    expect(listOf(describedService(stage), 'deployments')).toHaveLength(1);
  });
});

describe('tells and waits when a task cannot be placed', () => {
  it('names the provider in capacityProviderArns, the service only in resources', () => {
    const stage = aStage();
    stage.world.market.setCapacity('FARGATE_SPOT', 0);

    stage.service();
    stage.until(1);

    const { id, ...event } = first(named(stage, 'SERVICE_TASK_PLACEMENT_FAILURE')).event;
    expect(id).toMatch(uuid);
    expect(event).toEqual({
      version: '0',
      'detail-type': 'ECS Service Action',
      source: 'aws.ecs',
      account: '111122223333',
      time: '2026-01-05T09:00:01Z',
      region: 'us-east-1',
      resources: [serviceArn],
      detail: {
        eventType: 'ERROR',
        eventName: 'SERVICE_TASK_PLACEMENT_FAILURE',
        clusterArn,
        createdAt: '2026-01-05T09:00:01.000Z',
        reason: 'RESOURCE:FARGATE',
        capacityProviderArns: ['arn:aws:ecs:us-east-1:111122223333:capacity-provider/FARGATE_SPOT'],
      },
    });
  });

  it('names no provider for a service with a launch type', () => {
    const stage = aStage();
    stage.world.market.setCapacity('FARGATE', 0);
    registerTask(stage.world, 'web');

    stage.ecs('CreateService', {
      serviceName: 'web',
      taskDefinition: 'web',
      desiredCount: 1,
      launchType: 'FARGATE',
      networkConfiguration: network,
    });
    stage.until(1);

    expect(first(named(stage, 'SERVICE_TASK_PLACEMENT_FAILURE')).event.detail).toEqual({
      eventType: 'ERROR',
      eventName: 'SERVICE_TASK_PLACEMENT_FAILURE',
      clusterArn,
      createdAt: '2026-01-05T09:00:01.000Z',
      reason: 'RESOURCE:FARGATE',
    });
  });

  it('doubles the wait between attempts up to the longest', () => {
    const stage = aStage({ switches: { placementBackoffMs: [10_000, 60_000] } });
    stage.world.market.setCapacity('FARGATE_SPOT', 0);

    stage.service();
    stage.until(260);

    // 10, 20, 40, 60 and 60 s, and a second in which the scheduler looks.
    expect(named(stage, 'SERVICE_TASK_PLACEMENT_FAILURE').map(({ atSeconds }) => atSeconds)).toEqual([
      1, 12, 33, 74, 135, 196, 257,
    ]);
  });

  it('begins with the shortest wait again after a launch that went well', () => {
    const stage = aStage({ switches: { placementBackoffMs: [10_000, 60_000] } });
    stage.world.market.setCapacity('FARGATE_SPOT', 0);
    stage.service({ desiredCount: 1 });
    stage.until(50);
    stage.world.market.setCapacity('FARGATE_SPOT', 1);
    stage.until(200);

    stage.ecs('UpdateService', { service: 'web', desiredCount: 2 });
    stage.until(240);

    expect(named(stage, 'SERVICE_TASK_PLACEMENT_FAILURE').map(({ atSeconds }) => atSeconds)).toEqual([
      1, 12, 33, 201, 212, 233,
    ]);
  });

  it('starts as many tasks as there is capacity for', () => {
    const stage = aStage();
    stage.world.market.setCapacity('FARGATE_SPOT', 3);

    stage.service({ desiredCount: 5 });
    stage.until(100);

    expect(perProvider(stage)).toEqual({ onDemand: 0, spot: 3 });
  });

  it('leaves a service message as DescribeServices shows it', () => {
    const stage = aStage();
    stage.world.market.setCapacity('FARGATE_SPOT', 0);
    stage.service();
    stage.until(1);

    const deployment = pick(describedService(stage), 'deployments', 0, 'id');
    expect(pick(describedService(stage), 'events', 0, 'message')).toBe(
      `(service web) was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone. (deployment ${deployment})`,
    );
  });
});

describe('announces what has come to rest', () => {
  it('a deployment, its completion and the steady state in order', () => {
    const stage = aStage();

    stage.service();
    stage.until(600);

    expect(serviceEvents(stage)).toEqual([
      [0, 'ECS Deployment State Change', 'SERVICE_DEPLOYMENT_IN_PROGRESS'],
      [62, 'ECS Deployment State Change', 'SERVICE_DEPLOYMENT_COMPLETED'],
      [62, 'ECS Service Action', 'SERVICE_STEADY_STATE'],
    ]);
  });

  it('a deployment under the id that DescribeServices shows', () => {
    const stage = aStage();
    stage.service();
    stage.until(62);

    const deploymentId = pick(describedService(stage), 'deployments', 0, 'id');
    const details = stage.seen
      .filter(({ event }) => event['detail-type'] === 'ECS Deployment State Change')
      .map(({ event }) => event.detail);
    expect(details).toEqual([
      {
        eventType: 'INFO',
        eventName: 'SERVICE_DEPLOYMENT_IN_PROGRESS',
        deploymentId,
        updatedAt: '2026-01-05T09:00:00.000Z',
        reason: `ECS deployment ${deploymentId} in progress.`,
      },
      {
        eventType: 'INFO',
        eventName: 'SERVICE_DEPLOYMENT_COMPLETED',
        deploymentId,
        updatedAt: '2026-01-05T09:01:02.000Z',
        reason: `ECS deployment ${deploymentId} completed.`,
      },
    ]);
  });

  it('a steady state, naming the service only in resources', () => {
    const stage = aStage();
    stage.service();
    stage.until(62);

    const { event } = first(named(stage, 'SERVICE_STEADY_STATE'));
    expect(event.resources).toEqual([serviceArn]);
    expect(event.detail).toEqual({
      eventType: 'INFO',
      eventName: 'SERVICE_STEADY_STATE',
      clusterArn,
      createdAt: '2026-01-05T09:01:02.000Z',
    });
  });

  it('a steady state again after a task was replaced', () => {
    const stage = aStage();
    stage.service();
    stage.until(100);

    stage.world.market.reclaim(first(taskArns(stage)));
    stage.until(600);

    // Notice at 100 s, launch at 101 s, healthy at 161 s.
    expect(named(stage, 'SERVICE_STEADY_STATE').map(({ atSeconds }) => atSeconds)).toEqual([62, 162]);
  });

  it('no steady state while tasks are missing', () => {
    const stage = aStage();
    stage.service();
    stage.until(100);

    stage.world.market.reclaimDownTo(1);
    stage.until(3600);

    expect(named(stage, 'SERVICE_STEADY_STATE')).toHaveLength(1);
  });

  it('no desired count that a user changed', () => {
    const stage = aStage();
    stage.service();
    stage.until(100);

    stage.ecs('UpdateService', { service: 'web', desiredCount: 4 });
    stage.until(300);

    expect(named(stage, 'SERVICE_DESIRED_COUNT_UPDATED')).toEqual([]);
    expect(named(stage, 'SERVICE_STEADY_STATE').map(({ atSeconds }) => atSeconds)).toEqual([62, 162]);
  });

  it('a rollback as a deployment that begins and completes', () => {
    const stage = aStage();
    stage.service();
    stage.until(100);
    stage.ecs('UpdateService', { service: 'web', forceNewDeployment: true });
    stage.until(110);

    stage.world.call('ecs', 'StopServiceDeployment', {
      serviceDeploymentArn: pick(describedService(stage), 'currentServiceDeployment'),
    });
    stage.until(600);

    expect(
      serviceEvents(stage)
        .slice(3)
        .map(([, , eventName]) => eventName),
    ).toEqual([
      'SERVICE_DEPLOYMENT_IN_PROGRESS',
      'SERVICE_DEPLOYMENT_IN_PROGRESS',
      'SERVICE_DEPLOYMENT_COMPLETED',
      'SERVICE_STEADY_STATE',
    ]);
    expect(serviceEvents(stage)[4]?.[0]).toBe(110);
  });
});

describe('scales in', () => {
  it('takes tasks that do not serve yet before those that do', () => {
    const stage = aStage();
    stage.service({ desiredCount: 3 });
    stage.until(100);
    const serving = taskArns(stage);
    stage.ecs('UpdateService', { service: 'web', desiredCount: 5 });
    stage.until(110);

    stage.ecs('UpdateService', { service: 'web', desiredCount: 3 });
    stage.until(300);

    expect(taskArns(stage)).toEqual(serving);
  });

  it('takes tasks that do not serve yet even before newer ones that do', () => {
    const stage = aStage({ switches: { launchToHealthyMs: [20_000, 180_000] } });
    const targetGroupArn = stage.world.createTargetGroup('web');
    const web = stage.service({ desiredCount: 12, targetGroupArn });
    stage.until(100);
    const serving = stage.world.figures.of(web).serving;

    stage.ecs('UpdateService', { service: 'web', desiredCount: serving });
    stage.until(101);

    const targets = listOf(
      stage.world.call('elasticloadbalancing', 'DescribeTargetHealth', { TargetGroupArn: targetGroupArn }),
      'TargetHealthDescriptions',
    );
    expect(targets.filter((target) => pick(target, 'TargetHealth', 'State') === 'healthy')).toHaveLength(6);
    // What this seed draws.
    expect(serving).toBe(6);
  });

  it('takes the newest of those that serve', () => {
    const stage = aStage();
    stage.service({ desiredCount: 2 });
    stage.until(100);
    const oldest = taskArns(stage);
    stage.ecs('UpdateService', { service: 'web', desiredCount: 4 });
    stage.until(200);

    stage.ecs('UpdateService', { service: 'web', desiredCount: 2 });
    stage.until(300);

    expect(taskArns(stage)).toEqual(oldest);
  });

  it('drains first, and says which deployment scaled', () => {
    const stage = aStage();
    stage.service({ desiredCount: 1 });
    stage.until(100);
    const task = first(taskArns(stage));
    const deployment = pick(describedService(stage), 'deployments', 0, 'id');

    stage.ecs('UpdateService', { service: 'web', desiredCount: 0 });
    stage.until(200);

    // A look at 101 s, 15 s of deregistration, 10 s from SIGTERM to exit, 5 s until STOPPED.
    const ending = eventsOfTask(stage, task).filter(({ event }) => event.detail.desiredStatus === 'STOPPED');
    expect(ending.map(({ atSeconds, event }) => [atSeconds, event.detail.lastStatus])).toEqual([
      [101, 'DEACTIVATING'],
      [126, 'DEPROVISIONING'],
      [131, 'STOPPED'],
    ]);
    expect(ending.map(({ event }) => [event.detail.stopCode, event.detail.stoppedReason])).toEqual([
      ['ServiceSchedulerInitiated', `Scaling activity initiated by (deployment ${deployment})`],
      ['ServiceSchedulerInitiated', `Scaling activity initiated by (deployment ${deployment})`],
      ['ServiceSchedulerInitiated', `Scaling activity initiated by (deployment ${deployment})`],
    ]);
  });

  it('ends a deleted service with its last task', () => {
    const stage = aStage();
    stage.service();
    stage.until(100);

    stage.ecs('DeleteService', { service: 'web', force: true });
    // 15 + 10 + 5 s until the tasks are STOPPED, and a second in which the scheduler looks.
    stage.until(130);
    const before = pick(describedService(stage), 'status');
    stage.until(131);

    expect([before, pick(describedService(stage), 'status')]).toEqual(['DRAINING', 'INACTIVE']);
    expect(taskArns(stage)).toEqual([]);
  });
});

it('starts on the clock that it is given', () => {
  expect(aStage().world.nowMs).toBe(startMs);
});
