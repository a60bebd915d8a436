import { describe, expect, it } from 'vitest';
import { deployRevision } from '../../../local/scenarios/stage.ts';
import type { Failure } from '../../../local/world/failure.ts';
import type { Switches } from '../../../local/world/switches.ts';
import {
  aStage,
  describedService,
  eventsOfTask,
  first,
  listOf,
  pick,
  refusal,
  type Stage,
  taskArns,
} from '../../builders/world.ts';

const serviceArn = 'arn:aws:ecs:us-east-1:111122223333:service/main/web';
/** The documented order. */
const lifeCycle = [
  'PROVISIONING',
  'PENDING',
  'ACTIVATING',
  'RUNNING',
  'DEACTIVATING',
  'STOPPING',
  'DEPROVISIONING',
  'STOPPED',
];

/** A task of service `web` that is healthy since 61 s and gets its notice at 100 s. */
function noticed(
  setup: { readonly switches?: Partial<Switches>; readonly stopTimeout?: number; readonly targetGroup?: string } = {},
): { stage: Stage; task: string; health: () => readonly unknown[] } {
  const stage = aStage({ switches: setup.switches ?? {} });
  const targetGroupArn = stage.world.createTargetGroup('web');
  stage.service({
    targetGroupArn,
    ...(setup.stopTimeout === undefined ? {} : { stopTimeout: setup.stopTimeout }),
  });
  stage.until(100);
  const task = first(taskArns(stage));
  const ip = pick(
    listOf(pick(stage.ecs('DescribeTasks', { tasks: [task] }), 'tasks', 0, 'attachments', 0), 'details').find(
      (detail) => pick(detail, 'name') === 'privateIPv4Address',
    ),
    'value',
  );
  stage.world.market.setCapacity('FARGATE_SPOT', 1);
  stage.world.market.reclaim(task);
  return {
    stage,
    task,
    health: () =>
      listOf(
        stage.world.call('elasticloadbalancing', 'DescribeTargetHealth', { TargetGroupArn: targetGroupArn }),
        'TargetHealthDescriptions',
      )
        .filter((target) => pick(target, 'Target', 'Id') === ip)
        .map((target) => pick(target, 'TargetHealth', 'State')),
  };
}

const ending = (stage: Stage, task: string) =>
  eventsOfTask(stage, task)
    .filter(({ event }) => event.detail.desiredStatus === 'STOPPED')
    .map(({ atSeconds, event }) => [atSeconds, event.detail.lastStatus]);

describe('a notice', () => {
  it('is a task state change: to be STOPPED, still RUNNING, stopped by SpotInterruption', () => {
    const { stage, task } = noticed();
    stage.until(100);

    const { id, ...event } = first(
      eventsOfTask(stage, task).filter(({ event: { detail } }) => detail.desiredStatus === 'STOPPED'),
    ).event;
    const { attachments, attributes, containers, overrides, ...detail } = event.detail;
    expect(event).toMatchObject({
      version: '0',
      'detail-type': 'ECS Task State Change',
      source: 'aws.ecs',
      account: '111122223333',
      time: '2026-01-05T09:01:40Z',
      region: 'us-east-1',
      resources: [task],
    });
    expect(id).not.toBe('');
    expect(detail).toEqual({
      availabilityZone: 'us-east-1a',
      capacityProviderName: 'FARGATE_SPOT',
      clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/main',
      connectivity: 'CONNECTED',
      cpu: '256',
      createdAt: '2026-01-05T09:00:01.000Z',
      desiredStatus: 'STOPPED',
      enableExecuteCommand: false,
      ephemeralStorage: { sizeInGiB: 20 },
      group: 'service:web',
      launchType: 'FARGATE',
      lastStatus: 'RUNNING',
      memory: '512',
      platformVersion: '1.4.0',
      pullStartedAt: '2026-01-05T09:00:06.000Z',
      pullStoppedAt: '2026-01-05T09:00:46.000Z',
      startedAt: '2026-01-05T09:00:46.000Z',
      startedBy: pick(describedService(stage), 'deployments', 0, 'id'),
      stopCode: 'SpotInterruption',
      stoppedReason: 'Your Spot Task was interrupted.',
      stoppingAt: '2026-01-05T09:01:40.000Z',
      taskArn: task,
      taskDefinitionArn: 'arn:aws:ecs:us-east-1:111122223333:task-definition/web:1',
      updatedAt: '2026-01-05T09:01:40.000Z',
      version: 5,
    });
    expect(attachments).toMatchObject([{ type: 'eni', status: 'ATTACHED' }]);
    expect(attributes).toEqual([{ name: 'ecs.cpu-architecture', value: 'x86_64' }]);
    expect(containers).toMatchObject([{ name: 'web', lastStatus: 'RUNNING', taskArn: task }]);
    expect(overrides).toEqual({ containerOverrides: [{ name: 'web' }] });
  });

  it('carries neither tags nor health', () => {
    const { stage, task } = noticed();
    stage.until(100);

    for (const { event } of eventsOfTask(stage, task)) {
      expect(Object.keys(event.detail)).not.toContain('tags');
      expect(Object.keys(event.detail)).not.toContain('healthStatus');
    }
  });

  it('is followed by the end of the task with the same stopCode and an exit code', () => {
    const { stage, task } = noticed();
    stage.until(200);

    const ended = eventsOfTask(stage, task).filter(({ event }) => event.detail.desiredStatus === 'STOPPED');
    expect(
      ended.map(({ event: { detail } }) => [
        detail.lastStatus,
        detail.stopCode,
        pick(detail, 'containers', 0, 'exitCode'),
        pick(detail, 'stoppedAt'),
      ]),
    ).toEqual([
      ['RUNNING', 'SpotInterruption', undefined, undefined],
      ['DEPROVISIONING', 'SpotInterruption', 0, undefined],
      ['STOPPED', 'SpotInterruption', 0, '2026-01-05T09:01:55.000Z'],
    ]);
  });

  it('is given once', () => {
    const { stage, task } = noticed();
    stage.world.market.reclaim(task);
    stage.until(105);
    stage.world.market.reclaim(task);
    stage.until(200);

    expect(ending(stage, task)).toEqual([
      [100, 'RUNNING'],
      [110, 'DEPROVISIONING'],
      [115, 'STOPPED'],
    ]);
  });

  it('can strike a task in PROVISIONING, which then never runs', () => {
    const stage = aStage();
    stage.service({ desiredCount: 1 });
    stage.until(5);
    const task = first(taskArns(stage));

    stage.world.market.setCapacity('FARGATE_SPOT', 0);
    stage.world.market.reclaim(task);
    const pending = counts(stage).pending;
    stage.until(200);

    expect(pending).toBe(0);
    expect(eventsOfTask(stage, task).map(({ event }) => [event.detail.lastStatus, event.detail.desiredStatus])).toEqual(
      [
        ['PROVISIONING', 'RUNNING'],
        ['PROVISIONING', 'STOPPED'],
        ['DEPROVISIONING', 'STOPPED'],
        ['STOPPED', 'STOPPED'],
      ],
    );
  });

  it('never strikes an on-demand task', () => {
    const stage = aStage();
    stage.service({ strategy: [{ capacityProvider: 'FARGATE', weight: 1 }] });
    stage.until(100);

    for (const task of taskArns(stage)) stage.world.market.reclaim(task);
    stage.world.market.reclaimDownTo(0);
    stage.until(200);

    expect(taskArns(stage)).toHaveLength(2);
    expect(stage.seen.filter(({ event }) => event.detail.stopCode !== undefined)).toEqual([]);
  });

  it('strikes as many tasks as run above the capacity that is left, over all services', () => {
    const stage = aStage();
    stage.service({ desiredCount: 4 });
    stage.service({ name: 'api', desiredCount: 3 });
    stage.until(100);

    stage.world.market.reclaimDownTo(2);
    stage.until(100);

    expect(taskArns(stage)).toHaveLength(2);
    expect(stage.seen.filter(({ event }) => event.detail.stopCode === 'SpotInterruption')).toHaveLength(5);
    expect(stage.world.market.capacity('FARGATE_SPOT')).toBe(2);
  });

  it('strikes nobody where capacity is enough, or is only lowered for new launches', () => {
    const stage = aStage();
    stage.service({ desiredCount: 4 });
    stage.until(100);

    stage.world.market.reclaimDownTo(4);
    stage.world.market.setCapacity('FARGATE_SPOT', 1);
    stage.until(300);

    expect(taskArns(stage)).toHaveLength(4);
  });
});

describe('versions', () => {
  it('rise with each event, and the life cycle goes forward with them', () => {
    const { stage, task } = noticed();
    stage.until(300);

    const details = eventsOfTask(stage, task).map(({ event }) => event.detail);
    expect(details.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(details.map(({ lastStatus }) => lastStatus)).toEqual([
      'PROVISIONING',
      'PENDING',
      'ACTIVATING',
      'RUNNING',
      'RUNNING',
      'DEPROVISIONING',
      'STOPPED',
    ]);
  });

  it('still tell the order of events that arrive out of order', () => {
    const { stage, task } = noticed({ switches: { eventLagMs: [0, 60_000] } });
    stage.until(300);

    const arrived = eventsOfTask(stage, task).map(({ event }) => event.detail);
    const versions = arrived.map(({ version }) => Number(version));
    const sorted = arrived.toSorted((a, b) => Number(a.version) - Number(b.version));
    const steps = sorted.map(({ lastStatus }) => lifeCycle.indexOf(String(lastStatus)));

    expect(versions).not.toEqual(versions.toSorted((a, b) => a - b));
    expect(new Set(versions).size).toBe(7);
    expect(steps).toEqual([0, 1, 2, 3, 3, 6, 7]);
  });
});

describe('from SIGTERM to STOPPED', () => {
  // Five seconds pass from the end of the container to STOPPED.
  it.each([
    { says: 'a container that handles SIGTERM ends itself', exits: 10, stoppedAt: 115, exitCode: 0 },
    { says: 'one that does not is killed after 30 s, the default', exits: 45, stoppedAt: 135, exitCode: 137 },
    { says: 'stopTimeout 120 gives it the time', exits: 45, stopTimeout: 120, stoppedAt: 150, exitCode: 0 },
    { says: 'two minutes are the end', exits: 300, stopTimeout: 120, stoppedAt: 225, exitCode: 137 },
    { says: 'a shorter stopTimeout kills sooner', exits: 10, stopTimeout: 5, stoppedAt: 110, exitCode: 137 },
  ])('$says', ({ exits, stopTimeout, stoppedAt, exitCode }) => {
    const { stage, task } = noticed({
      switches: { exitAfterSigtermMs: [exits * 1000, exits * 1000] },
      ...(stopTimeout === undefined ? {} : { stopTimeout }),
    });
    stage.until(400);

    const last = eventsOfTask(stage, task).at(-1);
    expect([last?.atSeconds, last?.event.detail.lastStatus]).toEqual([stoppedAt, 'STOPPED']);
    expect(pick(last, 'event', 'detail', 'containers', 0, 'exitCode')).toBe(exitCode);
    expect(pick(stage.ecs('DescribeTasks', { tasks: [task] }), 'tasks', 0, 'containers', 0, 'exitCode')).toBe(exitCode);
  });

  it('a normal stop deregisters for 15 s before it, a notice does not', () => {
    const { stage, task, health } = noticed();
    const other = first(taskArns(stage));
    stage.ecs('StopTask', { task: other });
    const atOnce = health();
    stage.until(200);

    expect(atOnce).toEqual(['healthy']);
    expect(ending(stage, task)).toEqual([
      [100, 'RUNNING'],
      [110, 'DEPROVISIONING'],
      [115, 'STOPPED'],
    ]);
    expect(ending(stage, other)).toEqual([
      [100, 'DEACTIVATING'],
      [125, 'DEPROVISIONING'],
      [130, 'STOPPED'],
    ]);
  });
});

describe('target health', () => {
  it('is initial from ACTIVATING, healthy with the task, and gone with its container', () => {
    const stage = aStage();
    const targetGroupArn = stage.world.createTargetGroup('web');
    stage.service({ desiredCount: 1, targetGroupArn });
    const states = (seconds: number) => {
      stage.until(seconds);
      return listOf(
        stage.world.call('elasticloadbalancing', 'DescribeTargetHealth', { TargetGroupArn: targetGroupArn }),
        'TargetHealthDescriptions',
      ).map((target) => [pick(target, 'Target', 'Port'), pick(target, 'TargetHealth', 'State')]);
    };

    const coming = [states(36), states(37), states(60), states(61)];
    stage.ecs('UpdateService', { service: 'web', desiredCount: 0 });
    const going = [states(62), states(86), states(87)];

    expect(coming).toEqual([[], [[8080, 'initial']], [[8080, 'initial']], [[8080, 'healthy']]]);
    expect(going).toEqual([[[8080, 'draining']], [[8080, 'draining']], []]);
  });

  it('stays healthy under notice until the container has exited', () => {
    const { stage, health } = noticed();
    const states = [100, 109, 110].map((seconds) => {
      stage.until(seconds);
      return health();
    });

    expect(states).toEqual([['healthy'], ['healthy'], []]);
  });

  it('drains when the target is deregistered, as often as it is asked for', () => {
    const { stage, health } = noticed();
    const targetGroupArn = 'arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/web/0123456789abcdef';
    const targets = listOf(
      stage.world.call('elasticloadbalancing', 'DescribeTargetHealth', { TargetGroupArn: targetGroupArn }),
      'TargetHealthDescriptions',
    ).map((target) => pick(target, 'Target'));

    for (let times = 0; times < 2; times += 1) {
      stage.world.call('elasticloadbalancing', 'DeregisterTargets', {
        TargetGroupArn: targetGroupArn,
        Targets: targets,
      });
    }

    expect(health()).toEqual(['draining']);
  });
});

interface SwitchCase {
  readonly says: string;
  readonly check: () => void;
}

const counts = (stage: Stage) => ({
  running: pick(describedService(stage), 'runningCount'),
  pending: pick(describedService(stage), 'pendingCount'),
});
/** Which events of the reclaimed task, from notice to STOPPED, have the field; and whether DescribeTasks shows it. */
const shows = (field: string, switches: Partial<Switches>) => {
  const { stage, task } = noticed({ switches });
  stage.until(200);
  const details = eventsOfTask(stage, task)
    .filter(({ event }) => event.detail.desiredStatus === 'STOPPED')
    .map(({ event }) => event.detail);
  return [
    ...details.map((detail) => field in detail),
    pick(stage.ecs('DescribeTasks', { tasks: [task] }), 'tasks', 0, field) !== undefined,
  ];
};

/** A service of one task that fails, on Spot. */
function brokenStage(switches: Partial<Switches>, failure: Failure = { kind: 'image' }): Stage {
  const stage = aStage({ switches });
  stage.world.failTaskDefinition('arn:aws:ecs:us-east-1:111122223333:task-definition/web:1', failure);
  stage.service({ desiredCount: 1 });
  return stage;
}

const launchesOf = (stage: Stage) =>
  stage.seen.filter(({ event }) => event.detail.lastStatus === 'PROVISIONING').map(({ atSeconds }) => atSeconds);

/** One row per switch; the type says that none is forgotten. */
const switchCases: Record<keyof Switches, SwitchCase> = {
  eventLagMs: {
    says: 'delays events, which keep the time of the change',
    check: () => {
      const { stage, task } = noticed({ switches: { eventLagMs: [7_000, 7_000] } });
      stage.until(200);
      const notice = eventsOfTask(stage, task).find(({ event }) => event.detail.desiredStatus === 'STOPPED');
      expect([notice?.atSeconds, notice?.event.time]).toEqual([107, '2026-01-05T09:01:40Z']);
    },
  },
  sigtermBeforeNoticeMs: {
    says: 'has SIGTERM come before the notice',
    check: () => {
      const { stage, task } = noticed({ switches: { sigtermBeforeNoticeMs: 4_000 } });
      stage.until(200);
      expect(ending(stage, task)).toEqual([
        [100, 'RUNNING'],
        [106, 'DEPROVISIONING'],
        [111, 'STOPPED'],
      ]);
    },
  },
  exitAfterSigtermMs: {
    says: 'says how long a container takes to end itself',
    check: () => {
      const { stage, task } = noticed({ switches: { exitAfterSigtermMs: [20_000, 20_000] } });
      stage.until(200);
      expect(ending(stage, task)).toEqual([
        [100, 'RUNNING'],
        [120, 'DEPROVISIONING'],
        [125, 'STOPPED'],
      ]);
    },
  },
  stopTimeoutMs: {
    says: 'stands in where the task definition does not say, and only there',
    check: () => {
      const switches: Partial<Switches> = { stopTimeoutMs: 120_000, exitAfterSigtermMs: [300_000, 300_000] };
      const unsaid = noticed({ switches });
      unsaid.stage.until(400);
      const said = noticed({ switches, stopTimeout: 60 });
      said.stage.until(400);
      expect(ending(unsaid.stage, unsaid.task)[1]).toEqual([220, 'DEPROVISIONING']);
      expect(ending(said.stage, said.task)[1]).toEqual([160, 'DEPROVISIONING']);
    },
  },
  launchToHealthyMs: {
    says: 'says how long a task takes from launch to healthy; it is RUNNING after three quarters',
    check: () => {
      const stage = aStage({ switches: { launchToHealthyMs: [180_000, 180_000] } });
      stage.service({ desiredCount: 1 });
      stage.until(300);
      const events = eventsOfTask(stage, first(taskArns(stage)));
      expect(events.map(({ atSeconds, event }) => [atSeconds, event.detail.lastStatus])).toEqual([
        [1, 'PROVISIONING'],
        [28, 'PENDING'],
        [109, 'ACTIVATING'],
        [136, 'RUNNING'],
      ]);
      const steady = stage.seen.find(({ event }) => event.detail.eventName === 'SERVICE_STEADY_STATE');
      expect(steady?.atSeconds).toBe(182);
    },
  },
  placementBackoffMs: {
    says: 'bounds the waits between failing placements, up to 27 minutes',
    check: () => {
      const stage = aStage({ switches: { placementBackoffMs: [600_000, 1_620_000] } });
      stage.world.market.setCapacity('FARGATE_SPOT', 0);
      stage.service();
      stage.until(2 * 3600);
      const failures = stage.seen.filter(({ event }) => event.detail.eventName === 'SERVICE_TASK_PLACEMENT_FAILURE');
      expect(failures.map(({ atSeconds }) => atSeconds)).toEqual([1, 602, 1803, 3424, 5045, 6666]);
    },
  },
  describeLagMs: {
    says: 'has DescribeServices answer with an older state',
    check: () => {
      const stage = aStage({ switches: { describeLagMs: 10_000 } });
      stage.service();
      stage.until(100);
      stage.ecs('UpdateService', { service: 'web', desiredCount: 5 });
      const shown = [100, 105, 110, 111].map((seconds) => {
        stage.until(seconds);
        return pick(describedService(stage), 'desiredCount');
      });
      // The scheduler looks at 101 s.
      expect(shown).toEqual([2, 2, 2, 5]);
    },
  },
  runningCountIncludesNoticed: {
    says: 'has runningCount still count a task under notice, until its container ends',
    check: () => {
      const { stage: without } = noticed();
      const { stage } = noticed({ switches: { runningCountIncludesNoticed: true } });
      const shown = [100, 109, 110].map((seconds) => {
        stage.until(seconds);
        return counts(stage).running;
      });
      expect([counts(without).running, ...shown]).toEqual([1, 2, 2, 1]);
    },
  },
  pendingCountIncludesProvisioning: {
    says: 'has pendingCount leave PROVISIONING out',
    check: () => {
      const pendingAt = (pendingCountIncludesProvisioning: boolean) => {
        const stage = aStage({ switches: { pendingCountIncludesProvisioning } });
        stage.service();
        return [5, 10, 45, 46].map((seconds) => {
          stage.until(seconds);
          return counts(stage).pending;
        });
      };
      expect(pendingAt(true)).toEqual([2, 2, 2, 0]);
      expect(pendingAt(false)).toEqual([0, 2, 2, 0]);
    },
  },
  omitStopCode: {
    says: "leaves stopCode out of a reclaimed task's events, not out of DescribeTasks",
    check: () => {
      expect(shows('stopCode', { omitStopCode: true })).toEqual([false, false, false, true]);
      expect(shows('stopCode', { omitStopCode: false })).toEqual([true, true, true, true]);
    },
  },
  omitStoppedReason: {
    says: "leaves stoppedReason out of a reclaimed task's events, not out of DescribeTasks",
    check: () => {
      expect(shows('stoppedReason', { omitStoppedReason: true })).toEqual([false, false, false, true]);
      expect(shows('stoppedReason', { omitStoppedReason: false })).toEqual([true, true, true, true]);
    },
  },
  omitGroup: {
    says: 'leaves group out of task events, not out of DescribeTasks',
    check: () => {
      expect(shows('group', { omitGroup: true })).toEqual([false, false, false, true]);
      expect(shows('group', { omitGroup: false })).toEqual([true, true, true, true]);
    },
  },
  omitCapacityProviderName: {
    says: 'leaves capacityProviderName out of task events, not out of DescribeTasks',
    check: () => {
      expect(shows('capacityProviderName', { omitCapacityProviderName: true })).toEqual([false, false, false, true]);
      expect(shows('capacityProviderName', { omitCapacityProviderName: false })).toEqual([true, true, true, true]);
    },
  },
  ecsDeregistersOnSpot: {
    says: 'has ECS drain the target with the notice',
    check: () => {
      expect(noticed({ switches: { ecsDeregistersOnSpot: true } }).health()).toEqual(['draining']);
      expect(noticed({ switches: { ecsDeregistersOnSpot: false } }).health()).toEqual(['healthy']);
    },
  },
  startBackoffMs: {
    says: 'bounds the waits between tasks that do not reach RUNNING, up to 27 minutes',
    check: () => {
      const stage = brokenStage({ startBackoffMs: [600_000, 1_620_000] });
      stage.until(2 * 3600);
      // Each fails 36 s after its launch.
      expect(launchesOf(stage)).toEqual([1, 638, 1875, 3532, 5189, 6846]);
    },
  },
  startImpairedAfter: {
    says: 'says how many such tasks in a row are told of',
    check: () => {
      const impairedAt = (startImpairedAfter: number) => {
        const stage = brokenStage({ startImpairedAfter });
        stage.until(400);
        return stage.seen.find(({ event }) => event.detail.eventName === 'SERVICE_TASK_START_IMPAIRED')?.atSeconds;
      };
      expect([impairedAt(1), impairedAt(3)]).toEqual([37, 141]);
    },
  },
  breakerCountsSpot: {
    says: 'has the circuit breaker count Spot interruptions, or not',
    check: () => {
      const failures = (breakerCountsSpot: boolean) => {
        const stage = aStage({ switches: { breakerCountsSpot } });
        stage.service({ desiredCount: 2, circuitBreaker: { enable: true, rollback: false } });
        stage.until(10);
        for (const task of taskArns(stage)) stage.world.market.reclaim(task);
        const serviceDeploymentArns = [pick(describedService(stage), 'currentServiceDeployment')];
        const answer = stage.world.call('ecs', 'DescribeServiceDeployments', { serviceDeploymentArns });
        return pick(answer, 'serviceDeployments', 0, 'deploymentCircuitBreaker', 'failureCount');
      };
      expect([failures(true), failures(false)]).toEqual([2, 0]);
    },
  },
  breakerCountsExits: {
    says: 'has the circuit breaker count containers that exit after RUNNING, or not',
    check: () => {
      const failed = (breakerCountsExits: boolean) => {
        const stage = brokenStage({ breakerCountsExits }, { kind: 'crash' });
        stage.until(600);
        return Number(pick(describedService(stage), 'deployments', 0, 'failedTasks'));
      };
      expect([failed(true) > 3, failed(false)]).toEqual([true, 0]);
    },
  },
  deploymentFailedAsServiceAction: {
    says: 'has a failed deployment told as a service action besides, or not',
    check: () => {
      const told = (deploymentFailedAsServiceAction: boolean) => {
        const stage = aStage({ switches: { deploymentFailedAsServiceAction } });
        stage.service({ desiredCount: 2, circuitBreaker: { enable: true, rollback: true } });
        stage.until(100);
        deployRevision(stage.world, stage.clusterArn, 'web', { broken: true });
        stage.until(300);
        return stage.seen
          .filter(({ event }) => event.detail.eventName === 'SERVICE_DEPLOYMENT_FAILED')
          .map(({ event }) => event['detail-type']);
      };
      expect(told(true)).toEqual(['ECS Deployment State Change', 'ECS Service Action']);
      expect(told(false)).toEqual(['ECS Deployment State Change']);
    },
  },
  throttling: {
    says: 'empties the token buckets, or not',
    check: () => {
      const sixtyUpdates = (throttling: boolean) => {
        const stage = aStage({ switches: { throttling } });
        stage.service();
        for (let calls = 0; calls < 60; calls += 1) stage.ecs('UpdateService', { service: 'web', desiredCount: 2 });
      };
      expect(refusal(() => sixtyUpdates(true)).name).toBe('ThrottlingException');
      expect(() => sixtyUpdates(false)).not.toThrow();
    },
  },
};

describe('each switch does what it says', () => {
  const rows = Object.entries(switchCases).map(([name, { says, check }]) => ({ name, says, check }));

  it.each(rows)('$name $says', ({ check }) => check());

  it('omits stopCode and reason of Spot interruptions only', () => {
    const stage = aStage({ switches: { omitStopCode: true, omitStoppedReason: true } });
    stage.service({ desiredCount: 1 });
    stage.until(100);
    const task = first(taskArns(stage));
    stage.ecs('StopTask', { task, reason: 'drill' });
    stage.until(200);

    const last = eventsOfTask(stage, task).at(-1);
    expect([last?.event.detail.stopCode, last?.event.detail.stoppedReason]).toEqual(['UserInitiated', 'drill']);
  });

  it('draws a range evenly and never leaves it', () => {
    const stage = aStage({ switches: { launchToHealthyMs: [20_000, 180_000] } });
    stage.service({ desiredCount: 200 });
    stage.until(400);

    const seconds = stage.seen
      .filter(({ event }) => event.detail.lastStatus === 'RUNNING')
      // RUNNING comes after three quarters.
      .map(({ atSeconds }) => ((atSeconds - 1) * 4) / 3);
    expect(seconds).toHaveLength(200);
    // Rounded to milliseconds.
    expect(Math.min(...seconds)).toBeGreaterThanOrEqual(19.99);
    expect(Math.max(...seconds)).toBeLessThanOrEqual(180.01);
    expect(seconds.reduce((sum, value) => sum + value, 0) / 200).toBeGreaterThan(85);
    expect(seconds.reduce((sum, value) => sum + value, 0) / 200).toBeLessThan(115);
  });
});

it('keeps the service under its own ARN through it all', () => {
  const { stage } = noticed();
  stage.until(600);

  expect(pick(describedService(stage), 'serviceArn')).toBe(serviceArn);
});

it('reclaimFrom gives notice to so many Spot tasks of one service', () => {
  const stage = aStage();
  const web = stage.service({ desiredCount: 3 });
  stage.service({ name: 'other', desiredCount: 3 });
  stage.until(100);

  stage.world.market.reclaimFrom(web, 2);

  expect(taskArns(stage, { serviceName: 'web' })).toHaveLength(1);
  expect(taskArns(stage, { serviceName: 'other' })).toHaveLength(3);
});
