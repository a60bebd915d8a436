import type { World } from '../world/world.ts';
import type { Cast } from './cast.ts';
import { atLeast, decidedFor, exactly, isBridgeOf, secondOf, stepsBetween, stepsOf, told, writesTo } from './goals.ts';
import type { Goal, Outcome } from './outcome.ts';
import { at, minute, type Scenario } from './scenario.ts';
import { acting, createCluster, createService } from './stage.ts';

const cooldownMs = 10 * minute;
const desired = 8;
const names = ['web', 'rewritten', 'restored'];

/** Its order, its base and the explicit base of 0 have to survive. */
const original = [
  { capacityProvider: 'FARGATE_SPOT', base: 0, weight: 3 },
  { capacityProvider: 'FARGATE', base: 2, weight: 1 },
];
const foreign = [
  { capacityProvider: 'FARGATE', weight: 2 },
  { capacityProvider: 'FARGATE_SPOT', base: 1, weight: 1 },
];

const fall = 5;
const byPeople = 18;
const back = 110;
const end = 300;

/** Every change of a strategy redeploys the whole service: the fewer the better. */
export const strategy: Scenario = {
  name: 'strategy',
  summary:
    'three returns meet a drought that goes on; people rewrite the strategy of one service and restore that of another',
  seed: 16,
  switches: {},
  durationMs: end * minute,
  setUp(world) {
    const clusterArn = createCluster(world, 'main');
    const services = names.map((name) => {
      const tags = {
        ...acting,
        'ballast:fallback': 'strategy',
        'ballast:cooldown': '10m',
        'ballast:stay-shifted': '30m',
      };
      const arn = createService(world, clusterArn, { name, desiredCount: desired, strategy: original, tags });
      return { name, arn, role: 'strategy' };
    });
    return { clusterArn, services };
  },
  acts: [
    {
      atMs: fall * minute,
      title: 'Spot falls to 3',
      opensPart: 'a drought of 105 minutes, and three hours of calm',
      run: (world) => world.market.reclaimDownTo(3),
    },
    {
      atMs: byPeople * minute,
      title: 'one person writes another strategy, another puts the original back',
      run(world, { clusterArn }) {
        const force = { cluster: clusterArn, forceNewDeployment: true };
        world.call('ecs', 'UpdateService', { ...force, service: 'rewritten', capacityProviderStrategy: foreign });
        world.call('ecs', 'UpdateService', { ...force, service: 'restored', capacityProviderStrategy: original });
      },
    },
    { atMs: back * minute, title: 'Spot is back', run: (world) => world.market.setCapacity('FARGATE_SPOT', undefined) },
  ],
  goals(outcome, without) {
    const relapses = forcedAtMs(outcome, 'web', 'StopServiceDeployment');
    return [
      exactly('returns of web that met a placement failure and were rolled back', relapses.length, 3),
      ...names.map((name) => paced(outcome, name)),
      // Without Ballast it is what its owner wrote last.
      ...names.map((name) => sameText(`strategy of ${name} in the end`, shown(outcome, name), shown(without, name))),
      sameText('original of web as Ballast put it back', lastWritten(outcome, 'web'), shown(without, 'web')),
      exactly('the original written over what a person wrote', originalsAfterForeign(outcome), 0),
      ...names.map((name) => neverBelow(outcome, name)),
      atLeast('decisions strategy_foreign_write', decidedFor(outcome, 'rewritten', 'strategy_foreign_write').length, 1),
      atLeast(
        'decisions strategy_restored_externally',
        decidedFor(outcome, 'restored', 'strategy_restored_externally').length,
        1,
      ),
      exactly('bridges', writesTo(outcome, (name) => names.some((one) => isBridgeOf(one)(name))).length, 0),
      ...names.map((name) => told(`writes to ${name}`, writesInWords(outcome, name))),
    ];
  },
};

const isOf = (outcome: Outcome, name: string) => {
  const arn = arnOf(outcome.cast, name);
  return ({ input }: Outcome['writes'][number]) =>
    input.service === name ||
    String(input.serviceDeploymentArn ?? '').startsWith(`${arn.replace(':service/', ':service-deployment/')}/`);
};

function forcedAtMs(outcome: Outcome, name: string, action: 'UpdateService' | 'StopServiceDeployment'): number[] {
  const own = outcome.writes.filter(isOf(outcome, name));
  return own.filter((write) => write.action === action && write.error === undefined).map(({ atMs }) => atMs);
}

/** A return and its own rollback are one change. */
function paced(outcome: Outcome, name: string): Goal {
  const forced = forcedAtMs(outcome, name, 'UpdateService');
  const shares = forced.slice(1).map((atMs, index) => (atMs - (forced[index] ?? 0)) / cooldownMs);
  return atLeast(`shortest gap of ${name} between forced deployments, of its cool-down`, Math.min(...shares), 1);
}

function neverBelow(outcome: Outcome, name: string): Goal {
  const steps = stepsOf(outcome, name);
  const shiftAtMs = forcedAtMs(outcome, name, 'UpdateService')[0] ?? Number.POSITIVE_INFINITY;
  const completed = outcome.events.find(
    ({ atMs, event }) =>
      atMs > shiftAtMs &&
      event.resources[0] === arnOf(outcome.cast, name) &&
      event.detail.eventName === 'SERVICE_DEPLOYMENT_COMPLETED',
  );
  const fromMs = completed?.atMs ?? Number.POSITIVE_INFINITY;
  const least = Math.min(...stepsBetween(steps, fromMs, at(end)).map(({ running }) => running));
  return atLeast(`least running of ${name} from ${secondOf(fromMs)} s on`, least, desired);
}

function sameText(goal: string, measured: string | undefined, wanted: string): Goal {
  const met = measured === wanted;
  return { goal: `${goal}, byte for byte`, measured: met ? 'the same' : `${measured}, not ${wanted}`, met };
}

function originalsAfterForeign(outcome: Outcome): number {
  return outcome.writes
    .filter(isOf(outcome, 'rewritten'))
    .filter(({ atMs, input }) => atMs > at(byPeople) && written(input) === JSON.stringify(original)).length;
}

function lastWritten(outcome: Outcome, name: string): string {
  const own = outcome.writes.filter(isOf(outcome, name)).filter(({ action }) => action === 'UpdateService');
  return written(own.at(-1)?.input ?? {});
}

function writesInWords(outcome: Outcome, name: string): string {
  return outcome.writes
    .filter(isOf(outcome, name))
    .map(({ atMs, action, input }) => {
      if (action !== 'UpdateService') return `${secondOf(atMs)} s ${action}`;
      return `${secondOf(atMs)} s ${written(input).includes('FARGATE_SPOT') ? 'return' : 'shift'}`;
    })
    .join('; ');
}

function written(input: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(input.capacityProviderStrategy);
}

/** As DescribeServices tells it, member by member. */
function shown({ world, cast }: { readonly world: World; readonly cast: Cast }, name: string): string {
  const { services } = world.call('ecs', 'DescribeServices', { cluster: cast.clusterArn, services: [name] });
  return Array.isArray(services) ? written(services[0]) : 'nothing';
}

function arnOf({ services }: Cast, name: string): string {
  return services.find((service) => service.name === name)?.arn ?? '';
}
