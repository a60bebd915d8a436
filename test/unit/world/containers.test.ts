import { describe, expect, it } from 'vitest';
import type { Container, ContainerRuntime, RunningTask } from '../../../local/world/containers.ts';
import type { Switches } from '../../../local/world/switches.ts';
import {
  aJob,
  aStage,
  describedTask,
  eventsOfTask,
  first,
  pick,
  registerJob,
  type Stage,
  startMs,
  taskArns,
} from '../../builders/world.ts';

/*
 * A runtime that a test holds the strings of. Tasks are RUNNING 45 s after their launch; what is drawn ends 10 s after
 * SIGTERM, so whatever ends at another time was ended by a container.
 */

interface Strings {
  readonly started: { readonly task: RunningTask; readonly atSeconds: number; exit(exitCode: number): void }[];
  readonly signals: (readonly [signal: string, atSeconds: number])[];
}

/** @param on what the container does by itself. */
function runContainers(
  stage: Stage,
  on: { readonly runs?: boolean; readonly start?: (exit: (code: number) => void) => void; onSigterm?: () => void } = {},
): Strings {
  const strings: Strings = { started: [], signals: [] };
  const now = () => (stage.world.nowMs - startMs) / 1000;
  const runtime: ContainerRuntime = {
    start(task, exit): Container | undefined {
      strings.started.push({ task, atSeconds: now(), exit });
      on.start?.(exit);
      if (on.runs === false) return undefined;
      return {
        terminate() {
          strings.signals.push(['SIGTERM', now()]);
          on.onSigterm?.();
        },
        kill: () => strings.signals.push(['SIGKILL', now()]),
      };
    },
  };
  stage.world.runContainersWith(runtime);
  return strings;
}

/** A job that runs since 45 s, with its container, at 100 s. */
function running(switches: Partial<Switches> = {}) {
  const stage = aStage({ switches });
  registerJob(stage);
  const strings = runContainers(stage);
  const task = aJob(stage);
  stage.until(100);
  return { stage, task, ...strings, exit: (code: number) => first(strings.started).exit(code) };
}

/** Its events from 100 s on. */
const ending = (stage: Stage, task: string) =>
  eventsOfTask(stage, task)
    .filter(({ atSeconds }) => atSeconds >= 100)
    .map(({ atSeconds, event: { detail } }) => [atSeconds, detail.desiredStatus, detail.lastStatus]);

const outcome = (stage: Stage, task: string) => {
  const shown = describedTask(stage, task);
  return [
    pick(shown, 'stopCode'),
    pick(shown, 'stoppedReason'),
    pick(shown, 'lastStatus'),
    pick(shown, 'containers', 0, 'exitCode'),
  ];
};

describe('starts the first container of a task', () => {
  it('once it is RUNNING, with what the task definition says', () => {
    const stage = aStage();
    registerJob(stage, {}, { command: ['work', '--all'], environment: [{ name: 'STAGE', value: 'live' }] });
    const { started } = runContainers(stage);

    const taskArn = aJob(stage);
    stage.until(44);
    const before = started.length;
    stage.until(45);

    expect([before, started.map(({ atSeconds }) => atSeconds)]).toEqual([0, [45]]);
    expect(first(started).task).toEqual({
      taskArn,
      clusterArn: stage.clusterArn,
      taskDefinitionArn: 'arn:aws:ecs:us-east-1:111122223333:task-definition/job:1',
      family: 'job',
      image: 'registry/job:1',
      containerName: 'job',
      environment: { STAGE: 'live' },
      command: ['work', '--all'],
    });
  });

  it("with its own overrides over it, and without another container's", () => {
    const stage = aStage();
    const environment = [
      { name: 'STAGE', value: 'live' },
      { name: 'KEEP', value: '1' },
    ];
    registerJob(stage, {}, { command: ['work'], environment });
    const { started } = runContainers(stage);

    aJob(stage, {
      overrides: {
        containerOverrides: [
          { name: 'sidecar', command: ['other'], environment: [{ name: 'KEEP', value: '0' }] },
          { name: 'job', command: ['resume'], environment: [{ name: 'STAGE', value: 'again' }] },
        ],
      },
    });
    stage.until(45);

    expect(first(started).task.environment).toEqual({ STAGE: 'again', KEEP: '1' });
    expect(first(started).task.command).toEqual(['resume']);
  });

  it('of tasks of services too', () => {
    const stage = aStage();
    const { started } = runContainers(stage);

    stage.service({ desiredCount: 2 });
    stage.until(100);

    expect(started.map(({ task }) => task.family)).toEqual(['web', 'web']);
  });

  it.each([
    ['PROVISIONING', 5],
    ['PENDING', 20],
    ['ACTIVATING', 40],
  ])('never of a task that is reclaimed while %s, which has no exit code then', (lastStatus, seconds) => {
    const stage = aStage();
    registerJob(stage);
    const { started, signals } = runContainers(stage);
    const task = aJob(stage);
    stage.until(seconds);
    const before = pick(describedTask(stage, task), 'lastStatus');

    stage.world.market.reclaim(task);
    stage.until(300);

    expect([before, started, signals]).toEqual([lastStatus, [], []]);
    expect(outcome(stage, task)).toEqual(['SpotInterruption', 'Your Spot Task was interrupted.', 'STOPPED', undefined]);
  });
});

describe('a reclaimed task', () => {
  it('gets SIGTERM with the notice, and ends when its container exits, with its exit code', () => {
    const { stage, task, signals, exit } = running();
    stage.world.market.reclaim(task);
    stage.until(117);

    exit(3);
    stage.until(300);

    expect(signals).toEqual([['SIGTERM', 100]]);
    expect(ending(stage, task)).toEqual([
      [100, 'STOPPED', 'RUNNING'],
      [117, 'STOPPED', 'DEPROVISIONING'],
      [122, 'STOPPED', 'STOPPED'],
    ]);
    expect(outcome(stage, task)).toEqual(['SpotInterruption', 'Your Spot Task was interrupted.', 'STOPPED', 3]);
    expect(pick(eventsOfTask(stage, task).at(-1)?.event.detail, 'containers', 0, 'exitCode')).toBe(3);
  });

  it('gets SIGKILL after stopTimeout: 137, and nothing that it says later counts', () => {
    const { stage, task, signals, exit } = running({ stopTimeoutMs: 25_000 });
    stage.world.market.reclaim(task);
    stage.until(126);

    exit(0);
    stage.until(300);

    expect(signals).toEqual([
      ['SIGTERM', 100],
      ['SIGKILL', 125],
    ]);
    expect(ending(stage, task)).toEqual([
      [100, 'STOPPED', 'RUNNING'],
      [125, 'STOPPED', 'DEPROVISIONING'],
      [130, 'STOPPED', 'STOPPED'],
    ]);
    expect(pick(describedTask(stage, task), 'containers', 0, 'exitCode')).toBe(137);
  });

  it('has SIGTERM before its notice where the switch says so', () => {
    const { stage, task, signals } = running({ sigtermBeforeNoticeMs: 4_000 });

    stage.world.market.reclaim(task);
    stage.until(110);

    expect(signals).toEqual([['SIGTERM', 100]]);
    expect(ending(stage, task)).toEqual([[104, 'STOPPED', 'RUNNING']]);
  });

  it('may end as soon as it hears SIGTERM', () => {
    const stage = aStage();
    registerJob(stage);
    const strings = runContainers(stage, { onSigterm: () => first(strings.started).exit(0) });
    const task = aJob(stage);
    stage.until(100);

    stage.world.market.reclaim(task);
    stage.until(300);

    expect(strings.signals).toEqual([['SIGTERM', 100]]);
    expect(ending(stage, task).map(([atSeconds]) => atSeconds)).toEqual([100, 100, 105]);
    expect(outcome(stage, task)[0]).toBe('SpotInterruption');
  });
});

describe('a task that is stopped', () => {
  it('gets SIGTERM only once it is deregistered', () => {
    const { stage, task, signals, exit } = running();

    stage.ecs('StopTask', { task, reason: 'enough' });
    stage.until(120);
    exit(0);
    stage.until(200);

    expect(signals).toEqual([['SIGTERM', 115]]);
    expect(ending(stage, task)).toEqual([
      [100, 'STOPPED', 'DEACTIVATING'],
      [120, 'STOPPED', 'DEPROVISIONING'],
      [125, 'STOPPED', 'STOPPED'],
    ]);
    expect(outcome(stage, task)).toEqual(['UserInitiated', 'enough', 'STOPPED', 0]);
  });

  it('gets no SIGTERM any more where its container ended by itself before', () => {
    const { stage, task, signals, exit } = running();
    stage.ecs('StopTask', { task });
    stage.until(105);

    exit(9);
    stage.until(300);

    expect([signals, outcome(stage, task)[0], outcome(stage, task)[3]]).toEqual([[], 'UserInitiated', 9]);
  });
});

describe('a container that ends by itself', () => {
  it('ends its task: EssentialContainerExited, at the present, with its exit code', () => {
    const { stage, task, exit } = running();

    exit(1);
    stage.until(200);

    expect(ending(stage, task)).toEqual([
      [100, 'STOPPED', 'DEPROVISIONING'],
      [105, 'STOPPED', 'STOPPED'],
    ]);
    expect(outcome(stage, task)).toEqual([
      'EssentialContainerExited',
      'Essential container in task exited',
      'STOPPED',
      1,
    ]);
  });

  it('ends it once', () => {
    const { stage, task, exit } = running();
    exit(0);
    stage.until(103);
    exit(1);
    stage.world.market.reclaim(task);
    stage.until(200);
    exit(2);
    stage.until(300);

    expect(ending(stage, task)).toHaveLength(2);
    expect(outcome(stage, task)).toEqual([
      'EssentialContainerExited',
      'Essential container in task exited',
      'STOPPED',
      0,
    ]);
  });

  it('may do so before it has started', () => {
    const stage = aStage();
    registerJob(stage);
    runContainers(stage, { start: (exit) => exit(127) });
    const task = aJob(stage);
    stage.until(300);

    expect(outcome(stage, task)[3]).toBe(127);
    expect(eventsOfTask(stage, task).map(({ event }) => event.detail.lastStatus)).toEqual([
      'PROVISIONING',
      'PENDING',
      'ACTIVATING',
      'RUNNING',
      'DEPROVISIONING',
      'STOPPED',
    ]);
  });

  it("gives its place back: a service's scheduler starts another", () => {
    const stage = aStage();
    stage.world.market.setCapacity('FARGATE_SPOT', 1);
    const { started } = runContainers(stage);
    stage.service({ desiredCount: 1 });
    stage.until(100);
    const [ended] = taskArns(stage);

    first(started).exit(1);
    stage.until(200);

    expect(started).toHaveLength(2);
    expect(taskArns(stage)).not.toContain(ended);
  });
});

describe('a task that the runtime does not run', () => {
  it('ends as drawn, whatever is said of it', () => {
    const stage = aStage();
    registerJob(stage);
    const { started } = runContainers(stage, { runs: false });
    const task = aJob(stage);
    stage.until(100);
    first(started).exit(5);
    stage.until(101);
    const untouched = pick(describedTask(stage, task), 'desiredStatus');

    stage.world.market.reclaim(task);
    stage.until(300);

    expect(untouched).toBe('RUNNING');
    expect(outcome(stage, task)[3]).toBe(0);
    expect(ending(stage, task).map(([atSeconds]) => atSeconds)).toEqual([101, 111, 116]);
  });
});

describe('work that others put in', () => {
  it("is done in order with the world's own, and finds the world at its present", () => {
    const stage = aStage();
    registerJob(stage);
    const task = aJob(stage);
    const found: unknown[] = [];

    stage.world.after(44_000, () => {
      stage.world.advanceTo(stage.world.nowMs + 60_000);
      found.push([stage.world.nowMs - startMs, pick(describedTask(stage, task), 'lastStatus')]);
    });
    stage.until(100);

    expect(found).toEqual([[44_000, 'ACTIVATING']]);
    expect(pick(describedTask(stage, task), 'lastStatus')).toBe('RUNNING');
  });
});
