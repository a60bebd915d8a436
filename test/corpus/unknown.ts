import {
  aHistory,
  type CorpusCase,
  notStarted,
  running,
  serviceAction,
  spotStopped,
  stoppedByScheduler,
  times,
} from './history.ts';

/** Nothing proves anything, and that is what is said. */
export const unknownCases: readonly CorpusCase[] = [
  {
    name: 'wording that nobody knows',
    history: aHistory({
      outcome: 'failed',
      tasks: times(3, () => notStarted('SandboxQuarantineError: the microVM was quarantined')),
    }),
    class: 'unknown',
    cause: 'unknown',
    confidence: 'low',
    why: 'A message of a kind that is in no table.',
  },
  {
    name: 'wording that nobody knows, beside a Spot shortage',
    history: aHistory({
      tasks: times(3, () => notStarted('SandboxQuarantineError: the microVM was quarantined')),
      placementFailures: [{ reason: 'RESOURCE:FARGATE', providers: ['FARGATE_SPOT'] }],
    }),
    class: 'unknown',
    cause: 'unknown',
    confidence: 'low',
    why: 'Three failed by themselves, whatever it was: to say "wait for Spot" would be wrong.',
  },
  {
    name: 'circuit breaker, and the tasks are gone',
    history: aHistory({ outcome: 'failed', failedTasks: 3 }),
    class: 'unknown',
    cause: 'tasks_gone',
    confidence: 'low',
    why: '"tasks failed to start" is what the breaker says of everything.',
  },
  {
    name: 'start impaired, and nothing else',
    history: aHistory({ events: [serviceAction('SERVICE_TASK_START_IMPAIRED', 9)], failedTasks: 2 }),
    class: 'unknown',
    cause: 'tasks_gone',
    confidence: 'low',
    why: 'The event says that tasks fail, and no task is there to say why.',
  },
  {
    name: 'internal error of AWS',
    history: aHistory({ tasks: times(2, () => notStarted('InternalError: the task could not be prepared')) }),
    class: 'unknown',
    cause: 'aws_internal',
    confidence: 'low',
    why: 'AWS takes the blame and tells nothing; it may be a fault of the release all the same.',
  },
  {
    name: 'network interface that does not come',
    history: aHistory({
      tasks: times(2, () => notStarted('Timeout waiting for network interface provisioning to complete.')),
    }),
    class: 'unknown',
    cause: 'aws_internal',
    confidence: 'low',
    why: 'AWS describes it as a wait of its own that ran out.',
  },
  {
    name: 'stopped on request',
    history: aHistory({
      tasks: times(2, running),
      serviceDeployment: { status: 'ROLLBACK_REQUESTED' },
    }),
    class: 'unknown',
    cause: 'stopped_on_request',
    confidence: 'low',
    why: 'Somebody called StopServiceDeployment; that is no failure of the release.',
  },
  {
    name: 'CodeDeploy, of which ECS shows no deployments',
    history: aHistory({ service: { deploymentController: { type: 'CODE_DEPLOY' }, deployments: [] } }),
    class: 'unknown',
    cause: 'unknown',
    confidence: 'low',
    why: 'Neither deployment nor task is shown.',
  },
  {
    name: 'scheduler that stops tasks in unknown words',
    history: aHistory({
      tasks: times(2, () => stoppedByScheduler('Service scheduler initiated action XYZ')),
    }),
    class: 'unknown',
    cause: 'unknown',
    confidence: 'low',
    why: "It may be harmless, or not; the exit code is the answer to the scheduler's SIGTERM.",
  },
  {
    name: 'hook that timed out and let the deployment go on',
    history: aHistory({
      tasks: times(4, running),
      serviceDeployment: {
        status: 'SUCCESSFUL',
        lifecycleHookDetails: [{ hookId: 'pause', status: 'TIMED_OUT', timeoutAction: 'CONTINUE' }],
        alarms: { status: 'TRIGGERED', triggeredAlarmNames: ['web-5xx'] },
      },
    }),
    class: 'unknown',
    cause: 'nothing_failed',
    confidence: 'low',
    why: 'The service deployment has succeeded: neither hook nor alarm ended it.',
  },
  {
    name: 'shortage of another deployment',
    history: aHistory({
      tasks: times(2, running),
      serviceEvents: [
        '(service web) could not launch 2 tasks for deployment ecs-svc/1000000000000000100. Reason: Capacity is unavailable at this time.',
      ],
    }),
    class: 'unknown',
    cause: 'nothing_failed',
    confidence: 'low',
    why: 'The event is about the deployment before.',
  },
  {
    name: 'failed deployment with one Spot stop left to see',
    history: aHistory({ outcome: 'failed', failedTasks: 3, tasks: [spotStopped(137)] }),
    class: 'unknown',
    cause: 'tasks_gone',
    confidence: 'low',
    why: 'One reclaim does not explain three failures; the other tasks are gone.',
  },
];
