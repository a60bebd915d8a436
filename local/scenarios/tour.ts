import type { World } from '../world/world.ts';
import type { Cast } from './cast.ts';
import { createCarefulJobs } from './counting-jobs.ts';
import { type Act, minute, type Operator, type Scenario } from './scenario.ts';
import { acting, createCluster, createService, deployRevision, registerTask, runJob } from './stage.ts';

/**
 * Everything that the dashboards can show, one thing after the other, so that somebody who watches sees each widget and
 * each alarm at work. Whatever the world would draw is fixed: the minutes and the money can be worked out by hand.
 */

/** Minutes after the start. In the first hour there is one shortage and nothing else: its money is worked by hand. */
const times = {
  shortage: 5,
  spotBack: 20,
  checkpoint: 64,
  noReport: 69,
  badRelease: 76,
  lateNotice: 84,
  unclearStop: 90,
  wrongTag: 92,
  tagMended: 109,
  pause: 112,
  pauseOver: 120,
  noCapacity: 124,
  bothBack: 134,
  drought: 150,
  untagged: 158,
  release: 160,
  smallQuota: 170,
  secondFall: 176,
  droughtOver: 212,
  deadLetters: 225,
  deadLettersOut: 230,
  crashes: 234,
  metricsRefused: 242,
  metricsTaken: 250,
  /** As much of it as is worth watching: what follows takes a day and more. */
  curtain: 262,
  longDrought: 300,
  longDroughtOver: 700,
  /** Spot takes tasks of search, is back, and somebody puts the original strategy back: twice. */
  quarrel: [
    { fall: 710, back: 720, putBack: 725 },
    { fall: 740, back: 750, putBack: 755 },
  ],
  lastFall: 770,
  lastBack: 780,
  searchPaused: 2_200,
  searchPauseOver: 2_240,
  end: 2_290,
} as const;

/** Every function that reads a queue. */
const functions = [
  ...['on-spot-notice', 'on-task-state-change', 'on-service-action', 'on-deployment-state-change'],
  ...['on-checkpoint-report', 'run-checkpoint-hook', 'resume', 'diagnose', 'decide', 'reconcile'],
];

const jobs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  count: { 'ballast:checkpoint': 'in-task', 'ballast:resume': 'true' },
  export: { 'ballast:checkpoint': 'in-task' },
};

const lateByMs = 45_000;

export const tour: Scenario = {
  name: 'tour',
  summary:
    'a shortage and its end, checkpoints, a bad release, a late notice, a pause, no capacity at all, dead letters',
  seed: 21,
  switches: {
    eventLagMs: [1_000, 1_000],
    exitAfterSigtermMs: [5_000, 5_000],
    launchToHealthyMs: [60_000, 60_000],
    placementBackoffMs: [20_000, 60_000],
  },
  durationMs: times.curtain * minute,
  setUp(world): Cast {
    const clusterArn = createCluster(world, 'shop');
    const targetGroupArn = world.createTargetGroup('web');
    const service = (name: string, desiredCount: number, tags: Readonly<Record<string, string>> = acting) =>
      createService(world, clusterArn, { name, desiredCount, tags });
    const web = createService(world, clusterArn, { name: 'web', desiredCount: 6, targetGroupArn, tags: acting });
    const cart = service('cart', 3, { ...acting, 'ballast:max-bridge': '1' });
    const search = service('search', 3, { ...acting, 'ballast:fallback': 'strategy', 'ballast:stay-shifted': '10m' });
    const checkout = service('checkout', 2, { ...acting, 'ballast:tier': 'production' });
    const plain = service('plain', 2, {});
    const workers = createCluster(world, 'workers');
    const mailer = createService(world, workers, { name: 'mailer', desiredCount: 2, tags: acting });
    for (const [family, tags] of Object.entries(jobs)) {
      runJob(world, clusterArn, registerTask(world, family, { stopTimeout: 60, tags }));
    }
    return {
      clusterArn,
      services: [
        { name: 'web', arn: web, role: 'bridge', targetGroupArn },
        { name: 'cart', arn: cart, role: 'bridge' },
        { name: 'search', arn: search, role: 'strategy' },
        { name: 'checkout', arn: checkout, role: 'bridge' },
        { name: 'plain', arn: plain, role: 'not enrolled' },
        { name: 'mailer', arn: mailer, role: 'bridge' },
      ],
    };
  },
  countingJobs: (world, report) => createCarefulJobs(world, 'count', report),
  deliveries: ({ time, detail }) =>
    isOfStop(detail) && isWithin(time, times.lateNotice, times.lateNotice + 2) ? [lateByMs] : [0],
  acts: [
    act(
      times.shortage,
      'Spot takes three tasks of web and has no room for others',
      (world, cast) => fall(world, cast, { web: 3 }),
      'tense',
    ),
    act(times.spotBack, 'Spot is back', spotBack),
    act(times.spotBack + 5, 'calm: the bridge is kept at 0 for a while, then deleted', () => {}, 'calm'),
    act(
      times.checkpoint,
      'Spot takes a job: it saves, reports, and is started again from there',
      (world) => reclaimJobs(world, 'count'),
      'tense',
    ),
    act(times.noReport, 'Spot takes another, which reports nothing', (world) => reclaimJobs(world, 'export'), 'tense'),
    act(times.badRelease, 'a release of checkout, which is production, whose image cannot be pulled', (world, cast) => {
      const deploymentConfiguration = { deploymentCircuitBreaker: { enable: true, rollback: true } };
      deployRevision(world, cast.clusterArn, 'checkout', { broken: true, update: { deploymentConfiguration } });
    }),
    act(
      times.lateNotice,
      `Spot takes a task of web, and the notice comes ${lateByMs / 1_000} s late`,
      (world, cast) => world.market.reclaimFrom(arnOf(cast, 'web'), 1),
      'tense',
    ),
    act(times.unclearStop, 'a task of search is told to stop by an event that does not say why', tellUnclearStop),
    act(
      times.wrongTag,
      'somebody mistypes a tag of mailer',
      (world, cast) => tag(world, cast, 'mailer', { 'ballast:mode': 'atc' }),
      'calm',
    ),
    act(
      times.tagMended,
      'and mends it',
      (world, cast) => tag(world, cast, 'mailer', { 'ballast:mode': 'act' }),
      'calm',
    ),
    act(times.pause, 'a person pauses everything', (_world, _cast, operator) => operator?.setPause(undefined, true)),
    act(
      times.pauseOver,
      'the pause is over',
      (_world, _cast, operator) => operator?.setPause(undefined, false),
      'calm',
    ),
    act(
      times.noCapacity,
      'Spot takes seven tasks, and on-demand has nothing left either',
      (world, cast) => {
        world.market.setCapacity('FARGATE', 0);
        fall(world, cast, { web: 4, cart: 2, search: 1 });
      },
      'tense',
    ),
    act(times.bothBack, 'both are back', (world) => {
      world.market.setCapacity('FARGATE', undefined);
      spotBack(world);
    }),
    act(
      times.drought,
      'Spot is short again: cart lacks more than its bridge may have',
      (world, cast) => fall(world, cast, { cart: 3, mailer: 1 }),
      'tense',
    ),
    act(times.untagged, 'somebody takes the tags off mailer, whose bridge stands', (world, cast) => {
      world.call('ecs', 'UntagResource', { resourceArn: arnOf(cast, 'mailer'), tagKeys: Object.keys(acting) });
    }),
    act(times.release, 'a release of checkout that Spot has no room for', (world, { clusterArn }) => {
      deployRevision(world, clusterArn, 'checkout');
    }),
    act(times.smallQuota, 'the quota of on-demand vCPU is small', (world) => world.market.setOnDemandVcpuQuota(1.5)),
    act(times.secondFall, 'Spot takes all of web', (world, cast) => fall(world, cast, { web: 6 }), 'tense'),
    act(times.droughtOver, 'Spot is back, the quota is as before, and mailer has its tags again', (world, cast) => {
      spotBack(world);
      world.market.setOnDemandVcpuQuota(64);
      tag(world, cast, 'mailer', acting);
    }),
    act(
      times.deadLetters,
      'messages that nobody can handle, and an event that could not be delivered',
      (_world, _cast, operator) => {
        for (const name of functions) operator?.disturb?.poison(name);
        operator?.disturb?.undelivered();
      },
    ),
    act(times.deadLettersOut, 'somebody has looked at them', (_world, _cast, operator) => operator?.disturb?.drain()),
    ...[0, 1].map((after) =>
      act(times.crashes + after, 'functions end without an answer', (_world, _cast, operator) => {
        for (const name of functions) operator?.disturb?.crash(name, 3);
      }),
    ),
    act(times.metricsRefused, 'CloudWatch does not take metrics, and Spot takes a task', (world, cast, operator) => {
      operator?.disturb?.takeMetrics(false);
      fall(world, cast, { web: 1 });
    }),
    act(times.metricsTaken, 'CloudWatch takes them again, and Spot is back', (world, _cast, operator) => {
      operator?.disturb?.takeMetrics(true);
      spotBack(world);
    }),
  ],
};

/** A day and more, for the alarms about what lasts: not for watching. */
export const tourToTheEnd: Scenario = {
  ...tour,
  name: 'tour-to-the-end',
  durationMs: times.end * minute,
  acts: [
    ...tour.acts,
    act(times.longDrought, 'Spot is short for hours', (world, cast) => fall(world, cast, { web: 2 })),
    act(
      times.longDroughtOver,
      'Spot is back; search is to stay on demand for long where it has to go there',
      (world, cast) => {
        spotBack(world);
        tag(world, cast, 'search', { 'ballast:stay-shifted': '24h' });
      },
    ),
    ...times.quarrel.flatMap((round) => [
      act(round.fall, 'Spot is short for search', (world, cast) => fall(world, cast, { search: 2 })),
      act(round.back, 'Spot is back', spotBack),
      act(round.putBack, 'somebody puts the original strategy of search back', (world, { clusterArn }) => {
        world.call('ecs', 'UpdateService', {
          cluster: clusterArn,
          service: 'search',
          capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
          forceNewDeployment: true,
        });
      }),
    ]),
    act(times.lastFall, 'Spot is short for search', (world, cast) => fall(world, cast, { search: 2 })),
    act(times.lastBack, 'Spot is back', spotBack),
    // Ballast itself goes back after a day at most.
    act(times.searchPaused, 'a person pauses search', (_world, cast, operator) =>
      operator?.setPause(arnOf(cast, 'search'), true),
    ),
    act(times.searchPauseOver, 'the pause is over', (_world, cast, operator) =>
      operator?.setPause(arnOf(cast, 'search'), false),
    ),
  ],
};

/** Spot takes so many tasks of each, and has no room for others. */
function fall(world: World, cast: Cast, taken: Readonly<Record<string, number>>): void {
  const lost = Object.values(taken).reduce((sum, tasks) => sum + tasks, 0);
  world.market.setCapacity('FARGATE_SPOT', spotTasksOf(world) - lost);
  for (const [name, tasks] of Object.entries(taken)) world.market.reclaimFrom(arnOf(cast, name), tasks);
}

/** Those of services that are on Spot now, and the jobs. */
function spotTasksOf(world: World): number {
  const { clusterArns } = world.call('ecs', 'ListClusters', {});
  const tasks = (Array.isArray(clusterArns) ? clusterArns : []).flatMap((cluster) => {
    const { taskArns } = world.call('ecs', 'ListTasks', { cluster });
    const { tasks: described } = world.call('ecs', 'DescribeTasks', { cluster, tasks: taskArns });
    return Array.isArray(described) ? described : [];
  });
  return tasks.filter(
    ({ capacityProviderName, desiredStatus }) => capacityProviderName === 'FARGATE_SPOT' && desiredStatus === 'RUNNING',
  ).length;
}

function act(
  minutes: number,
  title: string,
  run: (world: World, cast: Cast, operator?: Operator) => void | Promise<void>,
  pace?: Act['pace'],
): Act {
  return { atMs: minutes * minute, title, run, ...(pace === undefined ? {} : { pace }) };
}

function spotBack(world: World): void {
  world.market.setCapacity('FARGATE_SPOT', undefined);
}

function arnOf({ services }: Cast, name: string): string {
  return services.find((service) => service.name === name)?.arn ?? '';
}

function reclaimJobs(world: World, family: string): void {
  const { taskArns } = world.call('ecs', 'ListTasks', { cluster: 'shop', family });
  for (const taskArn of Array.isArray(taskArns) ? taskArns : []) world.market.reclaim(String(taskArn));
}

function tag(world: World, cast: Cast, service: string, tags: Readonly<Record<string, string>>): void {
  world.call('ecs', 'TagResource', {
    resourceArn: arnOf(cast, service),
    tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
  });
}

/** The notice and what follows it, which would tell of it as well. */
function isOfStop(detail: Readonly<Record<string, unknown>>): boolean {
  return detail.desiredStatus === 'STOPPED';
}

function isWithin(time: string, fromMinutes: number, toMinutes: number): boolean {
  const minutes = (Date.parse(time) - Date.parse('2026-03-01T09:00:00Z')) / minute;
  return minutes >= fromMinutes && minutes < toMinutes;
}

/** As ECS writes it where stopCode and stoppedReason are left out. */
function tellUnclearStop(world: World, _cast: Cast, operator?: Operator): void {
  const { taskArns } = world.call('ecs', 'ListTasks', { cluster: 'shop', serviceName: 'search' });
  const taskArn = String(Array.isArray(taskArns) ? taskArns[0] : '');
  const clusterArn = taskArn.replace(':task/', ':cluster/').replace(/\/[^/]+$/, '');
  operator?.disturb?.tell({
    version: '0',
    id: 'a0a0a0a0-0000-4000-8000-00000000f00d',
    'detail-type': 'ECS Task State Change',
    source: 'aws.ecs',
    account: '111122223333',
    time: new Date(world.nowMs).toISOString(),
    region: 'us-east-1',
    resources: [taskArn],
    detail: {
      taskArn,
      clusterArn,
      group: 'service:search',
      desiredStatus: 'STOPPED',
      lastStatus: 'RUNNING',
      capacityProviderName: 'FARGATE_SPOT',
    },
  });
}
