import { describe, expect, it } from 'vitest';
import { deployRevision, registerTask } from '../../../local/scenarios/stage.ts';
import type { Failure } from '../../../local/world/failure.ts';
import type { Switches } from '../../../local/world/switches.ts';
import { aStage, describedService, first, listOf, pick, refusal, type Stage, taskArns } from '../../builders/world.ts';

const serviceArn = 'arn:aws:ecs:us-east-1:111122223333:service/main/web';

interface Setup {
  readonly desiredCount?: number;
  readonly switches?: Partial<Switches>;
  readonly deploymentConfiguration: Readonly<Record<string, unknown>>;
}

/** Service `web`, steady since 62 s behind a target group, configured so. */
function steady({ desiredCount = 2, switches = {}, deploymentConfiguration }: Setup): Stage {
  const stage = aStage({ switches });
  stage.service({ desiredCount, targetGroupArn: stage.world.createTargetGroup('web') });
  stage.until(100);
  stage.ecs('UpdateService', { service: 'web', deploymentConfiguration });
  return stage;
}

/** A release that fails so. */
function release(stage: Stage, failure: Failure): void {
  const taskDefinition = registerTask(stage.world, 'web');
  stage.world.failTaskDefinition(taskDefinition, failure);
  stage.ecs('UpdateService', { service: 'web', taskDefinition });
}

const named = (stage: Stage, eventName: string) =>
  stage.seen.filter(({ event }) => event.detail.eventName === eventName);
const failedAt = (stage: Stage) => named(stage, 'SERVICE_DEPLOYMENT_FAILED').map(({ atSeconds }) => atSeconds);
const newest = (stage: Stage) =>
  pick(stage.ecs('ListServiceDeployments', { service: 'web' }), 'serviceDeployments', 0, 'serviceDeploymentArn');
const described = (stage: Stage, arn: unknown = newest(stage)) =>
  pick(
    stage.world.call('ecs', 'DescribeServiceDeployments', { serviceDeploymentArns: [arn] }),
    'serviceDeployments',
    0,
  );
const messages = (stage: Stage) => listOf(describedService(stage), 'events').map((event) => pick(event, 'message'));
const breaker = (more: Readonly<Record<string, unknown>> = {}) => ({
  deploymentCircuitBreaker: { enable: true, rollback: true, ...more },
});
const threshold = (type: string, value: number) => breaker({ thresholdConfiguration: { type, value } });

describe('the circuit breaker', () => {
  it.each([
    { desiredCount: 1, configuration: breaker(), expected: 3 },
    { desiredCount: 25, configuration: breaker(), expected: 13 },
    { desiredCount: 400, configuration: breaker(), expected: 200 },
    { desiredCount: 25, configuration: threshold('BOUNDED_PERCENT', 10), expected: 3 },
    { desiredCount: 25, configuration: threshold('UNBOUNDED_PERCENT', 5), expected: 2 },
    { desiredCount: 800, configuration: threshold('UNBOUNDED_PERCENT', 50), expected: 400 },
    { desiredCount: 25, configuration: threshold('COUNT', 7), expected: 7 },
  ])('tolerates $expected failures of $desiredCount tasks', ({ desiredCount, configuration, expected }) => {
    const stage = aStage();
    stage.service({ desiredCount: 1 });
    stage.ecs('UpdateService', { service: 'web', desiredCount, deploymentConfiguration: configuration });

    expect(pick(described(stage), 'deploymentCircuitBreaker', 'threshold')).toBe(expected);
  });

  it('trips with the failure that reaches the threshold', () => {
    const stage = steady({ desiredCount: 1, deploymentConfiguration: threshold('COUNT', 2) });
    release(stage, { kind: 'configuration' });
    // One fails at 137 s, the next 10 + 1 + 36 s later.
    stage.until(183);
    const before = described(stage);
    stage.until(184);

    expect(before).toMatchObject({
      status: 'IN_PROGRESS',
      deploymentCircuitBreaker: { status: 'MONITORING', failureCount: 1, threshold: 2 },
    });
    expect(failedAt(stage)).toEqual([184]);
  });

  it('counts tasks that are replaced for their health', () => {
    const stage = steady({ deploymentConfiguration: threshold('COUNT', 3) });
    release(stage, { kind: 'target_health', code: '500' });
    stage.until(400);

    // Two are unhealthy at 161 s, two more at 222 s.
    expect(failedAt(stage)).toEqual([222]);
  });

  it.each([
    { breakerCountsExits: false, expected: [] },
    { breakerCountsExits: true, expected: [202] },
  ])('counts exits after RUNNING where that is so: $breakerCountsExits', ({ breakerCountsExits, expected }) => {
    const stage = steady({ switches: { breakerCountsExits }, deploymentConfiguration: threshold('COUNT', 3) });
    release(stage, { kind: 'crash' });
    stage.until(1_000);

    // Two exit at 151 s, two more at 202 s.
    expect(failedAt(stage)).toEqual(expected);
    if (expected.length === 0)
      expect(pick(describedService(stage), 'deployments', 0, 'rolloutState')).toBe('IN_PROGRESS');
  });

  it.each([
    { resetOnHealthyTask: undefined, expected: 0 },
    { resetOnHealthyTask: false, expected: 2 },
  ])(
    'begins anew with a healthy task unless told otherwise: $resetOnHealthyTask',
    ({ resetOnHealthyTask, expected }) => {
      const stage = steady({
        deploymentConfiguration: breaker({
          ...(resetOnHealthyTask === undefined ? {} : { resetOnHealthyTask }),
          thresholdConfiguration: { type: 'COUNT', value: 9 },
        }),
      });
      release(stage, { kind: 'image' });
      // Two fail at 137 s, two more are launched at 148 s and healthy at 208 s.
      stage.until(140);
      const before = pick(described(stage), 'deploymentCircuitBreaker', 'failureCount');
      stage.world.failTaskDefinition('arn:aws:ecs:us-east-1:111122223333:task-definition/web:2', undefined);
      stage.until(208);

      expect([before, pick(described(stage), 'deploymentCircuitBreaker', 'failureCount')]).toEqual([2, expected]);
      expect(pick(describedService(stage), 'deployments', 0, 'failedTasks')).toBe(0);
    },
  );

  it('shows the service deployment as rolling back, then as rolled back, with its reasons', () => {
    const stage = steady({ deploymentConfiguration: breaker() });
    const completed = pick(describedService(stage), 'deployments', 0, 'id');
    release(stage, { kind: 'image' });
    const arn = pick(describedService(stage), 'currentServiceDeployment');
    stage.until(200);
    const during = described(stage, arn);
    stage.until(400);

    const because = 'Service deployment rolled back because the circuit breaker threshold was exceeded.';
    expect(during).toMatchObject({
      status: 'ROLLBACK_IN_PROGRESS',
      statusReason: because,
      deploymentCircuitBreaker: { status: 'TRIGGERED', failureCount: 3, threshold: 3 },
      rollback: {
        reason: because,
        startedAt: new Date('2026-01-05T09:03:04Z'),
        serviceRevisionArn: 'arn:aws:ecs:us-east-1:111122223333:service-revision/main/web/1',
      },
    });
    expect(during).not.toHaveProperty('finishedAt');
    expect(described(stage, arn)).toMatchObject({ status: 'ROLLBACK_SUCCESSFUL', finishedAt: expect.any(Date) });
    expect(messages(stage)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /^\(service web\) \(deployment ecs-svc\/\d+\) deployment failed: tasks failed to start\.$/,
        ),
        `(service web) rolling back to deployment ${completed}.`,
      ]),
    );
  });

  it('is one service deployment with its rollback', () => {
    const stage = steady({ deploymentConfiguration: breaker() });
    release(stage, { kind: 'image' });
    const arn = pick(describedService(stage), 'currentServiceDeployment');
    stage.until(400);

    const listed = listOf(stage.ecs('ListServiceDeployments', { service: 'web' }), 'serviceDeployments');
    expect(listed.map((one) => pick(one, 'status'))).toEqual(['ROLLBACK_SUCCESSFUL', 'SUCCESSFUL']);
    expect(pick(describedService(stage), 'currentServiceDeployment')).toBe(arn);
  });

  it('stops where it may not roll back', () => {
    const stage = steady({ deploymentConfiguration: breaker({ rollback: false }) });
    release(stage, { kind: 'image' });
    stage.until(400);

    expect(described(stage)).toMatchObject({
      status: 'STOPPED',
      statusReason: 'Service deployment stopped because the circuit breaker threshold was exceeded.',
      stoppedAt: expect.any(Date),
    });
    expect(described(stage)).not.toHaveProperty('rollback');
  });

  it('finds nothing to go back to in a first deployment', () => {
    const stage = aStage();
    const taskDefinition = registerTask(stage.world, 'web');
    stage.world.failTaskDefinition(taskDefinition, { kind: 'image' });
    stage.ecs('CreateService', {
      serviceName: 'web',
      taskDefinition,
      desiredCount: 2,
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
      networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } },
      deploymentConfiguration: breaker(),
    });
    stage.until(600);

    expect(described(stage)).toMatchObject({
      status: 'ROLLBACK_FAILED',
      statusReason: 'No rollback candidate was found to run the rollback.',
    });
    expect(taskArns(stage)).toEqual([]);
  });

  it('finds nothing to go back to while a rollback runs', () => {
    const stage = steady({ deploymentConfiguration: breaker() });
    release(stage, { kind: 'image' });
    stage.until(190);
    // The rollback is under way.
    release(stage, { kind: 'image' });
    stage.until(600);

    const listed = listOf(stage.ecs('ListServiceDeployments', { service: 'web' }), 'serviceDeployments');
    expect(listed.map((one) => pick(one, 'status'))).toEqual(['ROLLBACK_FAILED', 'ROLLBACK_FAILED', 'SUCCESSFUL']);
    expect(failedAt(stage)).toHaveLength(2);
  });

  it('watches rolling deployments only', () => {
    const stage = steady({ deploymentConfiguration: { strategy: 'BLUE_GREEN', ...breaker() } });
    release(stage, { kind: 'image' });
    stage.until(600);

    expect([failedAt(stage), pick(described(stage), 'deploymentCircuitBreaker', 'status')]).toEqual([[], 'DISABLED']);
  });

  it('is told as a service action besides where that is so', () => {
    const stage = steady({
      switches: { deploymentFailedAsServiceAction: true },
      deploymentConfiguration: breaker(),
    });
    release(stage, { kind: 'image' });
    stage.until(400);

    expect(
      named(stage, 'SERVICE_DEPLOYMENT_FAILED').map(({ event }) => [event['detail-type'], event.detail.reason]),
    ).toEqual([
      ['ECS Deployment State Change', 'ECS deployment circuit breaker: task failed to start.'],
      ['ECS Service Action', 'ECS deployment circuit breaker: task failed to start.'],
    ]);
  });
});

describe('a newer deployment', () => {
  it('stops the one before', () => {
    const stage = steady({ deploymentConfiguration: {} });
    deployRevision(stage.world, stage.clusterArn, 'web');
    deployRevision(stage.world, stage.clusterArn, 'web');

    const listed = listOf(stage.ecs('ListServiceDeployments', { service: 'web' }), 'serviceDeployments');
    expect(listed.map((one) => pick(one, 'status'))).toEqual(['IN_PROGRESS', 'STOPPED', 'SUCCESSFUL']);
  });
});

const alarms = (more: Readonly<Record<string, unknown>> = {}) => ({
  alarms: { alarmNames: ['web-5xx', 'web-cpu'], enable: true, rollback: true, ...more },
});

describe('deployment alarms', () => {
  it('fail a deployment under way and take it back', () => {
    const stage = steady({ deploymentConfiguration: alarms() });
    deployRevision(stage.world, stage.clusterArn, 'web');
    const arn = newest(stage);
    stage.until(170);
    stage.world.setAlarm('web-5xx', 'ALARM');
    stage.until(600);

    // ECS asks CloudWatch every ten seconds.
    expect(named(stage, 'SERVICE_DEPLOYMENT_FAILED').map(({ atSeconds, event }) => [atSeconds, event.detail])).toEqual([
      [
        180,
        {
          eventType: 'ERROR',
          eventName: 'SERVICE_DEPLOYMENT_FAILED',
          deploymentId: expect.stringMatching(/^ecs-svc\/\d+$/),
          updatedAt: '2026-01-05T09:03:00.000Z',
          reason: 'ECS deployment failed: alarm(s) detected: web-5xx.',
        },
      ],
    ]);
    expect(described(stage, arn)).toMatchObject({
      status: 'ROLLBACK_SUCCESSFUL',
      statusReason: 'Service deployment rolled back because alarm(s) web-5xx were triggered.',
      alarms: { status: 'TRIGGERED', alarmNames: ['web-5xx', 'web-cpu'], triggeredAlarmNames: ['web-5xx'] },
    });
    expect(pick(describedService(stage), 'taskDefinition')).toMatch(/web:1$/);
  });

  it('leave it failed where they may not roll back', () => {
    const stage = steady({ deploymentConfiguration: alarms({ rollback: false }) });
    deployRevision(stage.world, stage.clusterArn, 'web');
    stage.world.setAlarm('web-cpu', 'ALARM');
    stage.until(600);

    expect(described(stage)).toMatchObject({ status: 'STOPPED', alarms: { triggeredAlarmNames: ['web-cpu'] } });
    expect(pick(describedService(stage), 'taskDefinition')).toMatch(/web:2$/);
  });

  it('are not looked at in a deployment that begins while one of them is in ALARM', () => {
    const stage = steady({ deploymentConfiguration: alarms() });
    stage.world.setAlarm('web-cpu', 'ALARM');
    stage.until(120);
    deployRevision(stage.world, stage.clusterArn, 'web');
    stage.world.setAlarm('web-5xx', 'ALARM');
    stage.until(600);

    expect(described(stage)).toMatchObject({ status: 'SUCCESSFUL', alarms: { status: 'DISABLED' } });
    expect(failedAt(stage)).toEqual([]);
  });

  it('are missed where they are over before ECS asks, and others do not matter', () => {
    const stage = steady({ deploymentConfiguration: alarms() });
    deployRevision(stage.world, stage.clusterArn, 'web');
    stage.world.setAlarm('other', 'ALARM');
    stage.world.setAlarm('web-5xx', 'ALARM');
    stage.until(105);
    stage.world.setAlarm('web-5xx', 'OK');
    stage.until(600);

    expect(described(stage)).toMatchObject({ status: 'SUCCESSFUL', alarms: { status: 'MONITORING_COMPLETE' } });
  });

  it('are waited for after everything else is done', () => {
    const stage = steady({ deploymentConfiguration: alarms() });
    deployRevision(stage.world, stage.clusterArn, 'web');
    stage.until(330);
    const before = pick(describedService(stage), 'deployments', 0, 'rolloutState');
    stage.until(400);

    // Through at 178 s; three minutes for the alarms.
    expect([before, pick(describedService(stage), 'deployments', 0, 'rolloutState')]).toEqual([
      'IN_PROGRESS',
      'COMPLETED',
    ]);
  });
});

describe('a lifecycle hook that fails', () => {
  it.each([
    { timedOut: false, status: 'FAILED', did: 'returned FAILED status.' },
    { timedOut: true, status: 'TIMED_OUT', did: 'timed out.' },
  ])('is told as HOOK_$status and takes the deployment back', ({ timedOut, status, did }) => {
    const stage = steady({ deploymentConfiguration: { strategy: 'BLUE_GREEN' } });
    deployRevision(stage.world, stage.clusterArn, 'web');
    const arn = newest(stage);
    stage.until(120);
    stage.world.failHook(serviceArn, { lifecycleStage: 'POST_TEST_TRAFFIC_SHIFT', hookId: 'smoke', timedOut });
    stage.until(400);

    const targetArn = 'arn:aws:lambda:us-east-1:111122223333:function:web-hook';
    const { event } = first(named(stage, `HOOK_${status}`));
    expect([event['detail-type'], event.resources, event.detail]).toEqual([
      'ECS Hook State Change',
      [arn],
      {
        eventType: 'ERROR',
        eventName: `HOOK_${status}`,
        hookId: 'smoke',
        hookType: 'AWS_LAMBDA',
        lifecycleStage: 'POST_TEST_TRAFFIC_SHIFT',
        clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/main',
        serviceArn,
        serviceDeploymentArn: arn,
        updatedAt: '2026-01-05T09:02:00.000Z',
      },
    ]);
    expect(described(stage, arn)).toMatchObject({
      status: 'ROLLBACK_SUCCESSFUL',
      statusReason: `Service deployment rolled back because POST_TEST_TRAFFIC_SHIFT lifecycle hook(s) failed. Lifecycle hook target ${targetArn} ${did}`,
      lifecycleStage: 'POST_TEST_TRAFFIC_SHIFT',
      lifecycleHookDetails: [{ hookId: 'smoke', targetType: 'AWS_LAMBDA', targetArn, status }],
    });
    expect(failedAt(stage)).toEqual([]);
  });

  it('needs a deployment under way', () => {
    const stage = steady({ deploymentConfiguration: { strategy: 'BLUE_GREEN' } });

    expect(refusal(() => stage.world.failHook(serviceArn, { lifecycleStage: 'PRE_SCALE_UP' })).message).toBe(
      'no deployment is under way',
    );
  });
});
