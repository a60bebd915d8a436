import type { JobPolicyOutcome } from '../policy/policy.ts';
import type { RunTaskAnswer, RunTaskInput } from '../ports/ecs.ts';
import { expired } from './checkpoint.ts';
import { orchestratorOf, runTaskInput } from './launch.ts';
import { isOver, type Job, type Resume, type ResumeEnd, type ResumeWait, restorePointOf, type Work } from './work.ts';

/** An interruption that is first looked at later is left alone: the world has moved on. */
const freshMs = 3_600_000;
/** A paused job waits so long for the end of the pause. */
const pauseMsMax = 24 * 3_600_000;
/** Waits between tries double from the first to the second, for no longer than the third. */
const backoffMs = { first: 15_000, max: 300_000, givenUpAfter: 6 * 3_600_000 };
/** Spot that refused a task is taken for short so long. */
const spotShortMs = 300_000;
/** ECS remembers a clientToken for an hour after the task at least: until then the same request is the same task. */
const inDoubtMsMax = 1_800_000;
/** When a request in doubt is sent again, and how often a pause is looked at. */
const againMs = 15_000;
const pauseLookMs = 60_000;
/** A running job is looked at so often: its end may have been told by an event that got lost. */
const runningLookMs = 900_000;

/** A task that opted in to being started again. */
export type JobWork = Work & { readonly job: Job };

export interface ResumeFacts {
  readonly work: JobWork;
  readonly policy: JobPolicyOutcome;
  /** How long a report may come after the stop; absent where the task definition names no hook. */
  readonly hookWaitMs?: number | undefined;
  readonly isPaused: boolean;
  /** When Spot last refused a task in the cluster. */
  readonly spotShortAtMs?: number | undefined;
  readonly orchestrators: readonly string[];
}

export type ResumePlan =
  /** `work` is to be stored where it is another object than before. */
  | {
      readonly kind: 'wait';
      readonly work: Work;
      readonly reason: ResumeWait;
      readonly lookAtMs: number;
      /** Whether this look sets the timer: another is under way otherwise, or events will tell. */
      readonly isTimed: boolean;
    }
  /** `work` is to be stored before the request is sent. */
  | { readonly kind: 'send'; readonly work: Work; readonly request: RunTaskInput }
  | { readonly kind: 'end'; readonly work: Work; readonly reason: ResumeEnd; readonly detail?: string }
  | { readonly kind: 'over' };

/** Whether, when and how a job is started again. Pure: the same facts give the same plan, so it can be made twice. */
export function planResume(facts: ResumeFacts, nowMs: number): ResumePlan {
  const { work, policy } = facts;
  const { job } = work;
  const { resume, stop } = job;
  if (isOver(resume)) return { kind: 'over' };
  if (resume?.state === 'asked') return followedUp(facts, resume, nowMs);
  if (stop === undefined)
    return { kind: 'wait', work, reason: 'running', lookAtMs: nowMs + runningLookMs, isTimed: false };
  if (!policy.ok) return ended(work, 'policy_invalid', `${policy.tag}: ${policy.problem}`, nowMs);
  if (!policy.policy.resume) return ended(work, 'not_opted_in', undefined, nowMs);

  const considered = consideredAt(work, nowMs);
  const never = neverAgain(facts, nowMs);
  if (never !== undefined) {
    // The one end that may be taken back: `reconsidered`.
    const last = never.reason === 'launch_unknown' ? considered : work;
    return ended(last, never.reason, never.detail, nowMs);
  }
  if (facts.isPaused) {
    if (nowMs - stop.atMs > pauseMsMax) return ended(work, 'pause_too_long', undefined, nowMs);
    return waits(considered, 'paused', nowMs + pauseLookMs, nowMs);
  }
  const reportUntilMs = stop.atMs + (facts.hookWaitMs ?? 0);
  const isAnswered = work.checkpoint?.outcome !== undefined;
  if (facts.hookWaitMs !== undefined && !isAnswered && nowMs < reportUntilMs) {
    return waits(considered, 'awaiting_report', reportUntilMs, nowMs);
  }
  if (resume?.state === 'unplaced') {
    if (nowMs - resume.sinceMs > backoffMs.givenUpAfter) return ended(work, 'no_capacity', resume.failure, nowMs);
    if (nowMs < resume.nextTryAtMs) return waits(considered, 'backing_off', resume.nextTryAtMs, nowMs);
  }
  return asked(facts, expired(work, nowMs), nowMs);
}

/** When to look again at a request that was sent and not answered. */
export function inDoubtUntilMs(nowMs: number): number {
  return nowMs + againMs;
}

/** A request in doubt may have started a task: whatever the policy says by now, the same request tells. */
function followedUp(
  { work, isPaused }: ResumeFacts,
  resume: Resume & { readonly state: 'asked' },
  nowMs: number,
): ResumePlan {
  if (nowMs - resume.askedAtMs > inDoubtMsMax) {
    return ended(work, 'run_task_unconfirmed', resume.request.clientToken, nowMs);
  }
  if (isPaused) return waits(work, 'paused', nowMs + pauseLookMs, nowMs);
  return { kind: 'send', work, request: resume.request };
}

/** Every event asks for a look, and each look that waits would set a timer of its own: one that is due earlier will do. */
function waits(work: JobWork, reason: ResumeWait, lookAtMs: number, nowMs: number): ResumePlan {
  const { timerAtMs } = work.job;
  const isTimed = timerAtMs === undefined || timerAtMs <= nowMs || timerAtMs > lookAtMs;
  const timed = isTimed ? { ...work, job: { ...work.job, timerAtMs: lookAtMs } } : work;
  return { kind: 'wait', work: timed, reason, lookAtMs, isTimed };
}

/** A job that was looked at in time is not too old later, for instance when a pause ends. */
function consideredAt(work: JobWork, nowMs: number): JobWork {
  return work.job.consideredAtMs === undefined ? { ...work, job: { ...work.job, consideredAtMs: nowMs } } : work;
}

interface Never {
  readonly reason: ResumeEnd;
  readonly detail?: string;
}

function neverAgain({ work, policy, orchestrators }: ResumeFacts, nowMs: number): Never | undefined {
  const { job } = work;
  const { stop, launch, attempt = 0, resume, consideredAtMs = nowMs } = job;
  if (stop === undefined || !policy.ok) return undefined;
  if (work.finishedAtMs !== undefined) return { reason: 'finished' };
  if (stop.kind === 'unknown') return { reason: 'interruption_too_old', detail: 'ECS no longer knows the task' };
  if (stop.kind === 'other') return { reason: 'stopped_otherwise' };
  // What was asked for in time is followed up.
  if (resume === undefined && consideredAtMs - stop.atMs > freshMs) {
    return { reason: 'interruption_too_old', detail: `told ${Math.round((nowMs - stop.atMs) / 60_000)} min later` };
  }
  const orchestrator = launch === undefined ? undefined : orchestratorOf(launch, work.clusterArn, orchestrators);
  if (orchestrator !== undefined) return { reason: 'owned_by_orchestrator', detail: orchestrator };
  if (policy.policy.observe) return { reason: 'observe' };
  if (attempt >= policy.policy.maxResumes) {
    return { reason: 'max_resumes_reached', detail: `${attempt} of ${policy.policy.maxResumes}` };
  }
  if (launch === undefined) return { reason: 'launch_unknown' };
  return undefined;
}

/** The next request, frozen into the work. */
function asked(facts: ResumeFacts, work: Work, nowMs: number): ResumePlan {
  const { policy } = facts;
  const { job } = facts.work;
  if (!policy.ok || job.launch === undefined) return ended(work, 'launch_unknown', undefined, nowMs);
  const { maxResumes, onDemand, onDemandProvider, spotProvider, container } = policy.policy;
  const attempt = (job.attempt ?? 0) + 1;
  const isSpotShort = facts.spotShortAtMs !== undefined && nowMs - facts.spotShortAtMs < spotShortMs;
  const useOnDemand = onDemand && (attempt >= maxResumes || isSpotShort);
  const nth = job.resume?.state === 'unplaced' ? job.resume.try + 1 : 1;
  const request = runTaskInput(job.launch, {
    taskArn: work.taskArn,
    clusterArn: work.clusterArn,
    attempt,
    try: nth,
    capacityProvider: useOnDemand ? onDemandProvider : spotProvider,
    restorePoint: restorePointOf(work),
    container,
  });
  if ('tooLong' in request) {
    return ended(work, 'overrides_too_long', `${request.tooLong} of 8192 characters`, nowMs);
  }
  const sinceMs = job.resume?.state === 'unplaced' ? job.resume.sinceMs : nowMs;
  return {
    kind: 'send',
    work: resumed(work, { state: 'asked', try: nth, request, onSpot: !useOnDemand, askedAtMs: nowMs, sinceMs }),
    request,
  };
}

/** The work after RunTask answered the request of that try; the same object where it is no longer about that. */
export function answered(work: Work, nth: number, answer: RunTaskAnswer, nowMs: number): Work {
  const resume = work.job?.resume;
  if (resume?.state !== 'asked' || resume.try !== nth) return work;
  if ('taskArn' in answer) {
    return resumed(work, { state: 'started', try: nth, taskArn: answer.taskArn, atMs: nowMs });
  }
  const waitMs = Math.min(backoffMs.max, backoffMs.first * 2 ** Math.min(nth - 1, 10));
  return resumed(work, {
    state: 'unplaced',
    try: nth,
    failure: answer.failure,
    atMs: nowMs,
    nextTryAtMs: nowMs + waitMs,
    sinceMs: resume.sinceMs,
  });
}

/** The work of the task that takes over: what it may have told of itself already stays. */
export function successorOf(before: Work, taskArn: string, known: Work | undefined): Work {
  const { job } = before;
  const point = restorePointOf(before);
  return {
    taskArn,
    clusterArn: before.clusterArn,
    ...known,
    ...(point === undefined ? {} : { inherited: point }),
    ...(job === undefined
      ? {}
      : {
          job: {
            ...reconsidered(known?.job),
            jobId: job.jobId,
            attempt: (job.attempt ?? 0) + 1,
            ...(job.taskDefinitionArn === undefined ? {} : { taskDefinitionArn: job.taskDefinitionArn }),
            ...(job.launch === undefined ? {} : { launch: job.launch }),
          },
        }),
  };
}

/** That nobody knew how it was launched is over now. */
function reconsidered(job: Job | undefined): Partial<Job> {
  if (job?.resume?.state !== 'ended' || job.resume.reason !== 'launch_unknown') return job ?? {};
  const { resume: _ended, ...rest } = job;
  return rest;
}

/** Work that a reclaim destroyed: from the last saved state, or the start, to the end. Milliseconds. */
export function workLostMs({ restorePoint, job }: Work): number {
  const endMs = job?.stop?.atMs;
  const savedMs = restorePoint?.savedAtMs ?? job?.startedAtMs;
  return endMs === undefined || savedMs === undefined ? 0 : Math.max(0, endMs - savedMs);
}

/** Whether a failure of RunTask says that the provider has no room, as opposed to a fault of the request. */
export function isShortage(failure: string): boolean {
  return /^RESOURCE:|capacity is unavailable/i.test(failure);
}

function ended(work: Work, reason: ResumeEnd, detail: string | undefined, nowMs: number): ResumePlan {
  const told = detail === undefined ? {} : { detail };
  return { kind: 'end', work: endedAs(expired(work, nowMs), reason, detail, nowMs), reason, ...told };
}

/** The work of a job that is never started again. */
export function endedAs(work: Work, reason: ResumeEnd, detail: string | undefined, nowMs: number): Work {
  return resumed(work, { state: 'ended', reason, ...(detail === undefined ? {} : { detail }), atMs: nowMs });
}

function resumed(work: Work, resume: Resume): Work {
  return work.job === undefined ? work : { ...work, job: { ...work.job, resume } };
}
