import type { DecisionRecord } from '../decisions/plan.ts';
import type { ReportTold } from '../decisions/report.ts';
import type { ResumeEnd, ResumeWait } from '../decisions/work.ts';
import type { CheckpointReport, ServiceSignal, TaskFacts } from '../events/facts.ts';
import type { HookFailure } from './hooks.ts';

/**
 * One function per business event: each writes a log line for people and metrics for CloudWatch (EMF in the log, no
 * API call). None of them throws: what is told must never decide what is done.
 */
export interface Telemetry {
  noticeHandled(notice: TaskFacts, handledAtMs: number): void;
  /** A FARGATE_SPOT task was told to stop and its event did not say why. */
  unclassifiedStop(task: TaskFacts, confirmedSpot: boolean): void;
  decided(record: DecisionRecord, clusterName: string): void;
  deploymentFailed(signal: ServiceSignal): void;
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
