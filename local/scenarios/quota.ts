import {
  atLeast,
  atMost,
  bridgesLeft,
  decidedFor,
  exactly,
  secondOf,
  stepsBetween,
  stepsOf,
  told,
  toldBridge,
} from './goals.ts';
import { at, minute, type Scenario } from './scenario.ts';
import { acting, createCluster, createService } from './stage.ts';

const fall = 5;
const measured = 30;
const back = fall + measured + 5;
const end = 75;

/** What Ballast believes of the account's quota is wrong: AWS refuses the tasks, and that is the end of it. */
export const quota: Scenario = {
  name: 'quota',
  summary: '10 tasks of 0.25 vCPU lose 8, and the on-demand quota is 1 vCPU, which Ballast takes for 1000',
  seed: 15,
  switches: {},
  stackPolicy: { onDemandVcpuQuota: 1_000 },
  durationMs: end * minute,
  setUp(world) {
    const clusterArn = createCluster(world, 'main');
    world.market.setOnDemandVcpuQuota(1);
    const arn = createService(world, clusterArn, {
      name: 'web',
      desiredCount: 10,
      cpu: '256',
      tags: acting,
    });
    return { clusterArn, services: [{ name: 'web', arn, role: 'bridge' }] };
  },
  acts: [
    {
      atMs: fall * minute,
      title: 'Spot falls to 2',
      opensPart: 'Spot is short, and so is the quota',
      run: (world) => world.market.reclaimDownTo(2),
    },
    { atMs: back * minute, title: 'Spot is back', run: (world) => world.market.setCapacity('FARGATE_SPOT', undefined) },
  ],
  goals(outcome) {
    const steps = stepsOf(outcome, 'web');
    const writes = outcome.writes.filter(
      ({ service, atMs }) => service === 'ecs' && atMs >= at(fall) && atMs < at(fall + measured),
    );
    const holds = decidedFor(outcome, 'web', 'on_demand_shortage').filter(({ sinceMs }) => sinceMs < at(back));
    return [
      atMost(`writes to ECS in ${measured} min`, writes.length, 6),
      atLeast('decisions on_demand_shortage', holds.length, 1),
      exactly('writes among them', holds.filter(({ applied }) => applied.length > 0).length, 0),
      exactly(
        'on-demand tasks that the quota allows, running',
        Math.max(...stepsBetween(steps, at(fall + 5), at(back)).map(({ bridgeRunning }) => bridgeRunning)),
        4,
      ),
      exactly(
        'least serving five minutes after the notices',
        Math.min(...stepsBetween(steps, at(fall + 5), at(back)).map(({ serving }) => serving)),
        6,
      ),
      exactly('bridges in the end', bridgesLeft(outcome).length, 0),
      told(
        'Ballast waited for',
        [...new Set(holds.map(({ explanation }) => explanation.match(/again in (\d+ s)/)?.[1] ?? ''))]
          .slice(0, 12)
          .join(', '),
      ),
      told('writes', writes.map(({ atMs, action }) => `${secondOf(atMs)} s ${action}`).join(', ')),
      toldBridge(outcome, 'web'),
    ];
  },
};
