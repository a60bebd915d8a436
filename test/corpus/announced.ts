import {
  aHistory,
  anEvent,
  type CorpusCase,
  deploymentId,
  exited,
  hookEvent,
  running,
  service,
  times,
} from './history.ts';

const blueGreen = { deploymentConfiguration: { strategy: 'BLUE_GREEN' } };

/** ECS itself names what ended the deployment: a hook, or an alarm. */
export const announcedCases: readonly CorpusCase[] = [
  {
    name: 'hook function that fails',
    history: aHistory({
      service: blueGreen,
      tasks: times(4, running),
      serviceDeployment: {
        status: 'ROLLBACK_SUCCESSFUL',
        lifecycleStage: 'POST_TEST_TRAFFIC_SHIFT',
        lifecycleHookDetails: [
          {
            hookId: 'smoke',
            status: 'FAILED',
            targetArn: 'arn:aws:lambda:eu-west-1:111122223333:function:smoke-test',
          },
        ],
      },
    }),
    class: 'hook',
    cause: 'hook_failed',
    confidence: 'high',
    why: 'All four tasks run; the hook said no.',
  },
  {
    name: 'hook that is not answered',
    history: aHistory({
      service: blueGreen,
      tasks: times(4, running),
      events: [hookEvent('HOOK_TIMED_OUT')],
    }),
    class: 'hook',
    cause: 'hook_timed_out',
    confidence: 'high',
    why: 'The event says that nobody answered the pause.',
  },
  {
    name: 'pause that a person answers with ROLLBACK',
    history: aHistory({ service: blueGreen, tasks: times(4, running), events: [hookEvent('HOOK_FAILED')] }),
    class: 'hook',
    cause: 'hook_failed',
    confidence: 'high',
    why: 'HOOK_FAILED is what ECS sends for that; the summary says both.',
  },
  {
    name: 'hook before any task',
    history: aHistory({
      service: blueGreen,
      serviceDeployment: {
        status: 'ROLLBACK_IN_PROGRESS',
        lifecycleStage: 'PRE_SCALE_UP',
        lifecycleHookDetails: [{ hookId: 'approve', status: 'TIMED_OUT' }],
      },
    }),
    class: 'hook',
    cause: 'hook_timed_out',
    confidence: 'high',
    why: 'No task was launched, and none was to be.',
  },
  {
    name: 'hook of a deployment whose tasks die',
    history: aHistory({
      service: blueGreen,
      tasks: times(2, () => exited(1)),
      events: [hookEvent('HOOK_FAILED', { lifecycleStage: 'POST_SCALE_UP' })],
    }),
    class: 'hook',
    cause: 'hook_failed',
    confidence: 'medium',
    why: 'The hook ended the deployment; the tasks may be why it did, and are told beside it.',
  },
  {
    name: 'alarm that ECS names',
    history: aHistory({
      tasks: times(4, running),
      serviceDeployment: {
        status: 'ROLLBACK_SUCCESSFUL',
        statusReason: 'Service deployment rolled back because of deployment alarms.',
        alarms: { status: 'TRIGGERED', triggeredAlarmNames: ['web-5xx', 'checkout-p99'] },
        deploymentCircuitBreaker: { status: 'MONITORING_COMPLETE', failureCount: 0, threshold: 3 },
      },
    }),
    class: 'alarm',
    cause: 'alarm',
    confidence: 'high',
    why: 'The tasks run and the breaker counted nothing; the alarms have names.',
  },
  {
    name: 'alarm in a service event',
    history: aHistory({
      tasks: times(4, running),
      serviceEvents: [`(service web) (deployment ${deploymentId}) deployment failed: alarm detected.`],
    }),
    class: 'alarm',
    cause: 'alarm',
    confidence: 'medium',
    why: 'ECS says that it was an alarm, but not which.',
  },
  {
    name: 'alarm in the event of the failure',
    history: aHistory({
      outcome: 'in_progress',
      tasks: times(4, running),
      events: [
        anEvent('ECS Deployment State Change', service, 15, {
          eventType: 'ERROR',
          eventName: 'SERVICE_DEPLOYMENT_FAILED',
          deploymentId,
          updatedAt: '2026-05-12T12:15:00Z',
          reason: 'ECS deployment failed: alarm detected.',
        }),
      ],
    }),
    class: 'alarm',
    cause: 'alarm',
    confidence: 'medium',
    why: 'The reason says alarm, and no service deployment was recorded.',
  },
];
