/** CloudWatch namespace of everything we publish. */
export const metricNamespace = 'Ballast';

/** Metric name → CloudWatch unit. The one place where metrics are named. */
export const metricUnits = {
  Notices: 'Count',
  NoticeLag: 'Milliseconds',
  NoticeTimeLeft: 'Seconds',
  UnclassifiedSpotStops: 'Count',
  Decisions: 'Count',
  Holds: 'Count',
  CommandsFailed: 'Count',
  BridgeGrown: 'Count',
  BridgeReturned: 'Count',
  CapacityProviderRebalanced: 'Count',
  TargetsDeregistered: 'Count',
  OnDemandShortage: 'Count',
  PolicyInvalid: 'Count',
  PoisonMessages: 'Count',
  DeploymentFailures: 'Count',
  CheckpointsRequested: 'Count',
  CheckpointsReported: 'Count',
  CheckpointsExpired: 'Count',
  CheckpointDuration: 'Milliseconds',
  CheckpointTimeLeft: 'Seconds',
  HookFailures: 'Count',
  TasksResumed: 'Count',
  TasksNotResumed: 'Count',
  ResumesFailed: 'Count',
  ResumesWaiting: 'Count',
  WorkLost: 'Seconds',
  EnrolledServices: 'Count',
  ReconcileHeartbeat: 'Count',
  SpotRunning: 'Count',
  OnDemandRunning: 'Count',
  Shortfall: 'Count',
  BridgeDesired: 'Count',
} as const;

export type MetricName = keyof typeof metricUnits;
