import { nameOfArn } from '../events/arn.ts';
import type { TaskFacts } from '../events/facts.ts';
import type { CheckpointHook } from '../policy/policy.ts';
import type { BusEvent } from '../ports/bus.ts';
import type { CheckpointRequestDetail } from '../ports/hooks.ts';
import { answers } from './report.ts';
import { type CheckpointState, checkpointIdOf, type RestorePoint, type Work } from './work.ts';

/** From the notice to the hard end, at most: AWS documents two minutes. The task's stopTimeout may be shorter. */
const noticeMs = 120_000;
/** A claim to publish a request that was not followed by the publishing lapses after this. */
const claimMs = 10_000;

/** The hook that a service or task definition opted in to. */
export interface NamedHook extends CheckpointHook {
  readonly name: string;
}

/** When the task under notice is gone. */
export function deadlineMsOf(notice: TaskFacts): number {
  return requestedAtMsOf(notice) + noticeMs;
}

function requestedAtMsOf(notice: TaskFacts): number {
  return notice.stoppingAtMs ?? notice.eventTimeMs;
}

/** Whether somebody holds the right to publish the request and has not done it yet. */
export function isClaimOpen({ checkpoint }: Work, nowMs: number): boolean {
  return checkpoint !== undefined && checkpoint.publishedAtMs === undefined && checkpoint.claimedUntilMs > nowMs;
}

/**
 * The work of a task under notice with the claim to publish the request for its checkpoint; `undefined` where somebody
 * else holds the claim, the request is out already, or the time is over.
 */
export function claimed(
  work: Work | undefined,
  notice: TaskFacts,
  serviceArn: string | undefined,
  hook: NamedHook,
  nowMs: number,
): Work | undefined {
  const deadlineMs = deadlineMsOf(notice);
  const before = work?.checkpoint;
  if (nowMs >= deadlineMs || before?.publishedAtMs !== undefined || (before?.claimedUntilMs ?? 0) > nowMs) {
    return undefined;
  }
  const known: Work = work ?? { taskArn: notice.taskArn, clusterArn: notice.clusterArn };
  const requestedAtMs = before?.requestedAtMs ?? requestedAtMsOf(notice);
  const checkpoint: CheckpointState = {
    hook: hook.name,
    requestedAtMs,
    deadlineMs,
    ...overtaken(known, requestedAtMs),
    // A report may have come between a claim that lapsed and this one.
    ...before,
    claimedUntilMs: nowMs + claimMs,
  };
  return { ...known, ...(serviceArn === undefined ? {} : { serviceArn }), checkpoint };
}

/** SIGTERM comes with or before the notice: the answer may have overtaken the question. */
function overtaken({ restorePoint, earlyFailure }: Work, requestedAtMs: number): Partial<CheckpointState> {
  if (restorePoint !== undefined && answers(restorePoint.savedAtMs, requestedAtMs)) {
    return { outcome: 'completed', settledAtMs: restorePoint.savedAtMs };
  }
  if (earlyFailure === undefined || !answers(earlyFailure.reportedAtMs, requestedAtMs)) return {};
  const { reportedAtMs: settledAtMs, reason } = earlyFailure;
  return { outcome: 'failed', settledAtMs, ...(reason === undefined ? {} : { reason }) };
}

/** The work once its request is out. */
export function published(work: Work, nowMs: number): Work {
  const { checkpoint } = work;
  if (checkpoint === undefined || checkpoint.publishedAtMs !== undefined) return work;
  return { ...work, checkpoint: { ...checkpoint, publishedAtMs: nowMs } };
}

/** The work with a request that nobody answered in time; the same object where there is none. */
export function expired(work: Work, nowMs: number): Work {
  const { checkpoint } = work;
  if (checkpoint === undefined || checkpoint.outcome !== undefined) return work;
  return { ...work, checkpoint: { ...checkpoint, outcome: 'expired', settledAtMs: nowMs } };
}

/** What hooks, Lambda functions and the bus are told. */
export function checkpointRequest(work: Work, notice: TaskFacts, hook: NamedHook): CheckpointRequestDetail {
  const { taskArn, clusterArn, serviceArn, checkpoint } = work;
  const requestedAtMs = checkpoint?.requestedAtMs ?? requestedAtMsOf(notice);
  return {
    checkpointId: checkpointIdOf(taskArn),
    hook: hook.name,
    taskArn,
    clusterArn,
    ...(serviceArn === undefined ? {} : { serviceArn }),
    ...(notice.group === undefined ? {} : { group: notice.group }),
    containers: notice.containers.map(({ name, privateIpv4Addresses }) => ({ name, privateIpv4Addresses })),
    attempt: work.job?.attempt ?? notice.resumeAttempt ?? 0,
    ...(hook.uri === undefined
      ? {}
      : { uriPrefix: `${hook.uri}/${nameOfArn(clusterArn)}/${checkpointIdOf(taskArn)}/` }),
    noticeAt: new Date(requestedAtMs).toISOString(),
    deadline: new Date(checkpoint?.deadlineMs ?? deadlineMsOf(notice)).toISOString(),
  };
}

/** `Checkpoint Requested`. */
export function requestedEvent(request: CheckpointRequestDetail): BusEvent {
  const { taskArn, serviceArn } = request;
  return {
    detailType: 'Checkpoint Requested',
    resources: [taskArn, ...(serviceArn === undefined ? [] : [serviceArn])],
    detail: { ...request },
  };
}

/** Whether a task of a service has left a state that its replacement has not been told of. */
export function isToAnnounce({ serviceArn, checkpoint, restorePoint, announced }: Work): boolean {
  if (serviceArn === undefined || checkpoint === undefined || restorePoint === undefined) return false;
  const isTold = announced?.savedAtMs === restorePoint.savedAtMs && announced.uri === restorePoint.uri;
  return !isTold && answers(restorePoint.savedAtMs, checkpoint.requestedAtMs);
}

/** The work once its replacement has been told of that state. */
export function announcedAs(work: Work, announced: RestorePoint | undefined): Work {
  return announced === undefined ? work : { ...work, announced };
}

/** `Checkpoint Available`: for whoever takes the task's place. */
export function availableEvent({ taskArn, clusterArn, serviceArn, restorePoint }: Work): BusEvent {
  return {
    detailType: 'Checkpoint Available',
    resources: [...(serviceArn === undefined ? [] : [serviceArn]), taskArn],
    detail: {
      checkpointId: checkpointIdOf(taskArn),
      taskArn,
      clusterArn,
      serviceArn,
      ...(restorePoint?.uri === undefined ? {} : { uri: restorePoint.uri }),
      savedAt: new Date(restorePoint?.savedAtMs ?? 0).toISOString(),
    },
  };
}
