import { deployRevision } from '../scenarios/stage.ts';
import type { Act } from './act.ts';
import type { Cast } from './cast.ts';
import { type Draw, drawOf } from './draw.ts';
import type { Stage } from './stage.ts';

/** The names of those whom it may concern. */
interface Names {
  readonly services: readonly [string, ...string[]];
  readonly jobs: readonly [string, ...string[]];
}

type ActOf = (draw: Draw, names: Names) => Omit<Act, 'atMs'>;

const bridged = ['web', 'api'] as const;

const reclaim: ActOf = (draw, { services }) => {
  const name = draw.pick([...services, 'web', 'api', 'shop', 'web', 'api']);
  const tasks = draw.pick([1, 2, 4, 8, 16, 20]);
  return {
    title: `Spot takes ${tasks} tasks of ${name}`,
    run: ({ world, truth }) => world.market.reclaimFrom(truth.byName(name)?.arn ?? '', tasks),
  };
};

const reclaimJobs: ActOf = (draw, { jobs }) => {
  const family = draw.pick(jobs);
  return {
    title: `Spot takes the tasks of ${family}`,
    run: ({ world, clusterArn }) => {
      const { taskArns } = world.call('ecs', 'ListTasks', { cluster: clusterArn, family });
      for (const taskArn of Array.isArray(taskArns) ? taskArns : []) world.market.reclaim(String(taskArn));
    },
  };
};

const drought: ActOf = (draw) => {
  const left = draw.between(0, 120);
  return { title: `Spot shrinks to ${left} tasks`, run: ({ world }) => world.market.reclaimDownTo(left) };
};

const noMoreSpot: ActOf = (draw) => {
  const left = draw.between(0, 140);
  return {
    title: `no new Spot tasks beyond ${left}`,
    run: ({ world }) => world.market.setCapacity('FARGATE_SPOT', left),
  };
};

const spotReturns: ActOf = () => ({
  title: 'Spot is back',
  run: ({ world }) => world.market.setCapacity('FARGATE_SPOT', undefined),
});

const onDemandShort: ActOf = (draw) => {
  const left = draw.between(0, 20);
  return {
    title: `no new on-demand tasks beyond ${left}`,
    run: ({ world }) => world.market.setCapacity('FARGATE', left),
  };
};

const onDemandReturns: ActOf = () => ({
  title: 'on-demand is back',
  run: ({ world }) => world.market.setCapacity('FARGATE', undefined),
});

const scale: ActOf = (draw, { services }) => {
  const name = draw.pick([...services, ...bridged, ...bridged]);
  const desiredCount = draw.pick([0, 5, 12, 18, 22, 25, 30]);
  return {
    title: `a person scales ${name} to ${desiredCount}`,
    run: ({ person }) => person('UpdateService', { service: name, desiredCount }),
  };
};

const deploy: ActOf = (draw, { services }) => {
  const name = draw.pick(services);
  const broken = draw.chance(0.2);
  return {
    title: `a release of ${name}${broken ? ' that never starts' : ''}`,
    run: ({ world, clusterArn }) => {
      try {
        deployRevision(world, clusterArn, name, { broken, stopTimeout: 30 });
      } catch {
        // The service is gone.
      }
    },
  };
};

const strategyBack: ActOf = () => ({
  title: 'somebody writes the strategy of shop',
  run: ({ person }) =>
    person('UpdateService', {
      service: 'shop',
      forceNewDeployment: true,
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
    }),
});

const retag: ActOf = (draw, { services }) => {
  const name = draw.pick(services);
  const [key, value] = draw.pick([
    ['ballast:mode', 'observe'],
    ['ballast:mode', 'act'],
    ['ballast:managed', 'false'],
    ['ballast:managed', 'true'],
    ['ballast:fallback', 'none'],
    ['ballast:fallback', 'bridge'],
    ['ballast:max-bridge', '3'],
    ['ballast:mode', 'acts'],
  ]);
  return {
    title: `${name} is tagged ${key}=${value}`,
    run: ({ person, truth }) => person('TagResource', { resourceArn: truth.byName(name)?.arn, tags: [{ key, value }] }),
  };
};

const untag: ActOf = (draw, { services }) => {
  const name = draw.pick(services);
  const key = draw.pick(['ballast:managed', 'ballast:mode', 'ballast:max-bridge']);
  return {
    title: `${name} loses its tag ${key}`,
    run: ({ person, truth }) => person('UntagResource', { resourceArn: truth.byName(name)?.arn, tagKeys: [key] }),
  };
};

const remove: ActOf = (draw, { services }) => {
  const name = draw.pick(services);
  return {
    title: `${name} is deleted`,
    run: ({ person }) => person('DeleteService', { service: name, force: true }),
  };
};

const pause: ActOf = (draw, { services }) => {
  const name = draw.pick([...services, 'all', 'web', 'api', 'shop']);
  const isPaused = draw.chance(0.55);
  return {
    title: `${name} ${name === 'all' ? 'are' : 'is'} ${isPaused ? 'paused' : 'let go on'}`,
    run: (stage) => setPause(stage, name, isPaused),
  };
};

const askReturn: ActOf = (draw) => {
  const name = draw.pick(bridged);
  return {
    title: `${name} is paused and its bridge asked back`,
    async run(stage) {
      const service = stage.truth.byName(name);
      if (service !== undefined) service.returnAsked = true;
      await setPause(stage, name, true);
      await stage.ledger.askReturn(stage.truth.byName(name)?.arn ?? '', true);
    },
  };
};

export async function setPause({ truth, ledger }: Stage, name: string, isPaused: boolean): Promise<void> {
  truth.paused(name, isPaused);
  await ledger.setPause(name === 'all' ? undefined : truth.byName(name)?.arn, isPaused);
}

/** The more often it stands here, the more often it comes. */
const frequent = [reclaim, reclaim, reclaim, reclaim, drought, noMoreSpot, spotReturns, reclaimJobs] as const;
const seldom = [
  onDemandShort,
  onDemandReturns,
  scale,
  scale,
  deploy,
  deploy,
  retag,
  untag,
  remove,
  pause,
  pause,
] as const;
const rare = [askReturn, strategyBack] as const;

const minute = 60_000;
/** By then Ballast has found the services, and those that begin with the storm have come up, most of them. */
const firstAtMs = 4 * minute;

/** @param endsAtMs since the storm began: from then on nothing happens, and what is short may come back. */
export function drawActs(seed: number, { roles, jobs }: Cast, endsAtMs: number): Act[] {
  const draw = drawOf(seed, 'acts');
  const names: Names = {
    services: ['web', ...roles.map(({ setup }) => setup.name).filter((name) => name !== 'web')],
    jobs: ['job-a', ...jobs.map(({ family }) => family)],
  };
  const acts: Act[] = [];
  for (let count = draw.between(5, 12); count > 0; count -= 1) {
    const kinds = draw.chance(0.65) ? frequent : draw.chance(0.9) ? seldom : rare;
    const kind = draw.pick<ActOf>([kinds[0], ...kinds.slice(1)]);
    acts.push({ atMs: draw.between(firstAtMs, endsAtMs - 1_000), ...kind(draw, names) });
  }
  acts.push({ atMs: endsAtMs, ...onDemandReturns(draw, names) });
  if (draw.chance(0.7)) acts.push({ atMs: draw.between(endsAtMs - 4 * minute, endsAtMs), ...spotReturns(draw, names) });
  return acts;
}
