import type { Step } from '../world/figures.ts';
import type { World } from '../world/world.ts';
import type { Cast } from './cast.ts';
import {
  atLeast,
  bridgeMoves,
  bridgesLeft,
  exactly,
  firstAtMs,
  isBridgeOf,
  mostBoughtTooMuch,
  revisionsOfBridge,
  secondOf,
  stepAt,
  stepsBetween,
  stepsOf,
  told,
  toldBridge,
  writesTo,
} from './goals.ts';
import type { Goal, Outcome } from './outcome.ts';
import { at, minute, type Scenario } from './scenario.ts';
import { acting, createCluster, createService, deployRevision, taskDefinitionArn } from './stage.ts';

const desired = 10;

const fall = 5;
const release = 15;
const oneMore = 25;
const turn = 40;
const end = 90;

interface Rollout {
  readonly minimumHealthyPercent: number;
  readonly circuitBreaker?: { readonly enable: boolean; readonly rollback: boolean };
}

function setUp(world: World, rollout: Rollout): Cast {
  const clusterArn = createCluster(world, 'main');
  const targetGroupArn = world.createTargetGroup('web');
  const arn = createService(world, clusterArn, {
    name: 'web',
    desiredCount: desired,
    targetGroupArn,
    tags: acting,
    ...rollout,
  });
  return { clusterArn, services: [{ name: 'web', arn, role: 'bridge', targetGroupArn }] };
}

const untilOneMore: Scenario['acts'] = [
  {
    atMs: fall * minute,
    title: 'Spot falls to 6',
    opensPart: 'a drought with a release in it',
    run: (world) => world.market.reclaimDownTo(6),
  },
  {
    atMs: release * minute,
    title: 'a release',
    run: (world, cast) => void deployRevision(world, cast.clusterArn, 'web'),
  },
  {
    atMs: oneMore * minute,
    title: 'Spot grows by one task',
    run: (world) => world.market.setCapacity('FARGATE_SPOT', 7),
  },
];

function deployInDrought(minimumHealthyPercent: 50 | 100): Scenario {
  return {
    name: `deploy-in-drought-${minimumHealthyPercent}`,
    summary: `10 tasks, 6 on Spot, and a release meanwhile with minimumHealthyPercent ${minimumHealthyPercent}`,
    seed: 4,
    switches: {},
    durationMs: end * minute,
    setUp: (world) => setUp(world, { minimumHealthyPercent }),
    acts: [
      ...untilOneMore,
      {
        atMs: turn * minute,
        title: 'Spot is back',
        run: (world) => world.market.setCapacity('FARGATE_SPOT', undefined),
      },
    ],
    goals: (outcome) => [
      ...commonGoals(outcome, minimumHealthyPercent),
      exactly('moves of the bridge to another revision', revisionsOfBridge(outcome, 'web').moves, 1),
      exactly('task definition of the bridge in the end', revisionsOfBridge(outcome, 'web').last, 'web:2'),
    ],
  };
}

export const deployInDrought50 = deployInDrought(50);
export const deployInDrought100 = deployInDrought(100);

/** One task of the release comes up, the others never do. */
export const deployRolledBack: Scenario = {
  name: 'deploy-rolled-back',
  summary:
    '10 tasks, 6 on Spot, and a release whose first task comes up and no other: the circuit breaker rolls it back',
  seed: 4,
  switches: {},
  durationMs: end * minute,
  setUp: (world) => setUp(world, { minimumHealthyPercent: 100, circuitBreaker: { enable: true, rollback: true } }),
  acts: [
    ...untilOneMore,
    {
      atMs: (turn - 1) * minute,
      title: 'the release is broken from now on',
      run: (world) => world.failTaskDefinition(taskDefinitionArn(world, 'web:2'), { kind: 'image' }),
    },
    { atMs: turn * minute, title: 'Spot grows to 10', run: (world) => world.market.setCapacity('FARGATE_SPOT', 10) },
    {
      atMs: (turn + 15) * minute,
      title: 'Spot is back',
      run: (world) => world.market.setCapacity('FARGATE_SPOT', undefined),
    },
  ],
  goals: (outcome) => [
    ...commonGoals(outcome, 100),
    exactly('moves of the bridge: to the release, and back', revisionsOfBridge(outcome, 'web').moves, 2),
    exactly('task definition of the bridge in the end', revisionsOfBridge(outcome, 'web').last, 'web:1'),
    atLeast(
      'deployments that failed',
      outcome.events.filter(({ event }) => event.detail.eventName === 'SERVICE_DEPLOYMENT_FAILED').length,
      1,
    ),
  ],
};

function commonGoals(outcome: Outcome, minimumHealthyPercent: number): readonly Goal[] {
  const steps = stepsOf(outcome, 'web');
  const healthyAtMs = firstAtMs(steps, ({ servingNewest }) => servingNewest > 0, at(release) + 1);
  const followsAtMs = firstAtMs(steps, ({ bridgeOfNewest }) => bridgeOfNewest > 0, at(release) + 1);
  const firstMoveAtMs =
    writesTo(outcome, isBridgeOf('web')).find(
      ({ action, input }) => action === 'UpdateService' && input.taskDefinition !== undefined,
    )?.atMs ?? at(release);
  const lowest = Math.ceil((desired * minimumHealthyPercent) / 100);
  const coveredAtMs = firstAtMs(
    steps,
    ({ serving, bridgeServing }) => bridgeServing > 0 && serving >= lowest,
    at(fall),
  );
  return [
    exactly('bought beyond what was missing at that second, tasks', mostBoughtTooMuch(outcome, 'web', steps), 0),
    exactly('bought for tasks that a deployment merely starts', mostBoughtForStarting(outcome, steps), 0),
    atLeast(
      'from the first healthy task of the release to the bridge of it',
      (followsAtMs - healthyAtMs) / 1000,
      0,
      ' s',
    ),
    atLeast(
      `least serving once covered (${minimumHealthyPercent} %)`,
      Math.min(...stepsBetween(steps, coveredAtMs, at(end)).map(({ serving }) => serving)),
      lowest,
    ),
    exactly('tasks on their way when the bridge first moves', stepAt(steps, firstMoveAtMs).starting, 0),
    exactly('writes to the service itself', writesTo(outcome, (name) => name === 'web').length, 0),
    exactly('bridges in the end', bridgesLeft(outcome).length, 0),
    told('healthy, followed', `${secondOf(healthyAtMs)} s, ${secondOf(followsAtMs)} s`),
    toldBridge(outcome, 'web'),
  ];
}

/** How far a purchase after the release went beyond the tasks that are neither up nor on their way. */
function mostBoughtForStarting(outcome: Outcome, steps: readonly Step[]): number {
  return Math.max(
    0,
    ...bridgeMoves(outcome, 'web')
      .filter(({ atMs, from, to }) => to > from && atMs > at(release))
      .map(({ atMs, to }) => {
        const { running, starting } = stepAt(steps, atMs);
        return to - (desired - running - starting);
      }),
  );
}
