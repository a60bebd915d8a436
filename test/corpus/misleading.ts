import {
  aHistory,
  type CorpusCase,
  exited,
  hookEvent,
  idOf,
  notStarted,
  rebalanced,
  repository,
  running,
  scaledIn,
  spotStopped,
  stopped,
  stoppedByScheduler,
  targetGroup,
  times,
} from './history.ts';

const drought = { reason: 'RESOURCE:FARGATE', providers: ['FARGATE_SPOT'] };
const missingImage = `CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref ${repository}:1.8.0: not found`;

const sick = running();

/** Histories in which one string says something else than the whole. */
export const misleadingCases: readonly CorpusCase[] = [
  {
    name: 'exit code 137 of Spot stops',
    history: aHistory({ tasks: [running(), ...times(3, () => spotStopped(137))], placementFailures: [drought] }),
    class: 'capacity',
    cause: 'spot_short',
    confidence: 'high',
    why: 'They outlived stopTimeout after the notice and got SIGKILL: no word of memory, and Spot stopped them.',
  },
  {
    name: 'exit code 0 of Spot stops',
    history: aHistory({ tasks: [running(), ...times(3, () => spotStopped(0))], placementFailures: [drought] }),
    class: 'capacity',
    cause: 'spot_short',
    confidence: 'high',
    why: 'They left on SIGTERM as they should; a job that has done its work would not be a Spot stop.',
  },
  {
    name: 'Spot stops in a release that crashes',
    history: aHistory({
      outcome: 'failed',
      tasks: [...times(3, () => exited(1)), ...times(4, () => spotStopped(137))],
    }),
    class: 'application',
    cause: 'crash_loop',
    confidence: 'high',
    why: 'More were interrupted than crashed, and what crashed crashed by itself.',
  },
  {
    name: 'pull error during a Spot shortage',
    history: aHistory({
      tasks: [running(), running(), notStarted('CannotPullContainerError: context canceled')],
      placementFailures: [drought, drought],
    }),
    class: 'capacity',
    cause: 'spot_short',
    confidence: 'medium',
    why: 'One pull was cut off, two tasks run with the same image: what is missing is room.',
  },
  {
    name: 'Spot shortage during a release without an image',
    history: aHistory({
      tasks: times(2, () => notStarted(missingImage)),
      placementFailures: [drought, drought, drought],
    }),
    class: 'image',
    cause: 'pull_not_found',
    confidence: 'high',
    why: 'Two tasks got a place and found no image; more room would only show that more often.',
  },
  {
    name: 'Spot shortage and a single task without an image',
    history: aHistory({ tasks: [notStarted(missingImage)], placementFailures: [drought] }),
    class: 'image',
    cause: 'pull_not_found',
    confidence: 'medium',
    why: 'The only task that got a place failed by itself, and none runs.',
  },
  {
    name: 'tasks stopped by scale-in',
    history: aHistory({ desiredCount: 2, tasks: [...times(2, running), ...times(4, () => scaledIn(137))] }),
    class: 'unknown',
    cause: 'nothing_failed',
    confidence: 'low',
    why: 'The scheduler ended four of six, two are wanted and run.',
  },
  {
    name: 'AZ rebalancing churn',
    history: aHistory({ outcome: 'completed', tasks: [...times(4, running), ...times(5, () => rebalanced(143))] }),
    class: 'unknown',
    cause: 'nothing_failed',
    confidence: 'low',
    why: 'ECS moves tasks between zones, one after the other; nothing fails.',
  },
  {
    name: 'interrupted task inside a healthy deployment',
    history: aHistory({ outcome: 'completed', tasks: [...times(4, running), spotStopped(137)] }),
    class: 'unknown',
    cause: 'nothing_failed',
    confidence: 'low',
    why: 'It was replaced, and all four run.',
  },
  {
    name: 'churn of all kinds in a release with a broken health check',
    history: aHistory({
      tasks: [
        ...times(3, scaledIn),
        ...times(2, rebalanced),
        spotStopped(143),
        ...times(2, () => stoppedByScheduler(`Task failed ELB health checks in (target-group ${targetGroup})`)),
      ],
    }),
    class: 'health-check',
    cause: 'elb',
    confidence: 'high',
    why: 'Six of eight were stopped by others; the two that tell are the two that failed.',
  },
  {
    name: 'shortage that has passed',
    history: aHistory({
      tasks: times(4, running),
      placementFailures: [drought, drought],
      targets: [1, 2, 3, 4].map((host) => ({
        Target: { Id: `10.0.1.${host}`, Port: 8080 },
        TargetHealth: { State: 'unhealthy', Reason: 'Target.Timeout', Description: 'Request timed out' },
      })),
    }),
    class: 'health-check',
    cause: 'elb',
    confidence: 'medium',
    why: 'All four found their place in the end, and now none of them answers.',
  },
  {
    name: "old tasks' health during a shortage",
    history: aHistory({
      tasks: [running()],
      placementFailures: [drought],
      serviceEvents: [
        `(service web) (task 0123456789abcdef0123456789abcdef) (port 80) is unhealthy in (target-group ${targetGroup}) due to (reason Health checks failed with these codes: [503]).`,
      ],
    }),
    class: 'capacity',
    cause: 'spot_short',
    confidence: 'high',
    why: 'The event names a task that is none of this deployment.',
  },
  {
    name: 'interrupted task of a completed deployment that has no place again yet',
    history: aHistory({
      outcome: 'completed',
      tasks: [...times(3, running), spotStopped(137)],
      placementFailures: [drought],
    }),
    class: 'unknown',
    cause: 'nothing_failed',
    confidence: 'low',
    why: 'The deployment is through; the service is short, which is not its failure.',
  },
  {
    name: 'one unhealthy task of several during a shortage',
    history: aHistory({
      tasks: [sick, running()],
      placementFailures: [drought],
      serviceEvents: [
        `(service web) (task ${idOf(sick)}) (port 80) is unhealthy in (target-group ${targetGroup}) due to (reason Request timed out).`,
      ],
    }),
    class: 'capacity',
    cause: 'spot_short',
    confidence: 'high',
    why: 'The other one passes with the same revision: two of four are missing for want of room.',
  },
  {
    name: 'kills beside a missing image',
    history: aHistory({ tasks: [...times(2, () => notStarted(missingImage)), ...times(3, () => exited(137))] }),
    class: 'image',
    cause: 'pull_not_found',
    confidence: 'low',
    why: 'More were killed, but 137 proves nothing, and the message about the image does.',
  },
  {
    name: 'injected sidecar with a pull error',
    history: aHistory({
      outcome: 'failed',
      tasks: times(3, () =>
        stopped('EssentialContainerExited', 'Essential container in task exited', {
          containers: [
            { name: 'web', exitCode: 1 },
            { name: 'aws-guardduty-agent-nm40lC', reason: 'CannotPullContainerError: context canceled' },
          ],
        }),
      ),
    }),
    class: 'application',
    cause: 'crash_loop',
    confidence: 'high',
    why: "GuardDuty's agent is not essential; web ended with 1.",
  },
  {
    name: 'alarm set off by tasks without memory',
    history: aHistory({
      outcome: 'failed',
      tasks: times(3, () => exited(137, 'OutOfMemoryError: Container killed due to memory usage')),
      serviceDeployment: {
        status: 'ROLLBACK_SUCCESSFUL',
        alarms: { status: 'TRIGGERED', triggeredAlarmNames: ['web-5xx'] },
        deploymentCircuitBreaker: { status: 'TRIGGERED', failureCount: 3, threshold: 3 },
      },
    }),
    class: 'application',
    cause: 'out_of_memory',
    confidence: 'high',
    why: 'The breaker tripped as well: the alarm measures what the dying tasks do.',
  },
  {
    name: '"failed to start" said of tasks that started',
    history: aHistory({
      outcome: 'failed',
      tasks: times(3, () => stoppedByScheduler('Task failed container health checks')),
    }),
    class: 'health-check',
    cause: 'container',
    confidence: 'high',
    why: "The breaker's text is the same for every failure.",
  },
  {
    name: 'person who stops tasks and suspects memory',
    history: aHistory({
      tasks: [
        ...times(4, running),
        stopped('UserInitiated', 'suspected OutOfMemoryError, restarting', {
          containers: [{ name: 'web', exitCode: 137 }],
        }),
      ],
    }),
    class: 'unknown',
    cause: 'nothing_failed',
    confidence: 'low',
    why: "The words are the person's: StopTask takes any reason.",
  },
  {
    name: '"killed" said of the agent',
    history: aHistory({
      outcome: 'failed',
      tasks: times(3, () =>
        notStarted(
          'ResourceInitializationError: unable to pull secrets or registry auth: pull command failed: : signal: killed',
        ),
      ),
    }),
    class: 'configuration',
    cause: 'network',
    confidence: 'high',
    why: "AWS lists it as a network fault: the agent's own command was killed when it took too long.",
  },
  {
    name: 'sidecar that left with 0 beside a kill',
    history: aHistory({
      tasks: times(2, () =>
        stopped('EssentialContainerExited', 'Essential container in task exited', {
          containers: [
            { name: 'envoy', exitCode: 0 },
            { name: 'web', exitCode: 137 },
          ],
        }),
      ),
    }),
    class: 'application',
    cause: 'killed',
    confidence: 'low',
    why: 'The end of the task is what lets a sidecar go with 0; that web was killed does not say by whom.',
  },
  {
    name: 'targets that only come and go',
    history: aHistory({
      tasks: times(4, running),
      targets: [
        {
          Target: { Id: '10.0.1.1', Port: 8080 },
          TargetHealth: { State: 'draining', Reason: 'Target.DeregistrationInProgress' },
        },
        {
          Target: { Id: '10.0.1.2', Port: 8080 },
          TargetHealth: { State: 'initial', Reason: 'Elb.RegistrationInProgress' },
        },
        { Target: { Id: '10.0.1.3', Port: 8080 }, TargetHealth: { State: 'unused', Reason: 'Target.NotRegistered' } },
      ],
    }),
    class: 'unknown',
    cause: 'nothing_failed',
    confidence: 'low',
    why: 'None of them has failed a check.',
  },
  {
    name: 'RESOURCE:MEMORY',
    history: aHistory({
      providers: ['spot-instances'],
      placementFailures: [{ reason: 'RESOURCE:MEMORY', providers: ['spot-instances'] }],
    }),
    class: 'capacity',
    cause: 'instances_short',
    confidence: 'high',
    why: 'Memory of the container instances, not of the application.',
  },
  {
    name: '"not found" said of a secret',
    history: aHistory({
      outcome: 'failed',
      tasks: times(3, () =>
        notStarted(
          'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: ResourceNotFoundException: secret not found',
        ),
      ),
    }),
    class: 'configuration',
    cause: 'secrets',
    confidence: 'high',
    why: 'It speaks of pulling, and of a registry, and is about a secret.',
  },
  {
    name: 'hook that succeeded while tasks die',
    history: aHistory({
      outcome: 'failed',
      tasks: times(3, () => exited(1)),
      events: [hookEvent('HOOK_SUCCEEDED')],
      serviceDeployment: {
        status: 'ROLLBACK_SUCCESSFUL',
        lifecycleHookDetails: [{ hookId: 'a', status: 'SUCCEEDED' }],
      },
    }),
    class: 'application',
    cause: 'crash_loop',
    confidence: 'high',
    why: 'A hook is there, and did nothing wrong.',
  },
  {
    name: 'request to stop after the tasks died',
    history: aHistory({ tasks: times(3, () => exited(1)), serviceDeployment: { status: 'ROLLBACK_REQUESTED' } }),
    class: 'application',
    cause: 'crash_loop',
    confidence: 'high',
    why: 'Who asked for the rollback saw the same.',
  },
  {
    name: 'container that failed to stop after a crash',
    history: aHistory({
      tasks: times(2, () =>
        stopped('EssentialContainerExited', 'Essential container in task exited', {
          containers: [
            { name: 'web', exitCode: 1 },
            { name: 'logs', exitCode: 137, reason: 'CannotStopContainerError: context deadline exceeded' },
          ],
        }),
      ),
    }),
    class: 'application',
    cause: 'exit_code',
    confidence: 'high',
    why: 'What happens while a task ends does not tell why it ends.',
  },
  {
    name: 'rolling replacement of a good release',
    history: aHistory({ tasks: [...times(4, running), scaledIn(0)] }),
    class: 'unknown',
    cause: 'nothing_failed',
    confidence: 'low',
    why: 'The same reason as for scale-in: ECS uses it for every replacement.',
  },
  {
    name: 'placement failure of an exhausted subnet',
    history: aHistory({
      tasks: times(2, () => notStarted('subnet-0a1b2c3d does not have enough free addresses to satisfy the request.')),
    }),
    class: 'configuration',
    cause: 'network',
    confidence: 'high',
    why: 'It reads like a shortage, but of addresses, and only the subnet can be made larger.',
  },
];
