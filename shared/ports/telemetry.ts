import type { DecisionRecord } from '../decisions/plan.ts';
import type { CheckpointReport, ServiceSignal, TaskFacts } from '../events/facts.ts';

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
  checkpointReported(report: CheckpointReport, outcome: 'recorded' | 'duplicate' | 'unknown'): void;
  /** The message stays in its queue: delivered again, or at last in the dead-letter queue. */
  messageFailed(functionName: string, messageId: string, error: unknown): void;
  /** Work that was put off: the message is consumed, the wake queue asks again. */
  postponed(serviceArn: string, why: string, error?: unknown): void;
}
