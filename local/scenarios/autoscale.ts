import type { Step } from '../world/figures.ts';
import {
  atLeast,
  atMost,
  bridgeMoves,
  bridgesLeft,
  exactly,
  firstAtMs,
  longestSeconds,
  mostBelow,
  secondOf,
  stepAt,
  stepsBetween,
  stepsOf,
  taskSecondsBelow,
  told,
  toldBridge,
  writesTo,
} from './goals.ts';
import { at, minute, type Scenario } from './scenario.ts';
import { acting, createCluster, createService } from './stage.ts';

const desired = 20;
const perTask = 10;

const fall = 8;
const lessLoad = 25;
const moreLoad = 45;
const usualLoad = 60;
const back = 75;
const end = 150;

/** The load that the scaler follows: 15 % less for twenty minutes, half as much again for fifteen. */
function loadAt(atMs: number): number {
  const usual = desired * perTask;
  if (atMs >= at(lessLoad) && atMs < at(moreLoad)) return usual * 0.85;
  if (atMs >= at(moreLoad) && atMs < at(usualLoad)) return usual * 1.5;
  return usual;
}

const neededBy = ({ atMs }: Pick<Step, 'atMs'>) => Math.ceil(loadAt(atMs) / perTask);

/** Target tracking computes from the service's own running tasks, in a drought from too few. */
export const autoscale: Scenario = {
  name: 'autoscale',
  summary: 'target tracking on 20 tasks in a drought: it folds at 15 % less load and is blind at half as much again',
  seed: 5,
  switches: {},
  durationMs: end * minute,
  setUp(world) {
    const clusterArn = createCluster(world, 'main');
    const targetGroupArn = world.createTargetGroup('web');
    const arn = createService(world, clusterArn, {
      name: 'web',
      desiredCount: desired,
      targetGroupArn,
      tags: { ...acting, 'ballast:max-bridge': '100pct' },
    });
    return { clusterArn, services: [{ name: 'web', arn, role: 'bridge, scaled', targetGroupArn }] };
  },
  acts: [
    {
      atMs: 5 * minute,
      title: 'a scaler follows the load',
      run(world, { services }) {
        const serviceArn = services[0]?.arn ?? '';
        world.attachScaler({
          serviceArn,
          min: 4,
          max: 60,
          targetPerTask: perTask,
          load: () => loadAt(world.nowMs),
          servingTasks: () => world.figures.of(serviceArn).serving,
        });
      },
    },
    {
      atMs: fall * minute,
      title: 'Spot falls to 12',
      opensPart: 'Spot 20 → 12 for 67 minutes, the load changes meanwhile',
      run: (world) => world.market.reclaimDownTo(12),
    },
    { atMs: lessLoad * minute, title: '15 % less load', run: () => {} },
    { atMs: moreLoad * minute, title: 'half as much again', run: () => {} },
    { atMs: usualLoad * minute, title: 'the usual load', run: () => {} },
    { atMs: back * minute, title: 'Spot is back', run: (world) => world.market.setCapacity('FARGATE_SPOT', undefined) },
  ],
  goals(outcome) {
    const steps = stepsOf(outcome, 'web');
    const coveredAtMs = firstAtMs(
      steps,
      ({ serving, bridgeServing }) => bridgeServing > 0 && serving >= desired,
      at(fall),
    );
    const isShort = (step: Step) => step.serving < neededBy(step);
    const firstReturnAtMs = bridgeMoves(outcome, 'web').find(({ from, to }) => to < from)?.atMs ?? at(back);
    const last = stepAt(steps, at(end));
    const blind = stepAt(steps, at(usualLoad) - 1);
    return [
      atMost('seconds from the notices to a covered service', (coveredAtMs - at(fall)) / 1000, 120, ' s'),
      exactly(
        'task-seconds below the need from then on, until the first return',
        taskSecondsBelow(steps, neededBy, coveredAtMs, firstReturnAtMs),
        0,
      ),
      // Target tracking asks for more only once it is short: no return that it has to answer can do without.
      atMost(
        'below the need while the service unfolds, a step of the return, tasks',
        Math.max(
          mostBelow(steps, neededBy, firstReturnAtMs, at(moreLoad)),
          mostBelow(steps, neededBy, at(usualLoad), at(end)),
        ),
        2,
      ),
      atMost(
        'its longest stretch: a look of the scaler, a launch',
        Math.max(
          longestSeconds(steps, isShort, firstReturnAtMs, at(moreLoad)),
          longestSeconds(steps, isShort, at(usualLoad), at(end)),
        ),
        180,
        ' s',
      ),
      atMost(
        'fewest tasks asked of the service meanwhile',
        leastDesired(steps, coveredAtMs, at(moreLoad)),
        desired - 1,
      ),
      exactly('least wanted by Ballast until Spot is back', leastWanted(outcome.decisions, coveredAtMs), desired),
      atLeast('desired in the end', last.desired, neededBy(last)),
      exactly('bridges in the end', bridgesLeft(outcome).length, 0),
      exactly('writes to the service itself', writesTo(outcome, (name) => name === 'web').length, 0),
      told(
        'blind scale-out: needed, asked of ECS, served',
        `${neededBy(blind)}, ${blind.desired}, ${blind.serving} tasks`,
      ),
      told(
        'served less than needed',
        `${longestSeconds(steps, (step) => step.serving < neededBy(blind), at(moreLoad), at(usualLoad))} s, ` +
          `${Math.round(taskSecondsBelow(steps, () => neededBy(blind), at(moreLoad), at(usualLoad)))} task-s`,
      ),
      told('desired', desiredOverTime(steps)),
      toldBridge(outcome, 'web'),
    ];
  },
};

function leastDesired(steps: readonly Step[], fromMs: number, toMs: number): number {
  return Math.min(...stepsBetween(steps, fromMs, toMs).map((step) => step.desired));
}

function leastWanted(decisions: Parameters<NonNullable<Scenario['goals']>>[0]['decisions'], fromMs: number): number {
  const inDrought = decisions.filter(({ sinceMs }) => sinceMs > fromMs && sinceMs < at(back));
  return Math.min(...inDrought.map(({ figures }) => figures?.wanted ?? Number.POSITIVE_INFINITY));
}

function desiredOverTime(steps: readonly Step[]): string {
  return steps
    .filter((step, index) => step.desired !== steps[index - 1]?.desired)
    .map((step) => `${secondOf(step.atMs)} s → ${step.desired}`)
    .join(', ');
}
