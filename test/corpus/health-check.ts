import {
  aHistory,
  type CorpusCase,
  exited,
  idOf,
  notStarted,
  running,
  stoppedByScheduler,
  targetGroup,
  times,
} from './history.ts';

const elbReason = `Task failed ELB health checks in (target-group ${targetGroup})`;
const slow = running();
const silent = [stoppedByScheduler(elbReason), stoppedByScheduler(elbReason)] as const;

/** It runs, and nobody finds it healthy. */
export const healthCheckCases: readonly CorpusCase[] = [
  {
    name: 'load balancer gets 502',
    history: aHistory({
      outcome: 'failed',
      tasks: times(3, () => stoppedByScheduler(elbReason)),
      serviceEvents: [
        `(service web) (task 0123456789abcdef0123456789abcdef) (port 80) is unhealthy in (target-group ${targetGroup}) due to (reason Health checks failed with these codes: [502]).`,
      ],
    }),
    class: 'health-check',
    cause: 'elb',
    confidence: 'high',
    why: "The scheduler stopped three for the load balancer's sake; their exit code 143 is the scheduler's SIGTERM.",
  },
  {
    name: 'Classic Load Balancer',
    history: aHistory({ tasks: times(2, () => stoppedByScheduler('Task failed ELB health checks in (elb web)')) }),
    class: 'health-check',
    cause: 'elb',
    confidence: 'high',
    why: 'The same, in the older wording.',
  },
  {
    name: 'container check',
    history: aHistory({
      outcome: 'failed',
      tasks: times(3, () => stoppedByScheduler('Task failed container health checks', { healthStatus: 'UNHEALTHY' })),
    }),
    class: 'health-check',
    cause: 'container',
    confidence: 'high',
    why: 'The healthCheck of the container definition failed.',
  },
  {
    name: 'load balancer, told by the service event alone',
    history: aHistory({
      desiredCount: 1,
      tasks: [slow],
      targets: [
        {
          Target: { Id: '10.0.1.20', Port: 8080 },
          TargetHealth: { State: 'unhealthy', Reason: 'Target.Timeout', Description: 'Request timed out' },
        },
      ],
      serviceEvents: [
        `(service web) (task ${idOf(slow)}) (port 8080) is unhealthy in (target-group ${targetGroup}) due to (reason Request timed out).`,
      ],
    }),
    class: 'health-check',
    cause: 'elb',
    confidence: 'high',
    why: 'The only task still runs, ECS has named it unhealthy, and its target says the same.',
  },
  {
    name: 'targets alone',
    history: aHistory({
      tasks: times(4, running),
      targets: [1, 2, 3, 4].map((host) => ({
        Target: { Id: `10.0.1.${host}`, Port: 8080 },
        TargetHealth: {
          State: 'unhealthy',
          Reason: 'Target.ResponseCodeMismatch',
          Description: 'Health checks failed with these codes: [404]',
        },
      })),
    }),
    class: 'health-check',
    cause: 'elb',
    confidence: 'medium',
    why: 'Nobody was stopped yet, within the grace period; all four targets answer 404.',
  },
  {
    name: 'target without an answer within the time',
    history: aHistory({
      tasks: silent,
      serviceEvents: [
        `(service web) (task ${idOf(silent[0])}) (port 80) is unhealthy in (target-group ${targetGroup}) due to (reason Request timed out).`,
      ],
    }),
    class: 'health-check',
    cause: 'elb',
    confidence: 'high',
    why: 'A time-out of the check, which is nothing about the network of the start.',
  },
  {
    name: 'load balancer, when the tasks are gone from sight',
    history: aHistory({
      outcome: 'failed',
      failedTasks: 3,
      serviceEvents: [1, 2, 3].map(
        (digit) =>
          `(service web) (task ${`${digit}`.repeat(32)}) (port 80) is unhealthy in (target-group ${targetGroup}) due to (reason Health checks failed with these codes: [500]).`,
      ),
    }),
    class: 'health-check',
    cause: 'elb',
    confidence: 'low',
    why: 'ECS forgets stopped tasks after an hour, so whose they were cannot be seen any more.',
  },
  {
    name: 'mostly health checks',
    history: aHistory({
      outcome: 'failed',
      tasks: [...times(3, () => stoppedByScheduler(elbReason)), exited(1)],
    }),
    class: 'health-check',
    cause: 'elb',
    confidence: 'medium',
    why: 'Three against one; that one makes it less sure.',
  },
  {
    name: 'container check of a service whose first pull failed',
    history: aHistory({
      tasks: [
        notStarted('CannotPullContainerError: context canceled'),
        ...times(3, () => stoppedByScheduler('Task failed container health checks')),
      ],
    }),
    class: 'health-check',
    cause: 'container',
    confidence: 'medium',
    why: 'What fails now is the check; one pull failed once.',
  },
];
