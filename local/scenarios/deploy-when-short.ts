import type { World } from '../world/world.ts';
import type { Cast } from './cast.ts';
import { atLeast, decidedFor, exactly, isBridgeOf, theSame, told, writesTo } from './goals.ts';
import type { Goal, Outcome } from './outcome.ts';
import { at, minute, type Scenario } from './scenario.ts';
import { acting, createCluster, createService, deployRevision } from './stage.ts';

/** Two services alike, a release of each, and no Spot at all: one waits, the other is shifted to on-demand. */

const names = ['waits', 'shifts'] as const;
const desiredCount = 4;

const gone = 5;
const release = 12;
const back = 80;
const end = 150;

export const deployWhenShort: Scenario = {
  name: 'deploy-when-short',
  summary: 'Spot is gone for 75 minutes and two services are released meanwhile: deploy-when-short wait and shift',
  seed: 8,
  switches: {},
  durationMs: end * minute,
  setUp,
  acts: [
    {
      atMs: gone * minute,
      title: 'Spot is gone',
      opensPart: 'no Spot at all',
      run: (world) => world.market.reclaimDownTo(0),
    },
    {
      atMs: release * minute,
      title: 'a release of both',
      run: (world, { clusterArn }) => {
        for (const name of names) deployRevision(world, clusterArn, name);
      },
    },
    {
      atMs: back * minute,
      title: 'Spot is back',
      opensPart: 'Spot is back',
      run: (world) => world.market.setCapacity('FARGATE_SPOT', undefined),
    },
  ],
  goals: (outcome) => [
    exactly('waits: writes to the service itself', writesTo(outcome, (name) => name === 'waits').length, 0),
    exactly('waits: releases complete before Spot is back', completedBefore(outcome, 'waits', at(back)).length, 0),
    exactly('shifts: releases complete before Spot is back', completedBefore(outcome, 'shifts', at(back)).length, 1),
    exactly(
      'shifts: shifted within a cool-down of the release',
      strategyWrites(outcome, at(release), at(release + 30)),
      1,
    ),
    told('shifts: complete after the release', `${secondsToComplete(outcome)} s`),
    theSame('shifts: strategies written', strategiesWritten(outcome), ['FARGATE', 'FARGATE_SPOT']),
    ...names.map((name) => exactly(`${name}: diagnosed`, diagnosesOf(outcome, name).join(', '), `capacity/spot_short`)),
    ...names.map((name) => exactly(`${name}: rollbacks`, stopsOf(outcome, name), 0)),
    atLeast('waits: decisions that say so', decidedFor(outcome, 'waits', 'deployment_waits_for_spot').length, 1),
    exactly('bridges that launched the release before its service did', bridgesThatLed(outcome), 0),
    ...names.flatMap((name) => inTheEnd(outcome, name)),
    exactly('bridges in the end', bridgeTasks(outcome), 0),
    exactly('dead letters', outcome.deadLetters.length, 0),
  ],
};

function setUp(world: World): Cast {
  const clusterArn = createCluster(world, 'main');
  const services = names.map((name) => {
    const tags = { ...acting, 'ballast:deploy-when-short': name === 'waits' ? 'wait' : 'shift' };
    return { name, role: 'bridge', arn: createService(world, clusterArn, { name, desiredCount, tags }) };
  });
  return { clusterArn, services };
}

function completedBefore({ events }: Outcome, name: string, untilMs: number): number[] {
  return events
    .filter(
      ({ event, atMs }) =>
        event.detail.eventName === 'SERVICE_DEPLOYMENT_COMPLETED' &&
        event.resources[0]?.endsWith(`/${name}`) === true &&
        atMs > at(release) &&
        atMs <= untilMs,
    )
    .map(({ atMs }) => atMs);
}

function secondsToComplete(outcome: Outcome): number {
  const [firstMs = Number.NaN] = completedBefore(outcome, 'shifts', at(back));
  return Math.round((firstMs - at(release)) / 1000);
}

function strategiesWritten(outcome: Outcome): string[] {
  return writesTo(outcome, (name) => name === 'shifts').map(({ input }) => {
    const strategy = input.capacityProviderStrategy as readonly { readonly capacityProvider: string }[] | undefined;
    return (strategy ?? []).map(({ capacityProvider }) => capacityProvider).join(' ');
  });
}

function strategyWrites(outcome: Outcome, fromMs: number, toMs: number): number {
  return writesTo(outcome, (name) => name === 'shifts').filter(({ atMs }) => atMs >= fromMs && atMs < toMs).length;
}

function diagnosesOf({ busEvents }: Outcome, name: string): string[] {
  return busEvents
    .filter(({ event }) => event.detailType === 'Deployment Diagnosed' && event.detail.serviceName === name)
    .map(({ event }) => `${event.detail.class}/${event.detail.cause}`);
}

function stopsOf({ calls }: Outcome, name: string): number {
  return calls.filter(
    ({ action, input }) =>
      action === 'StopServiceDeployment' && String(input.serviceDeploymentArn).includes(`/main/${name}/`),
  ).length;
}

/** Bridges were asked for the release's revision while no task of it had come up in the service itself. */
function bridgesThatLed(outcome: Outcome): number {
  return names.filter((name) => {
    const led = writesTo(outcome, isBridgeOf(name)).find(({ input }) =>
      String(input.taskDefinition).endsWith(`${name}:2`),
    );
    const [completeMs = Number.POSITIVE_INFINITY] = completedBefore(outcome, name, at(end));
    return led !== undefined && led.atMs < completeMs;
  }).length;
}

function inTheEnd(outcome: Outcome, name: string): Goal[] {
  const answer = outcome.world.call('ecs', 'DescribeServices', { cluster: 'main', services: [name] });
  const [service] = answer.services as {
    runningCount: number;
    capacityProviderStrategy: { capacityProvider: string }[];
    deployments: { taskDefinition: string; rolloutState: string }[];
  }[];
  const shown = [
    `${service?.runningCount} running`,
    ...(service?.capacityProviderStrategy ?? []).map(({ capacityProvider }) => capacityProvider),
    ...(service?.deployments ?? []).map(
      ({ taskDefinition, rolloutState }) =>
        `${taskDefinition.slice(taskDefinition.lastIndexOf('/') + 1)} ${rolloutState}`,
    ),
  ];
  return [theSame(`${name}: in the end`, shown, [`${desiredCount} running`, 'FARGATE_SPOT', `${name}:2 COMPLETED`])];
}

function bridgeTasks(outcome: Outcome): number {
  const answer = outcome.world.call('ecs', 'ListTasks', { cluster: 'main' });
  const all = (answer.taskArns as readonly string[]).length;
  return all - names.length * desiredCount;
}
