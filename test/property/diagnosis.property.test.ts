import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeploymentFacts, DeploymentTask } from '../../shared/decisions/diagnosis/deployment-facts.ts';
import { diagnose } from '../../shared/decisions/diagnosis/diagnose.ts';
import type { Diagnosis } from '../../shared/decisions/diagnosis/diagnosis.ts';
import { ownFailureIn, shortageIn } from '../../shared/decisions/diagnosis/wordings.ts';

const deploymentId = 'ecs-svc/2000000000000000200';
const minuteMs = 60_000;
const runs = { numRuns: 500 };

const facts: DeploymentFacts = {
  serviceArn: 'arn:aws:ecs:eu-west-1:111122223333:service/shop/web',
  clusterArn: 'arn:aws:ecs:eu-west-1:111122223333:cluster/shop',
  serviceName: 'web',
  symptom: 'stalled',
  deploymentController: 'ECS',
  deploymentStrategy: 'ROLLING',
  deploymentId,
  observedAtMs: 60 * minuteMs,
  desiredCount: 4,
  runningCount: 0,
  pendingCount: 0,
  failedTasks: 0,
  rolloutState: 'IN_PROGRESS',
  capacityProviders: ['FARGATE_SPOT'],
  ecsRollsBack: false,
  tasks: [],
  serviceEvents: [],
  placementFailures: [],
  unhealthyTargets: [],
  hooks: [],
  logs: [],
};

type End = Pick<DeploymentTask, 'stopCode' | 'stoppedReason' | 'containers'>;

/** Ends by a fault of the revision. */
const ownEnds: readonly End[] = [
  { stopCode: 'TaskFailedToStart', stoppedReason: 'CannotPullContainerError: web:8: not found', containers: [] },
  { stopCode: 'TaskFailedToStart', stoppedReason: 'CannotPullContainerError: dial tcp: i/o timeout', containers: [] },
  {
    stopCode: 'TaskFailedToStart',
    stoppedReason: 'ResourceInitializationError: failed to validate logger args: log group does not exist',
    containers: [],
  },
  {
    stopCode: 'EssentialContainerExited',
    stoppedReason: 'Essential container in task exited',
    containers: [{ name: 'web', exitCode: 1 }],
  },
  {
    stopCode: 'EssentialContainerExited',
    stoppedReason: 'Essential container in task exited',
    containers: [{ name: 'web', exitCode: 137 }],
  },
  {
    stopCode: 'ServiceSchedulerInitiated',
    stoppedReason: 'Task failed container health checks',
    containers: [{ name: 'web', exitCode: 143 }],
  },
  {
    stopCode: 'ServiceSchedulerInitiated',
    stoppedReason: 'Task failed ELB health checks in (target-group web)',
    containers: [{ name: 'web', exitCode: 143 }],
  },
];

/** Ends that others brought about. */
const neutralEnds: readonly End[] = [
  { stopCode: 'SpotInterruption', stoppedReason: 'Your Spot Task was interrupted.', containers: [] },
  {
    stopCode: 'TerminationNotice',
    stoppedReason: 'Your Spot Task was interrupted.',
    containers: [{ name: 'web', exitCode: 137 }],
  },
  {
    stopCode: 'ServiceSchedulerInitiated',
    stoppedReason: `Scaling activity initiated by (deployment ${deploymentId})`,
    containers: [{ name: 'web', exitCode: 143 }],
  },
  {
    stopCode: 'ServiceSchedulerInitiated',
    stoppedReason: `Availability-zone rebalancing initiated by (deployment ${deploymentId})`,
    containers: [{ name: 'web', exitCode: 0 }],
  },
  { stopCode: 'UserInitiated', stoppedReason: 'Task stopped by user', containers: [{ name: 'web', exitCode: 137 }] },
  { stopCode: 'InfrastructureHealth', stoppedReason: 'host retired', containers: [] },
];

const aTask = (end: fc.Arbitrary<End | undefined>): fc.Arbitrary<DeploymentTask> =>
  fc.record({ minute: fc.integer({ min: 1, max: 50 }), end }).map(({ minute, end: ended }) => ({
    taskArn: '',
    desiredStatus: ended === undefined ? 'RUNNING' : 'STOPPED',
    lastStatus: ended === undefined ? 'RUNNING' : 'STOPPED',
    capacityProviderName: 'FARGATE_SPOT',
    createdAtMs: minute * minuteMs,
    containers: [{ name: 'web' }],
    ...(ended === undefined ? {} : { ...ended, stoppedAtMs: (minute + 1) * minuteMs }),
  }));

/** With ids of their own, also where a failing example is made smaller. */
const named = (tasks: readonly DeploymentTask[], kind: string): DeploymentTask[] =>
  tasks.map((task, index) => ({
    ...task,
    taskArn: `arn:aws:ecs:eu-west-1:111122223333:task/shop/${index.toString(16)}${kind.repeat(31)}`,
  }));

const ownTask = aTask(fc.constantFrom(...ownEnds));
const neutralTask = aTask(fc.constantFrom(...neutralEnds));
const runningTask = aTask(fc.constant(undefined));

const placementFailure = fc.record({
  atMs: fc.integer({ min: 1, max: 50 }).map((minute) => minute * minuteMs),
  reason: fc.constantFrom('RESOURCE:FARGATE', 'RESOURCE:CPU', 'ATTRIBUTE'),
  capacityProviders: fc.constantFrom([], ['FARGATE_SPOT'], ['FARGATE']),
});

const serviceEvent = fc.record({
  atMs: fc.integer({ min: 1, max: 50 }).map((minute) => minute * minuteMs),
  message: fc.constantFrom(
    '(service web) has reached a steady state.',
    '(service web) was unable to place a task. Reason: Capacity is unavailable at this time.',
    "(service web) was unable to place a task. Reason: You've reached the limit on the number of vCPUs you can run concurrently",
    '(service web) (port 80) is unhealthy in (target-group web) due to (reason Health checks failed with these codes: [502]).',
  ),
});

/** Of any kind. */
const someFacts = fc
  .record({
    tasks: fc.array(fc.oneof(ownTask, neutralTask, runningTask), { maxLength: 12 }),
    placementFailures: fc.array(placementFailure, { maxLength: 4 }),
    serviceEvents: fc.array(serviceEvent, { maxLength: 4 }),
  })
  .map((parts): DeploymentFacts => ({ ...facts, ...parts, tasks: named(parts.tasks, 'a') }));

const shuffled = <T>(items: readonly T[]) => fc.shuffledSubarray([...items], { minLength: items.length });

const unknownWording = fc
  .string({ maxLength: 120 })
  .filter((text) => ownFailureIn(text) === undefined && shortageIn(text) === undefined)
  .filter((text) => !/initiated by|Spot Task|Host EC2|Essential container/i.test(text));

describe('a diagnosis', () => {
  it('does not depend on the order of the facts, nor on facts that come twice', () => {
    const twice = someFacts.chain((one) =>
      fc
        .record({
          tasks: shuffled([...one.tasks, ...one.tasks.slice(0, 3)]),
          placementFailures: shuffled([...one.placementFailures, ...one.placementFailures.slice(0, 1)]),
          serviceEvents: shuffled([...one.serviceEvents, ...one.serviceEvents.slice(0, 1)]),
        })
        .map((parts) => [one, { ...one, ...parts }] as const),
    );

    fc.assert(
      fc.property(twice, ([once, again]) => {
        expect(diagnose(again)).toEqual(diagnose(once));
      }),
      runs,
    );
  });

  it('of a release that fails by itself stays the same whatever others stop', () => {
    const failing = fc
      .record({
        tasks: fc.array(fc.oneof(ownTask, runningTask), { minLength: 1, maxLength: 8 }),
        placementFailures: fc.array(placementFailure, { maxLength: 2 }),
      })
      .map((parts): DeploymentFacts => ({ ...facts, ...parts, tasks: named(parts.tasks, 'a') }))
      .filter((one) => !['capacity', 'unknown'].includes(diagnose(one).class));

    fc.assert(
      fc.property(failing, fc.array(neutralTask, { maxLength: 10 }), (one, stopped) => {
        const alone = diagnose(one);
        const among = diagnose({ ...one, tasks: [...one.tasks, ...named(stopped, 'b')] });

        expect([among.class, among.cause, among.confidence]).toEqual([alone.class, alone.cause, alone.confidence]);
        expect(among.failing.count).toBe(alone.failing.count);
      }),
      runs,
    );
  });

  it('is unknown where nothing but unknown words is there', () => {
    const tasks = fc.array(
      aTask(
        fc.record({
          stopCode: fc.constantFrom('TaskFailedToStart', 'ServiceSchedulerInitiated', 'SomethingNew'),
          stoppedReason: unknownWording,
          containers: fc.array(fc.record({ name: fc.constant('web'), reason: unknownWording }), { maxLength: 2 }),
        }),
      ),
      { minLength: 1, maxLength: 6 },
    );

    fc.assert(
      fc.property(tasks, unknownWording, (some, message) => {
        const diagnosis = diagnose({
          ...facts,
          tasks: named(some, 'a'),
          serviceEvents: [{ atMs: minuteMs, message }],
          rolloutStateReason: 'ECS deployment circuit breaker: tasks failed to start.',
        });

        expect([diagnosis.class, diagnosis.confidence]).toEqual(['unknown', 'low']);
      }),
      runs,
    );
  });

  it('is never surer for unknown words beside the facts', () => {
    const unknownTask = aTask(
      unknownWording.map((stoppedReason) => ({ stopCode: 'TaskFailedToStart', stoppedReason, containers: [] })),
    );
    const order: readonly Diagnosis['confidence'][] = ['low', 'medium', 'high'];

    fc.assert(
      fc.property(someFacts, fc.array(unknownTask, { minLength: 1, maxLength: 4 }), (one, unknown) => {
        const without = diagnose(one);
        const withThem = diagnose({ ...one, tasks: [...one.tasks, ...named(unknown, 'b')] });

        expect(order.indexOf(withThem.confidence)).toBeLessThanOrEqual(order.indexOf(without.confidence));
        expect(['unknown', without.class]).toContain(withThem.class);
      }),
      runs,
    );
  });

  it('tells at most five facts and never more failures than tasks', () => {
    fc.assert(
      fc.property(someFacts, (one) => {
        const { evidence, failing } = diagnose(one);

        expect(evidence.length).toBeGreaterThan(0);
        expect(evidence.length).toBeLessThanOrEqual(5);
        expect(failing.count).toBeLessThanOrEqual(failing.of);
      }),
      runs,
    );
  });
});
