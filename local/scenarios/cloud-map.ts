import {
  atLeast,
  atMost,
  bridgesLeft,
  exactly,
  noticesOf,
  registeredOthersAtRelease,
  secondOf,
  stepsOf,
  taskIdOf,
  theSame,
  told,
  toldBridge,
} from './goals.ts';
import { minute, type Scenario } from './scenario.ts';
import { acting, createCluster, createService } from './stage.ts';

const desired = 6;

/** Whoever resolves a name must not find a task that is about to go. */
export const cloudMap: Scenario = {
  name: 'cloud-map',
  summary: '6 tasks in AWS Cloud Map: two notices, then all the others before the bridge is up',
  seed: 9,
  switches: { exitAfterSigtermMs: [80_000, 110_000] },
  durationMs: 60 * minute,
  setUp(world) {
    const clusterArn = createCluster(world, 'main');
    const registryArn = world.createRegistry('web');
    const arn = createService(world, clusterArn, {
      name: 'web',
      desiredCount: desired,
      stopTimeout: 120,
      registryArn,
      tags: acting,
    });
    return { clusterArn, services: [{ name: 'web', arn, role: 'bridge' }] };
  },
  acts: [
    {
      atMs: 5 * minute,
      title: 'two notices',
      opensPart: 'Spot 6 → 4 → 0 within 15 s, for 25 minutes',
      run: (world) => world.market.reclaimDownTo(4),
    },
    { atMs: 5 * minute + 15_000, title: 'four more', run: (world) => world.market.reclaimDownTo(0) },
    { atMs: 30 * minute, title: 'Spot is back', run: (world) => world.market.setCapacity('FARGATE_SPOT', undefined) },
  ],
  goals(outcome) {
    const notices = noticesOf(outcome);
    const releases = outcome.writes.filter(({ action }) => action === 'DeregisterInstance');
    const delays = notices.flatMap(({ atMs, taskArn }) => {
      const release = releases.find(({ input }) => input.InstanceId === taskIdOf(taskArn));
      return release === undefined ? [] : [(release.atMs - atMs) / 1000];
    });
    return [
      exactly('notices', notices.length, desired),
      theSame(
        'taken out are the registrations under notice and no others',
        releases.map(({ input }) => String(input.InstanceId)),
        notices.map(({ taskArn }) => taskIdOf(taskArn)),
      ),
      atMost('from the event of a notice to its release, first wave', Math.max(...delays.slice(0, 2)), 5, ' s'),
      atMost('the second wave, which waits for the bridge', Math.max(...delays), 80, ' s'),
      atLeast(
        'registered others at each release (of 6 wanted)',
        registeredOthersAtRelease(stepsOf(outcome, 'web'), releases),
        desired / 2,
      ),
      exactly('bridges in the end', bridgesLeft(outcome).length, 0),
      told('taken out at', releases.map(({ atMs }) => `${secondOf(atMs)} s`).join(', ')),
      toldBridge(outcome, 'web'),
    ];
  },
};
