import type { World } from '../world/world.ts';
import {
  atLeast,
  atMost,
  bridgesLeft,
  exactly,
  firstAtMs,
  isBridgeOf,
  secondOf,
  stepsBetween,
  stepsOf,
  told,
  toldBridge,
  writesTo,
} from './goals.ts';
import type { Goal, Outcome } from './outcome.ts';
import { at, minute, type Scenario, scenarioStartMs } from './scenario.ts';
import { acting, addContainerInstances, createCluster, createService } from './stage.ts';

const desired = 6;

const fall = 5;
const withdrawal = 15;
const back = 30;
const end = 100;

/** Two services leave Ballast in a drought; only one of them gets its Spot tasks back. */
export const withdraw: Scenario = {
  name: 'withdraw',
  summary: 'a service is untagged in a drought, another is switched to observe: their bridges stay as long as they may',
  seed: 13,
  switches: {},
  durationMs: end * minute,
  setUp(world) {
    const clusterArn = createCluster(world, 'main', ['spot-instances', 'on-demand-instances']);
    world.market.addSpotProvider('spot-instances');
    addContainerInstances(world, clusterArn, 3);
    const tags = acting;
    const untagged = createService(world, clusterArn, { name: 'untagged', desiredCount: desired, tags });
    // Spot of its own, so that it can stay short when the other's is back.
    const observed = createService(world, clusterArn, {
      name: 'observed',
      desiredCount: desired,
      onContainerInstances: true,
      strategy: [{ capacityProvider: 'spot-instances', weight: 1 }],
      tags: {
        ...tags,
        'ballast:spot-provider': 'spot-instances',
        'ballast:on-demand-provider': 'on-demand-instances',
      },
    });
    return {
      clusterArn,
      services: [
        { name: 'untagged', arn: untagged, role: 'bridge' },
        { name: 'observed', arn: observed, role: 'bridge' },
      ],
    };
  },
  acts: [
    {
      atMs: fall * minute,
      title: 'both lose half of their tasks',
      opensPart: 'a drought that is over after 25 minutes for one of two',
      run(world, { services }) {
        world.market.reclaimDownTo(desired / 2);
        world.market.setCapacity('spot-instances', desired / 2);
        world.market.reclaimFrom(services[1]?.arn ?? '', desired / 2);
      },
    },
    { atMs: withdrawal * minute, title: 'one is untagged, the other switched to observe', run: withdrawBoth },
    {
      atMs: back * minute,
      title: 'Spot is back for one of them',
      run: (world) => world.market.setCapacity('FARGATE_SPOT', undefined),
    },
  ],
  goals: (outcome) => [
    // Whole needs the launches and two calm minutes, and the next look.
    ...windDown(outcome, 'untagged', back + 4, back + 20),
    ...windDown(outcome, 'observed', withdrawal + 60, withdrawal + 62),
    exactly('bridges in the end', bridgesLeft(outcome).length, 0),
  ],
};

function withdrawBoth(world: World, { services }: { readonly services: readonly { readonly arn: string }[] }): void {
  world.call('ecs', 'UntagResource', {
    resourceArn: services[0]?.arn ?? '',
    tagKeys: ['ballast:managed', 'ballast:mode'],
  });
  world.call('ecs', 'TagResource', {
    resourceArn: services[1]?.arn ?? '',
    tags: [{ key: 'ballast:mode', value: 'observe' }],
  });
}

/** The bridge stays as it is until its end, which is due between the two minutes. */
function windDown(outcome: Outcome, name: string, earliest: number, latest: number): readonly Goal[] {
  const steps = stepsOf(outcome, name);
  const goneAtMs = firstAtMs(steps, ({ bridgeDesired }) => bridgeDesired === 0, at(withdrawal));
  const meanwhile = stepsBetween(steps, at(fall + 3), Math.min(goneAtMs, at(end)));
  const writes = writesTo(outcome, isBridgeOf(name)).filter(({ atMs }) => atMs > at(withdrawal));
  return [
    exactly(
      `least serving of ${name} while its bridge stands`,
      Math.min(...meanwhile.map(({ serving }) => serving)),
      desired,
    ),
    atLeast(`bridge of ${name} gone, minutes after the start`, (goneAtMs - scenarioStartMs) / minute, earliest),
    atMost(`bridge of ${name} gone, minutes after the start`, (goneAtMs - scenarioStartMs) / minute, latest),
    exactly(`writes for ${name} after it has withdrawn: to 0 and DeleteService`, writes.length, 2),
    told(`${name}: gone`, `${secondOf(goneAtMs)} s`),
    toldBridge(outcome, name),
  ];
}
