import type { CheckpointReport } from '../events/facts.ts';
import type { CheckpointState, Job, RestorePoint, Work } from './work.ts';
import { checkpointIdOf, isOver } from './work.ts';

/** What became of a report. Bounded: it is a metric dimension. */
export const reportOutcomes = [
  /** The request is answered. */
  'completed',
  'failed',
  /** Nobody has asked (yet): work that is saved as it goes, or an answer that has overtaken the question. */
  'early',
  /** A newer state than the one that answered the request. */
  'updated',
  'duplicate',
  /** Says the opposite of the first answer, which stands. */
  'contradictory',
  /** The request has expired, or the job has been started again. */
  'late',
  /** From an older or newer attempt than the task is. */
  'stale_attempt',
  /** The checkpoint is not this task's. */
  'unknown',
  /** Its URI points where no checkpoint may lie. */
  'refused',
] as const;
export type ReportOutcome = (typeof reportOutcomes)[number];

export interface ReportTold {
  readonly outcome: ReportOutcome;
  /** From the request to the report. */
  readonly durationMs?: number;
  /** From the report to the deadline. */
  readonly timeLeftMs?: number;
}

export interface Reported {
  readonly told: ReportTold;
  /** What to store; absent where the report changes nothing. */
  readonly work?: Work;
}

/** Envelope times are whole seconds, and clocks differ: so much earlier than the request still answers it. */
const toleranceMs = 2_000;

/**
 * What a report does to the work of its task. The first answer to the request stands; a state that was saved is kept
 * whatever the answer was, and the newest is where the job begins again.
 */
export function reported(work: Work | undefined, report: CheckpointReport, clusterArn: string): Reported {
  if (report.checkpointId !== checkpointIdOf(report.taskArn)) return told('unknown');
  const known: Work = work ?? { taskArn: report.taskArn, clusterArn };
  const { checkpoint, job } = known;
  if (isOfOther(report, job)) return told('stale_attempt');
  if (isFrozen(job)) {
    // Should the request have found no room, there is nothing left to ask for.
    const done = report.finished === true ? finishedBy(work, report, clusterArn) : known;
    return done === known ? told('late') : { told: { outcome: 'late' }, work: done };
  }

  const saved = savedBy(known, report);
  if (checkpoint === undefined || !answers(report.reportedAtMs, checkpoint.requestedAtMs)) {
    const early = checkpoint === undefined ? failedBy(saved, report) : saved;
    if (early !== known) return { told: { outcome: 'early' }, work: early };
    // A failure of before the request says nothing about the answer to it.
    return told(checkpoint !== undefined && report.outcome === 'failed' ? 'early' : 'duplicate');
  }
  const times = {
    durationMs: Math.max(0, report.reportedAtMs - checkpoint.requestedAtMs),
    timeLeftMs: checkpoint.deadlineMs - report.reportedAtMs,
  };
  if (checkpoint.outcome === undefined) {
    return { told: { outcome: report.outcome, ...times }, work: { ...saved, checkpoint: settled(checkpoint, report) } };
  }
  const outcome = outcomeAfter(checkpoint, report, saved !== known);
  return saved === known ? told(outcome) : { told: { outcome }, work: saved };
}

/** The work of a task that says that nothing is left to do, whatever else of its report is of no use. */
export function finishedBy(work: Work | undefined, report: CheckpointReport, clusterArn: string): Work {
  const known: Work = work ?? { taskArn: report.taskArn, clusterArn };
  const isMeant =
    report.outcome === 'completed' &&
    report.checkpointId === checkpointIdOf(report.taskArn) &&
    !isOfOther(report, known.job) &&
    !isOver(known.job?.resume);
  if (known.finishedAtMs !== undefined || !isMeant) return known;
  return { ...known, finishedAtMs: report.reportedAtMs };
}

/** What the next attempt begins from is frozen: any further report is of the past. */
function isFrozen(job: Job | undefined): boolean {
  return isOver(job?.resume) || job?.resume?.state === 'asked';
}

function isOfOther({ attempt }: CheckpointReport, job: Job | undefined): boolean {
  return attempt !== undefined && job?.attempt !== undefined && attempt !== job.attempt;
}

/** Whether a report of that time answers a request. */
export function answers(reportedAtMs: number, requestedAtMs: number): boolean {
  return reportedAtMs >= requestedAtMs - toleranceMs;
}

/** The work with a failure that may have overtaken the question; the same object where it is nothing new. */
function failedBy(work: Work, { outcome, reportedAtMs, reason }: CheckpointReport): Work {
  const before = work.earlyFailure?.reportedAtMs ?? Number.NEGATIVE_INFINITY;
  if (outcome !== 'failed' || before >= reportedAtMs) return work;
  return { ...work, earlyFailure: { reportedAtMs, ...(reason === undefined ? {} : { reason }) } };
}

function outcomeAfter(checkpoint: CheckpointState, report: CheckpointReport, isNewer: boolean): ReportOutcome {
  if (checkpoint.outcome === 'expired') return 'late';
  if (checkpoint.outcome !== report.outcome) return 'contradictory';
  return isNewer ? 'updated' : 'duplicate';
}

function settled(checkpoint: CheckpointState, report: CheckpointReport): CheckpointState {
  return {
    ...checkpoint,
    outcome: report.outcome,
    settledAtMs: report.reportedAtMs,
    ...(report.reason === undefined ? {} : { reason: report.reason }),
  };
}

/** The work with what the report says was saved; the same object where it is nothing new. */
function savedBy(work: Work, report: CheckpointReport): Work {
  if (report.outcome !== 'completed') return work;
  const point: RestorePoint = {
    checkpointId: report.checkpointId,
    ...(report.uri === undefined ? {} : { uri: report.uri }),
    savedAtMs: report.reportedAtMs,
  };
  const isNewer = isAfter(point, work.restorePoint);
  const finishes = report.finished === true && work.finishedAtMs === undefined;
  if (!isNewer && !finishes) return work;
  return {
    ...work,
    ...(isNewer ? { restorePoint: point } : {}),
    ...(finishes ? { finishedAtMs: report.reportedAtMs } : {}),
  };
}

/** Of two places that were told in one second, the one that came later is taken for the newer. */
function isAfter(point: RestorePoint, before: RestorePoint | undefined): boolean {
  if (before === undefined || before.savedAtMs < point.savedAtMs) return true;
  return before.savedAtMs === point.savedAtMs && before.uri !== point.uri;
}

function told(outcome: ReportOutcome): Reported {
  return { told: { outcome } };
}
