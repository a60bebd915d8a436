import type { Answer } from '../decisions/diagnosis/answer.ts';
import type { Diagnosis } from '../decisions/diagnosis/diagnosis.ts';
import type { DecisionRecord, Reason } from '../decisions/plan.ts';
import type { ReportTold } from '../decisions/report.ts';
import type { UsageRecord } from '../decisions/usage.ts';
import type { ResumeEnd, ResumeWait } from '../decisions/work.ts';
import type { CheckpointReport, TaskFacts } from '../events/facts.ts';
import type { HookFailure } from './hooks.ts';

/** What lasts in a service when it is decided about, in milliseconds; absent where it does not. */
export interface Lasting {
  /** It is acted for, and fewer tasks run than are wanted, those of its bridge counted. */
  readonly belowDesiredMs?: number;
  /** It is short no more: how long Spot had left it below. */
  readonly timeToWholeMs?: number;
  /** Since its bridge was made; while tasks are asked of it. */
  readonly bridgeOpenMs?: number;
  readonly strategyShiftedMs?: number;
}

/**
 * One function per business event: each writes a log line for people and metrics for CloudWatch (EMF in the log, no
 * API call). None of them throws: what is told must never decide what is done.
 */
export interface Telemetry {
  /** @param serviceArn of the enrolled service that it belongs to. */
  noticeHandled(notice: TaskFacts, handledAtMs: number, serviceArn?: string): void;
  /** A task of an enrolled service, or of its bridge, has come to RUNNING. */
  taskLaunched(task: TaskFacts): void;
  /** What a stopped task was billed for: told once for each at most. */
  taskBilled(usage: UsageRecord): void;
  /** A task of Fargate has stopped and its event leaves out what it is billed by: it is missing from every sum. */
  taskUnmeasured(task: TaskFacts): void;
  /** A FARGATE_SPOT task was told to stop and its event did not say why. */
  unclassifiedStop(task: TaskFacts, confirmedSpot: boolean): void;
  decided(record: DecisionRecord<Reason>, clusterName: string, lasting?: Lasting): void;
  /** So many decisions did not go out on the bus. @param error absent while a bus that failed is left alone. */
  notAnnounced(decisions: number, error?: unknown): void;
  /** @param text what it says to people, a few lines. */
  deploymentDiagnosed(
    serviceArn: string,
    diagnosis: Diagnosis,
    answer: Answer,
    text: string,
    tier: string | undefined,
  ): void;
  checkpointRequested(checkpointId: string, clusterName: string): void;
  /** @param told what became of the report, and by how much it was earlier or later than it had to be. */
  checkpointReported(report: CheckpointReport, told: ReportTold, clusterName: string): void;
  /** Nobody reported in time. */
  checkpointExpired(checkpointId: string, clusterName: string): void;
  /** The task names a hook that policy.yml does not have. */
  hookUnknown(hook: string, taskArn: string): void;
  hookFailed(hook: string, checkpointId: string, failure: HookFailure, detail: string): void;
  /** @param workLostMs from the restore point, or the start, to the end of the reclaimed task. */
  taskResumed(taskArn: string, newTaskArn: string, attempt: number, workLostMs: number, clusterName: string): void;
  /** Never again: the job is over for us. */
  taskNotResumed(taskArn: string, reason: ResumeEnd, detail: string | undefined, clusterName: string): void;
  /** Not yet. */
  resumeWaits(taskArn: string, reason: ResumeWait): void;
  /** The message stays in its queue: delivered again, or at last in the dead-letter queue. */
  messageFailed(functionName: string, messageId: string, error: unknown): void;
  /** Work that was put off: the message is consumed, the wake queue asks again. */
  postponed(serviceArn: string, why: string, error?: unknown): void;
}
