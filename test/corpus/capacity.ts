import { aHistory, aTask, type CorpusCase, notStarted, running, spotStopped, times } from './history.ts';

const capacityText =
  '(service web) was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone.';

/** No room for the tasks: the release may be good. */
export const capacityCases: readonly CorpusCase[] = [
  {
    name: 'Spot drought, told by placement failures',
    history: aHistory({
      tasks: [running()],
      placementFailures: [1, 2, 3].map(() => ({ reason: 'RESOURCE:FARGATE', providers: ['FARGATE_SPOT'] })),
    }),
    class: 'capacity',
    cause: 'spot_short',
    confidence: 'high',
    why: 'The event names FARGATE_SPOT and RESOURCE:FARGATE, three of four tasks are missing, and no task failed.',
  },
  {
    name: 'Spot drought, told by a service event alone',
    history: aHistory({ serviceEvents: [capacityText] }),
    class: 'capacity',
    cause: 'spot_short',
    confidence: 'high',
    why: 'The message names no provider, but the service launches on Spot only.',
  },
  {
    name: 'shortage of a mixed strategy without a provider named',
    history: aHistory({ providers: ['FARGATE', 'FARGATE_SPOT'], serviceEvents: [capacityText], tasks: [running()] }),
    class: 'capacity',
    cause: 'fargate_short',
    confidence: 'medium',
    why: 'The message fits Spot and on-demand alike: that it is room is sure, whose is not.',
  },
  {
    name: 'Spot drought of a mixed strategy',
    history: aHistory({
      providers: ['FARGATE', 'FARGATE_SPOT'],
      serviceEvents: [capacityText],
      placementFailures: [{ reason: 'RESOURCE:FARGATE', providers: ['FARGATE_SPOT'] }],
      tasks: [running({ capacityProviderName: 'FARGATE' })],
    }),
    class: 'capacity',
    cause: 'spot_short',
    confidence: 'high',
    why: 'The event tells what the message leaves open.',
  },
  {
    name: 'on-demand short',
    history: aHistory({
      providers: ['FARGATE'],
      placementFailures: [{ reason: 'RESOURCE:FARGATE', providers: ['FARGATE'] }],
    }),
    class: 'capacity',
    cause: 'on_demand_short',
    confidence: 'high',
    why: 'The same reason as for Spot; the provider makes the difference.',
  },
  {
    name: 'on-demand short with a launch type',
    history: aHistory({ providers: [], placementFailures: [{ reason: 'RESOURCE:FARGATE' }] }),
    class: 'capacity',
    cause: 'on_demand_short',
    confidence: 'high',
    why: 'A launch type has no provider to name and knows on-demand only.',
  },
  {
    name: 'quota of vCPUs',
    history: aHistory({
      providers: ['FARGATE'],
      serviceEvents: [
        '(service web) was unable to place a task. Reason: You’ve reached the limit on the number of vCPUs you can run concurrently.',
      ],
    }),
    class: 'capacity',
    cause: 'vcpu_quota',
    confidence: 'high',
    why: 'The message names the quota, whichever apostrophe it is written with.',
  },
  {
    name: 'quota of vCPUs beside a Spot drought',
    history: aHistory({
      providers: ['FARGATE', 'FARGATE_SPOT'],
      placementFailures: [{ reason: 'RESOURCE:FARGATE', providers: ['FARGATE_SPOT'] }],
      serviceEvents: [
        "(service web) was unable to place a task. Reason: You've reached the limit on the number of vCPUs you can run concurrently",
      ],
      tasks: times(2, running),
    }),
    class: 'capacity',
    cause: 'vcpu_quota',
    confidence: 'high',
    why: 'The drought passes by itself, the quota does not.',
  },
  {
    name: 'size above the quota',
    history: aHistory({
      providers: ['FARGATE'],
      serviceEvents: [
        '(service web) was unable to place a task. Reason: The requested CPU configuration is above your limit.',
      ],
    }),
    class: 'capacity',
    cause: 'vcpu_quota',
    confidence: 'high',
    why: 'One task alone is more than the account may run.',
  },
  {
    name: 'Spot and on-demand short at once',
    history: aHistory({
      providers: ['FARGATE', 'FARGATE_SPOT'],
      placementFailures: [
        { reason: 'RESOURCE:FARGATE', providers: ['FARGATE_SPOT'] },
        { reason: 'RESOURCE:FARGATE', providers: ['FARGATE'] },
      ],
    }),
    class: 'capacity',
    cause: 'spot_and_on_demand_short',
    confidence: 'high',
    why: 'Both providers are named by events of their own.',
  },
  {
    name: 'container instances full',
    history: aHistory({
      providers: ['spot-instances'],
      placementFailures: [{ reason: 'RESOURCE:CPU', providers: ['spot-instances'] }],
    }),
    class: 'capacity',
    cause: 'instances_short',
    confidence: 'high',
    why: 'RESOURCE:CPU is room on container instances.',
  },
  {
    name: 'empty capacity provider',
    history: aHistory({
      providers: ['spot-instances'],
      tasks: times(2, () =>
        notStarted('TaskFailedToStart: EMPTY CAPACITY PROVIDER', { capacityProviderName: 'spot-instances' }),
      ),
    }),
    class: 'capacity',
    cause: 'instances_short',
    confidence: 'high',
    why: 'There is no instance that a task could be placed on.',
  },
  {
    name: 'tasks that Spot has no place for fail to start',
    history: aHistory({
      tasks: times(3, () =>
        notStarted('Capacity is unavailable at this time. Please try again later or in a different availability zone'),
      ),
    }),
    class: 'capacity',
    cause: 'spot_short',
    confidence: 'high',
    why: 'They did not start for want of room, not by a fault of their own.',
  },
  {
    name: 'Spot takes tasks and gives none back',
    history: aHistory({ tasks: [running(), ...times(3, () => spotStopped(0))] }),
    class: 'capacity',
    cause: 'spot_short',
    confidence: 'medium',
    why: 'Nothing failed by itself, three of four are missing, and all three were reclaimed; no placement failure says so.',
  },
  {
    name: 'notice with the older stop code',
    history: aHistory({
      tasks: [running(), ...times(3, () => spotStopped(143, { stopCode: 'TerminationNotice' }))],
    }),
    class: 'capacity',
    cause: 'spot_short',
    confidence: 'medium',
    why: 'TerminationNotice is a Spot stop as well.',
  },
  {
    name: 'interrupted before they ran',
    history: aHistory({
      tasks: times(2, () => spotStopped(undefined, { startedAt: undefined })),
      placementFailures: [{ reason: 'RESOURCE:FARGATE', providers: ['FARGATE_SPOT'] }],
    }),
    class: 'capacity',
    cause: 'spot_short',
    confidence: 'high',
    why: 'A reclaim can strike in PROVISIONING too.',
  },
  {
    name: 'too many tasks in PROVISIONING',
    history: aHistory({
      providers: ['spot-instances'],
      serviceEvents: [
        '(service web) was unable to place tasks in your cluster because the tasks provisioning capacity limit was exceeded.',
      ],
    }),
    class: 'capacity',
    cause: 'provisioning_limit',
    confidence: 'high',
    why: 'A limit of the cluster, not of the release.',
  },
  {
    name: 'failed deployment of which no task found room',
    history: aHistory({
      outcome: 'failed',
      failedTasks: 3,
      serviceEvents: [
        '(service web) could not launch 3 tasks for deployment ecs-svc/2000000000000000200. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone.',
      ],
    }),
    class: 'capacity',
    cause: 'spot_short',
    confidence: 'high',
    why: 'The breaker counts tasks that could not be launched, and says "tasks failed to start" of a mere shortage.',
  },
  {
    name: 'failed deployment of which Spot took every task',
    history: aHistory({ outcome: 'failed', failedTasks: 3, tasks: times(3, () => spotStopped(0)) }),
    class: 'capacity',
    cause: 'spot_short',
    confidence: 'low',
    why: 'As many reclaims as ECS counts failures; whether it counts reclaims is not documented.',
  },
  {
    name: 'tasks on their way while others find no room',
    history: aHistory({
      tasks: [running(), aTask({ lastStatus: 'PROVISIONING', startedAt: undefined })],
      placementFailures: [{ reason: 'RESOURCE:FARGATE', providers: ['FARGATE_SPOT'] }],
      tasksFrom: 'events',
    }),
    class: 'capacity',
    cause: 'spot_short',
    confidence: 'high',
    why: 'Two of four are there or come, for the other two there is no room.',
  },
];
