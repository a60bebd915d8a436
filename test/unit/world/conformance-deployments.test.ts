import { describe, expect, it } from 'vitest';
import { deployRevision, registerTask } from '../../../local/scenarios/stage.ts';
import type { Failure } from '../../../local/world/failure.ts';
import {
  aStage,
  describedService,
  first,
  listOf,
  pick,
  refusal,
  type Stage,
  taskArns,
  tasksOf,
} from '../../builders/world.ts';

/** What AWS documents of deployments that fail, one row per fact, as in the table of the other facts. */
interface Refused {
  readonly fact: string;
  readonly call: (stage: Stage) => unknown;
  readonly error: string;
}

interface Answered {
  readonly fact: string;
  readonly ask: (stage: Stage) => unknown;
  readonly answer: unknown;
}

const serviceArn = 'arn:aws:ecs:us-east-1:111122223333:service/main/web';
const targetGroupArn = 'arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/web/0123456789abcdef';

/** Service `web`: two tasks on Spot behind a target group, steady since 62 s. */
function steadyStage(): Stage {
  const stage = aStage();
  stage.service({ targetGroupArn: stage.world.createTargetGroup('web') });
  stage.until(100);
  return stage;
}

const configure = (stage: Stage, deploymentConfiguration: Readonly<Record<string, unknown>>) =>
  stage.ecs('UpdateService', { service: 'web', deploymentConfiguration });
const breaker = (more: Readonly<Record<string, unknown>> = {}) => ({
  deploymentCircuitBreaker: { enable: true, rollback: true, ...more },
});
const threshold = (type: string, value: number) => breaker({ thresholdConfiguration: { type, value } });
const alarms = { alarms: { alarmNames: ['errors'], enable: true, rollback: true } };
/** A release that fails so. @returns its service deployment. */
const release = (stage: Stage, failure: Failure) => {
  const taskDefinition = registerTask(stage.world, 'web');
  stage.world.failTaskDefinition(taskDefinition, failure);
  stage.ecs('UpdateService', { service: 'web', taskDefinition });
  return pick(describedService(stage), 'currentServiceDeployment');
};
const stop = (stage: Stage, serviceDeploymentArn: unknown) =>
  stage.world.call('ecs', 'StopServiceDeployment', { serviceDeploymentArn });
const serviceDeployment = (stage: Stage, arn: unknown) =>
  pick(
    stage.world.call('ecs', 'DescribeServiceDeployments', { serviceDeploymentArns: [arn] }),
    'serviceDeployments',
    0,
  );
const told = (stage: Stage, detailType = 'ECS Deployment State Change') =>
  stage.seen
    .filter(({ atSeconds, event }) => atSeconds > 62 && event['detail-type'] === detailType)
    .map(({ event }) => event);
const targetHealth = (stage: Stage) =>
  listOf(
    stage.world.call('elasticloadbalancing', 'DescribeTargetHealth', { TargetGroupArn: targetGroupArn }),
    'TargetHealthDescriptions',
  ).map((target) => pick(target, 'TargetHealth'));

const refused: readonly Refused[] = [
  {
    fact: 'answers ConflictException to stopping a service deployment that is STOPPED',
    call: (stage) => {
      configure(stage, breaker({ rollback: false }));
      const arn = release(stage, { kind: 'image' });
      stage.until(400);
      return stop(stage, arn);
    },
    error: 'ConflictException',
  },
  {
    fact: 'answers ConflictException to stopping a service deployment that was rolled back',
    call: (stage) => {
      configure(stage, breaker());
      const arn = release(stage, { kind: 'image' });
      stage.until(400);
      return stop(stage, arn);
    },
    error: 'ConflictException',
  },
  {
    fact: 'takes a threshold of 100 percent at most',
    call: (stage) => configure(stage, threshold('BOUNDED_PERCENT', 101)),
    error: 'InvalidParameterException',
  },
  {
    fact: 'takes a threshold of 1 percent at least',
    call: (stage) => configure(stage, threshold('UNBOUNDED_PERCENT', 0)),
    error: 'InvalidParameterException',
  },
  {
    fact: 'refuses a type of threshold that it does not know',
    call: (stage) => configure(stage, threshold('PERCENT', 50)),
    error: 'InvalidParameterException',
  },
  {
    fact: 'requires rollback of a circuit breaker',
    call: (stage) => configure(stage, { deploymentCircuitBreaker: { enable: true } }),
    error: 'SerializationException',
  },
  {
    fact: 'requires the names of alarms',
    call: (stage) => configure(stage, { alarms: { enable: true, rollback: true } }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'refuses an unknown member of ListServiceDeployments',
    call: (stage) => stage.ecs('ListServiceDeployments', { service: 'web', desiredStatus: 'RUNNING' }),
    error: 'SerializationException',
  },
  {
    fact: 'answers ServiceNotFoundException to ListServiceDeployments of an unknown service',
    call: (stage) => stage.ecs('ListServiceDeployments', { service: 'unknown' }),
    error: 'ServiceNotFoundException',
  },
];

const answered: readonly Answered[] = [
  {
    fact: 'takes a count that is no percentage as a threshold',
    ask: (stage) => {
      configure(stage, threshold('COUNT', 500));
      return pick(serviceDeployment(stage, release(stage, { kind: 'image' })), 'deploymentCircuitBreaker', 'threshold');
    },
    answer: 500,
  },
  {
    fact: 'goes on with a rollback that is asked for again',
    ask: (stage) => {
      const arn = release(stage, { kind: 'image' });
      const answers = [stop(stage, arn), stop(stage, arn)].map(
        (answer) => pick(answer, 'serviceDeploymentArn') === arn,
      );
      return [answers, pick(serviceDeployment(stage, arn), 'status')];
    },
    answer: [[true, true], 'ROLLBACK_IN_PROGRESS'],
  },
  {
    fact: 'rolls back what is stopped by hand though no rollback is configured',
    ask: (stage) => {
      const arn = release(stage, { kind: 'image' });
      stage.until(150);
      stop(stage, arn);
      stage.until(400);
      return [
        pick(serviceDeployment(stage, arn), 'status'),
        String(pick(describedService(stage), 'taskDefinition')).slice(-5),
      ];
    },
    answer: ['ROLLBACK_SUCCESSFUL', 'web:1'],
  },
  {
    fact: 'tells no failed deployment without circuit breaker or alarms: it stays IN_PROGRESS',
    ask: (stage) => {
      release(stage, { kind: 'image' });
      stage.until(3 * 3600);
      const states = told(stage).map(({ detail }) => detail.eventName);
      return [states, pick(describedService(stage), 'deployments', 0, 'rolloutState')];
    },
    answer: [['SERVICE_DEPLOYMENT_IN_PROGRESS'], 'IN_PROGRESS'],
  },
  {
    fact: 'tells a rollback as SERVICE_DEPLOYMENT_IN_PROGRESS, and only its reason says so',
    ask: (stage) => {
      const completed = pick(describedService(stage), 'deployments', 0, 'id');
      configure(stage, breaker());
      release(stage, { kind: 'image' });
      stage.until(190);
      const { detail } = told(stage).at(-1) ?? {};
      return [detail?.eventType, detail?.eventName, String(detail?.reason).replace(String(completed), 'COMPLETED')];
    },
    answer: [
      'INFO',
      'SERVICE_DEPLOYMENT_IN_PROGRESS',
      'ECS deployment circuit breaker: rolling back to deploymentId COMPLETED.',
    ],
  },
  {
    fact: 'names the service of a deployment event in resources alone, and the deployment by its old id',
    ask: (stage) => {
      configure(stage, breaker());
      release(stage, { kind: 'image' });
      stage.until(190);
      const event = told(stage).find(({ detail }) => detail.eventName === 'SERVICE_DEPLOYMENT_FAILED');
      return [event?.resources, Object.keys(event?.detail ?? {}), String(event?.detail.deploymentId).split('/')[0]];
    },
    answer: [[serviceArn], ['eventType', 'eventName', 'deploymentId', 'updatedAt', 'reason'], 'ecs-svc'],
  },
  {
    fact: 'launches nothing more for a deployment that FAILED',
    ask: (stage) => {
      configure(stage, breaker({ rollback: false }));
      release(stage, { kind: 'image' });
      stage.until(400);
      const before = stage.world.figures.of(serviceArn).launches;
      stage.until(7_200);
      return [
        pick(describedService(stage), 'deployments', 0, 'rolloutState'),
        stage.world.figures.of(serviceArn).launches - before,
      ];
    },
    answer: ['FAILED', 0],
  },
  {
    fact: 'knows no status FAILED of a service deployment, only of its rollout',
    ask: (stage) => {
      configure(stage, breaker({ rollback: false }));
      const arn = release(stage, { kind: 'image' });
      stage.until(400);
      return [
        pick(serviceDeployment(stage, arn), 'status'),
        pick(describedService(stage), 'deployments', 0, 'rolloutState'),
      ];
    },
    answer: ['STOPPED', 'FAILED'],
  },
  {
    fact: 'ignores the alarms of a deployment that begins while one of them is in ALARM',
    ask: (stage) => {
      configure(stage, alarms);
      stage.world.setAlarm('errors', 'ALARM');
      stage.until(120);
      const arn = release(stage, { kind: 'target_health' });
      stage.until(400);
      return [pick(serviceDeployment(stage, arn), 'status'), pick(serviceDeployment(stage, arn), 'alarms', 'status')];
    },
    answer: ['IN_PROGRESS', 'DISABLED'],
  },
  {
    fact: 'fails a deployment by whichever of breaker and alarms is first, and takes back as that one says',
    ask: (stage) => {
      configure(stage, { ...alarms, ...breaker({ rollback: false }) });
      const arn = release(stage, { kind: 'image' });
      stage.world.setAlarm('errors', 'ALARM');
      stage.until(400);
      const { deploymentCircuitBreaker, alarms: shown, status } = Object(serviceDeployment(stage, arn));
      return [status, pick(deploymentCircuitBreaker, 'status'), pick(shown, 'status')];
    },
    answer: ['ROLLBACK_SUCCESSFUL', 'MONITORING_COMPLETE', 'TRIGGERED'],
  },
  {
    fact: 'names the service deployment of a hook event in resources, and everything in its detail',
    ask: (stage) => {
      const arn = pick(deployed(stage), 'currentServiceDeployment');
      stage.world.failHook(serviceArn, { lifecycleStage: 'PRE_SCALE_UP', timedOut: true });
      stage.until(110);
      const { resources, detail } = first(told(stage, 'ECS Hook State Change'));
      return [resources[0] === arn, detail.serviceDeploymentArn === arn, detail.serviceArn, detail.eventName];
    },
    answer: [true, true, serviceArn, 'HOOK_TIMED_OUT'],
  },
  {
    fact: 'shows the failed hook of a service deployment with its stage',
    ask: (stage) => {
      const arn = pick(deployed(stage), 'currentServiceDeployment');
      stage.world.failHook(serviceArn, { lifecycleStage: 'POST_SCALE_UP', hookId: 'pause-1', targetType: 'PAUSE' });
      const { lifecycleStage, lifecycleHookDetails } = Object(serviceDeployment(stage, arn));
      return [lifecycleStage, lifecycleHookDetails];
    },
    answer: ['POST_SCALE_UP', [{ hookId: 'pause-1', targetType: 'PAUSE', status: 'FAILED' }]],
  },
  {
    fact: 'shows circuit breaker and alarms in DescribeServices as they were configured',
    ask: (stage) => {
      configure(stage, { ...threshold('COUNT', 4), ...alarms });
      return pick(describedService(stage), 'deploymentConfiguration');
    },
    answer: {
      ...threshold('COUNT', 4),
      ...alarms,
      minimumHealthyPercent: 100,
      maximumPercent: 200,
    },
  },
  {
    fact: 'counts failed tasks of a deployment, and says where the deployment stands',
    ask: (stage) => {
      release(stage, { kind: 'configuration' });
      stage.until(140);
      const primary = pick(describedService(stage), 'deployments', 0);
      return [pick(primary, 'failedTasks'), pick(primary, 'rolloutState'), pick(primary, 'runningCount')];
    },
    answer: [2, 'IN_PROGRESS', 0],
  },
  {
    fact: 'lists service deployments by when they were created',
    ask: (stage) => {
      release(stage, { kind: 'image' });
      const after = new Date('2026-01-05T09:01:00Z');
      const count = (createdAt: Readonly<Record<string, unknown>>) =>
        listOf(stage.ecs('ListServiceDeployments', { service: 'web', createdAt }), 'serviceDeployments').length;
      return [count({ after }), count({ before: after }), count({ after: new Date(0), before: new Date(1) })];
    },
    answer: [1, 1, 0],
  },
  {
    fact: 'answers unknown service deployments in failures[] as MISSING with no error',
    ask: (stage) =>
      pick(stage.world.call('ecs', 'DescribeServiceDeployments', { serviceDeploymentArns: ['unknown'] }), 'failures'),
    answer: [{ arn: 'unknown', reason: 'MISSING' }],
  },
  {
    fact: 'lists stopped tasks of a service for an hour at least, and only where STOPPED is asked for',
    ask: (stage) => {
      release(stage, { kind: 'image' });
      stage.until(145);
      const ofService = (input = {}) => taskArns(stage, { serviceName: 'web', ...input }).length;
      const before = [ofService(), ofService({ desiredStatus: 'STOPPED' })];
      const stopped = taskArns(stage, { serviceName: 'web', desiredStatus: 'STOPPED' });
      stage.until(145 + 3_590);
      const after = taskArns(stage, { serviceName: 'web', desiredStatus: 'STOPPED' });
      return [before, stopped.every((task) => after.includes(task))];
    },
    answer: [[2, 2], true],
  },
  {
    fact: 'lists stopped tasks page by page, each once',
    ask: (stage) => {
      release(stage, { kind: 'image' });
      stage.until(600);
      const all = taskArns(stage, { serviceName: 'web', desiredStatus: 'STOPPED' });
      const pages = stage.ecs('ListTasks', { serviceName: 'web', desiredStatus: 'STOPPED', maxResults: 3 });
      const more = stage.ecs('ListTasks', {
        serviceName: 'web',
        desiredStatus: 'STOPPED',
        maxResults: 100,
        nextToken: pages.nextToken,
      });
      return [...listOf(pages, 'taskArns'), ...listOf(more, 'taskArns')].join() === all.join();
    },
    answer: true,
  },
  {
    fact: 'describes how a stopped task ended, container by container',
    ask: (stage) => {
      release(stage, { kind: 'out_of_memory' });
      stage.until(180);
      const task = first(tasksOf(stage, { serviceName: 'web', desiredStatus: 'STOPPED' }));
      const { stopCode, stoppedReason, containers } = Object(task);
      return [stopCode, stoppedReason, pick(containers, 0, 'exitCode'), pick(containers, 0, 'reason')];
    },
    answer: [
      'EssentialContainerExited',
      'Essential container in task exited',
      137,
      'OutOfMemoryError: Container killed due to memory usage',
    ],
  },
  {
    fact: 'tells the health of containers in DescribeTasks, not in events',
    ask: (stage) => {
      stage.world.call('ecs', 'RegisterTaskDefinition', {
        family: 'checked',
        networkMode: 'awsvpc',
        containerDefinitions: [{ name: 'app', healthCheck: { command: ['CMD', 'true'] } }, { name: 'sidecar' }],
      });
      stage.ecs('UpdateService', { service: 'web', taskDefinition: 'checked' });
      stage.until(160);
      const task = tasksOf(stage).at(-1);
      stage.until(300);
      const later = tasksOf(stage).at(-1);
      const inEvents = stage.seen.some(({ event }) => 'healthStatus' in event.detail);
      const shown = (of: unknown) => [
        pick(of, 'healthStatus'),
        ...listOf(of, 'containers').map((container) => pick(container, 'healthStatus')),
      ];
      return [shown(task), shown(later), inEvents];
    },
    answer: [['UNKNOWN', 'UNKNOWN', 'UNKNOWN'], ['HEALTHY', 'HEALTHY', 'UNKNOWN'], false],
  },
  {
    fact: 'describes the log configuration of a task definition as it was registered',
    ask: (stage) => {
      const logConfiguration = {
        logDriver: 'awslogs',
        options: { 'awslogs-group': '/ecs/web', 'awslogs-region': 'us-east-1', 'awslogs-stream-prefix': 'app' },
      };
      stage.world.call('ecs', 'RegisterTaskDefinition', {
        family: 'logged',
        containerDefinitions: [{ name: 'app', logConfiguration }],
      });
      const { taskDefinition } = stage.world.call('ecs', 'DescribeTaskDefinition', { taskDefinition: 'logged' });
      return pick(taskDefinition, 'containerDefinitions', 0, 'logConfiguration');
    },
    answer: {
      logDriver: 'awslogs',
      options: { 'awslogs-group': '/ecs/web', 'awslogs-region': 'us-east-1', 'awslogs-stream-prefix': 'app' },
    },
  },
  {
    fact: 'says why a target is not healthy',
    ask: (stage) => {
      release(stage, { kind: 'target_health', code: '404' });
      stage.until(150);
      const starting = targetHealth(stage);
      const [, , first] = starting;
      stage.ecs('UpdateService', { service: 'web', healthCheckGracePeriodSeconds: 300 });
      stage.until(170);
      return [starting[0], first, targetHealth(stage)[2]];
    },
    answer: [
      { State: 'healthy' },
      { State: 'initial', Reason: 'Elb.RegistrationInProgress', Description: 'Target registration is in progress' },
      {
        State: 'unhealthy',
        Reason: 'Target.ResponseCodeMismatch',
        Description: 'Health checks failed with these codes: [404]',
      },
    ],
  },
];

/** A deployment under way whose tasks would be fine. */
function deployed(stage: Stage): unknown {
  configure(stage, { strategy: 'BLUE_GREEN' });
  deployRevision(stage.world, stage.clusterArn, 'web');
  return describedService(stage);
}

describe('refuses what AWS refuses', () => {
  it.each(refused)('$fact', ({ call, error }) => {
    const stage = steadyStage();

    expect(refusal(() => call(stage)).name).toBe(error);
  });
});

describe('answers as AWS answers', () => {
  it.each(answered)('$fact', ({ ask, answer }) => {
    expect(ask(steadyStage())).toEqual(answer);
  });
});
