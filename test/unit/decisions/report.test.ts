import { describe, expect, it } from 'vitest';
import { claimed } from '../../../shared/decisions/checkpoint.ts';
import { type ReportOutcome, reported } from '../../../shared/decisions/report.ts';
import type { Resume, Work } from '../../../shared/decisions/work.ts';
import type { CheckpointReport } from '../../../shared/events/facts.ts';
import { nowMs } from '../../builders/service-facts.ts';
import {
  aJobNotice,
  aJobWork,
  aReport,
  aRequest,
  aRestorePoint,
  askedFor,
  aWork,
  checkpointId,
  clusterArn,
  nextTaskArn,
  taskArn,
  unplaced,
} from '../../builders/work.ts';

const newest = aRestorePoint({ savedAtMs: nowMs });

interface Case {
  readonly work?: Work;
  readonly report?: Partial<CheckpointReport>;
  /** What changes; nothing is stored where it is absent. */
  readonly stores?: Partial<Work>;
}

/** One row per outcome, and the type says that none is forgotten; `refused` is told before the work is asked. */
const cases: Record<Exclude<ReportOutcome, 'refused'>, Case> = {
  completed: {
    work: aWork({ checkpoint: aRequest() }),
    stores: { restorePoint: newest, checkpoint: aRequest({ outcome: 'completed', settledAtMs: nowMs }) },
  },
  failed: {
    work: aWork({ checkpoint: aRequest() }),
    report: { outcome: 'failed', reason: 'disk full' },
    stores: { checkpoint: aRequest({ outcome: 'failed', settledAtMs: nowMs, reason: 'disk full' }) },
  },
  early: { stores: { restorePoint: newest } },
  updated: {
    work: aWork({
      checkpoint: aRequest({ outcome: 'completed', settledAtMs: nowMs - 30_000 }),
      restorePoint: aRestorePoint({ savedAtMs: nowMs - 30_000, uri: 's3://checkpoints/crunch/0' }),
    }),
    stores: { restorePoint: newest },
  },
  duplicate: {
    work: aWork({
      checkpoint: aRequest({ outcome: 'completed', settledAtMs: nowMs }),
      restorePoint: newest,
    }),
  },
  contradictory: {
    work: aWork({
      checkpoint: aRequest({ outcome: 'completed', settledAtMs: nowMs - 1_000 }),
      restorePoint: aRestorePoint({ savedAtMs: nowMs - 1_000 }),
    }),
    report: { outcome: 'failed', reason: 'disk full' },
  },
  late: {
    work: aWork({ checkpoint: aRequest({ outcome: 'expired', settledAtMs: nowMs - 1 }) }),
    report: { outcome: 'failed' },
  },
  stale_attempt: { work: aJobWork({ attempt: 2 }), report: { attempt: 1 } },
  unknown: { report: { checkpointId: 'ckpt-fedcba9876543210fedcba9876543210' } },
};

describe('every outcome that a report can have', () => {
  it.each(Object.entries(cases))('%s', (outcome, { work, report, stores }) => {
    const became = reported(work, aReport(report), clusterArn);
    expect(became.told.outcome).toBe(outcome);
    expect(became.work).toEqual(stores === undefined ? undefined : { ...(work ?? aWork()), ...stores });
  });
});

const asked = aWork({ checkpoint: aRequest() });

/** The work after those reports, one after the other, and what was told of each. */
function afterReports(work: Work | undefined, ...reports: readonly Partial<CheckpointReport>[]) {
  const outcomes: ReportOutcome[] = [];
  let now = work;
  for (const report of reports) {
    const became = reported(now, aReport(report), clusterArn);
    outcomes.push(became.told.outcome);
    now = became.work ?? now;
  }
  return { work: now, outcomes };
}

describe('the first answer to a request', () => {
  it('tells how long it took and how much time was left', () => {
    expect(reported(asked, aReport(), clusterArn).told).toEqual({
      outcome: 'completed',
      durationMs: 60_000,
      timeLeftMs: 60_000,
    });
    expect(reported(asked, aReport({ reportedAtMs: nowMs + 65_000 }), clusterArn).told).toEqual({
      outcome: 'completed',
      durationMs: 125_000,
      timeLeftMs: -5_000,
    });
  });

  it.each([
    ['completed', 'failed'],
    ['failed', 'completed'],
  ] as const)('stands: %s, whoever says %s afterwards', (first, second) => {
    const { work, outcomes } = afterReports(
      asked,
      { outcome: first, reportedAtMs: nowMs - 2_000, reason: 'the first word' },
      { outcome: second, reportedAtMs: nowMs, reason: 'another word' },
    );
    expect(outcomes).toEqual([first, 'contradictory']);
    expect(work?.checkpoint).toEqual(
      aRequest({ outcome: first, settledAtMs: nowMs - 2_000, reason: 'the first word' }),
    );
  });

  it('is counted once, however often it is delivered', () => {
    const { work, outcomes } = afterReports(asked, {}, {}, {});
    expect(outcomes).toEqual(['completed', 'duplicate', 'duplicate']);
    expect(work?.checkpoint?.settledAtMs).toBe(nowMs);
    const failed = { outcome: 'failed' } as const;
    expect(afterReports(asked, failed, failed).outcomes).toEqual(['failed', 'duplicate']);
  });

  it('may be two seconds older than the request: envelopes are dated in whole seconds, and clocks differ', () => {
    const became = reported(asked, aReport({ reportedAtMs: nowMs - 62_000 }), clusterArn);
    expect(became.told).toEqual({ outcome: 'completed', durationMs: 0, timeLeftMs: 122_000 });
    expect(became.work?.checkpoint?.outcome).toBe('completed');
  });

  it('is none that is older: what was saved before is kept, and the request stays open', () => {
    const became = reported(asked, aReport({ reportedAtMs: nowMs - 62_001 }), clusterArn);
    expect(became.told).toEqual({ outcome: 'early' });
    expect(became.work).toEqual({
      ...asked,
      restorePoint: aRestorePoint({ savedAtMs: nowMs - 62_001 }),
    });
  });

  it('may be a failure that has overtaken the question', () => {
    const { work, outcomes } = afterReports(
      undefined,
      { outcome: 'failed', reason: 'disk full', reportedAtMs: nowMs - 1_000 },
      { outcome: 'failed', reason: 'disk full', reportedAtMs: nowMs - 1_000 },
    );
    expect(outcomes).toEqual(['early', 'duplicate']);
    expect(work).toEqual(aWork({ earlyFailure: { reportedAtMs: nowMs - 1_000, reason: 'disk full' } }));
    expect(claimed(work, aJobNotice(), undefined, { name: 'save', waitMs: 15_000 }, nowMs)?.checkpoint).toMatchObject({
      outcome: 'failed',
      settledAtMs: nowMs - 1_000,
      reason: 'disk full',
    });
  });
});

describe('the restore point', () => {
  const older = { reportedAtMs: nowMs - 20_000, uri: 's3://checkpoints/crunch/7' };
  const newer = { reportedAtMs: nowMs - 10_000, uri: 's3://checkpoints/crunch/8' };
  const eighth = { checkpointId, uri: 's3://checkpoints/crunch/8', savedAtMs: nowMs - 10_000 };

  it('is the newest state, in whatever order the reports come', () => {
    expect(afterReports(asked, older, newer)).toMatchObject({
      outcomes: ['completed', 'updated'],
      work: { restorePoint: eighth },
    });
    expect(afterReports(asked, newer, older)).toMatchObject({
      outcomes: ['completed', 'duplicate'],
      work: { restorePoint: eighth },
    });
    expect(afterReports(undefined, newer, older)).toMatchObject({
      outcomes: ['early', 'duplicate'],
      work: { restorePoint: eighth },
    });
  });

  it('is, of two places that were told in one second, the one that came later', () => {
    const { work, outcomes } = afterReports(asked, older, { ...older, uri: 's3://checkpoints/crunch/8' });
    expect(outcomes).toEqual(['completed', 'updated']);
    expect(work?.restorePoint?.uri).toBe('s3://checkpoints/crunch/8');
  });

  it('has no place where the task knows it by itself', () => {
    const { uri: _uri, ...report } = aReport();
    expect(reported(asked, report, clusterArn).work?.restorePoint).toStrictEqual({ checkpointId, savedAtMs: nowMs });
  });

  it('stays when the last attempt to save fails', () => {
    const { work } = afterReports(undefined, older);
    const { work: failed } = afterReports({ ...aWork(), ...work, checkpoint: aRequest() }, { outcome: 'failed' });
    expect(failed).toMatchObject({
      checkpoint: { outcome: 'failed' },
      restorePoint: { checkpointId, uri: 's3://checkpoints/crunch/7', savedAtMs: nowMs - 20_000 },
    });
  });

  it.each([
    ['failed', 'contradictory'],
    ['expired', 'late'],
  ] as const)('is kept when the request had %s already', (outcome, told) => {
    const over = aRequest({ outcome, settledAtMs: nowMs - 15_000 });
    const became = reported(aWork({ checkpoint: over }), aReport(newer), clusterArn);
    expect(became.told).toEqual({ outcome: told });
    expect(became.work).toEqual(aWork({ checkpoint: over, restorePoint: eighth }));
  });
});

describe('a task that says it has finished', () => {
  it('is noted, and a later report does not undo it', () => {
    const { work } = afterReports(asked, { finished: true, reportedAtMs: nowMs - 1_000 }, { reportedAtMs: nowMs });
    expect(work?.finishedAtMs).toBe(nowMs - 1_000);
    expect(work?.restorePoint?.savedAtMs).toBe(nowMs);
  });

  it('is noted although a newer state is known', () => {
    const { work } = afterReports(asked, { reportedAtMs: nowMs }, { finished: true, reportedAtMs: nowMs - 1_000 });
    expect(work).toMatchObject({ finishedAtMs: nowMs - 1_000, restorePoint: { savedAtMs: nowMs } });
  });

  it('keeps its first moment', () => {
    const { work } = afterReports(asked, { finished: true }, { finished: true, reportedAtMs: nowMs + 1_000 });
    expect(work?.finishedAtMs).toBe(nowMs);
  });

  it.each([
    ['the answer is that it failed', { outcome: 'failed', finished: true } as const],
    ['it says that it has not', { finished: false }],
  ])('is not noted where %s', (_what, report) => {
    expect(afterReports(asked, report).work).not.toHaveProperty('finishedAtMs');
  });
});

describe('a job that is started again', () => {
  const over: [string, Resume][] = [
    ['asked for', askedFor()],
    ['started', { state: 'started', try: 1, taskArn: nextTaskArn, atMs: nowMs }],
    ['ended', { state: 'ended', reason: 'observe', atMs: nowMs }],
  ];

  it.each(over)('takes no report once its next start is %s: what it begins from is frozen', (_state, resume) => {
    const work = aJobWork({ resume }, { checkpoint: aRequest() });
    expect(reported(work, aReport(), clusterArn)).toEqual({ told: { outcome: 'late' } });
  });

  it('is told that nothing is left to do also while its next start is in doubt: it may have found no room', () => {
    const work = aJobWork({ resume: askedFor() }, { checkpoint: aRequest() });
    expect(reported(work, aReport({ finished: true }), clusterArn)).toEqual({
      told: { outcome: 'late' },
      work: { ...work, finishedAtMs: nowMs },
    });
  });

  it('takes one between two tries: nothing was started', () => {
    const work = aJobWork({ resume: unplaced() }, { checkpoint: aRequest({ outcome: 'expired', settledAtMs: nowMs }) });
    const became = reported(work, aReport(), clusterArn);
    expect(became.told).toEqual({ outcome: 'late' });
    expect(became.work?.restorePoint).toEqual(newest);
  });
});

describe('the attempt that a report is of', () => {
  it.each([1, 3])('is not this one: %s instead of 2', (attempt) => {
    const work = aJobWork({ attempt: 2 }, { checkpoint: aRequest() });
    expect(reported(work, aReport({ attempt }), clusterArn)).toEqual({ told: { outcome: 'stale_attempt' } });
  });

  it.each([
    ['it is this one', aJobWork({ attempt: 2 }, { checkpoint: aRequest() }), { attempt: 2 }],
    ['it is not told', aJobWork({ attempt: 2 }, { checkpoint: aRequest() }), {}],
    ['the task is no job that is known', asked, { attempt: 2 }],
  ])('does not matter where %s', (_what, work, report) => {
    expect(reported(work, aReport(report), clusterArn).told.outcome).toBe('completed');
  });
});

it('makes the work of a task that nothing is known of', () => {
  expect(reported(undefined, aReport(), clusterArn).work).toStrictEqual({
    taskArn,
    clusterArn,
    restorePoint: { checkpointId, uri: 's3://checkpoints/crunch/1', savedAtMs: nowMs },
  });
});

it('leaves the work alone when the checkpoint is not of this task', () => {
  const work = aWork({ checkpoint: aRequest() });
  expect(reported(work, aReport({ checkpointId: 'ckpt-other' }), clusterArn)).toEqual({ told: { outcome: 'unknown' } });
});
