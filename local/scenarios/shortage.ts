import {
  atLeast,
  atMost,
  bridgeMoves,
  exactly,
  isBridgeOf,
  mostAboveRecentNeed,
  mostBoughtTooMuch,
  mostTurnsInTenMinutes,
  shortestWriteGapMs,
  told,
  writesTo,
} from './goals.ts';
import { minute, type Scenario, scenarioStartMs } from './scenario.ts';
import { acting, createCluster, createService } from './stage.ts';

const returnAfterMs = 5 * minute;
/** A return step is asked for at most so long after its need is gone: the next look and the gap between writes. */
const stepMs = 2 * minute;

/** Spot falls from 20 to 8 and comes back to 20, and flaps at both edges. */
export const shortage: Scenario = {
  name: 'shortage',
  summary: '20 tasks, Spot capacity 20 → 8 → 20 with flapping at the edges',
  seed: 11,
  switches: {},
  durationMs: 75 * minute,
  setUp(world) {
    const clusterArn = createCluster(world, 'main');
    const targetGroupArn = world.createTargetGroup('web');
    const web = createService(world, clusterArn, {
      name: 'web',
      desiredCount: 20,
      targetGroupArn,
      tags: acting,
    });
    world.market.setCapacity('FARGATE_SPOT', 20);
    return { clusterArn, services: [{ name: 'web', arn: web, role: 'bridge', targetGroupArn }] };
  },
  acts: [
    {
      atMs: 5 * minute,
      title: 'Spot falls to 12',
      opensPart: 'Spot 20 → 8 → 20, flapping at both edges',
      run: (world) => world.market.reclaimDownTo(12),
    },
    { atMs: 6 * minute, title: 'to 14', run: (world) => world.market.setCapacity('FARGATE_SPOT', 14) },
    { atMs: 8 * minute, title: 'to 10', run: (world) => world.market.reclaimDownTo(10) },
    { atMs: 9 * minute, title: 'to 12', run: (world) => world.market.setCapacity('FARGATE_SPOT', 12) },
    { atMs: 11 * minute, title: 'to 8', run: (world) => world.market.reclaimDownTo(8) },
    { atMs: 25 * minute, title: 'Spot comes back to 14', run: (world) => world.market.setCapacity('FARGATE_SPOT', 14) },
    { atMs: 27 * minute, title: 'to 12', run: (world) => world.market.reclaimDownTo(12) },
    { atMs: 29 * minute, title: 'to 18', run: (world) => world.market.setCapacity('FARGATE_SPOT', 18) },
    { atMs: 31 * minute, title: 'to 15', run: (world) => world.market.reclaimDownTo(15) },
    { atMs: 33 * minute, title: 'to 20', run: (world) => world.market.setCapacity('FARGATE_SPOT', 20) },
  ],
  goals(outcome, without) {
    const steps = outcome.steps.get('web') ?? [];
    const figures = outcome.parts[0]?.services.web;
    const before = without.parts[0]?.services.web;
    if (figures === undefined || before === undefined) throw new Error('web has no figures');
    const last = bridgeMoves(outcome, 'web').at(-1);
    return [
      exactly('bought beyond what was missing at that second, tasks', mostBoughtTooMuch(outcome, 'web', steps), 0),
      exactly(
        'bridge beyond the most that was missing within return-after and a step, tasks',
        mostAboveRecentNeed(steps, returnAfterMs + stepMs),
        0,
      ),
      atLeast('shortest time between two writes of a bridge', shortestWriteGapMs(outcome, 'web') / 1000, 10, ' s'),
      atMost('direction changes in any ten minutes', mostTurnsInTenMinutes(outcome, 'web'), 2),
      exactly('forced deployments', figures.forcedDeployments, 0),
      exactly('writes to the service itself', writesTo(outcome, (name) => name === 'web').length, 0),
      atMost(
        'task-seconds below desired, of those without Ballast',
        (100 * figures.belowDesiredTaskSeconds) / before.belowDesiredTaskSeconds,
        50,
        ' %',
      ),
      exactly('bridge at the end', last?.to ?? 'none', 0),
      told(
        'bridge',
        bridgeMoves(outcome, 'web')
          .map(({ atMs, to }) => `${Math.round((atMs - scenarioStartMs) / 1000)} s → ${to}`)
          .join(', '),
      ),
      told('writes to bridges', String(writesTo(outcome, isBridgeOf('web')).length)),
    ];
  },
};
