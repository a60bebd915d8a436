import type { Cast } from './cast.ts';
import { createCarefulJobs } from './counting-jobs.ts';
import { minute, type Scenario } from './scenario.ts';
import { acting, createCluster, createService, registerTask, runJob } from './stage.ts';

/** Spot is taken back, stays short, returns; then on-demand is short as well. */
export const demo: Scenario = {
  name: 'demo',
  summary:
    'a web service, a strategy service, an unenrolled one and a job: Spot goes, comes back, and goes with on-demand',
  seed: 7,
  switches: {},
  durationMs: 26 * minute,
  setUp(world): Cast {
    const clusterArn = createCluster(world, 'demo');
    const targetGroupArn = world.createTargetGroup('web');
    const managed = { ...acting, 'ballast:return-after': '2m' };
    const web = createService(world, clusterArn, {
      name: 'web',
      desiredCount: 6,
      targetGroupArn,
      tags: { ...managed, 'ballast:fallback': 'bridge', 'ballast:idle-bridge': '5m' },
    });
    const search = createService(world, clusterArn, {
      name: 'search',
      desiredCount: 3,
      tags: { ...managed, 'ballast:fallback': 'strategy', 'ballast:cooldown': '6m', 'ballast:stay-shifted': '6m' },
    });
    const plain = createService(world, clusterArn, { name: 'plain', desiredCount: 3 });
    const job = registerTask(world, 'nightly-job', {
      stopTimeout: 120,
      tags: { 'ballast:checkpoint': 'in-task', 'ballast:resume': 'true' },
    });
    runJob(world, clusterArn, job);
    return {
      clusterArn,
      services: [
        { name: 'web', arn: web, role: 'bridge', targetGroupArn },
        { name: 'search', arn: search, role: 'strategy' },
        { name: 'plain', arn: plain, role: 'not enrolled' },
      ],
    };
  },
  countingJobs: (world, report) => createCarefulJobs(world, 'nightly-job', report),
  acts: [
    {
      atMs: 3 * minute,
      title: 'Spot capacity falls: 8 of the 13 Spot tasks get their two-minute notice',
      pace: 'tense',
      opensPart: 'first act: Spot is short for five minutes, on-demand is not',
      run: (world) => world.market.reclaimDownTo(5),
    },
    {
      atMs: 8 * minute,
      title: 'Spot capacity is back',
      run: (world) => world.market.setCapacity('FARGATE_SPOT', undefined),
    },
    {
      atMs: 12 * minute,
      title: 'calm: the bridge is kept at 0 for a while, then deleted',
      run: () => {},
      pace: 'calm',
    },
    {
      atMs: 18 * minute,
      title: 'second act: Spot falls again, and on-demand has nothing left either',
      pace: 'tense',
      opensPart: 'second act: for four minutes there is no capacity of either kind',
      run: (world) => {
        world.market.setCapacity('FARGATE', 0);
        world.market.reclaimDownTo(7);
      },
    },
    {
      atMs: 22 * minute,
      title: 'both are back',
      run: (world) => {
        world.market.setCapacity('FARGATE', undefined);
        world.market.setCapacity('FARGATE_SPOT', undefined);
      },
    },
  ],
};
