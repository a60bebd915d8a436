import { nameOfArn } from '../../shared/events/arn.ts';
import type { World } from '../world/world.ts';
import { createCountingJobs } from './counting-jobs.ts';
import { atMost, exactly, told } from './goals.ts';
import type { Outcome } from './outcome.ts';
import { at, minute, type Scenario } from './scenario.ts';
import { createCluster, network, registerTask, runJob } from './stage.ts';

const countTo = 1_500;
/** 1 + 2 + … + 1,500. */
const sumOfAll = 1_125_750;
/** When Spot takes the counting job, wherever it is by then. */
const reclaims = [4.2, 9.6, 14.3, 20.9, 27.7];
const shortageFrom = 45;
const shortageTo = 55;
const dayLater = 24 * 60 + 10;

const resumed = { 'ballast:checkpoint': 'in-task', 'ballast:resume': 'true' };

/** Jobs are reclaimed while every event comes three times and out of order; each is started again as it asked for. */
export const resume: Scenario = {
  name: 'resume',
  summary: 'a counting job is reclaimed five times, beside jobs that must not be started again; events come thrice',
  seed: 11,
  switches: {},
  durationMs: (dayLater + 10) * minute,
  setUp(world) {
    const clusterArn = createCluster(world, 'jobs');
    const definition = (family: string, tags: Readonly<Record<string, string>>) =>
      registerTask(world, family, { stopTimeout: 60, tags });
    runJob(world, clusterArn, definition('count', { ...resumed, 'ballast:max-resumes': '6' }));
    runJob(world, clusterArn, definition('short', resumed));
    runJob(world, clusterArn, definition('checkpoint-only', { 'ballast:checkpoint': 'in-task' }));
    runJob(world, clusterArn, definition('plain', {}));
    // Step Functions runs the very task definition that opted in: it retries by itself.
    world.runTaskAs('AWS Step Functions', {
      cluster: clusterArn,
      taskDefinition: definition('step', resumed),
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
      networkConfiguration: network,
    });
    return { clusterArn, services: [] };
  },
  countingJobs: (world, report) =>
    createCountingJobs({
      world,
      family: 'count',
      countTo,
      saveEvery: 60,
      saveMs: 4_000,
      // The second and the fourth time nobody hears: the container is killed with what it saved as it went.
      hearsSigterm: (nth) => nth % 2 === 1,
      report,
    }),
  // At once, a little later, and much later: a copy may overtake the events that came after it.
  deliveries: (event) => [lateBy(event.id, 0, 4_000), lateBy(event.id, 1, 30_000), lateBy(event.id, 2, 240_000)],
  acts: [
    ...reclaims.map((minutes, index) => ({
      atMs: minutes * minute,
      title: `Spot takes the counting job, for the ${index + 1}. time`,
      run: (world: World) => reclaimFamily(world, 'count'),
    })),
    {
      atMs: 30 * minute,
      title: 'Spot takes the other jobs: started by Step Functions, without opt-in, with a checkpoint only',
      run: (world) => {
        for (const family of ['step', 'plain', 'checkpoint-only']) reclaimFamily(world, family);
      },
    },
    {
      atMs: shortageFrom * minute,
      title: 'Spot takes the last job, and has no room for another',
      run: (world) => {
        world.market.setCapacity('FARGATE_SPOT', 0);
        reclaimFamily(world, 'short');
      },
    },
    {
      atMs: shortageTo * minute,
      title: 'Spot is back',
      run: (world) => world.market.setCapacity('FARGATE_SPOT', undefined),
    },
    {
      atMs: dayLater * minute,
      title: 'a day later everything that ECS told is redriven',
      run: (_world, _cast, operator) => operator?.redrive(),
    },
  ],
  async goals(outcome) {
    const openJobs = (await outcome.ledger?.openJobs()) ?? [];
    const { begins = [], results = [] } = outcome.countingJobs ?? {};
    const count = tasksOf(outcome, 'count');
    const short = startsOf(outcome, 'short');
    const lost = begins.filter(({ from, lastSaved }) => from !== lastSaved);
    return [
      exactly('results of the counting job', results.length, 1),
      exactly('it counted to', results[0]?.count ?? 0, countTo),
      exactly('and the sum of all numbers is', results[0]?.sum ?? 0, sumOfAll),
      exactly('tasks of the counting job', count.size, 1 + reclaims.length),
      exactly('starts that did not begin where the last checkpoint ended', lost.length, 0),
      told('where each start began', begins.map(({ from }) => from).join(', ')),
      exactly('requests to start it again', startsOf(outcome, 'count').length, reclaims.length),
      exactly('tasks that Step Functions had started, started again', tasksOf(outcome, 'step').size - 1, 0),
      exactly('tasks without opt-in, started again', tasksOf(outcome, 'plain').size - 1, 0),
      exactly('tasks with a checkpoint only, started again', tasksOf(outcome, 'checkpoint-only').size - 1, 0),
      exactly('held as', heldAs(outcome, 'step'), 'owned_by_orchestrator'),
      exactly('tries of the job that Spot had no room for', short.map(providerOf).join(', '), 'FARGATE_SPOT, FARGATE'),
      exactly('RunTask a day later', outcome.writes.filter(({ atMs }) => atMs > at(dayLater - 1)).length, 0),
      atMost('from the end of a task to the request for the next', longestWaitSeconds(outcome), 25, ' s'),
      exactly('dead letters', outcome.deadLetters.length, 0),
      exactly('jobs still looked after: the last one, which runs on', openJobs.length, 1),
    ];
  },
};

/** The same for an event whenever it is asked: its id decides. */
function lateBy(eventId: string, nth: number, atMostMs: number): number {
  return Number.parseInt(eventId.replaceAll('-', '').slice(nth * 6, nth * 6 + 6), 16) % atMostMs;
}

/** Every task of the family that ECS ever told of, by ARN, with the moment of its end. */
function tasksOf(outcome: Outcome, family: string): ReadonlyMap<string, number | undefined> {
  const tasks = new Map<string, number | undefined>();
  for (const { event } of outcome.events) {
    const { taskArn, taskDefinitionArn, stoppedAt } = event.detail;
    if (!nameOfArn(String(taskDefinitionArn)).startsWith(`${family}:`)) continue;
    const stoppedAtMs = stoppedAt === undefined ? undefined : Date.parse(String(stoppedAt));
    tasks.set(String(taskArn), stoppedAtMs ?? tasks.get(String(taskArn)));
  }
  return tasks;
}

/** Gives the tasks of the family that run now their notice. */
function reclaimFamily(world: World, family: string): void {
  const { taskArns } = world.call('ecs', 'ListTasks', { cluster: 'jobs', family });
  for (const taskArn of Array.isArray(taskArns) ? taskArns : []) world.market.reclaim(String(taskArn));
}

function startsOf(outcome: Outcome, family: string) {
  return outcome.writes.filter(
    ({ action, input }) => action === 'RunTask' && nameOfArn(String(input.taskDefinition)).startsWith(`${family}:`),
  );
}

function providerOf({ input }: Outcome['writes'][number]): string {
  const [first] = Array.isArray(input.capacityProviderStrategy) ? input.capacityProviderStrategy : [];
  return String(first?.capacityProvider);
}

function heldAs(outcome: Outcome, family: string): string {
  const tasks = tasksOf(outcome, family);
  const held = outcome.tellings.filter(({ what, about }) => what === 'not resumed' && tasks.has(about));
  return [...new Set(held.map(({ value }) => value))].join(', ');
}

function longestWaitSeconds(outcome: Outcome): number {
  const stops = [...tasksOf(outcome, 'count').values()].flatMap((stoppedAtMs) => stoppedAtMs ?? []);
  const waits = startsOf(outcome, 'count').map(({ atMs }) => atMs - Math.max(...stops.filter((stop) => stop <= atMs)));
  return Math.max(...waits) / 1000;
}
