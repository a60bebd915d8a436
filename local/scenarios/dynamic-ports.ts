import {
  atLeast,
  bridgesLeft,
  deregisteredTargets,
  exactly,
  noticedTargets,
  othersAtRelease,
  stepsOf,
  theSame,
  told,
  toldBridge,
} from './goals.ts';
import { minute, type Scenario, scenarioStartMs } from './scenario.ts';
import { acting, addContainerInstances, createCluster, createService } from './stage.ts';

const desired = 8;

/** Tasks that share instances: a target is an instance and a port of it. */
export const dynamicPorts: Scenario = {
  name: 'dynamic-ports',
  summary: '8 tasks on 4 instances with dynamic host ports, in two target groups: two waves of notices',
  seed: 8,
  // Long enough between SIGTERM and the end to see who is taken out, and when.
  switches: { exitAfterSigtermMs: [80_000, 110_000] },
  durationMs: 60 * minute,
  setUp(world) {
    const clusterArn = createCluster(world, 'main', ['spot-instances', 'on-demand-instances']);
    world.market.addSpotProvider('spot-instances');
    addContainerInstances(world, clusterArn, 4);
    const targetGroupArn = world.createTargetGroup('web', { targetType: 'instance' });
    const inner = world.createTargetGroup('inner', { targetType: 'instance' });
    const arn = createService(world, clusterArn, {
      name: 'web',
      desiredCount: desired,
      onContainerInstances: true,
      stopTimeout: 120,
      strategy: [{ capacityProvider: 'spot-instances', weight: 1 }],
      targetGroupArn,
      targetGroupArns: [inner],
      tags: {
        ...acting,
        'ballast:spot-provider': 'spot-instances',
        'ballast:on-demand-provider': 'on-demand-instances',
      },
    });
    return { clusterArn, services: [{ name: 'web', arn, role: 'bridge', targetGroupArn }] };
  },
  acts: [
    {
      atMs: 5 * minute,
      title: 'three notices',
      opensPart: 'two waves of notices, Spot short for 25 minutes',
      run(world, { services }) {
        world.market.setCapacity('spot-instances', 5);
        world.market.reclaimFrom(services[0]?.arn ?? '', 3);
      },
    },
    {
      atMs: 5 * minute + 15_000,
      title: 'three more, before the bridge is up',
      run(world, { services }) {
        world.market.setCapacity('spot-instances', 2);
        world.market.reclaimFrom(services[0]?.arn ?? '', 3);
      },
    },
    {
      atMs: 30 * minute,
      title: 'Spot is back',
      run: (world) => world.market.setCapacity('spot-instances', undefined),
    },
  ],
  goals(outcome) {
    const releases = deregisteredTargets(outcome);
    const taken = [...new Set(releases.flatMap(({ targets }) => targets))].sort();
    const noticed = noticedTargets(outcome);
    return [
      exactly('targets under notice', noticed.length, 6),
      theSame('taken out are the targets under notice and no others', taken, noticed),
      exactly('target groups', new Set(releases.map(({ targetGroupArn }) => targetGroupArn)).size, 2),
      atLeast(
        'healthy others at each release (of 8 wanted)',
        othersAtRelease(stepsOf(outcome, 'web'), releases),
        desired / 2,
      ),
      exactly('bridges in the end', bridgesLeft(outcome).length, 0),
      told(
        'taken out',
        releases
          .map(({ atMs, targets }) => `${Math.round((atMs - scenarioStartMs) / 1000)} s: ${targets.length}`)
          .join(', '),
      ),
      toldBridge(outcome, 'web'),
    ];
  },
};
