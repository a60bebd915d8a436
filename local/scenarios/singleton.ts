import {
  atLeast,
  bridgesLeft,
  decidedFor,
  exactly,
  isBridgeOf,
  longestSeconds,
  stepsBetween,
  stepsOf,
  told,
  toldBridge,
  writesTo,
} from './goals.ts';
import { at, minute, type Scenario } from './scenario.ts';
import { acting, createCluster, createService } from './stage.ts';

const fall = 5;
const back = 25;
const end = 60;

/** One task that must never be two, and one that may. */
export const singleton: Scenario = {
  name: 'singleton',
  summary:
    'two services of one task with maximumPercent 100, one of which allows an overlap, without Spot for 20 minutes',
  seed: 6,
  switches: {},
  durationMs: end * minute,
  setUp(world) {
    const clusterArn = createCluster(world, 'main');
    const alone = { desiredCount: 1, minimumHealthyPercent: 0, maximumPercent: 100 };
    const tags = acting;
    const lone = createService(world, clusterArn, { name: 'lone', ...alone, tags });
    const pair = createService(world, clusterArn, {
      name: 'pair',
      ...alone,
      tags: { ...tags, 'ballast:allow-overlap': 'true' },
    });
    return {
      clusterArn,
      services: [
        { name: 'lone', arn: lone, role: 'bridge' },
        { name: 'pair', arn: pair, role: 'bridge, overlap' },
      ],
    };
  },
  acts: [
    {
      atMs: fall * minute,
      title: 'Spot is gone',
      opensPart: 'no Spot for twenty minutes',
      run: (world) => world.market.reclaimDownTo(0),
    },
    { atMs: back * minute, title: 'Spot is back', run: (world) => world.market.setCapacity('FARGATE_SPOT', undefined) },
  ],
  goals(outcome) {
    const lone = stepsOf(outcome, 'lone');
    const pair = stepsOf(outcome, 'pair');
    const isGone = ({ serving }: { readonly serving: number }) => serving === 0;
    return [
      exactly('most tasks of lone at a time', Math.max(...lone.map(({ spot, onDemand }) => spot + onDemand)), 1),
      exactly('writes to a bridge of lone', writesTo(outcome, isBridgeOf('lone')).length, 0),
      atLeast(
        'decisions bridge_ineligible:no_overlap for lone in the drought',
        decidedFor(outcome, 'lone', 'bridge_ineligible:no_overlap').filter(({ sinceMs }) => sinceMs > at(fall)).length,
        1,
      ),
      exactly(
        'pair serves again within two minutes and stays',
        Math.min(...stepsBetween(pair, at(fall + 2), at(end)).map(({ serving }) => serving)),
        1,
      ),
      exactly('writes to the services themselves', writesTo(outcome, (name) => /^(lone|pair)$/.test(name)).length, 0),
      exactly('bridges in the end', bridgesLeft(outcome).length, 0),
      told(
        'longest without a task: lone, pair',
        [lone, pair].map((steps) => `${longestSeconds(steps, isGone, at(fall), at(end))} s`).join(', '),
      ),
      toldBridge(outcome, 'pair'),
    ];
  },
};
