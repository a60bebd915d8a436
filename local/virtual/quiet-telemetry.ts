import type { DecisionRecord, Reason } from '../../shared/decisions/plan.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';

/** Tells decisions to the listener and nothing to anybody else. */
export function createQuietTelemetry(onDecision: (record: DecisionRecord<Reason>) => void): Telemetry {
  const nothing = () => {};
  return {
    noticeHandled: nothing,
    taskLaunched: nothing,
    unclassifiedStop: nothing,
    taskBilled: nothing,
    taskUnmeasured: nothing,
    decided: onDecision,
    notAnnounced: nothing,
    deploymentDiagnosed: nothing,
    checkpointRequested: nothing,
    checkpointReported: nothing,
    checkpointExpired: nothing,
    hookUnknown: nothing,
    hookFailed: nothing,
    taskResumed: nothing,
    taskNotResumed: nothing,
    resumeWaits: nothing,
    messageFailed: nothing,
    postponed: nothing,
  };
}
