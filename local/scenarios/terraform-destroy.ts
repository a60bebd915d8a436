import type { World } from '../world/world.ts';
import { atLeast, atMost, exactly, stepAt, stepsOf, toldBridge } from './goals.ts';
import { minute, type Scenario, scenarioStartMs } from './scenario.ts';
import { acting, createCluster, createService } from './stage.ts';

const destroyMs = 15 * minute;
const tryEveryMs = 10_000;
const tries = 60;

/** When each world's cluster was gone. */
const destroyedAtMs = new WeakMap<World, number>();

/** A cluster cannot be deleted while a bridge of ours stands in it. */
export const terraformDestroy: Scenario = {
  name: 'terraform-destroy',
  summary: 'the service is deleted in a drought, its bridge standing, and then its cluster is tried every 10 s',
  seed: 12,
  switches: {},
  durationMs: 30 * minute,
  setUp(world) {
    const clusterArn = createCluster(world, 'main');
    const arn = createService(world, clusterArn, {
      name: 'web',
      desiredCount: 8,
      tags: acting,
    });
    return { clusterArn, services: [{ name: 'web', arn, role: 'bridge' }] };
  },
  acts: [
    {
      atMs: 5 * minute,
      title: 'Spot falls to 4',
      opensPart: 'a drought, and the end of all in it',
      run: (world) => world.market.reclaimDownTo(4),
    },
    {
      atMs: destroyMs,
      title: 'the service is scaled to 0 and deleted',
      run(world, { clusterArn }) {
        world.call('ecs', 'UpdateService', { cluster: clusterArn, service: 'web', desiredCount: 0 });
        world.call('ecs', 'DeleteService', { cluster: clusterArn, service: 'web' });
      },
    },
    ...Array.from({ length: tries }, (_, index) => ({
      atMs: destroyMs + index * tryEveryMs,
      title: 'the cluster is deleted',
      run: tryToDestroy,
    })),
  ],
  goals(outcome) {
    const seconds =
      ((destroyedAtMs.get(outcome.world) ?? Number.POSITIVE_INFINITY) - scenarioStartMs - destroyMs) / 1000;
    const before = stepAt(stepsOf(outcome, 'web'), scenarioStartMs + destroyMs - 1);
    const last = stepAt(stepsOf(outcome, 'web'), Number.POSITIVE_INFINITY);
    return [
      atLeast('bridge that stood', before.bridgeRunning, 1),
      atMost('from DeleteService to the deleted cluster', seconds, 180, ' s'),
      exactly('tasks of a bridge in the end, wanted or left', last.bridgeDesired + last.onDemand, 0),
      toldBridge(outcome, 'web'),
    ];
  },
};

function tryToDestroy(world: World, { clusterArn }: { readonly clusterArn: string }): void {
  if (destroyedAtMs.has(world)) return;
  try {
    world.call('ecs', 'DeleteCluster', { cluster: clusterArn });
    destroyedAtMs.set(world, world.nowMs);
  } catch (error) {
    if (!(error instanceof Error) || !/^ClusterContains/.test(error.name)) throw error;
  }
}
