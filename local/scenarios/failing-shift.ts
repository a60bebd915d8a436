import type { World } from '../world/world.ts';
import type { Cast } from './cast.ts';
import { atLeast, decidedFor, exactly, theSame, told, writesTo } from './goals.ts';
import type { Outcome } from './outcome.ts';
import { minute, type Scenario, scenarioStartMs } from './scenario.ts';
import { acting, createCluster, createService, taskDefinitionArn } from './stage.ts';

/** Spot goes, the shift to on-demand is made, and its tasks cannot start: the image has been deleted meanwhile. */

const names = ['breaker', 'plain'] as const;
const desiredCount = 4;

const fall = 5;
const pushed = 120;
const back = 180;
const end = 260;

export const failingShift: Scenario = {
  name: 'failing-shift',
  summary: 'a shift to on-demand whose tasks cannot start, with and without circuit breaker: undone, and left at that',
  seed: 9,
  switches: {},
  durationMs: end * minute,
  setUp,
  acts: [
    {
      atMs: fall * minute,
      title: 'the image is gone, and so is half of Spot',
      run: (world, { services }) => {
        for (const name of names) world.failTaskDefinition(taskDefinitionArn(world, name), { kind: 'image' });
        world.market.setCapacity('FARGATE_SPOT', desiredCount);
        for (const { arn } of services) world.market.reclaimFrom(arn, desiredCount / 2);
      },
    },
    {
      atMs: pushed * minute,
      title: 'the image is back',
      run: (world) => {
        for (const name of names) world.failTaskDefinition(taskDefinitionArn(world, name), undefined);
      },
    },
    { atMs: back * minute, title: 'Spot is back', run: (world) => world.market.setCapacity('FARGATE_SPOT', undefined) },
  ],
  goals: (outcome) =>
    names.flatMap((name) => {
      const shifts = shiftMinutes(outcome, name);
      return [
        atLeast(
          `${name}: decisions strategy_shift_failed`,
          decidedFor(outcome, name, 'strategy_shift_failed').length,
          1,
        ),
        // The rollback waits for Spot as well, and nothing is shifted across a deployment.
        exactly(`${name}: shifts while Spot is short`, shifts.filter((at) => at < back).length, 1),
        exactly(
          `${name}: rollbacks asked for beside the returns`,
          stopsWhileGone(outcome, name),
          name === 'plain' ? 1 : 0,
        ),
        atLeast(`${name}: fewest tasks serving`, fewestServing(outcome, name), desiredCount / 2),
        theSame(`${name}: in the end`, inTheEnd(outcome, name), [`${desiredCount} running`, 'FARGATE_SPOT']),
        told(`${name}: shifts at`, `${shifts.join(', ')} min`),
      ];
    }),
};

function setUp(world: World): Cast {
  const clusterArn = createCluster(world, 'main');
  const services = names.map((name) => {
    const tags = { ...acting, 'ballast:fallback': 'strategy' };
    const breaker = name === 'breaker' ? { circuitBreaker: { enable: true, rollback: true } } : {};
    return { name, role: 'strategy', arn: createService(world, clusterArn, { name, desiredCount, tags, ...breaker }) };
  });
  return { clusterArn, services };
}

function shiftMinutes(outcome: Outcome, name: string): number[] {
  return writesTo(outcome, (one) => one === name)
    .filter(({ input }) => JSON.stringify(input.capacityProviderStrategy ?? []).includes('"FARGATE"'))
    .map(({ atMs }) => Math.round((atMs - scenarioStartMs) / minute));
}

function stopsWhileGone({ calls }: Outcome, name: string): number {
  return calls.filter(
    ({ action, input, atMs }) =>
      action === 'StopServiceDeployment' &&
      atMs < scenarioStartMs + pushed * minute &&
      String(input.serviceDeploymentArn).includes(`/main/${name}/`),
  ).length;
}

function fewestServing({ steps }: Outcome, name: string): number {
  const after = (steps.get(name) ?? []).filter(({ atMs }) => atMs > scenarioStartMs + fall * minute);
  return Math.min(...after.map(({ serving }) => serving));
}

function inTheEnd({ world }: Outcome, name: string): string[] {
  const answer = world.call('ecs', 'DescribeServices', { cluster: 'main', services: [name] });
  const [service] = answer.services as {
    runningCount: number;
    capacityProviderStrategy: { capacityProvider: string }[];
  }[];
  const strategy = service?.capacityProviderStrategy ?? [];
  return [`${service?.runningCount} running`, ...strategy.map(({ capacityProvider }) => capacityProvider)];
}
