import type { DecisionRecord } from '../../shared/decisions/plan.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';

/** Tells decisions to the listener and nothing to anybody else. */
export function createQuietTelemetry(onDecision: (record: DecisionRecord) => void): Telemetry {
  const nothing = () => {};
  return {
    noticeHandled: nothing,
    unclassifiedStop: nothing,
    decided: onDecision,
    deploymentFailed: nothing,
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
