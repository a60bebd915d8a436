import { describe, expect, it } from 'vitest';
import type { ResumeEnd, ResumeWait } from '../../../shared/decisions/work.ts';
import { InvariantError, RetryableError, TerminalError } from '../../../shared/errors.ts';
import { nowMs } from '../../builders/service-facts.ts';
import {
  aJob,
  aJobWork,
  aLaunchedTask,
  aLaunchSpec,
  aRequest,
  aRestorePoint,
  aRunTask,
  aSpotStop,
  askedFor,
  aWork,
  clusterArn,
  definitionArn,
  nextTaskArn,
  taskArn,
  unplaced,
} from '../../builders/work.ts';
import { aResumer } from './resumer.ts';

type Setup = NonNullable<Parameters<typeof aResumer>[0]>;

const hour = 3_600_000;
const optIn = { 'ballast:resume': 'true' };
const full = 'Capacity is unavailable at this time. Please try again later or in a different availability zone';
const reclaimed = aLaunchedTask({
  desiredStatus: 'STOPPED',
  lastStatus: 'STOPPED',
  stopCode: 'SpotInterruption',
  stoppedAtMs: nowMs - 1_000,
});
/** A captured job that Spot took a second ago, from a state that was saved half a minute ago. */
const taken = aJobWork({ stop: aSpotStop() }, { restorePoint: aRestorePoint() });
const { launch: _launch, ...neverCaptured } = aJob({ stop: aSpotStop() });

const aReclaim = (setup: Setup = {}) => aResumer({ work: [taken], tasks: [reclaimed], ...setup });

describe('a job that Spot took', () => {
  it('is started again from its restore point, and everybody is told', async () => {
    const resumer = await aReclaim();
    await resumer.look('stopped');
    expect(resumer.ecs.started).toEqual([nextTaskArn]);
    expect(resumer.called('ecs.runTask')[0]?.args).toEqual([
      aRunTask({
        overrides: {
          containerOverrides: [
            {
              name: 'crunch',
              environment: [
                { name: 'BALLAST_RESUME_ATTEMPT', value: '1' },
                { name: 'BALLAST_CHECKPOINT_ID', value: 'ckpt-0123456789abcdef0123456789abcdef' },
                { name: 'BALLAST_CHECKPOINT_URI', value: 's3://checkpoints/crunch/1' },
              ],
            },
          ],
        },
      }),
    ]);
    expect(resumer.events).toEqual([
      {
        detailType: 'Task Resumed',
        resources: [nextTaskArn, taskArn],
        detail: { taskArn: nextTaskArn, previousTaskArn: taskArn, jobId: taskArn, clusterArn, attempt: 1 },
      },
    ]);
    expect(resumer.told).toEqual([['taskResumed', taskArn, nextTaskArn, 1, 29_000, 'shop']]);
    expect((await resumer.work())?.job?.resume).toEqual({
      state: 'started',
      try: 1,
      taskArn: nextTaskArn,
      atMs: nowMs,
    });
  });

  it('is followed by a job of the same line, which is looked at in a quarter of an hour at the latest', async () => {
    const resumer = await aReclaim();
    await resumer.look('stopped');
    expect(await resumer.work(nextTaskArn)).toEqual({
      taskArn: nextTaskArn,
      clusterArn,
      inherited: aRestorePoint(),
      job: { jobId: taskArn, attempt: 1, taskDefinitionArn: definitionArn, launch: aLaunchSpec() },
    });
    expect(await resumer.open()).toEqual([[nextTaskArn, 900_000]]);
  });

  it('is frozen before it is asked for, and its successor noted before it is done with', async () => {
    const resumer = await aReclaim();
    await resumer.look('stopped');
    expect(resumer.names('ledger.save', 'ledger.open', 'ledger.close', 'ecs.', 'bus.')).toEqual([
      'ledger.openJob',
      'ledger.saveWork',
      'ecs.runTask',
      'ledger.openJob',
      'ledger.saveWork',
      'bus.publish',
      'ledger.saveWork',
      'ledger.closeJob',
    ]);
  });

  it('is one task, however many looks there are', async () => {
    const resumer = await aReclaim();
    await Promise.all([resumer.look('stopped'), resumer.look('report'), resumer.look('deadline')]);
    await resumer.look('retry');
    await resumer.look('stopped', { redelivered: true });
    expect(resumer.ecs.started).toEqual([nextTaskArn]);
    expect(resumer.told).toHaveLength(1);
    expect(await resumer.open()).toEqual([[nextTaskArn, 900_000]]);
  });

  it('is started again from what it saved when it is taken again before it saved anything new', async () => {
    const resumer = await aReclaim();
    await resumer.look('stopped');
    resumer.ecs.tell({ ...reclaimed, taskArn: nextTaskArn });
    await resumer.look('schedule', { of: nextTaskArn });
    expect(resumer.ecs.requests.map((body) => body.includes('s3://checkpoints/crunch/1'))).toEqual([true, true]);
    expect(await resumer.work(`${nextTaskArn}b`)).toMatchObject({
      inherited: aRestorePoint(),
      job: { jobId: taskArn, attempt: 2 },
    });
  });

  it('is captured when it has stopped, where its network interface is still there', async () => {
    const resumer = await aResumer({ tasks: [reclaimed] });
    await resumer.look('stopped');
    expect(resumer.ecs.started).toEqual([nextTaskArn]);
  });
});

describe('a job that is done with', () => {
  const started = { state: 'started', try: 1, taskArn: nextTaskArn, atMs: nowMs } as const;

  it.each([
    ['started again', started],
    ['ended', { state: 'ended', reason: 'observe', atMs: nowMs } as const],
  ])('is swept no longer, and asked about no more: %s', async (_what, resume) => {
    const resumer = await aReclaim({ work: [aJobWork({ resume })] });
    // A slow look at the running job may have opened it anew.
    await resumer.memory.openJob({ taskArn, clusterArn, lookAtMs: nowMs });
    await resumer.look('schedule');
    expect(await resumer.open()).toEqual([]);
    expect(resumer.names('ecs.', 'ec2.', 'bus.', 'jobs.')).toEqual([]);
  });
});

describe('a crash', () => {
  const crash = new InvariantError('the function is gone');
  const whens = ['before', 'after'] as const;

  async function callsOf(setup: Setup): Promise<number[]> {
    const undisturbed = await aReclaim(setup);
    await undisturbed.look('stopped');
    return undisturbed.calls.map((_call, index) => index);
  }

  it('before the new task is noted leaves one new task', async () => {
    const resumer = await aReclaim();
    resumer.fail('ledger.saveWork', new RetryableError('DynamoDB is away'), { skip: 1 });
    await expect(resumer.look('stopped')).rejects.toThrow('DynamoDB is away');
    expect(resumer.ecs.started).toEqual([nextTaskArn]);
    await resumer.look('stopped', { redelivered: true });
    expect(resumer.ecs.started).toEqual([nextTaskArn]);
    expect((await resumer.work())?.job?.resume).toMatchObject({ state: 'started', taskArn: nextTaskArn });
    expect((await resumer.work(nextTaskArn))?.job?.attempt).toBe(1);
  });

  it.each(whens)('%s any call of a resume leaves one new task, of which everybody learns', async (when) => {
    for (const skip of await callsOf({})) {
      const resumer = await aReclaim();
      resumer.fail(undefined, crash, { when, skip });
      await resumer.look('stopped').catch(() => {});
      resumer.heal();
      await resumer.look('stopped', { redelivered: true });
      expect(resumer.ecs.started).toEqual([nextTaskArn]);
      expect(resumer.events.map(({ detailType }) => detailType)).toContain('Task Resumed');
      expect((await resumer.work())?.job?.resume).toMatchObject({ state: 'started', taskArn: nextTaskArn });
      expect((await resumer.work(nextTaskArn))?.job).toMatchObject({ jobId: taskArn, attempt: 1 });
      expect((await resumer.open()).map(([arn]) => arn)).toEqual([nextTaskArn]);
    }
  });

  it.each(whens)('%s any call of an end leaves nobody in the dark', async (when) => {
    const held = { tags: { ...optIn, 'ballast:max-resumes': '0' } };
    for (const skip of await callsOf(held)) {
      const resumer = await aReclaim(held);
      resumer.fail(undefined, crash, { when, skip });
      await resumer.look('stopped').catch(() => {});
      resumer.heal();
      await resumer.look('stopped', { redelivered: true });
      expect(resumer.events.map(({ detail }) => detail.reason)).toContain('max_resumes_reached');
      expect(resumer.told.map(([, , reason]) => reason)).toContain('max_resumes_reached');
      expect(await resumer.open()).toEqual([]);
    }
  });
});

interface EndCase {
  readonly setup: Setup;
  readonly detail?: string;
  /** Nobody has to know. */
  readonly isSilent?: true;
}

/** One row per end, and the type says that none is forgotten. */
const ends: Record<ResumeEnd, EndCase> = {
  not_opted_in: { setup: { tags: undefined } },
  policy_invalid: {
    setup: { tags: { ...optIn, 'ballast:max-resumes': 'many' } },
    detail: 'ballast:max-resumes: expected a whole number from 0 to 100',
  },
  stopped_otherwise: { setup: { work: [aJobWork({ stop: aSpotStop({ kind: 'other' }) })] }, isSilent: true },
  finished: { setup: { work: [{ ...taken, finishedAtMs: nowMs }] }, isSilent: true },
  owned_by_orchestrator: {
    setup: { work: [aJobWork({ stop: aSpotStop(), launch: aLaunchSpec({ startedBy: 'AWS Step Functions' }) })] },
    detail: 'AWS Step Functions',
  },
  observe: { setup: { tags: { ...optIn, 'ballast:mode': 'observe' } } },
  interruption_too_old: {
    setup: { work: [aJobWork({ stop: aSpotStop({ atMs: nowMs - 24 * hour }) })] },
    detail: 'told 1440 min later',
  },
  max_resumes_reached: { setup: { tags: { ...optIn, 'ballast:max-resumes': '0' } }, detail: '0 of 0' },
  launch_unknown: { setup: { work: [{ ...aWork(), job: neverCaptured }], network: undefined } },
  overrides_too_long: {
    setup: {
      work: [
        aJobWork({
          stop: aSpotStop(),
          launch: aLaunchSpec({ overrides: { containerOverrides: [{ name: 'x', command: ['y'.repeat(9_000)] }] } }),
        }),
      ],
    },
    detail: '9132 of 8192 characters',
  },
  run_task_refused: {
    setup: { answers: [new TerminalError('RunTask: no such role', 'ClientException')] },
    detail: 'RunTask: no such role',
  },
  run_task_unconfirmed: {
    setup: { work: [aJobWork({ stop: aSpotStop(), resume: askedFor({ askedAtMs: nowMs - hour }) })] },
    detail: 'ckpt-0123456789abcdef0123456789abcdef-1-1',
  },
  no_capacity: {
    setup: { work: [aJobWork({ stop: aSpotStop(), resume: unplaced({ sinceMs: nowMs - 7 * hour }) })] },
    detail: full,
  },
  pause_too_long: {
    setup: {
      isPaused: true,
      work: [aJobWork({ stop: aSpotStop({ atMs: nowMs - 25 * hour }), consideredAtMs: nowMs - 24 * hour })],
    },
  },
};

describe('every end of a job', () => {
  it.each(Object.entries(ends))('is told and swept no longer: %s', async (reason, { setup, detail, isSilent }) => {
    const resumer = await aReclaim(setup);
    await resumer.memory.openJob({ taskArn, clusterArn, lookAtMs: nowMs });
    await resumer.look('stopped');
    const told = detail === undefined ? {} : { detail };
    const event = {
      detailType: 'Task Not Resumed',
      resources: [taskArn],
      detail: { taskArn, jobId: taskArn, clusterArn, attempt: 0, reason, ...told },
    };
    expect(resumer.events).toEqual(isSilent === true ? [] : [event]);
    expect(resumer.told).toEqual([['taskNotResumed', taskArn, reason, detail, 'shop']]);
    expect(resumer.ecs.started).toEqual([]);
    expect(await resumer.open()).toEqual([]);
    expect((await resumer.work())?.job?.resume).toEqual({ state: 'ended', reason, ...told, atMs: nowMs });
  });

  it('is told once, but for a look that comes again', async () => {
    const resumer = await aReclaim({ tags: { ...optIn, 'ballast:mode': 'observe' } });
    await resumer.look('stopped');
    await resumer.look('deadline');
    expect(resumer.events).toHaveLength(1);
    await resumer.look('stopped', { redelivered: true });
    expect(resumer.events[1]).toEqual(resumer.events[0]);
  });
});

interface WaitCase {
  readonly setup: Setup;
  /** When the job is looked at again, from now on. */
  readonly lookMs: number;
}

/** One row per wait, and the type says that none is forgotten. */
const waits: Record<ResumeWait, WaitCase> = {
  running: { setup: { work: [aJobWork()], tasks: [aLaunchedTask()] }, lookMs: 900_000 },
  awaiting_report: { setup: { tags: { ...optIn, 'ballast:checkpoint': 'save' } }, lookMs: 14_000 },
  paused: { setup: { isPaused: true }, lookMs: 60_000 },
  backing_off: { setup: { answers: [{ failure: full }] }, lookMs: 15_000 },
  run_task_in_doubt: { setup: { answers: [new RetryableError('RunTask: no answer')] }, lookMs: 15_000 },
};

describe('every wait of a job', () => {
  it.each(Object.entries(waits))('ends with a look: %s', async (reason, { setup, lookMs }) => {
    const resumer = await aReclaim(setup);
    await resumer.look('stopped');
    expect(await resumer.open()).toEqual([[taskArn, lookMs]]);
    // The end of a task is an event, so it needs no timer.
    const hasTimer = reason !== 'running';
    expect(resumer.later).toEqual(hasTimer ? [['retry', lookMs]] : []);
    expect(resumer.told).toEqual(hasTimer ? [['resumeWaits', taskArn, reason]] : []);
    expect(resumer.events).toEqual([]);
    expect(resumer.ecs.started).toEqual([]);
  });
});

describe('a paused stack', () => {
  it('starts nothing until the pause is over', async () => {
    const resumer = await aReclaim({ isPaused: true });
    await resumer.look('stopped');
    resumer.pass(60_000);
    await resumer.look('retry');
    expect(resumer.called('ecs.runTask')).toEqual([]);
    await resumer.memory.setPause(undefined, false);
    resumer.pass(60_000);
    await resumer.look('retry');
    expect(resumer.ecs.started).toEqual([nextTaskArn]);
  });

  it('captures jobs all the same', async () => {
    const resumer = await aResumer({ isPaused: true });
    await resumer.look('running');
    expect((await resumer.work())?.job?.launch?.awsvpcConfiguration?.securityGroups).toEqual(['sg-1']);
  });
});

describe('a reply of RunTask that got lost', () => {
  it('is asked for with the same bytes: one task', async () => {
    const resumer = await aReclaim();
    resumer.fail('ecs.runTask', new RetryableError('RunTask: the connection broke'), { when: 'after' });
    await resumer.look('stopped');
    expect(resumer.ecs.started).toEqual([nextTaskArn]);
    expect((await resumer.work())?.job?.resume).toMatchObject({ state: 'asked', try: 1 });

    resumer.pass(15_000);
    await resumer.memory.recordSpotShort(clusterArn, nowMs);
    await resumer.look('retry');
    const [first, second] = resumer.ecs.requests;
    expect(second).toBe(first);
    expect(resumer.ecs.started).toEqual([nextTaskArn]);
    expect((await resumer.work())?.job?.resume).toMatchObject({ state: 'started', try: 1, taskArn: nextTaskArn });
  });

  it('that said there is no room is asked for with the same bytes, and then anew', async () => {
    const resumer = await aReclaim({ answers: [{ failure: full }] });
    resumer.fail('ecs.runTask', new RetryableError('RunTask: the connection broke'), { when: 'after' });
    await resumer.look('stopped');
    resumer.pass(15_000);
    await resumer.look('retry');
    resumer.pass(15_000);
    await resumer.look('retry');
    expect(resumer.ecs.requests.map((body) => JSON.parse(body).clientToken)).toEqual([
      'ckpt-0123456789abcdef0123456789abcdef-1-1',
      'ckpt-0123456789abcdef0123456789abcdef-1-1',
      'ckpt-0123456789abcdef0123456789abcdef-1-2',
    ]);
    expect(resumer.ecs.started).toEqual([nextTaskArn]);
  });
});

describe('a cluster without room', () => {
  it('on Spot is tried on demand next', async () => {
    const resumer = await aReclaim({ answers: [{ failure: full }] });
    await resumer.look('stopped');
    expect(await resumer.memory.spotShortAtMs(clusterArn)).toBe(nowMs);
    resumer.pass(15_000);
    await resumer.look('retry');
    expect(resumer.ecs.requests.map((body) => JSON.parse(body).capacityProviderStrategy)).toEqual([
      [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
      [{ capacityProvider: 'FARGATE', weight: 1 }],
    ]);
    expect((await resumer.work())?.job?.resume).toMatchObject({ state: 'started', try: 2 });
  });

  it('on demand says nothing about Spot', async () => {
    const tags = { ...optIn, 'ballast:max-resumes': '1' };
    const resumer = await aReclaim({ tags, answers: [{ failure: full }] });
    await resumer.look('stopped');
    expect(await resumer.memory.spotShortAtMs(clusterArn)).toBeUndefined();
  });

  it('is not what other failures mean', async () => {
    const resumer = await aReclaim({ answers: [{ failure: 'ATTRIBUTE' }] });
    await resumer.look('stopped');
    expect(await resumer.memory.spotShortAtMs(clusterArn)).toBeUndefined();
  });

  it('is noted of the Spot provider that the task definition names', async () => {
    const tags = { ...optIn, 'ballast:spot-provider': 'spot-b' };
    const resumer = await aReclaim({ tags, answers: [{ failure: full }] });
    await resumer.look('stopped');
    expect(await resumer.memory.spotShortAtMs(clusterArn)).toBe(nowMs);
  });

  it('is tried ever more seldom, and given up after six hours', async () => {
    const resumer = await aReclaim({
      tags: { ...optIn, 'ballast:fallback': 'none' },
      answers: Array.from({ length: 200 }, () => ({ failure: full })),
    });
    await resumer.look('stopped');
    let passedMs = 0;
    for (let looks = 0; looks < 200 && resumer.told.every(([what]) => what !== 'taskNotResumed'); looks += 1) {
      const [, delayMs = 0] = resumer.later.at(-1) ?? [];
      resumer.pass(delayMs);
      passedMs += delayMs;
      await resumer.look('retry');
    }
    expect(resumer.later.slice(0, 7).map(([, delayMs]) => delayMs)).toEqual([
      15_000, 30_000, 60_000, 120_000, 240_000, 300_000, 300_000,
    ]);
    expect(resumer.told.at(-1)).toEqual(['taskNotResumed', taskArn, 'no_capacity', full, 'shop']);
    expect(passedMs).toBeGreaterThan(6 * hour);
    expect(passedMs).toBeLessThan(6 * hour + 600_000);
    expect(resumer.ecs.started).toEqual([]);
  });
});

describe('a report that is waited for', () => {
  const tags = { ...optIn, 'ballast:checkpoint': 'save' };
  const open = aJobWork({ stop: aSpotStop() }, { checkpoint: aRequest() });

  it('lets the job start at once when it comes', async () => {
    const work = aJobWork(
      { stop: aSpotStop() },
      { checkpoint: aRequest({ outcome: 'completed', settledAtMs: nowMs }) },
    );
    const resumer = await aReclaim({ tags, work: [work] });
    await resumer.look('report');
    expect(resumer.ecs.started).toEqual([nextTaskArn]);
  });

  it('has expired when the job is started without it', async () => {
    const resumer = await aReclaim({ tags, work: [open] });
    await resumer.look('stopped');
    resumer.pass(14_000);
    await resumer.look('retry');
    expect(resumer.ecs.started).toEqual([nextTaskArn]);
    expect((await resumer.work())?.checkpoint).toMatchObject({ outcome: 'expired', settledAtMs: nowMs + 14_000 });
    expect(resumer.told.map(([what]) => what)).toEqual(['resumeWaits', 'checkpointExpired', 'taskResumed']);
  });
});

describe('a checkpoint of a service’s task', () => {
  const serviceArn = 'arn:aws:ecs:us-east-1:111122223333:service/shop/web';
  const ofService = aWork({ serviceArn, checkpoint: aRequest() });

  it('expires when the deadline and the wait of its hook are over', async () => {
    const resumer = await aResumer({ work: [ofService] });
    resumer.pass(74_999);
    await resumer.look('deadline');
    expect((await resumer.work())?.checkpoint).not.toHaveProperty('outcome');
    expect(resumer.later).toEqual([['deadline', 1]]);
    resumer.pass(1);
    await resumer.look('deadline');
    expect(await resumer.work()).toEqual({
      ...ofService,
      checkpoint: aRequest({ outcome: 'expired', settledAtMs: nowMs + 75_000 }),
    });
    expect(resumer.told).toMatchObject([['checkpointExpired', expect.anything(), 'shop']]);
    expect(resumer.names('ecs.', 'bus.', 'ledger.openJob')).toEqual([]);
  });

  it('is told by its id', async () => {
    const resumer = await aResumer({ work: [ofService] });
    resumer.pass(75_000);
    await resumer.look('deadline');
    expect(resumer.told).toEqual([['checkpointExpired', 'ckpt-0123456789abcdef0123456789abcdef', 'shop']]);
  });

  it('expires at the deadline where policy.yml no longer has its hook', async () => {
    const resumer = await aResumer({ work: [ofService], stackPolicy: { hooks: {} } });
    resumer.pass(60_000);
    await resumer.look('deadline');
    expect((await resumer.work())?.checkpoint?.outcome).toBe('expired');
  });

  it.each(['completed', 'failed', 'expired'] as const)('stays as it has ended: %s', async (outcome) => {
    const work = aWork({ serviceArn, checkpoint: aRequest({ outcome, settledAtMs: nowMs }) });
    const resumer = await aResumer({ work: [work] });
    resumer.pass(120_000);
    await resumer.look('deadline');
    expect(await resumer.work()).toEqual(work);
    expect(resumer.told).toEqual([]);
  });
});

describe('others who write the same work', () => {
  it.each([
    ['a checkpoint that expires', aWork({ checkpoint: aRequest({ deadlineMs: nowMs - 60_000 }) })],
    ['a job that is started again', taken],
  ])('are waited for by a later delivery: %s', async (_what, work) => {
    const stored = { work, revision: 1 };
    const resumer = await aReclaim({
      work: [],
      ledger: { readWork: async () => structuredClone(stored), saveWork: async () => false },
    });
    await expect(resumer.look('deadline')).rejects.toThrow(
      new RetryableError(`ledger: others keep writing the work of ${taskArn}`),
    );
    expect(resumer.called('ecs.runTask')).toEqual([]);
  });
});
