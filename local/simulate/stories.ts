import { deployRevision, taskDefinitionArn } from '../scenarios/stage.ts';
import type { Act } from './act.ts';
import type { Changes } from './cast.ts';
import { type Draw, drawOf } from './draw.ts';
import { pipelineActs } from './pipeline.ts';
import { beginService, type Stage } from './stage.ts';

/**
 * What needs several things in their order, which acts drawn one by one hardly come to: a release in a drought, a shift
 * that cannot start, a permission that is missing. Drawn from a stream of its own, on top of everything else.
 */
export interface Story {
  /** What it wants of a service beside what is drawn for everybody. */
  readonly changes: Changes;
  readonly acts: readonly Act[];
}

type StoryOf = (draw: Draw) => Story;

const second = 1_000;
const minute = 60 * second;
/** Everything that a story does has an end by then: the same moment as the other acts'. */
const endMs = 14 * minute;

const noSpot = (atMs: number): Act => ({
  atMs,
  title: 'no new Spot task at all',
  run: ({ world }) => world.market.setCapacity('FARGATE_SPOT', 0),
});

const takes = (atMs: number, name: string, tasks: number): Act => ({
  atMs,
  title: `Spot takes ${tasks} tasks of ${name}`,
  run: ({ world, truth }) => world.market.reclaimFrom(truth.byName(name)?.arn ?? '', tasks),
});

/** A release that Spot keeps from coming through, of a service that would rather have it on demand. */
const releaseInDrought: StoryOf = (draw) => {
  const name = draw.pick(['web', 'api', 'shop']);
  const atMs = draw.between(4 * minute, 7 * minute);
  return {
    changes: {
      [name]: {
        tags: { 'ballast:deploy-when-short': 'shift', 'ballast:launch-grace': draw.pick(['1m', '90s', '2m']) },
      },
    },
    acts: [
      noSpot(atMs),
      {
        atMs: atMs + draw.between(1, 30) * second,
        title: `a release of ${name} that Spot has no room for`,
        run({ world, clusterArn, truth }) {
          if (truth.byName(name)?.deletedAtMs === undefined) deployRevision(world, clusterArn, name);
        },
      },
    ],
  };
};

/** The role may not make services for a while: shown on a calm day by the bridge that is made to prove it. */
const bridgesDenied: StoryOf = (draw) => {
  const fromMs = draw.pick([0, draw.between(0, 8 * minute)]);
  return {
    changes: {},
    acts: [
      {
        atMs: fromMs,
        title: 'CreateService is denied to Ballast',
        run: ({ denied }) => void denied.add('CreateService'),
      },
      {
        atMs: draw.between(Math.max(fromMs, 6 * minute), endMs),
        title: 'CreateService is allowed again',
        run: ({ denied }) => void denied.delete('CreateService'),
      },
    ],
  };
};

/** The image that shop runs has been deleted: what runs goes on, and nothing of the shift can start. */
const imageGone: StoryOf = (draw) => {
  const atMs = draw.between(4 * minute, 7 * minute);
  const ends = draw.pick(['rolled back by ECS', 'left at that by ECS', 'not noticed by ECS']);
  const setUntil = (failure: { readonly kind: 'image' } | undefined): Act['run'] => {
    return ({ world }) => world.failTaskDefinition(taskDefinitionArn(world, 'shop:1'), failure);
  };
  return {
    changes: {
      shop: {
        ...(ends === 'not noticed by ECS'
          ? { circuitBreaker: { enable: false, rollback: false } }
          : { circuitBreaker: { enable: true, rollback: ends === 'rolled back by ECS' } }),
        tags: { 'ballast:deployment-stalled-after': '2m', 'ballast:stay-shifted': '10m' },
      },
    },
    acts: [
      { atMs, title: `the image of shop is gone; its failures are ${ends}`, run: setUntil({ kind: 'image' }) },
      noSpot(atMs),
      takes(atMs, 'shop', draw.between(10, 16)),
      { atMs: draw.between(endMs - 2 * minute, endMs), title: 'the image of shop is back', run: setUntil(undefined) },
    ],
  };
};

/**
 * People help themselves: they move all of shop to on-demand before Ballast has to, or, when it has, to a mix that is
 * neither the shift nor the original.
 */
const movedByHand: StoryOf = (draw) => {
  const atMs = draw.between(4 * minute, 11 * minute);
  const isLate = draw.chance(0.4);
  const tasks = isLate ? draw.between(12, 18) : draw.between(3, 9);
  return {
    changes: {},
    acts: [
      noSpot(atMs),
      takes(atMs, 'shop', tasks),
      {
        atMs: atMs + (isLate ? draw.between(100, 170) : draw.between(1, 8)) * second,
        title: `a person moves shop to ${isLate ? 'a mix' : 'on-demand'}`,
        run: ({ person }) =>
          person('UpdateService', {
            service: 'shop',
            forceNewDeployment: true,
            capacityProviderStrategy: [
              { capacityProvider: 'FARGATE', weight: 1 },
              ...(isLate ? [{ capacityProvider: 'FARGATE_SPOT', weight: 3 }] : []),
            ],
          }),
      },
    ],
  };
};

/** A pipeline writes the strategy that its repository has whenever it finds another one, in every drought anew. */
const atOdds: StoryOf = (draw) => ({
  changes: { shop: { tags: { 'ballast:cooldown': '1m', 'ballast:stay-shifted': '30m' } } },
  acts: pipelineActs(draw, 4 * minute, endMs),
});

/** A service that nobody has heard of, made in a calm or in a drought, and soon taken from. */
const newcomer: StoryOf = (draw) => {
  const atMs = draw.between(2 * minute, 9 * minute);
  const inDrought = draw.chance(0.4);
  const tags = {
    'ballast:managed': 'true',
    'ballast:mode': 'act',
    'ballast:fallback': draw.pick(['bridge', 'bridge', 'strategy']),
    'ballast:return-after': '1m',
    'ballast:idle-bridge': '2m',
  };
  const role = { setup: { name: 'late', desiredCount: 20, tags, stopTimeout: 30 }, hasTargetGroup: draw.chance(0.5) };
  return {
    changes: {},
    acts: [
      ...(inDrought ? [noSpot(atMs)] : []),
      { atMs: atMs + second, title: 'a service, late, is made', run: (stage) => beginService(stage, role) },
      takes(draw.between(atMs + 2 * minute, endMs), 'late', draw.between(2, 20)),
    ],
  };
};

/** A tool replaces a service: what is made again bears the same name and ARN, and the bridge of the one before may stand. */
const replaced: StoryOf = (draw) => {
  const atMs = draw.between(5 * minute, 9 * minute);
  const name = draw.pick(['web', 'api', 'shop']);
  const againAtMs = atMs + draw.between(150, 240) * second;
  return {
    changes: {},
    acts: [
      takes(atMs - draw.between(20, 150) * second, name, draw.between(0, 12)),
      {
        atMs,
        title: `a tool deletes ${name}`,
        run: ({ person }) => person('DeleteService', { service: name, force: true }),
      },
      {
        atMs: againAtMs,
        title: `the tool makes ${name} again`,
        run(stage) {
          const before = stage.truth.byName(name);
          const tags = Object.fromEntries(before?.tags.at(-1)?.tags ?? []);
          // It waits until the one before is gone.
          const [shown] = shownServices(stage, name);
          if (shown?.status !== 'DRAINING')
            beginService(stage, {
              setup: { name, desiredCount: 20, tags, strategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }] },
              hasTargetGroup: false,
            });
        },
      },
      takes(draw.between(againAtMs + 90 * second, endMs), name, draw.between(2, 16)),
    ],
  };
};

function shownServices({ world, clusterArn }: Stage, name: string) {
  const { services } = world.call('ecs', 'DescribeServices', { cluster: clusterArn, services: [name] });
  return services as readonly { readonly status: string }[];
}

const stories = [releaseInDrought, bridgesDenied, imageGone, movedByHand, atOdds, newcomer, replaced] as const;

/** In two storms of five. */
export function drawStory(seed: number): Story {
  const draw = drawOf(seed, 'story');
  return draw.chance(0.4) ? draw.pick(stories)(draw) : { changes: {}, acts: [] };
}
