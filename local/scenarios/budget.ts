import {
  atLeast,
  atMost,
  bridgeMoves,
  bridgesLeft,
  decidedFor,
  exactly,
  firstAtMs,
  secondOf,
  stepAt,
  stepsOf,
  told,
  toldBridge,
} from './goals.ts';
import type { Outcome } from './outcome.ts';
import { at, minute, type Scenario } from './scenario.ts';
import { acting, createCluster, createService } from './stage.ts';

const limitVcpu = 4;
const vcpuEach = 0.5;
const desired = 6;

const cast = [
  { name: 'first', priority: 9, lost: 4 },
  { name: 'second', priority: 5, lost: 4 },
  { name: 'third', priority: 5, lost: 1 },
  { name: 'last', priority: 1, lost: 4 },
] as const;

const fall = 5;
const partly = 25;
const back = 50;
const end = 90;

/** Eight tasks for the thirteen that are missing, round by round. */
const share = [3, 2, 1, 2];
const all = cast.length * desired;
const lostAll = cast.reduce((sum, { lost }) => sum + lost, 0);

/** More is missing than may be bought. */
export const budget: Scenario = {
  name: 'budget',
  summary:
    'four services of priorities 9, 5, 5, 1 lose 4, 4, 1, 4 of 6 tasks of 0.5 vCPU at once; bridges may have 4 vCPU',
  seed: 14,
  switches: {},
  stackPolicy: { stackMaxBridgeVcpu: limitVcpu },
  durationMs: end * minute,
  setUp(world) {
    const clusterArn = createCluster(world, 'main');
    const services = cast.map(({ name, priority }) => {
      const tags = { ...acting, 'ballast:priority': String(priority) };
      const arn = createService(world, clusterArn, { name, desiredCount: desired, cpu: '512', tags });
      return { name, arn, role: `bridge, priority ${priority}` };
    });
    return { clusterArn, services };
  },
  acts: [
    {
      atMs: fall * minute,
      title: 'they lose 13 tasks',
      opensPart: `Spot 24 → ${all - lostAll} → ${all - 6} → 24 within 45 minutes`,
      run(world, { services }) {
        world.market.setCapacity('FARGATE_SPOT', all - lostAll);
        for (const [index, { arn }] of services.entries()) world.market.reclaimFrom(arn, cast[index]?.lost ?? 0);
      },
    },
    {
      atMs: partly * minute,
      title: 'half of it is back',
      run: (world) => world.market.setCapacity('FARGATE_SPOT', all - 6),
    },
    { atMs: back * minute, title: 'all of it is', run: (world) => world.market.setCapacity('FARGATE_SPOT', undefined) },
  ],
  goals(outcome) {
    const firstBuy = cast.map(({ name }) => boughtAtMs(outcome, name, 1));
    const soon = cast.map(({ name }) => stepAt(stepsOf(outcome, name), at(fall + 1)).bridgeDesired);
    const settled = cast.map(({ name }) => stepAt(stepsOf(outcome, name), at(partly)).bridgeDesired);
    const later = cast.map(({ name }) => stepAt(stepsOf(outcome, name), at(back)).serving);
    return [
      atMost('most vCPU of bridges at any second', mostVcpu(outcome), limitVcpu),
      exactly(
        'vCPU of bridges in the drought',
        settled.reduce((sum, count) => sum + count * vcpuEach, 0),
        limitVcpu,
      ),
      // One each before seconds, and the odd one goes to the highest priority.
      exactly('tasks of the bridges in the drought', settled.join(', '), share.join(', ')),
      exactly('the same a minute after the notices', soon.join(', '), share.join(', ')),
      atLeast(
        'decisions budget_exhausted',
        cast.reduce((sum, { name }) => sum + decidedFor(outcome, name, 'budget_exhausted').length, 0),
        1,
      ),
      exactly('serving once others have returned', later.join(', '), later.map(() => desired).join(', ')),
      exactly('bridges in the end', bridgesLeft(outcome).length, 0),
      told('first tasks bought at', firstBuy.map((ms) => `${secondOf(ms)} s`).join(', ')),
      told('all serve again', cast.map(({ name }) => `${secondOf(wholeAtMs(outcome, name))} s`).join(', ')),
      ...cast.map(({ name }) => toldBridge(outcome, name)),
    ];
  },
};

function boughtAtMs(outcome: Outcome, name: string, count: number): number {
  return bridgeMoves(outcome, name).find(({ to }) => to >= count)?.atMs ?? Number.POSITIVE_INFINITY;
}

function wholeAtMs(outcome: Outcome, name: string): number {
  return firstAtMs(stepsOf(outcome, name), ({ serving }) => serving >= desired, at(fall) + minute);
}

function mostVcpu(outcome: Outcome): number {
  const all = cast.map(({ name }) => stepsOf(outcome, name));
  const moments = [...new Set(all.flatMap((steps) => steps.map(({ atMs }) => atMs)))];
  return Math.max(
    ...moments.map((atMs) => all.reduce((sum, steps) => sum + stepAt(steps, atMs).bridgeDesired * vcpuEach, 0)),
  );
}
