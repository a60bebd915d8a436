import { describe, expect, it } from 'vitest';
import { registerTask } from '../../../local/scenarios/stage.ts';
import type { Failure } from '../../../local/world/failure.ts';
import {
  aJob,
  aStage,
  describedService,
  describedTask,
  eventsOfTask,
  first,
  listOf,
  pick,
  registerJob,
  runJob,
  type Stage,
  taskArns,
  tasksOf,
} from '../../builders/world.ts';

/** A job whose task definition fails so, after ten minutes. */
function failedJob(failure: Failure) {
  const stage = aStage();
  registerJob(stage);
  stage.world.failTaskDefinition('arn:aws:ecs:us-east-1:111122223333:task-definition/job:1', failure);
  const task = aJob(stage);
  stage.until(600);
  return { stage, task };
}

const ended = ({ stage, task }: { readonly stage: Stage; readonly task: string }) => {
  const shown = describedTask(stage, task);
  return {
    stopCode: pick(shown, 'stopCode'),
    stoppedReason: pick(shown, 'stoppedReason'),
    exitCode: pick(shown, 'containers', 0, 'exitCode'),
    reason: pick(shown, 'containers', 0, 'reason'),
    hasStarted: pick(shown, 'startedAt') !== undefined,
  };
};

const notFound =
  'CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref registry/job:1: registry/job:1: not found';
const otherPlatform =
  "CannotPullContainerError: pull image manifest has been retried 7 time(s): image Manifest does not contain descriptor matching platform 'linux/amd64'";

describe('a task fails as its task definition is told to', () => {
  it.each<{ failure: Failure; stoppedReason: string | RegExp; reason?: string }>([
    { failure: { kind: 'image' }, stoppedReason: notFound, reason: notFound },
    { failure: { kind: 'image', cause: 'platform' }, stoppedReason: otherPlatform, reason: otherPlatform },
    {
      failure: { kind: 'configuration' },
      stoppedReason: expect.stringMatching(/^ResourceInitializationError: unable to pull secrets or registry auth: /),
    },
    {
      failure: { kind: 'configuration', reason: 'ResourceInitializationError: failed to create the log group' },
      stoppedReason: 'ResourceInitializationError: failed to create the log group',
    },
  ])('$failure never reaches RUNNING and has no exit code', ({ failure, stoppedReason, reason }) => {
    expect(ended(failedJob(failure))).toEqual({
      stopCode: 'TaskFailedToStart',
      stoppedReason,
      exitCode: undefined,
      reason,
      hasStarted: false,
    });
  });

  it.each<{ failure: Failure; exitCode: number; reason?: string }>([
    { failure: { kind: 'crash' }, exitCode: 1 },
    {
      failure: { kind: 'crash', exitCode: 139, reason: 'segmentation fault' },
      exitCode: 139,
      reason: 'segmentation fault',
    },
    {
      failure: { kind: 'out_of_memory' },
      exitCode: 137,
      reason: 'OutOfMemoryError: Container killed due to memory usage',
    },
  ])('$failure ends it after RUNNING', ({ failure, exitCode, reason }) => {
    expect(ended(failedJob(failure))).toEqual({
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
      exitCode,
      reason,
      hasStarted: true,
    });
  });

  it('exits so many seconds after RUNNING, and its last event says how', () => {
    const { stage, task } = failedJob({ kind: 'crash', afterSeconds: 30, exitCode: 3 });

    // RUNNING at 45 s.
    expect(eventsOfTask(stage, task).map(({ atSeconds, event }) => [atSeconds, event.detail.lastStatus])).toEqual([
      [0, 'PROVISIONING'],
      [9, 'PENDING'],
      [36, 'ACTIVATING'],
      [45, 'RUNNING'],
      [75, 'DEPROVISIONING'],
      [80, 'STOPPED'],
    ]);
    expect(pick(eventsOfTask(stage, task).at(-1)?.event.detail, 'containers', 0, 'exitCode')).toBe(3);
  });

  it('blames the first container of several', () => {
    const stage = aStage();
    registerJob(stage, { containerDefinitions: [{ name: 'app' }, { name: 'sidecar' }] });
    stage.world.failTaskDefinition('arn:aws:ecs:us-east-1:111122223333:task-definition/job:1', {
      kind: 'out_of_memory',
    });
    const task = aJob(stage);
    stage.until(600);

    expect(listOf(describedTask(stage, task), 'containers')).toMatchObject([
      { name: 'app', exitCode: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' },
      { name: 'sidecar', exitCode: 0 },
    ]);
  });

  it('no more, once it is told so; what was launched before keeps failing', () => {
    const stage = aStage();
    registerJob(stage);
    const arn = 'arn:aws:ecs:us-east-1:111122223333:task-definition/job:1';
    stage.world.failTaskDefinition(arn, { kind: 'crash' });
    aJob(stage);
    stage.world.failTaskDefinition(arn, undefined);
    const later = aJob(stage);
    stage.until(600);

    expect(taskArns(stage)).toEqual([later]);
  });

  it('leaves a standalone task alone whose health checks fail', () => {
    const { stage, task } = failedJob({ kind: 'container_health' });

    expect(pick(describedTask(stage, task), 'lastStatus')).toBe('RUNNING');
  });

  it('names the reason in failures[] of RunTask where it cannot even be launched', () => {
    const stage = aStage();
    registerJob(stage);
    stage.world.failTaskDefinition('arn:aws:ecs:us-east-1:111122223333:task-definition/job:1', {
      kind: 'unplaceable',
      reason: 'no role',
    });

    expect(runJob(stage)).toEqual({ tasks: [], failures: [{ reason: 'no role' }] });
  });
});

/** Service `web` with two tasks of a task definition that fails so, behind a target group. */
function failingService(failure: Failure, settings: Readonly<Record<string, unknown>> = {}) {
  const stage = aStage();
  const targetGroupArn = stage.world.createTargetGroup('web');
  const taskDefinition = registerTask(stage.world, 'web');
  stage.world.failTaskDefinition(taskDefinition, failure);
  stage.ecs('CreateService', {
    serviceName: 'web',
    taskDefinition,
    desiredCount: 2,
    capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
    networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } },
    loadBalancers: [{ targetGroupArn, containerName: 'web', containerPort: 8080 }],
    ...settings,
  });
  const health = () =>
    listOf(
      stage.world.call('elasticloadbalancing', 'DescribeTargetHealth', { TargetGroupArn: targetGroupArn }),
      'TargetHealthDescriptions',
    ).map((target) => pick(target, 'TargetHealth'));
  return { stage, targetGroupArn, health };
}

const messages = (stage: Stage) => listOf(describedService(stage), 'events').map((event) => pick(event, 'message'));

describe('health checks that fail', () => {
  it.each([
    { code: '503', reason: 'Target.ResponseCodeMismatch', description: 'Health checks failed with these codes: [503]' },
    { code: undefined, reason: 'Target.FailedHealthChecks', description: 'Health checks failed' },
  ])('show in the target group ($reason), and end the task after the grace period', ({ code, reason, description }) => {
    const { stage, targetGroupArn, health } = failingService(
      { kind: 'target_health', ...(code === undefined ? {} : { code }) },
      { healthCheckGracePeriodSeconds: 60 },
    );
    // RUNNING at 46 s, unhealthy at 61 s; the grace period is over at 106 s.
    stage.until(105);
    const before = health();
    const [task] = taskArns(stage);
    stage.until(106);

    expect(before).toEqual([
      { State: 'unhealthy', Reason: reason, Description: description },
      { State: 'unhealthy', Reason: reason, Description: description },
    ]);
    const stopped = first(tasksOf(stage, { serviceName: 'web', desiredStatus: 'STOPPED' }));
    expect([pick(stopped, 'taskArn'), pick(stopped, 'stopCode'), pick(stopped, 'stoppedReason')]).toEqual([
      task,
      'ServiceSchedulerInitiated',
      `Task failed ELB health checks in (target-group ${targetGroupArn})`,
    ]);
    expect(messages(stage)).toContain(
      `(service web) (task ${task?.split('/')[2]}) (port 8080) is unhealthy in (target-group ${targetGroupArn}) due to (reason ${description}).`,
    );
    expect(stage.world.figures.of(String(pick(describedService(stage), 'serviceArn'))).serving).toBe(0);
  });

  it('end nothing where nobody checks', () => {
    const { stage } = failingService({ kind: 'target_health' }, { loadBalancers: [] });
    stage.until(600);

    expect(pick(describedService(stage), 'deployments', 0, 'rolloutState')).toBe('COMPLETED');
  });

  it("of containers show in healthStatus, and end a service's task", () => {
    const { stage } = failingService({ kind: 'container_health' });
    stage.until(60);
    const before = first(tasksOf(stage));
    stage.until(61);
    const stopped = first(tasksOf(stage, { serviceName: 'web', desiredStatus: 'STOPPED' }));

    expect([pick(before, 'healthStatus'), pick(before, 'lastStatus')]).toEqual(['UNKNOWN', 'RUNNING']);
    expect(stopped).toMatchObject({
      healthStatus: 'UNHEALTHY',
      stopCode: 'ServiceSchedulerInitiated',
      stoppedReason: 'Task failed container health checks',
      containers: [{ healthStatus: 'UNHEALTHY' }],
    });
    expect(messages(stage)).toContain(
      `(service web) (task ${String(pick(stopped, 'taskArn')).split('/')[2]}) failed container health checks.`,
    );
  });
});

describe('the scheduler waits for tasks that do not reach RUNNING', () => {
  const launches = (stage: Stage) =>
    stage.seen.filter(({ event }) => event.detail.lastStatus === 'PROVISIONING').map(({ atSeconds }) => atSeconds);
  const named = (stage: Stage, eventName: string) =>
    stage.seen.filter(({ event }) => event.detail.eventName === eventName);

  it('ever longer, once for tasks that were launched together, and tells that it does', () => {
    const { stage } = failingService({ kind: 'image' });
    stage.until(400);

    // Each pair fails after 36 s; then 10, 20, 40 and 80 s, and a second in which the scheduler looks.
    expect(launches(stage)).toEqual([1, 1, 48, 48, 105, 105, 182, 182, 299, 299]);
    expect(named(stage, 'SERVICE_TASK_START_IMPAIRED').map(({ atSeconds }) => atSeconds)).toEqual([84, 141, 218, 335]);
    const { event } = first(named(stage, 'SERVICE_TASK_START_IMPAIRED'));
    expect([event['detail-type'], event.resources, event.detail]).toEqual([
      'ECS Service Action',
      ['arn:aws:ecs:us-east-1:111122223333:service/main/web'],
      {
        eventType: 'WARN',
        eventName: 'SERVICE_TASK_START_IMPAIRED',
        clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/main',
        createdAt: '2026-01-05T09:01:24.000Z',
      },
    ]);
    expect(messages(stage)).toContain('(service web) is unable to consistently start tasks successfully.');
  });

  it('at most 27 minutes', () => {
    const { stage } = failingService({ kind: 'image' });
    stage.until(5 * 3600);

    const waits = [...new Set(launches(stage))].map((at, index, all) => at - (all[index - 1] ?? 0));
    expect(Math.max(...waits)).toBe(27 * 60 + 36 + 1);
  });

  it('not for tasks that exit after RUNNING, which it starts again at once', () => {
    const { stage } = failingService({ kind: 'crash' });
    stage.until(600);

    // RUNNING 45 s after the launch, gone 5 s later.
    expect([...new Set(launches(stage))].slice(0, 4)).toEqual([1, 52, 103, 154]);
    expect(named(stage, 'SERVICE_TASK_START_IMPAIRED')).toEqual([]);
  });

  it('not for tasks whose health checks fail', () => {
    const { stage } = failingService({ kind: 'target_health' });
    stage.until(600);

    expect([...new Set(launches(stage))].slice(0, 3)).toEqual([1, 62, 123]);
    expect(named(stage, 'SERVICE_TASK_START_IMPAIRED')).toEqual([]);
  });

  it('no longer once there is a new task definition, but for a forced deployment of the old one', () => {
    const { stage } = failingService({ kind: 'image' });
    // The next try would come at 299 s.
    stage.until(230);
    stage.ecs('UpdateService', { service: 'web', forceNewDeployment: true });
    stage.until(235);
    const afterForce = launches(stage).length;

    stage.ecs('UpdateService', { service: 'web', taskDefinition: registerTask(stage.world, 'web') });
    stage.until(240);

    expect([afterForce, launches(stage).length]).toEqual([8, 10]);
  });

  it('and tells of a task that it cannot even launch', () => {
    const { stage } = failingService({ kind: 'unplaceable' });
    stage.until(60);

    const { event } = first(named(stage, 'SERVICE_TASK_CONFIGURATION_FAILURE'));
    expect(event.detail).toEqual({
      eventType: 'ERROR',
      eventName: 'SERVICE_TASK_CONFIGURATION_FAILURE',
      clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/main',
      createdAt: '2026-01-05T09:00:01.000Z',
      reason: expect.stringMatching(/^ECS was unable to assume the role/),
    });
    expect(launches(stage)).toEqual([]);
    expect(first(messages(stage))).toMatch(/^\(service web\) was unable to place a task\. Reason: ECS was unable/);
  });
});
