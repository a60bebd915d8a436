import { describe, expect, it } from 'vitest';
import { deployRevision, network } from '../../../local/scenarios/stage.ts';
import { aStage, describedService, listOf, pick, type Stage, taskArns, tasksOf } from '../../builders/world.ts';

const deploymentsOf = (stage: Stage) => listOf(describedService(stage), 'deployments');
const stateOf = (deployment: unknown) => [
  pick(deployment, 'status'),
  pick(deployment, 'rolloutState'),
  String(pick(deployment, 'taskDefinition')).split('/')[1],
];
const told = ({ seen }: Stage, from: number) =>
  seen
    .filter(({ atSeconds, event }) => atSeconds >= from && event['detail-type'] === 'ECS Deployment State Change')
    .map(({ event }) => [
      event.detail.eventType,
      event.detail.eventName,
      event.detail.deploymentId,
      event.detail.reason,
    ]);
const breaker = { enable: true, rollback: true };

describe('a revision whose tasks never reach RUNNING', () => {
  it('is tried again and again, and its failed tasks are counted', () => {
    const stage = aStage();
    stage.service();
    stage.until(100);
    const before = taskArns(stage);

    deployRevision(stage.world, stage.clusterArn, 'web', { broken: true });
    stage.until(600);

    const [primary, old] = deploymentsOf(stage);
    expect([stateOf(primary), stateOf(old)]).toEqual([
      ['PRIMARY', 'IN_PROGRESS', 'web:2'],
      ['ACTIVE', 'COMPLETED', 'web:1'],
    ]);
    expect(Number(pick(primary, 'failedTasks'))).toBeGreaterThan(5);
    expect(pick(primary, 'runningCount')).toBe(0);
    expect(before.every((task) => taskArns(stage).includes(task))).toBe(true);
    // Without a circuit breaker ECS never says that it failed.
    expect(told(stage, 101)).toEqual([]);
  });

  it('stops them as TaskFailedToStart', () => {
    const stage = aStage();
    stage.service();
    stage.until(100);

    deployRevision(stage.world, stage.clusterArn, 'web', { broken: true });
    stage.until(140);

    const [stopped] = tasksOf(stage, { desiredStatus: 'STOPPED' });
    expect([pick(stopped, 'stopCode'), pick(stopped, 'startedAt')]).toEqual(['TaskFailedToStart', undefined]);
    expect(pick(stopped, 'stoppedReason')).toMatch(/^CannotPullContainerError: /);
  });

  it('is rolled back by the circuit breaker to the deployment that completed, as AWS tells it', () => {
    const stage = aStage();
    stage.service({ circuitBreaker: breaker });
    stage.until(100);
    const completed = pick(deploymentsOf(stage)[0], 'id');

    deployRevision(stage.world, stage.clusterArn, 'web', { broken: true });
    const failing = pick(deploymentsOf(stage)[0], 'id');
    // Two fail at 137 s; after a wait of 10 s two more, at 184 s.
    stage.until(230);
    const during = deploymentsOf(stage);
    stage.until(400);

    const rollback = pick(during[0], 'id');
    const back = `ECS deployment circuit breaker: rolling back to deploymentId ${completed}.`;
    expect(during.map(stateOf)).toEqual([
      ['PRIMARY', 'IN_PROGRESS', 'web:1'],
      ['ACTIVE', 'FAILED', 'web:2'],
      ['ACTIVE', 'COMPLETED', 'web:1'],
    ]);
    expect(pick(during[0], 'rolloutStateReason')).toBe(back);
    // Two at a time: the third trips it, the fourth fails at the same moment.
    expect(pick(during[1], 'failedTasks')).toBe(4);
    expect(told(stage, 100)).toEqual([
      ['INFO', 'SERVICE_DEPLOYMENT_IN_PROGRESS', failing, `ECS deployment ${failing} in progress.`],
      ['ERROR', 'SERVICE_DEPLOYMENT_FAILED', failing, 'ECS deployment circuit breaker: task failed to start.'],
      ['INFO', 'SERVICE_DEPLOYMENT_IN_PROGRESS', rollback, back],
      ['INFO', 'SERVICE_DEPLOYMENT_COMPLETED', rollback, `ECS deployment ${rollback} completed.`],
    ]);
    expect(deploymentsOf(stage).map(stateOf)).toEqual([['PRIMARY', 'COMPLETED', 'web:1']]);
  });

  it('fails and stays where the breaker may not roll back: no task is launched any more', () => {
    const stage = aStage();
    stage.service({ circuitBreaker: { enable: true, rollback: false } });
    stage.until(100);

    deployRevision(stage.world, stage.clusterArn, 'web', { broken: true });
    stage.until(300);
    const launched = stage.world.figures.of(String(pick(describedService(stage), 'serviceArn'))).launches;
    stage.until(3000);

    expect(stateOf(deploymentsOf(stage)[0])).toEqual(['PRIMARY', 'FAILED', 'web:2']);
    expect(stage.world.figures.of(String(pick(describedService(stage), 'serviceArn'))).launches).toBe(launched);
  });

  it('trips the breaker of a big service at half of its desired count only', () => {
    const stage = aStage();
    stage.service({ desiredCount: 10, circuitBreaker: breaker });
    stage.until(100);

    deployRevision(stage.world, stage.clusterArn, 'web', { broken: true });
    stage.until(300);

    const failed = stage.seen.filter(({ event }) => event.detail.eventName === 'SERVICE_DEPLOYMENT_FAILED');
    const stopped = tasksOf(stage, { desiredStatus: 'STOPPED' }).filter(
      (task) => pick(task, 'stopCode') === 'TaskFailedToStart',
    );
    expect([failed.length, stopped.length >= 5]).toEqual([1, true]);
  });
});

it('StopServiceDeployment says that it rolls back', () => {
  const stage = aStage();
  stage.service();
  stage.until(100);
  const completed = pick(deploymentsOf(stage)[0], 'id');
  deployRevision(stage.world, stage.clusterArn, 'web');
  stage.until(110);

  stage.world.call('ecs', 'StopServiceDeployment', {
    serviceDeploymentArn: pick(describedService(stage), 'currentServiceDeployment'),
  });

  expect(deploymentsOf(stage).map((deployment) => pick(deployment, 'rolloutStateReason'))).toEqual([
    `ECS StopServiceDeployment: rolling back to deploymentId ${completed}.`,
    'ECS StopServiceDeployment: deployment stopped.',
    `ECS deployment ${completed} completed.`,
  ]);
});

describe('a deployment in a Spot drought', () => {
  it.each([
    { minimumHealthyPercent: 100, kept: 4 },
    { minimumHealthyPercent: 50, kept: 2 },
  ])(
    'at $minimumHealthyPercent % keeps $kept of 4 old tasks and tells placement failures of the new',
    ({ minimumHealthyPercent, kept }) => {
      const stage = aStage();
      const web = stage.service({ desiredCount: 4, minimumHealthyPercent, maximumPercent: 200 });
      stage.until(100);
      stage.world.market.setCapacity('FARGATE_SPOT', 0);

      const released = deployRevision(stage.world, stage.clusterArn, 'web');
      stage.until(600);

      const [primary] = deploymentsOf(stage);
      const failures = stage.seen.filter(({ event }) => event.detail.eventName === 'SERVICE_TASK_PLACEMENT_FAILURE');
      expect(tasksOf(stage).map((task) => pick(task, 'taskDefinitionArn') === released)).toEqual(
        Array.from({ length: kept }, () => false),
      );
      expect(stage.world.figures.of(web).serving).toBe(kept);
      expect(stateOf(primary)).toEqual(['PRIMARY', 'IN_PROGRESS', 'web:2']);
      // No capacity is no failed task.
      expect(pick(primary, 'failedTasks')).toBe(0);
      expect(failures.length).toBeGreaterThan(5);
      expect(pick(failures[0]?.event.detail, 'capacityProviderArns')).toEqual([
        'arn:aws:ecs:us-east-1:111122223333:capacity-provider/FARGATE_SPOT',
      ]);
      expect(String(pick(describedService(stage), 'events', 0, 'message'))).toContain(String(pick(primary, 'id')));
    },
  );

  it('goes on where Spot returns', () => {
    const stage = aStage();
    stage.service({ desiredCount: 4, minimumHealthyPercent: 50 });
    stage.until(100);
    stage.world.market.setCapacity('FARGATE_SPOT', 0);
    deployRevision(stage.world, stage.clusterArn, 'web');
    stage.until(600);

    stage.world.market.setCapacity('FARGATE_SPOT', undefined);
    stage.until(900);

    expect(deploymentsOf(stage).map(stateOf)).toEqual([['PRIMARY', 'COMPLETED', 'web:2']]);
    expect(tasksOf(stage)).toHaveLength(4);
  });
});

describe('the on-demand vCPU quota', () => {
  const onDemand = [{ capacityProvider: 'FARGATE', weight: 1 }];

  it('lets as many tasks start as it holds, and tells the rest as a placement failure of FARGATE', () => {
    const stage = aStage();
    stage.world.market.setOnDemandVcpuQuota(2);

    stage.service({ desiredCount: 5, cpu: '512', strategy: onDemand });
    stage.until(100);

    const failure = stage.seen.find(({ event }) => event.detail.eventName === 'SERVICE_TASK_PLACEMENT_FAILURE');
    expect(taskArns(stage)).toHaveLength(4);
    expect(failure?.event.detail).toMatchObject({
      reason: 'RESOURCE:FARGATE',
      capacityProviderArns: ['arn:aws:ecs:us-east-1:111122223333:capacity-provider/FARGATE'],
    });
    expect(pick(describedService(stage), 'events', 0, 'message')).toContain(
      "You've reached the limit on the number of vCPUs you can run concurrently",
    );
  });

  it('does not count Spot tasks', () => {
    const stage = aStage();
    stage.world.market.setOnDemandVcpuQuota(0.5);

    stage.service({ desiredCount: 5, cpu: '1024' });
    stage.until(100);

    expect(taskArns(stage)).toHaveLength(5);
  });

  it('is free again once a task is told to stop', () => {
    const stage = aStage();
    stage.world.market.setOnDemandVcpuQuota(1);
    stage.service({ desiredCount: 1, cpu: '1024', strategy: onDemand });
    stage.until(100);
    stage.ecs('UpdateService', { service: 'web', desiredCount: 0 });
    stage.until(200);

    stage.ecs('UpdateService', { service: 'web', desiredCount: 1 });
    stage.until(300);

    expect(taskArns(stage)).toHaveLength(1);
  });

  it('fails RunTask in failures[]', () => {
    const stage = aStage();
    stage.service({ cpu: '1024' });
    stage.world.market.setOnDemandVcpuQuota(1);

    const answer = stage.ecs('RunTask', {
      taskDefinition: 'web',
      count: 2,
      capacityProviderStrategy: onDemand,
      networkConfiguration: network,
    });

    expect([listOf(answer, 'tasks').length, answer.failures]).toEqual([
      1,
      [{ reason: "You've reached the limit on the number of vCPUs you can run concurrently" }],
    ]);
  });
});
