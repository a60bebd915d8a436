import {
  atLeast,
  atMost,
  bridgeMoves,
  bridgesLeft,
  exactly,
  isBridgeOf,
  longestSeconds,
  noticesOf,
  stepAt,
  stepsOf,
  toldBridge,
  writesTo,
} from './goals.ts';
import type { Goal, Outcome } from './outcome.ts';
import { at, minute, type Scenario } from './scenario.ts';
import { acting, createCluster, createService } from './stage.ts';

const desired = 8;
const names = ['one', 'two', 'three'];

const storm = 5;
const pause = 10;
const secondStorm = 12;
const unpause = 20;
const pauseThree = 30;
const askBack = 32;
const unpauseThree = 45;
const back = 50;
const end = 100;

/** A person stops everything at once, and later one service alone, and asks that one's bridge back. */
export const pauseInStorm: Scenario = {
  name: 'pause',
  summary: 'three services in a storm: all are paused for ten minutes, later one alone, whose bridge is asked back',
  seed: 10,
  switches: {},
  durationMs: end * minute,
  setUp(world) {
    const clusterArn = createCluster(world, 'main');
    const targetGroupArn = world.createTargetGroup('all');
    const services = names.map((name) => {
      const tags = acting;
      const arn = createService(world, clusterArn, { name, desiredCount: desired, targetGroupArn, tags });
      return { name, arn, role: 'bridge', targetGroupArn };
    });
    return { clusterArn, services };
  },
  acts: [
    {
      atMs: storm * minute,
      title: 'Spot falls from 24 to 15',
      opensPart: 'a storm, a pause of all in it, a pause of one after it',
      run: (world) => world.market.reclaimDownTo(15),
    },
    {
      atMs: pause * minute,
      title: 'a person pauses all',
      run: (_world, _cast, operator) => operator?.setPause(undefined, true),
    },
    { atMs: secondStorm * minute, title: 'to 9', run: (world) => world.market.reclaimDownTo(9) },
    {
      atMs: unpause * minute,
      title: 'the pause is over',
      run: (_world, _cast, operator) => operator?.setPause(undefined, false),
    },
    {
      atMs: pauseThree * minute,
      title: 'three is paused',
      run: (_world, cast, operator) => operator?.setPause(arnOf(cast, 'three'), true),
    },
    {
      atMs: askBack * minute,
      title: 'its bridge is asked back',
      run: (_world, cast, operator) => operator?.askReturn(arnOf(cast, 'three'), true),
    },
    {
      atMs: unpauseThree * minute,
      title: 'three is looked after again',
      async run(_world, cast, operator) {
        await operator?.askReturn(arnOf(cast, 'three'), false);
        await operator?.setPause(arnOf(cast, 'three'), false);
      },
    },
    { atMs: back * minute, title: 'Spot is back', run: (world) => world.market.setCapacity('FARGATE_SPOT', undefined) },
  ],
  async goals(outcome) {
    const pausedWrites = outcome.writes.filter(({ atMs }) => atMs > at(pause) && atMs < at(unpause));
    const returned = bridgeMoves(outcome, 'three').filter(({ atMs }) => atMs > at(askBack) && atMs < at(unpauseThree));
    return [
      exactly('writes to ECS while all are paused', pausedWrites.filter(({ service }) => service === 'ecs').length, 0),
      exactly(
        'writes to load balancers while all are paused',
        pausedWrites.filter(({ service }) => service === 'elasticloadbalancing').length,
        0,
      ),
      await recordedWhilePaused(outcome),
      ...names.map((name) => coveredAfterPause(outcome, name)),
      exactly(
        'writes for three while it is paused alone, before its bridge is asked back',
        writesTo(outcome, isBridgeOf('three')).filter(({ atMs }) => atMs > at(pauseThree) && atMs < at(askBack)).length,
        0,
      ),
      exactly('bridge of three once it is given back', returned.at(-1)?.to ?? 'none', 0),
      atLeast('in so many steps', returned.length, 2),
      atMost(
        'largest step of it, tasks above a quarter',
        Math.max(...returned.map(({ from, to }) => from - to - Math.max(1, Math.floor(from / 4)))),
        0,
      ),
      ...names.map((name) =>
        exactly(`serving of ${name} in the end`, stepAt(stepsOf(outcome, name), at(end)).serving, desired),
      ),
      exactly('bridges in the end', bridgesLeft(outcome).length, 0),
      ...names.map((name) => toldBridge(outcome, name)),
    ];
  },
};

/** Notices are facts, paused or not. */
async function recordedWhilePaused(outcome: Outcome): Promise<Goal> {
  const told = noticesOf(outcome).filter(({ atMs }) => atMs > at(secondStorm) && atMs < at(unpause));
  const known = await Promise.all(outcome.cast.services.map(async ({ arn }) => outcome.ledger?.readService(arn)));
  const recorded = known
    .flatMap((stored) => stored?.tasks ?? [])
    .filter(({ spotStopAtMs = 0 }) => spotStopAtMs >= at(secondStorm) && spotStopAtMs < at(unpause));
  return exactly('Spot stops recorded while all are paused', recorded.length, told.length);
}

function coveredAfterPause(outcome: Outcome, name: string): Goal {
  const short = longestSeconds(stepsOf(outcome, name), ({ serving }) => serving < desired, at(unpause), at(pauseThree));
  return atMost(`${name} is whole again after the pause within`, short, 180, ' s');
}

function arnOf({ services }: Outcome['cast'], name: string): string {
  return services.find((service) => service.name === name)?.arn ?? '';
}
