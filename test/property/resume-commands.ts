import fc from 'fast-check';
import type { CheckpointReport } from '../../shared/events/facts.ts';
import { type FakeTask, type Switches, wholeSeconds } from './resume-ecs.ts';
import { kinds } from './resume-kinds.ts';
import { idOf, type JobsModel } from './resume-model.ts';
import type { Fault, Stage } from './resume-stage.ts';

const second = 1_000;
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export const switches: fc.Arbitrary<Switches> = fc.record({
  isSilent: fc.boolean(),
  forgetsNetwork: fc.boolean(),
  tellsStopping: fc.boolean(),
  launchMs: fc.constantFrom(20 * second, 90 * second),
});

type Command = fc.AsyncCommand<JobsModel, Stage>;

/** @param needsTask there is nothing to do before the first job. */
function command<T>(name: string, drawn: fc.Arbitrary<T>, act: (stage: Stage, drawn: T) => unknown, needsTask = true) {
  return drawn.map(
    (value): Command => ({
      check: ({ notes }) => !needsTask || notes.size > 0,
      async run(model, stage) {
        await act(stage, value);
        model.check();
      },
      toString: () => `${name} ${JSON.stringify(value) ?? ''}`.trimEnd(),
    }),
  );
}

/** Among the newest: there most is going on. */
const pick = fc.nat(5);
const choices = fc.array(fc.nat(3), { maxLength: 30 });
const fault: fc.Arbitrary<Fault> = fc.record({
  at: fc.oneof(fc.nat(12), fc.constantFrom('runTask' as const, 'publish' as const, 'saveWork' as const)),
  what: fc.constantFrom(
    'fails before' as const,
    'fails after' as const,
    'crashes before' as const,
    'crashes after' as const,
    'is slow' as const,
    'refused' as const,
    'repeated' as const,
  ),
});
const time = fc.oneof(
  { weight: 3, arbitrary: fc.nat(4 * second) },
  { weight: 3, arbitrary: fc.constantFrom(15 * second, 16 * second, 30 * second, 31 * second) },
  { weight: 3, arbitrary: fc.integer({ min: minute, max: 5 * minute }) },
  { weight: 2, arbitrary: fc.constantFrom(16 * minute, 29 * minute, 31 * minute, 59 * minute, 61 * minute) },
  { weight: 1, arbitrary: fc.constantFrom(2 * hour, 7 * hour, day) },
);

function tasksOf(stage: Stage, isMeant: (task: FakeTask) => boolean): FakeTask[] {
  return [...stage.ecs.tasks.values()].filter(isMeant).reverse();
}

const staying = ({ desiredStatus }: FakeTask) => desiredStatus === 'RUNNING';
const running = (task: FakeTask) => staying(task) && task.lastStatus === 'RUNNING';
const onSpot = (task: FakeTask) => staying(task) && task.provider === 'FARGATE_SPOT';
const runningOnSpot = (task: FakeTask) => running(task) && onSpot(task);
const nothing = fc.constant(undefined);

/** A command about one task. */
function toTask<T>(
  name: string,
  isMeant: (task: FakeTask) => boolean,
  more: fc.Arbitrary<T>,
  act: (stage: Stage, task: FakeTask, more: T) => unknown,
) {
  return command(name, fc.tuple(pick, more), (stage, [nth, drawn]) => {
    const tasks = tasksOf(stage, isMeant);
    const task = tasks[nth % Math.max(1, tasks.length)];
    return task === undefined ? undefined : act(stage, task, drawn);
  });
}

const told = fc.record({
  outcome: fc.constantFrom('completed' as const, 'completed' as const, 'failed' as const),
  attempt: fc.constantFrom('own' as const, 'own' as const, 'absent' as const, 'older' as const),
  place: fc.constantFrom('s3' as const, 's3' as const, 's3' as const, 'none' as const, 'refused' as const),
  isFinished: fc.constantFrom(false, false, false, false, true),
  /** Takes its checkpoint for that of another task. */
  isForeign: fc.constantFrom(false, false, false, false, true),
  isDelivered: fc.boolean(),
  /** So long under way. */
  agoMs: fc.constantFrom(0, 0, 5 * second, minute),
});

type Told = typeof told extends fc.Arbitrary<infer T> ? T : never;

export function reportOf(stage: Stage, task: FakeTask, drawn: Told) {
  const { attempt } = stage.model.of(task.taskArn);
  const [other = task] = tasksOf(stage, (each) => each !== task);
  const nth = stage.events.length;
  const place = { s3: `s3://checkpoints/${idOf(task)}/${nth}`, none: undefined, refused: `https://elsewhere/${nth}` };
  const uri = place[drawn.place];
  const report: CheckpointReport = {
    eventId: `report-${nth}`,
    reportedAtMs: wholeSeconds(stage.ecs.nowMs - drawn.agoMs),
    checkpointId: idOf(drawn.isForeign ? other : task),
    taskArn: task.taskArn,
    outcome: drawn.outcome,
    ...(uri === undefined ? {} : { uri }),
    ...(drawn.attempt === 'absent' ? {} : { attempt: drawn.attempt === 'own' ? attempt : Math.abs(attempt - 1) }),
    ...(drawn.isFinished ? { finished: true } : {}),
  };
  return report;
}

/** Those that are started again. */
const resumed = fc.constantFrom(...kinds.filter(({ resumesMax }) => resumesMax > 0).map(({ name }) => name));
const kindOf = fc.oneof(
  { weight: 4, arbitrary: resumed },
  { weight: 1, arbitrary: fc.constantFrom(...kinds.map(({ name }) => name)) },
);
type TakenTwice = readonly [what: Fault['what'], ms: number, isTold: boolean, reported: Told | undefined];

const mayFail = fc.option(fault, { nil: undefined, freq: 2 });
const doubt = fc.constantFrom('fails after' as const, 'crashes after' as const, 'is slow' as const);
const grace = fc.constantFrom(30 * second, 120 * second);

function often<T>(times: number, arbitrary: T): T[] {
  return Array.from({ length: times }, () => arbitrary);
}

export const commands = [
  command('start', kindOf, start, false),
  ...often(
    3,
    command(
      'run',
      kindOf,
      async (stage, name) => {
        start(stage, name);
        await stage.live(2);
      },
      false,
    ),
  ),
  ...often(
    2,
    toTask('reclaim', onSpot, grace, (stage, task, ms) => stage.happen((ecs) => ecs.reclaim(task, ms))),
  ),
  ...often(
    3,
    toTask('take', runningOnSpot, fc.tuple(grace, fc.boolean(), mayFail), async (stage, task, [ms, isTold, may]) => {
      stage.happen((ecs) => ecs.reclaim(task, ms));
      const left = isTold ? await stage.drain(may) : may;
      stage.pass(ms);
      if (isTold) await stage.drain(left);
    }),
  ),
  ...often(
    2,
    toTask(
      'take twice',
      runningOnSpot,
      fc.tuple(doubt, time, fc.boolean(), fc.option(told, { nil: undefined })),
      takeTwice,
    ),
  ),
  toTask('overlook', runningOnSpot, nothing, async (stage, task) => {
    // Nobody is told in time.
    stage.happen((ecs) => ecs.kill(task));
    stage.pass(61 * minute);
    await stage.sweep();
    await stage.handle(
      stage.due().filter((each) => 'body' in each),
      [],
    );
  }),
  toTask('kill', onSpot, nothing, (stage, task) => stage.happen((ecs) => ecs.kill(task))),
  toTask('exit', running, fc.boolean(), exit),
  toTask('stop', running, nothing, (stage, task) => stage.happen((ecs) => ecs.stop(task))),
  ...often(
    4,
    toTask(
      'report',
      () => true,
      told,
      async (stage, task, drawn) => {
        stage.report(reportOf(stage, task, drawn));
        const body = stage.undelivered.at(-1);
        if (drawn.isDelivered && body !== undefined) await stage.handle([body], []);
      },
    ),
  ),
  ...often(
    3,
    command('deliver', fc.tuple(pick, mayFail), async (stage, [nth, may]) => {
      await stage.handle(some(stage.due(), [nth]), [], may);
    }),
  ),
  command('deliver again', fc.nat(30), async (stage, nth) => {
    await stage.handle(some(stage.events, [nth]), []);
  }),
  ...often(
    3,
    command(
      'side by side',
      fc.tuple(fc.array(pick, { minLength: 2, maxLength: 3 }), choices, mayFail),
      async (stage, [nths, turns, may]) => {
        await stage.handle(some(stage.due(), nths), turns, may);
      },
    ),
  ),
  command('lose an event', pick, (stage, nth) => {
    for (const lost of some(stage.undelivered, [nth])) stage.lose(lost);
  }),
  command('lose a look', pick, async (stage, nth) => {
    for (const lost of some(await stage.losable(), [nth])) stage.lose(lost);
  }),
  ...often(
    3,
    command('all that is due', mayFail, (stage, may) => stage.drain(may)),
  ),
  ...often(
    3,
    command('live', fc.tuple(fc.integer({ min: 1, max: 4 }), mayFail), (stage, [minutes, may]) =>
      stage.live(minutes, may),
    ),
  ),
  ...often(
    4,
    command('pass', time, (stage, ms) => stage.pass(ms)),
  ),
  command('sweep', nothing, (stage) => stage.sweep()),
  command('pause', fc.boolean(), (stage, isPaused) => stage.pause(isPaused)),
  command('opt in', fc.tuple(resumed, fc.boolean()), async (stage, [name, isIn]) => {
    for (const kind of kinds.filter((each) => each.name === name)) await stage.optIn(kind, isIn);
  }),
  command('spot', fc.boolean(), (stage, has) => {
    stage.ecs.hasSpot = has;
  }),
  command('on-demand', fc.boolean(), (stage, has) => {
    stage.ecs.hasOnDemand = has;
  }),
  command('spot is told short', nothing, (stage) => stage.tellSpotShort()),
];

export function start(stage: Stage, name: string): void {
  for (const kind of kinds.filter((each) => each.name === name)) stage.start(kind);
}

/** A report comes while its successor may have been started; and that is taken too, before anybody has noted its start. */
async function takeTwice(stage: Stage, task: FakeTask, [what, ms, isTold, reported]: TakenTwice) {
  stage.happen((ecs) => ecs.kill(task));
  const left = await stage.drain({ at: 'runTask', what });
  stage.pass(15 * second);
  await stage.drain(left);
  if (reported !== undefined) {
    stage.report(reportOf(stage, task, reported));
    await stage.handle(stage.undelivered.slice(-1), []);
  }
  stage.pass(20 * second);
  if (isTold) await stage.drain();
  const [next] = tasksOf(stage, () => true);
  if (next !== undefined && runningOnSpot(next)) stage.happen((ecs) => ecs.kill(next));
  if (isTold) await stage.drain();
  stage.pass(ms);
}

function some<T>(all: readonly T[], nths: readonly number[]): T[] {
  return nths.flatMap((nth) => all.slice(nth % Math.max(1, all.length)).slice(0, 1));
}

function exit(stage: Stage, task: FakeTask, isTold: boolean): void {
  if (isTold) {
    stage.report({
      eventId: `report-${stage.events.length}`,
      reportedAtMs: wholeSeconds(stage.ecs.nowMs),
      checkpointId: idOf(task),
      taskArn: task.taskArn,
      outcome: 'completed',
      finished: true,
    });
  }
  stage.happen((ecs) => ecs.exit(task));
}
