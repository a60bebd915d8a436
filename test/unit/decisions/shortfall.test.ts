import { describe, expect, it } from 'vitest';
import type { ControlState } from '../../../shared/decisions/control-state.ts';
import { madeGoodUntilMs, missingSinceMs, shortfallFigures, withSample } from '../../../shared/decisions/shortfall.ts';
import {
  aBridge,
  aDeployment,
  aPolicy,
  aService,
  aTaskRecord,
  bridgedControl,
  nowMs,
  provenControl,
  reclaimed,
  signal,
  someFacts,
} from '../../builders/service-facts.ts';

const minute = 60_000;
const policy = aPolicy();
const figures = (facts: Parameters<typeof shortfallFigures>[0]) => shortfallFigures(facts, policy, nowMs);

describe('what is missing because of Spot', () => {
  it('is nothing while all tasks run', () => {
    expect(figures(someFacts())).toEqual({ wanted: 10, staying: 10, lost: 0, unplaceable: 0, shortfall: 0 });
  });

  it('is each task under notice, whatever runningCount still says', () => {
    const facts = someFacts({ primary: aService({ runningCount: 10 }), listedTasks: 7, tasks: reclaimed(3) });
    expect(figures(facts)).toMatchObject({ staying: 7, lost: 3, shortfall: 3 });
  });

  it('is no task that merely starts in a scale-out', () => {
    const facts = someFacts({ primary: aService({ desiredCount: 16, pendingCount: 6 }), listedTasks: 16 });
    expect(figures(facts)).toMatchObject({ wanted: 16, staying: 10, shortfall: 0 });
  });

  it('is no task that merely starts in a deployment', () => {
    const deployments = [
      aDeployment({ id: 'ecs-svc/1001', rolloutState: 'IN_PROGRESS', runningCount: 0, pendingCount: 10 }),
      aDeployment({ status: 'ACTIVE', runningCount: 4 }),
    ];
    const facts = someFacts({ primary: aService({ pendingCount: 10, deployments }), listedTasks: 14 });
    expect(figures(facts)).toMatchObject({ staying: 4, shortfall: 0 });
  });

  it('is the replacement of a task that was just reclaimed, although ECS does not show it as pending yet', () => {
    const replaced = (agoMs: number) => someFacts({ listedTasks: 9, tasks: reclaimed(3, nowMs - agoMs) });
    expect(figures(replaced(14_999))).toMatchObject({ staying: 7, shortfall: 3 });
    expect(figures(replaced(15_000))).toMatchObject({ staying: 9, shortfall: 1 });
    const shown = { primary: aService({ pendingCount: 2 }), listedTasks: 9, tasks: reclaimed(3) };
    expect(figures(someFacts(shown))).toMatchObject({ staying: 7, shortfall: 3 });
    const scaledOut = {
      primary: aService({ desiredCount: 15, pendingCount: 7 }),
      listedTasks: 14,
      tasks: reclaimed(3),
    };
    expect(figures(someFacts(scaledOut))).toMatchObject({ staying: 7, shortfall: 3 });
    const first = {
      primary: aService({ deployments: [aDeployment({ rolloutState: 'IN_PROGRESS' })] }),
      listedTasks: 10,
    };
    expect(figures(someFacts({ ...first, tasks: reclaimed(3) }))).toMatchObject({ staying: 7, shortfall: 3 });
    const deployments = [aDeployment({ id: 'ecs-svc/1001', rolloutState: 'IN_PROGRESS' }), aDeployment()];
    const releasing = { primary: aService({ pendingCount: 4, deployments }), listedTasks: 11, tasks: reclaimed(5) };
    expect(figures(someFacts(releasing))).toMatchObject({ staying: 7, shortfall: 3 });
  });

  it('is no replacement where people want less since a moment ago', () => {
    const lowered = (control: ControlState) =>
      figures(
        someFacts({
          primary: aService({ desiredCount: 8 }),
          listedTasks: 7,
          tasks: reclaimed(3),
          autoScaled: false,
          control,
        }),
      );
    expect(lowered({ ...provenControl, wantedLatched: 10 })).toMatchObject({ staying: 7, shortfall: 1 });
    expect(lowered(provenControl)).toMatchObject({ staying: 5, shortfall: 3 });
  });

  it('is no task that a release had left over and Spot took before ECS stopped it', () => {
    const leftOver = (deploymentId: string) =>
      someFacts({ tasks: reclaimed(2).map((task) => ({ ...task, deploymentId })) });
    expect(figures(leftOver('ecs-svc/999'))).toMatchObject({ staying: 10, shortfall: 0 });
    const own = aDeployment().id;
    expect(figures(leftOver(own))).toMatchObject({ staying: 8, shortfall: 2 });
  });

  it('is the replacement of a reclaimed task until it runs', () => {
    const replacing = { primary: aService({ pendingCount: 2 }), listedTasks: 10, tasks: reclaimed(2) };
    expect(figures(someFacts(replacing))).toMatchObject({ staying: 8, lost: 2, shortfall: 2 });
    const one = aTaskRecord('new', { startedAtMs: nowMs - 1_000 });
    const half = { primary: aService({ pendingCount: 1 }), listedTasks: 10, tasks: [...reclaimed(2), one] };
    expect(figures(someFacts(half))).toMatchObject({ staying: 9, lost: 1, shortfall: 1 });
  });

  it('is what is reclaimed after a release, whatever the release has started', () => {
    const earlier = reclaimed(1, nowMs - 3 * minute);
    const released = Array.from({ length: 10 }, (_, index) =>
      aTaskRecord(`released-${index}`, { startedAtMs: nowMs - 2 * minute }),
    );
    const later = released
      .slice(0, 4)
      .map((task) => ({ ...task, desiredStatus: 'STOPPED', spotStopAtMs: nowMs - 5_000 }));
    const facts = someFacts({ listedTasks: 6, tasks: [...earlier, ...later, ...released.slice(4)] });
    expect(figures(facts)).toMatchObject({ lost: 4, shortfall: 4 });
  });

  it('is no task that was made good before, though nobody has told of what replaced it', () => {
    const [earlier, later] = [reclaimed(2, nowMs - 3 * minute), reclaimed(2, nowMs - 20_000)];
    const settled = (tasks: typeof earlier, staying: number) =>
      madeGoodUntilMs(someFacts({ tasks }), { wanted: 10, staying }, nowMs);
    expect(settled([...earlier, ...later], 10)).toBe(nowMs - 3 * minute);
    expect(settled([...earlier, ...later], 9)).toBeUndefined();
    expect(settled(later, 10)).toBeUndefined();
    const control = { ...provenControl, madeGoodUntilMs: nowMs - 3 * minute };
    expect(figures(someFacts({ listedTasks: 6, tasks: [...earlier, ...later], control }))).toMatchObject({ lost: 2 });
  });

  it('is one task where the replacement of a reclaimed one is reclaimed too', () => {
    const replacement = aTaskRecord('b', { startedAtMs: nowMs - minute, spotStopAtMs: nowMs - 5_000 });
    const facts = someFacts({ listedTasks: 8, tasks: [...reclaimed(1, nowMs - 2 * minute), replacement] });
    expect(figures(facts)).toMatchObject({ lost: 1, shortfall: 1 });
  });

  it('counts a reclaimed task once, also when a scale-out starts others beside it', () => {
    const facts = someFacts({
      primary: aService({ desiredCount: 15, pendingCount: 6 }),
      listedTasks: 15,
      tasks: reclaimed(1),
    });
    expect(figures(facts)).toMatchObject({ staying: 9, lost: 1, shortfall: 1 });
  });

  it('forgets what was reclaimed before the service was last whole', () => {
    const facts = someFacts({
      listedTasks: 8,
      tasks: reclaimed(2, nowMs - 20 * minute),
      control: { ...provenControl, lastWholeAtMs: nowMs - 10 * minute },
    });
    expect(figures(facts)).toMatchObject({ lost: 0, shortfall: 0 });
  });

  it('is all that is missing while the newest Spot placement failure is newer than the newest Spot start', () => {
    const failed = { listedTasks: 4, signals: signal('spot_placement_failure', nowMs - 30_000) };
    expect(figures(someFacts(failed))).toMatchObject({ unplaceable: 6, shortfall: 6 });
    const started = aTaskRecord('new', { startedAtMs: nowMs - 10_000 });
    expect(figures(someFacts({ ...failed, tasks: [started] }))).toMatchObject({ unplaceable: 0, shortfall: 0 });
  });

  it('is not told by an on-demand task that starts', () => {
    const onDemand = aTaskRecord('od', { capacityProviderName: 'FARGATE', ofBridge: true, startedAtMs: nowMs - 5_000 });
    const facts = someFacts({
      listedTasks: 4,
      tasks: [onDemand],
      signals: signal('spot_placement_failure', nowMs - 30_000),
    });
    expect(figures(facts)).toMatchObject({ unplaceable: 6, shortfall: 6 });
  });

  it('is never more than what is missing', () => {
    const facts = someFacts({
      listedTasks: 8,
      tasks: reclaimed(5, nowMs - minute),
      signals: signal('spot_placement_failure', nowMs - 1_000),
    });
    expect(figures(facts)).toMatchObject({ lost: 5, unplaceable: 2, shortfall: 2 });
  });
});

describe('tasks that have been missing for longer than launch-grace', () => {
  /** Three of ten have been missing for six minutes, and nothing was told. */
  const missing = { ...provenControl, missingSinceMs: nowMs - 6 * minute };
  const overdue = (changed: Parameters<typeof someFacts>[0] = {}) =>
    figures(someFacts({ primary: aService({ pendingCount: 3 }), control: missing, ...changed })).shortfall;

  it('are missing because of Spot, although no event said so', () => {
    expect(overdue()).toBe(3);
  });

  it('are not before the grace is over', () => {
    expect(overdue({ control: { ...provenControl, missingSinceMs: nowMs - 5 * minute + 1 } })).toBe(0);
    expect(overdue({ control: { ...provenControl, missingSinceMs: nowMs - 5 * minute } })).toBe(3);
  });

  it('are not while a deployment is in progress', () => {
    const deployments = [aDeployment({ rolloutState: 'IN_PROGRESS' })];
    expect(overdue({ primary: aService({ pendingCount: 3, deployments }) })).toBe(0);
  });

  it('are although tasks of the bridge have stopped: they were given back', () => {
    const returned = aTaskRecord('b', {
      ofBridge: true,
      lastStatus: 'STOPPED',
      desiredStatus: 'STOPPED',
      stoppedAtMs: nowMs - minute,
    });
    expect(overdue({ tasks: [returned] })).toBe(3);
  });

  it('are not after a task that stopped by its own fault', () => {
    const crashed = aTaskRecord('c', {
      lastStatus: 'STOPPED',
      desiredStatus: 'STOPPED',
      startedAtMs: nowMs - 9 * minute,
      stoppedAtMs: nowMs - 3 * minute,
    });
    expect(overdue({ tasks: [crashed] })).toBe(0);
    expect(overdue({ tasks: [{ ...crashed, stoppedAtMs: nowMs - 7 * minute }] })).toBe(3);
  });

  it.each(['task_start_impaired', 'task_configuration_failure'] as const)('are not after a %s', (kind) => {
    expect(overdue({ signals: signal(kind, nowMs - 2 * minute) })).toBe(0);
    expect(overdue({ signals: signal(kind, nowMs - 8 * minute) })).toBe(3);
  });

  it('are not while Spot tasks keep coming', () => {
    expect(overdue({ tasks: [aTaskRecord('new', { startedAtMs: nowMs - 2 * minute })] })).toBe(0);
  });

  it('are not while ECS has called the service steady since, or more stay than at the last look', () => {
    expect(overdue({ signals: signal('steady_state', nowMs - 4 * minute) })).toBe(0);
    expect(overdue({ signals: signal('steady_state', nowMs - 5 * minute) })).toBe(3);
    expect(overdue({ control: { ...missing, missingStaying: 6 } })).toBe(0);
    expect(overdue({ control: { ...missing, missingStaying: 7 } })).toBe(3);
  });

  it('have been missing since the first look that found them, deployments aside', () => {
    const facts = someFacts({ listedTasks: 7 });
    const short = { wanted: 10, staying: 7 };
    expect(missingSinceMs(facts, short, nowMs)).toBe(nowMs);
    const later = someFacts({ listedTasks: 7, control: { ...provenControl, missingSinceMs: nowMs - minute } });
    expect(missingSinceMs(later, short, nowMs)).toBe(nowMs - minute);
    expect(missingSinceMs(later, { staying: 10 }, nowMs)).toBeUndefined();
    const moved = someFacts({ listedTasks: 7, control: { ...later.ledger.control, missingStaying: 6 } });
    expect(missingSinceMs(moved, short, nowMs)).toBe(nowMs);
    const deploying = someFacts({
      listedTasks: 7,
      primary: aService({ deployments: [aDeployment({ rolloutState: 'IN_PROGRESS' })] }),
    });
    expect(missingSinceMs(deploying, short, nowMs)).toBeUndefined();
  });
});

describe('what is wanted', () => {
  /** Application Auto Scaling saw six running tasks and folded the service of ten to seven. */
  const folded = (autoScaled: boolean | undefined) =>
    figures(
      someFacts({
        primary: aService({ desiredCount: 7 }),
        listedTasks: 6,
        tasks: reclaimed(4),
        control: { ...provenControl, wantedLatched: 10 },
        ...(autoScaled === undefined ? {} : { autoScaled }),
      }),
    ).wanted;

  it('is latched where a scaler writes desiredCount, or nobody knows', () => {
    expect(folded(true)).toBe(10);
    expect(folded(undefined)).toBe(10);
  });

  it('is what a person lowers it to where only people scale', () => {
    expect(folded(false)).toBe(7);
  });

  it('is 0 as soon as desiredCount is 0, whoever wrote it', () => {
    const facts = someFacts({
      primary: aService({ desiredCount: 0 }),
      listedTasks: 0,
      tasks: reclaimed(4),
      control: { ...provenControl, wantedLatched: 10 },
      autoScaled: true,
    });
    expect(figures(facts)).toMatchObject({ wanted: 0, shortfall: 0 });
  });

  it('is raised with desiredCount', () => {
    const facts = someFacts({
      primary: aService({ desiredCount: 14 }),
      tasks: reclaimed(1),
      control: { ...provenControl, wantedLatched: 10 },
    });
    expect(figures(facts).wanted).toBe(14);
  });

  it('is latched while a bridge exists, and not without any sign of Spot', () => {
    const lower = { primary: aService({ desiredCount: 7 }), listedTasks: 7 };
    expect(
      figures(someFacts({ ...lower, bridge: aBridge(), control: bridgedControl({ wantedLatched: 10 }) })).wanted,
    ).toBe(10);
    expect(figures(someFacts({ ...lower, control: { ...provenControl, wantedLatched: 10 } })).wanted).toBe(7);
  });
});

describe('the stabilization window', () => {
  it('keeps the highest shortfall for return-after, and counts a value as seen until the next one', () => {
    const first = withSample([], 5, 300_000, nowMs);
    const second = withSample(first, 2, 300_000, nowMs + 60_000);
    expect(second).toEqual([
      { atMs: nowMs + 60_000, count: 5 },
      { atMs: nowMs + 60_000, count: 2 },
    ]);
    expect(withSample(second, 0, 300_000, nowMs + 359_999)[0]).toEqual({ atMs: nowMs + 60_000, count: 5 });
    expect(withSample(second, 0, 300_000, nowMs + 360_000)).toEqual([
      { atMs: nowMs + 360_000, count: 2 },
      { atMs: nowMs + 360_000, count: 0 },
    ]);
  });

  it('forgets what a newer shortfall exceeds', () => {
    expect(withSample([{ atMs: nowMs, count: 2 }], 3, 300_000, nowMs + 1)).toEqual([{ atMs: nowMs + 1, count: 3 }]);
  });

  it('holds what was missing until a Spot task started, and not until somebody looked', () => {
    const missing = [{ atMs: nowMs, count: 5 }];
    const seen = (count: number, startedAtMs: number) =>
      withSample(missing, count, 300_000, nowMs + 60_000, startedAtMs)[0];
    expect(seen(2, nowMs + 20_000)).toEqual({ atMs: nowMs + 20_000, count: 5 });
    // It is less for another reason, or the clock of ECS is ahead.
    expect(seen(2, nowMs - 1)).toEqual({ atMs: nowMs + 60_000, count: 5 });
    expect(seen(2, nowMs + 70_000)).toEqual({ atMs: nowMs + 60_000, count: 5 });
    expect(seen(5, nowMs + 20_000)).toEqual({ atMs: nowMs + 60_000, count: 5 });
  });
});
