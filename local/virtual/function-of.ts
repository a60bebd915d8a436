import type { Telemetry } from '../../shared/ports/telemetry.ts';

/** Which function tells what: on a virtual clock all of them share one process. */
export const functionOf: Readonly<Record<keyof Telemetry, string>> = {
  noticeHandled: 'on-spot-notice',
  unclassifiedStop: 'on-spot-notice',
  checkpointRequested: 'on-spot-notice',
  hookUnknown: 'on-spot-notice',
  taskLaunched: 'on-task-state-change',
  taskBilled: 'on-task-state-change',
  taskUnmeasured: 'on-task-state-change',
  decided: 'decide',
  postponed: 'decide',
  notAnnounced: 'decide',
  deploymentDiagnosed: 'diagnose',
  checkpointReported: 'on-checkpoint-report',
  checkpointExpired: 'resume',
  taskResumed: 'resume',
  taskNotResumed: 'resume',
  resumeWaits: 'resume',
  hookFailed: 'run-checkpoint-hook',
  messageFailed: 'decide',
};
