import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commands, reportOf, start, switches } from './resume-commands.ts';
import type { FakeTask, Switches } from './resume-ecs.ts';
import { Stage } from './resume-stage.ts';

/** By hand: RESUME_RUNS=20000 RESUME_SEED=7 vitest run --testTimeout 900000 test/property/resume.property.test.ts */
const runs = {
  numRuns: Number(process.env.RESUME_RUNS ?? 1_000),
  seed: Number(process.env.RESUME_SEED ?? 1),
  verbose: true,
};
const second = 1_000;
const minute = 60_000;
const hour = 60 * minute;

describe('a job that Spot takes, whatever happens', () => {
  it('is started again at most once, from its newest state, and never forgotten', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(switches, fc.commands(commands, { maxCommands: 60, size: 'max' }), async (drawn, all) => {
        const stage = new Stage(drawn);
        await stage.enrol();
        await fc.asyncModelRun(() => ({ model: stage.model, real: stage }), all);
        await stage.calm();
        for (const what of stage.model.seen) seen.add(what);
      }),
      runs,
    );
    // Else the green would say little.
    expect([...seen]).toEqual(
      expect.arrayContaining([
        'attempt 3',
        'on FARGATE',
        'unplaced',
        'begins from its own state',
        'begins from an inherited state',
        'finished',
        'interruption_too_old',
        'launch_unknown',
        'max_resumes_reached',
        'not_opted_in',
        'pause_too_long',
        'run_task_refused',
        'run_task_unconfirmed',
      ]),
    );
  }, 60_000);
});

/** What the property found, at its smallest. */
describe('a job that Spot takes', () => {
  const calm: Switches = { isSilent: false, forgetsNetwork: false, tellsStopping: true, launchMs: 20 * second };

  async function aStage(changed: Partial<Switches> = {}): Promise<Stage> {
    const stage = new Stage({ ...calm, ...changed });
    await stage.enrol();
    return stage;
  }

  async function running(stage: Stage, kind: string): Promise<FakeTask> {
    start(stage, kind);
    await stage.live(1);
    return newest(stage);
  }

  function newest(stage: Stage): FakeTask {
    const task = [...stage.ecs.tasks.values()].at(-1);
    if (task === undefined) throw new Error('no task was started');
    return task;
  }

  /** Its successor is started, and the function ends before it has noted that. */
  async function resumedUnnoted(stage: Stage, task: FakeTask): Promise<FakeTask> {
    stage.happen((ecs) => ecs.kill(task));
    const left = await stage.drain({ at: 'runTask', what: 'crashes after' });
    stage.pass(15 * second);
    await stage.drain(left);
    expect(newest(stage)).not.toBe(task);
    return newest(stage);
  }

  const aReport = {
    outcome: 'completed',
    attempt: 'own',
    place: 's3',
    isFinished: false,
    isForeign: false,
    isDelivered: false,
    agoMs: 0,
  } as const;

  function loseEvents(stage: Stage): void {
    for (const lost of stage.undelivered) stage.lose(lost);
  }

  it('is asked for a checkpoint where the answer to the claim got lost and the SDK wrote it again', async () => {
    const stage = await aStage();
    const task = await running(stage, 'saving');
    stage.happen((ecs) => ecs.reclaim(task, 120 * second));
    await stage.drain({ at: 'saveWork', what: 'repeated' });
    await stage.calm();
  });

  it('is asked for a checkpoint where the function took nine seconds to the claim and then timed out', async () => {
    const stage = await aStage();
    const task = await running(stage, 'saving');
    stage.happen((ecs) => ecs.reclaim(task, 120 * second));
    await stage.drain({ at: 1, what: 'is slow' });
    await stage.calm();
  });

  it('has its end told where the answer to its writing got lost and the SDK wrote it again', async () => {
    const stage = await aStage();
    const task = await running(stage, 'once');
    stage.happen((ecs) => ecs.kill(task));
    await stage.handle(stage.due(), []);
    await stage.drain({ at: 'saveWork', what: 'repeated' });
    await stage.calm();
  });

  it('hands on what it began from where it is taken before its start was noted', async () => {
    const stage = await aStage();
    const task = await running(stage, 'plain');
    stage.report(reportOf(stage, task, aReport));
    await stage.drain();
    const successor = await resumedUnnoted(stage, task);
    stage.pass(20 * second);
    await stage.drain();
    stage.happen((ecs) => ecs.kill(successor));
    await stage.calm();
  });

  it('hands on what it saved where its end is told before its start was noted', async () => {
    const stage = await aStage();
    const successor = await resumedUnnoted(stage, await running(stage, 'plain'));
    stage.pass(3 * minute);
    loseEvents(stage);
    stage.happen((ecs) => ecs.kill(successor));
    stage.report(reportOf(stage, successor, aReport));
    await stage.calm();
  });

  it('tells its attempt where it is noticed before its start was noted', async () => {
    const stage = await aStage();
    const successor = await resumedUnnoted(stage, await running(stage, 'saving'));
    stage.happen((ecs) => ecs.reclaim(successor, 120 * second));
    await stage.calm();
  });

  it('ends for an unknown launch where ECS shows no network interface any more', async () => {
    const stage = await aStage({ forgetsNetwork: true });
    start(stage, 'plain');
    stage.happen((ecs) => ecs.kill(newest(stage)));
    await stage.calm();
  });

  it('is looked at by the sweep where its predecessor gave up on it', async () => {
    const stage = await aStage();
    const task = await running(stage, 'plain');
    stage.happen((ecs) => ecs.kill(task));
    await stage.drain({ at: 'runTask', what: 'is slow' });
    stage.pass(2 * hour);
    loseEvents(stage);
    await stage.calm();
  });

  it('is started again although a report of another attempt, refused for its place, says "finished"', async () => {
    const stage = await aStage();
    const task = await running(stage, 'plain');
    stage.report(reportOf(stage, task, { ...aReport, attempt: 'older', place: 'refused', isFinished: true }));
    await stage.drain();
    stage.happen((ecs) => ecs.kill(task));
    await stage.calm();
  });

  it('is started again where it is taken before it ran and before its start was noted', async () => {
    const stage = await aStage();
    const successor = await resumedUnnoted(stage, await running(stage, 'plain'));
    stage.happen((ecs) => ecs.kill(successor));
    await stage.calm();
    expect(newest(stage)).not.toBe(successor);
  });

  it('is not started again where it said "finished" while a first try, which found no room, was in doubt', async () => {
    const stage = await aStage();
    const task = await running(stage, 'plain');
    stage.ecs.hasSpot = false;
    stage.happen((ecs) => ecs.kill(task));
    await stage.drain({ at: 'runTask', what: 'fails after' });
    stage.report(reportOf(stage, task, { ...aReport, isFinished: true }));
    await stage.calm();
    expect(newest(stage)).toBe(task);
  });
});
