import { describe, expect, it } from 'vitest';
import {
  answered,
  endedAs,
  inDoubtUntilMs,
  isShortage,
  planResume,
  type ResumeFacts,
  type ResumePlan,
  successorOf,
  workLostMs,
} from '../../../shared/decisions/resume.ts';
import type { Job, ResumeEnd, ResumeWait, Work } from '../../../shared/decisions/work.ts';
import { jobPolicy } from '../../../shared/policy/policy.ts';
import { nowMs } from '../../builders/service-facts.ts';
import {
  aJob,
  aJobPolicy,
  aJobWork,
  aLaunchSpec,
  aRequest,
  aRestorePoint,
  aRunTask,
  aSpotStop,
  askedFor,
  aWork,
  clusterArn,
  definitionArn,
  jobStack,
  nextTaskArn,
  resumeFacts,
  taskArn,
  unplaced,
} from '../../builders/work.ts';

const minute = 60_000;
const hour = 60 * minute;

function withJob(job: Job): ResumeFacts {
  return { ...resumeFacts(), work: { ...aWork(), job } };
}

const { launch: _launch, ...withoutLaunch } = aJob({ stop: aSpotStop() });

interface EndCase {
  readonly facts: ResumeFacts;
  readonly detail?: string;
}

/** One row per end, and the type says that none is forgotten; `run_task_refused` is what RunTask says. */
const ends: Record<Exclude<ResumeEnd, 'run_task_refused'>, EndCase> = {
  not_opted_in: { facts: resumeFacts({ policy: jobPolicy(jobStack, { 'ballast:checkpoint': 'save' }) }) },
  policy_invalid: {
    facts: resumeFacts({ policy: aJobPolicy({ 'ballast:max-resumes': 'many' }) }),
    detail: 'ballast:max-resumes: expected a whole number from 0 to 100',
  },
  stopped_otherwise: { facts: resumeFacts({ job: { stop: aSpotStop({ kind: 'other' }) } }) },
  finished: { facts: resumeFacts({ work: { finishedAtMs: nowMs - 5_000 } }) },
  owned_by_orchestrator: {
    facts: resumeFacts({ job: { launch: aLaunchSpec({ startedBy: 'AWS Step Functions' }) } }),
    detail: 'AWS Step Functions',
  },
  observe: { facts: resumeFacts({ policy: aJobPolicy({ 'ballast:mode': 'observe' }) }) },
  interruption_too_old: {
    facts: resumeFacts({ job: { stop: aSpotStop({ atMs: nowMs - 90 * minute }) } }),
    detail: 'told 90 min later',
  },
  max_resumes_reached: { facts: resumeFacts({ job: { attempt: 3 } }), detail: '3 of 3' },
  launch_unknown: { facts: withJob(withoutLaunch) },
  overrides_too_long: {
    facts: resumeFacts({
      job: {
        launch: aLaunchSpec({ overrides: { containerOverrides: [{ name: 'x', command: ['y'.repeat(9_000)] }] } }),
      },
    }),
    detail: '9132 of 8192 characters',
  },
  run_task_unconfirmed: {
    facts: resumeFacts({ job: { resume: askedFor({ askedAtMs: nowMs - 30 * minute - 1 }) } }),
    detail: 'ckpt-0123456789abcdef0123456789abcdef-1-1',
  },
  no_capacity: {
    facts: resumeFacts({ job: { resume: unplaced({ sinceMs: nowMs - 6 * hour - 1, failure: 'RESOURCE:FARGATE' }) } }),
    detail: 'RESOURCE:FARGATE',
  },
  pause_too_long: {
    facts: resumeFacts({
      isPaused: true,
      job: { stop: aSpotStop({ atMs: nowMs - 24 * hour - 1 }), consideredAtMs: nowMs - 24 * hour },
    }),
  },
};

describe('every end that a job can come to', () => {
  it.each(Object.entries(ends))('%s', (reason, { facts, detail }) => {
    const told = detail === undefined ? {} : { detail };
    expect(planResume(facts, nowMs)).toEqual({
      kind: 'end',
      reason,
      ...told,
      work: {
        ...facts.work,
        job: {
          ...facts.work.job,
          // A successor that nobody had noted may be thought of again.
          ...(reason === 'launch_unknown' ? { consideredAtMs: nowMs } : {}),
          resume: { state: 'ended', reason, ...told, atMs: nowMs },
        },
      },
    });
  });

  it('of which an unknown launch is none, once a predecessor has noted it', () => {
    const before = aJobWork({ launch: aLaunchSpec() });
    const ended = endedAs(aJobWork({ stop: aSpotStop() }), 'launch_unknown', undefined, nowMs);
    expect(successorOf(before, 'arn:next', ended).job).not.toHaveProperty('resume');
    const finished = endedAs(aJobWork({ stop: aSpotStop() }), 'finished', undefined, nowMs);
    expect(successorOf(before, 'arn:next', finished).job?.resume).toMatchObject({ reason: 'finished' });
  });

  it('run_task_refused', () => {
    expect(endedAs(aJobWork(), 'run_task_refused', 'RunTask: no such role', nowMs).job?.resume).toEqual({
      state: 'ended',
      reason: 'run_task_refused',
      detail: 'RunTask: no such role',
      atMs: nowMs,
    });
  });
});

interface WaitCase {
  readonly facts: ResumeFacts;
  readonly lookAtMs: number;
}

/** One row per wait; `run_task_in_doubt` is when RunTask says nothing. */
const waits: Record<Exclude<ResumeWait, 'run_task_in_doubt'>, WaitCase> = {
  running: { facts: withJob(aJob()), lookAtMs: nowMs + 900_000 },
  awaiting_report: { facts: resumeFacts({ hookWaitMs: 15_000 }), lookAtMs: nowMs + 14_000 },
  paused: { facts: resumeFacts({ isPaused: true }), lookAtMs: nowMs + 60_000 },
  backing_off: {
    facts: resumeFacts({ job: { resume: unplaced({ nextTryAtMs: nowMs + 1 }) } }),
    lookAtMs: nowMs + 1,
  },
};

describe('every reason for which a job waits', () => {
  it.each(Object.entries(waits))('%s', (reason, { facts, lookAtMs }) => {
    expect(planResume(facts, nowMs)).toMatchObject({ kind: 'wait', reason, lookAtMs, isTimed: reason !== 'running' });
  });

  it('run_task_in_doubt', () => {
    expect(inDoubtUntilMs(nowMs)).toBe(nowMs + 15_000);
  });
});

/** The plan that sends; anything else fails the test. */
function sending(facts: ResumeFacts, atMs = nowMs): ResumePlan & { readonly kind: 'send' } {
  const plan = planResume(facts, atMs);
  if (plan.kind !== 'send') throw new Error(`the plan is ${JSON.stringify(plan)}`);
  return plan;
}

describe('a job that Spot took', () => {
  it('is asked for again, and the request is frozen before it is sent', () => {
    const facts = resumeFacts({ work: { restorePoint: aRestorePoint() } });
    const request = aRunTask({
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
    });
    expect(planResume(facts, nowMs)).toEqual({
      kind: 'send',
      request,
      work: aJobWork(
        {
          stop: aSpotStop(),
          resume: { state: 'asked', try: 1, request, onSpot: true, askedAtMs: nowMs, sinceMs: nowMs },
        },
        { restorePoint: aRestorePoint() },
      ),
    });
  });

  it('begins from what it began from itself where it has saved nothing', () => {
    const inherited = aRestorePoint({ checkpointId: 'ckpt-before', uri: 's3://checkpoints/before' });
    const { overrides } = sending(resumeFacts({ work: { inherited } })).request;
    expect(JSON.stringify(overrides)).toContain('s3://checkpoints/before');
    const both = sending(resumeFacts({ work: { inherited, restorePoint: aRestorePoint() } })).request;
    expect(JSON.stringify(both.overrides)).not.toContain('before');
  });

  it('tells only the container that its task definition names', () => {
    const policy = aJobPolicy({ 'ballast:resume-container': 'worker' });
    expect(sending(resumeFacts({ policy })).request.overrides).toEqual({
      containerOverrides: [{ name: 'worker', environment: [{ name: 'BALLAST_RESUME_ATTEMPT', value: '1' }] }],
    });
  });

  it.each(['started', 'ended'] as const)('is done with when its next start has %s', (state) => {
    const resume =
      state === 'started'
        ? ({ state, try: 1, taskArn: nextTaskArn, atMs: nowMs } as const)
        : ({ state, reason: 'observe', atMs: nowMs } as const);
    expect(planResume(resumeFacts({ job: { resume } }), nowMs)).toEqual({ kind: 'over' });
  });

  it('is planned the same twice, and the facts stay as they are', () => {
    const facts = resumeFacts({ work: { checkpoint: aRequest(), restorePoint: aRestorePoint() }, hookWaitMs: 0 });
    const before = structuredClone(facts);
    expect(planResume(facts, nowMs)).toEqual(planResume(facts, nowMs));
    expect(facts).toEqual(before);
  });

  it('is started again when we heard of it within the hour', () => {
    const stop = aSpotStop({ atMs: nowMs - hour });
    expect(planResume(resumeFacts({ job: { stop } }), nowMs).kind).toBe('send');
    const later = aSpotStop({ atMs: nowMs - hour - 1 });
    expect(planResume(resumeFacts({ job: { stop: later } }), nowMs)).toMatchObject({ reason: 'interruption_too_old' });
  });

  it('is left alone when ECS no longer knows how it ended', () => {
    expect(planResume(resumeFacts({ job: { stop: aSpotStop({ kind: 'unknown' }) } }), nowMs)).toMatchObject({
      kind: 'end',
      reason: 'interruption_too_old',
      detail: 'ECS no longer knows the task',
    });
  });

  it('is left alone when it is looked at for the first time a day later', () => {
    const stop = aSpotStop({ atMs: nowMs - 24 * hour });
    expect(planResume(resumeFacts({ job: { stop } }), nowMs)).toMatchObject({
      kind: 'end',
      reason: 'interruption_too_old',
    });
  });

  it('is not started again when it had finished, although it was stopped otherwise or the stack is paused', () => {
    const work = { finishedAtMs: nowMs };
    const stop = aSpotStop({ kind: 'other' });
    expect(planResume(resumeFacts({ work, job: { stop } }), nowMs)).toMatchObject({ reason: 'finished' });
    expect(planResume(resumeFacts({ work, isPaused: true }), nowMs)).toMatchObject({ reason: 'finished' });
  });
});

describe('where a job is started again', () => {
  const provider = (facts: ResumeFacts) => sending(facts).request.capacityProviderStrategy;
  const spot = [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }];
  const onDemand = [{ capacityProvider: 'FARGATE', weight: 1 }];

  it.each([0, 1])('is on Spot at first: attempt %s of 3', (attempt) => {
    expect(provider(resumeFacts({ job: { attempt } }))).toEqual(spot);
  });

  it('is on demand the last time', () => {
    expect(provider(resumeFacts({ job: { attempt: 2 } }))).toEqual(onDemand);
    const once = aJobPolicy({ 'ballast:max-resumes': '1' });
    expect(provider(resumeFacts({ policy: once }))).toEqual(onDemand);
  });

  it('is on demand while Spot is short in the cluster: five minutes', () => {
    expect(provider(resumeFacts({ spotShortAtMs: nowMs - 299_999 }))).toEqual(onDemand);
    expect(provider(resumeFacts({ spotShortAtMs: nowMs - 300_000 }))).toEqual(spot);
  });

  it('is never on demand with fallback none', () => {
    const policy = aJobPolicy({ 'ballast:fallback': 'none' });
    expect(provider(resumeFacts({ policy, job: { attempt: 2 }, spotShortAtMs: nowMs }))).toEqual(spot);
  });

  it('is on the providers that the task definition names', () => {
    const policy = aJobPolicy({ 'ballast:spot-provider': 'spot-b', 'ballast:on-demand-provider': 'own-b' });
    expect(provider(resumeFacts({ policy }))).toEqual([{ capacityProvider: 'spot-b', weight: 1 }]);
    expect(provider(resumeFacts({ policy, spotShortAtMs: nowMs }))).toEqual([{ capacityProvider: 'own-b', weight: 1 }]);
  });
});

describe('the report of a task that has stopped', () => {
  const open = { checkpoint: aRequest() };

  it('is waited for as long as the hook says, and then the request has expired', () => {
    const facts = resumeFacts({ work: open, hookWaitMs: 15_000 });
    expect(planResume(facts, nowMs + 13_999)).toMatchObject({ kind: 'wait', reason: 'awaiting_report' });
    const { work } = sending(facts, nowMs + 14_000);
    expect(work.checkpoint).toEqual(aRequest({ outcome: 'expired', settledAtMs: nowMs + 14_000 }));
  });

  it.each(['completed', 'failed', 'expired'] as const)('is not waited for where the request has %s', (outcome) => {
    const work = { checkpoint: aRequest({ outcome, settledAtMs: nowMs - 5_000 }) };
    expect(sending(resumeFacts({ work, hookWaitMs: 15_000 })).work.checkpoint).toEqual(work.checkpoint);
  });

  it('is not waited for where the task definition names no hook', () => {
    expect(planResume(resumeFacts(), nowMs).kind).toBe('send');
  });

  it('no longer matters where the job is not started again: the request has expired', () => {
    const plan = planResume(resumeFacts({ work: open, job: { stop: aSpotStop({ kind: 'other' }) } }), nowMs);
    expect(plan).toMatchObject({
      reason: 'stopped_otherwise',
      work: { checkpoint: { outcome: 'expired', settledAtMs: nowMs } },
    });
  });
});

describe('a job that waits', () => {
  it('has one timer, however often it is looked at', () => {
    const first = planResume(resumeFacts({ isPaused: true }), nowMs);
    const job = first.kind === 'wait' ? first.work.job : undefined;
    if (first.kind !== 'wait' || job === undefined) throw new Error('it does not wait');
    const again = (atMs: number) => planResume(resumeFacts({ isPaused: true, job }), atMs);
    expect(first).toMatchObject({ isTimed: true, lookAtMs: nowMs + minute });
    expect(again(nowMs + minute - 1)).toMatchObject({ isTimed: false, work: first.work });
    expect(again(nowMs + minute)).toMatchObject({ isTimed: true, lookAtMs: nowMs + 2 * minute });
  });

  it('is looked at earlier than was planned where it has to be', () => {
    const facts = resumeFacts({ hookWaitMs: 15_000, job: { timerAtMs: nowMs + minute } });
    expect(planResume(facts, nowMs)).toMatchObject({ isTimed: true, lookAtMs: nowMs + 14_000 });
  });
});

describe('a paused stack', () => {
  it('starts nothing, not even what was asked for', () => {
    const facts = resumeFacts({ isPaused: true, job: { resume: askedFor() } });
    expect(planResume(facts, nowMs)).toMatchObject({ kind: 'wait', reason: 'paused' });
  });

  it('keeps a job for a day', () => {
    const job = { stop: aSpotStop({ atMs: nowMs - 24 * hour }), consideredAtMs: nowMs - 23 * hour };
    expect(planResume(resumeFacts({ isPaused: true, job }), nowMs)).toMatchObject({ reason: 'paused' });
  });

  it('starts it when the pause is over', () => {
    const stop = aSpotStop({ atMs: nowMs - 1_000 });
    const paused = planResume(resumeFacts({ isPaused: true, job: { stop } }), nowMs);
    if (paused.kind !== 'wait' || paused.work.job === undefined) throw new Error('it does not wait');
    expect(planResume(resumeFacts({ job: paused.work.job }), nowMs + 2 * hour).kind).toBe('send');
  });
});

describe('a request in doubt', () => {
  it('is sent again byte for byte, whatever has changed meanwhile', () => {
    const resume = askedFor();
    const facts = resumeFacts({
      job: { resume },
      work: { restorePoint: aRestorePoint({ uri: 's3://checkpoints/crunch/2' }) },
      spotShortAtMs: nowMs,
      hookWaitMs: 600_000,
      policy: aJobPolicy({ 'ballast:resume-container': 'worker', 'ballast:spot-provider': 'spot-b' }),
    });
    const plan = sending(facts);
    expect(JSON.stringify(plan.request)).toBe(JSON.stringify(aRunTask()));
    // Nothing to store: it is frozen already.
    expect(plan.work).toBe(facts.work);
  });

  it.each([
    ['only observes now', { 'ballast:mode': 'observe' }],
    ['allows fewer resumes now', { 'ballast:max-resumes': '0' }],
  ])('is followed up although the task definition %s', (_what, tags) => {
    const facts = resumeFacts({ job: { resume: askedFor() }, policy: aJobPolicy(tags) });
    expect(planResume(facts, nowMs).kind).toBe('send');
  });

  it('is given up after half an hour: ECS may have forgotten its token', () => {
    const at = (askedAtMs: number) => planResume(resumeFacts({ job: { resume: askedFor({ askedAtMs }) } }), nowMs);
    expect(at(nowMs - 30 * minute).kind).toBe('send');
    expect(at(nowMs - 30 * minute - 1)).toMatchObject({ kind: 'end', reason: 'run_task_unconfirmed' });
  });

  it('is followed up however old the interruption is', () => {
    const stop = aSpotStop({ atMs: nowMs - 2 * hour });
    expect(planResume(resumeFacts({ job: { stop, resume: askedFor() } }), nowMs).kind).toBe('send');
  });
});

describe('a job for which there was no room', () => {
  it('is asked for in a new request with a new token, from the newest state', () => {
    const facts = resumeFacts({
      job: { resume: unplaced() },
      work: { restorePoint: aRestorePoint({ uri: 's3://checkpoints/crunch/2' }) },
      spotShortAtMs: nowMs - 20_000,
    });
    const { request, work } = sending(facts);
    expect(request).toMatchObject({
      clientToken: 'ckpt-0123456789abcdef0123456789abcdef-1-2',
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1 }],
    });
    expect(JSON.stringify(request.overrides)).toContain('s3://checkpoints/crunch/2');
    expect(work.job?.resume).toEqual({
      state: 'asked',
      try: 2,
      request,
      onSpot: false,
      askedAtMs: nowMs,
      sinceMs: nowMs - 21_000,
    });
  });

  it('waits until its next try, and no longer', () => {
    const facts = resumeFacts({ job: { resume: unplaced({ nextTryAtMs: nowMs }) } });
    expect(planResume(facts, nowMs - 1)).toMatchObject({ kind: 'wait', reason: 'backing_off', lookAtMs: nowMs });
    expect(planResume(facts, nowMs).kind).toBe('send');
  });

  it('is given up after six hours', () => {
    const since = (sinceMs: number) => planResume(resumeFacts({ job: { resume: unplaced({ sinceMs }) } }), nowMs);
    expect(since(nowMs - 6 * hour).kind).toBe('send');
    expect(since(nowMs - 6 * hour - 1)).toMatchObject({ kind: 'end', reason: 'no_capacity' });
  });

  it.each([
    [1, 15_000],
    [2, 30_000],
    [3, 60_000],
    [4, 120_000],
    [5, 240_000],
    [6, 300_000],
    [7, 300_000],
    [80, 300_000],
  ])('waits after try %s for %s ms', (nth, waitMs) => {
    const resume = askedFor({ try: nth, sinceMs: nowMs - hour });
    expect(answered(aJobWork({ resume }), nth, { failure: 'RESOURCE:FARGATE' }, nowMs).job?.resume).toEqual({
      state: 'unplaced',
      try: nth,
      failure: 'RESOURCE:FARGATE',
      atMs: nowMs,
      nextTryAtMs: nowMs + waitMs,
      sinceMs: nowMs - hour,
    });
  });
});

describe('the answer of RunTask', () => {
  it('names the task that takes over', () => {
    expect(answered(aJobWork({ resume: askedFor() }), 1, { taskArn: nextTaskArn }, nowMs)).toEqual(
      aJobWork({ resume: { state: 'started', try: 1, taskArn: nextTaskArn, atMs: nowMs } }),
    );
  });

  const cases: [string, Work, number][] = [
    ['to an earlier try', aJobWork({ resume: askedFor({ try: 2 }) }), 1],
    ['to a later try', aJobWork({ resume: askedFor({ try: 2 }) }), 3],
    ['that was noted already', aJobWork({ resume: unplaced() }), 1],
    ['for a job that is over', aJobWork({ resume: { state: 'ended', reason: 'observe', atMs: nowMs } }), 1],
    ['that nobody asked for', aJobWork(), 1],
    ['for no job', aWork(), 1],
  ];
  it.each(cases)('%s changes nothing', (_what, work, nth) => {
    expect(answered(work, nth, { taskArn: nextTaskArn }, nowMs)).toBe(work);
    expect(answered(work, nth, { failure: 'RESOURCE:FARGATE' }, nowMs)).toBe(work);
  });
});

describe('the task that takes over', () => {
  it('is of the same line, one attempt on, and begins from the restore point', () => {
    const before = aJobWork(
      { jobId: 'the-first', attempt: 1, stop: aSpotStop(), resume: askedFor() },
      { restorePoint: aRestorePoint(), checkpoint: aRequest({ outcome: 'completed' }) },
    );
    expect(successorOf(before, nextTaskArn, undefined)).toStrictEqual({
      taskArn: nextTaskArn,
      clusterArn,
      inherited: aRestorePoint(),
      job: { jobId: 'the-first', attempt: 2, taskDefinitionArn: definitionArn, launch: aLaunchSpec() },
    });
  });

  it('begins from what its predecessor began from, where that saved nothing', () => {
    const inherited = aRestorePoint({ checkpointId: 'ckpt-before' });
    expect(successorOf(aJobWork({}, { inherited }), nextTaskArn, undefined).inherited).toEqual(inherited);
    expect(successorOf(aJobWork(), nextTaskArn, undefined)).not.toHaveProperty('inherited');
  });

  it('keeps what it has told of itself already', () => {
    const known: Work = {
      taskArn: nextTaskArn,
      clusterArn,
      checkpoint: aRequest(),
      restorePoint: aRestorePoint({ checkpointId: 'ckpt-next' }),
      finishedAtMs: nowMs,
      job: { jobId: nextTaskArn, attempt: 1, startedAtMs: nowMs, stop: aSpotStop(), launch: aLaunchSpec() },
    };
    const before = aJobWork({ launch: aLaunchSpec({ startedBy: 'nightly' }) }, { restorePoint: aRestorePoint() });
    expect(successorOf(before, nextTaskArn, known)).toEqual({
      ...known,
      inherited: aRestorePoint(),
      job: {
        jobId: taskArn,
        attempt: 1,
        startedAtMs: nowMs,
        stop: aSpotStop(),
        taskDefinitionArn: definitionArn,
        launch: aLaunchSpec({ startedBy: 'nightly' }),
      },
    });
  });
});

describe('the work that a reclaim destroyed', () => {
  const { startedAtMs: _started, ...notStarted } = aJob({ stop: aSpotStop() });
  it.each<[string, Work, number]>([
    ['is all since the last saved state', aJobWork({ stop: aSpotStop() }, { restorePoint: aRestorePoint() }), 29_000],
    ['is all since the start where nothing was saved', aJobWork({ stop: aSpotStop() }), 3_599_000],
    [
      'is its own, not that of its predecessor',
      aJobWork({ stop: aSpotStop() }, { inherited: aRestorePoint({ savedAtMs: nowMs - 24 * hour }) }),
      3_599_000,
    ],
    [
      'is none where it was saved after the end',
      aJobWork({ stop: aSpotStop() }, { restorePoint: aRestorePoint({ savedAtMs: nowMs }) }),
      0,
    ],
    ['is not guessed without a start', { ...aWork(), job: notStarted }, 0],
    ['is none while it runs', aJobWork(), 0],
    ['is none of no job', aWork(), 0],
  ])('%s', (_what, work, lostMs) => {
    expect(workLostMs(work)).toBe(lostMs);
  });
});

describe('a failure of RunTask', () => {
  it.each([
    ['Capacity is unavailable at this time. Please try again later or in a different availability zone', true],
    ['Capacity is unavailable at this time. Please try again later or in a different availability zone.: detail', true],
    ['RESOURCE:FARGATE', true],
    ['RESOURCE:ENI: none left', true],
    ['ATTRIBUTE', false],
    ['AGENT', false],
    ['MISSING RESOURCE:x', false],
  ])('%s: says that there is no room is %s', (failure, says) => {
    expect(isShortage(failure)).toBe(says);
  });
});
