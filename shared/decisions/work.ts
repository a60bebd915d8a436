import type { LaunchSpec, RunTaskInput } from '../ports/ecs.ts';

/** What a task was doing, how far it is saved, and how it is started again: one ledger item per task. */

/** Where work can be taken up again. */
export interface RestorePoint {
  readonly checkpointId: string;
  /** As it was reported; absent where the state lies in a place that the task knows by itself. */
  readonly uri?: string;
  readonly savedAtMs: number;
}

/** How a request for a checkpoint ended. */
export type CheckpointOutcome = 'completed' | 'failed' | 'expired';

/** What a notice asked for. */
export interface CheckpointState {
  /** Name of the hook in policy.yml. */
  readonly hook: string;
  readonly requestedAtMs: number;
  readonly deadlineMs: number;
  /** Whoever holds the claim publishes the request; it lapses, so that a crash loses nothing. */
  readonly claimedUntilMs: number;
  readonly publishedAtMs?: number;
  /** The first end counts; it is not changed afterwards. */
  readonly outcome?: CheckpointOutcome;
  readonly settledAtMs?: number;
  /** The task's or hook's own words. */
  readonly reason?: string;
}

/** How a standalone task ended. */
export interface JobStop {
  /** `unknown`: ECS no longer knows the task, and no event told how it ended. */
  readonly kind: 'spot' | 'other' | 'unknown';
  readonly atMs: number;
}

/** Why a reclaimed task is not started again, ever. Bounded: it is a metric dimension. */
export const resumeEnds = [
  'not_opted_in',
  'policy_invalid',
  'stopped_otherwise',
  'finished',
  'owned_by_orchestrator',
  'observe',
  'interruption_too_old',
  'max_resumes_reached',
  'launch_unknown',
  'overrides_too_long',
  'run_task_refused',
  'run_task_unconfirmed',
  'no_capacity',
  'pause_too_long',
] as const;
export type ResumeEnd = (typeof resumeEnds)[number];

/** Why a task is not started again yet. Bounded: it is a metric dimension. */
export const resumeWaits = ['running', 'awaiting_report', 'paused', 'backing_off', 'run_task_in_doubt'] as const;
export type ResumeWait = (typeof resumeWaits)[number];

/** How far the new start has come. `try` counts requests that differ; a request in doubt is sent again as it is. */
export type Resume =
  /** Frozen before it is sent: whoever finds it sends the same bytes under the same clientToken. */
  | {
      readonly state: 'asked';
      readonly try: number;
      readonly request: RunTaskInput;
      /** Asked of the Spot provider. */
      readonly onSpot: boolean;
      readonly askedAtMs: number;
      /** When the first try was asked for. */
      readonly sinceMs: number;
    }
  /** ECS answered `failures[]`: certainly nothing was started. */
  | {
      readonly state: 'unplaced';
      readonly try: number;
      readonly failure: string;
      readonly atMs: number;
      readonly nextTryAtMs: number;
      readonly sinceMs: number;
    }
  | { readonly state: 'started'; readonly try: number; readonly taskArn: string; readonly atMs: number }
  | { readonly state: 'ended'; readonly reason: ResumeEnd; readonly detail?: string; readonly atMs: number };

/** A standalone task that opted in to being started again. */
export interface Job {
  /** ARN of the task that a person or program started: it names the line of attempts. */
  readonly jobId: string;
  /** 0 for that first task; absent while nobody has told. */
  readonly attempt?: number;
  readonly taskDefinitionArn?: string;
  /** Absent until captured. */
  readonly launch?: LaunchSpec;
  readonly startedAtMs?: number;
  readonly stop?: JobStop;
  /** When it was first decided about after its end: from then on it is followed up, however long it takes. */
  readonly consideredAtMs?: number;
  /** For when the last timer was set. */
  readonly timerAtMs?: number;
  readonly resume?: Resume;
}

export interface Work {
  readonly taskArn: string;
  readonly clusterArn: string;
  /** Tasks of a service. */
  readonly serviceArn?: string;
  readonly checkpoint?: CheckpointState;
  /** The newest that this task, or a hook for it, reported as saved. */
  readonly restorePoint?: RestorePoint;
  /** A failure that was told before anybody had asked. */
  readonly earlyFailure?: { readonly reportedAtMs: number; readonly reason?: string };
  /** What the task itself began from. */
  readonly inherited?: RestorePoint;
  /** The task said that there is nothing left to do. */
  readonly finishedAtMs?: number;
  /** What `Checkpoint Available` was last published for. */
  readonly announced?: RestorePoint;
  /** Standalone tasks that opted in only. */
  readonly job?: Job;
}

/** A task is interrupted once, so its id names its checkpoint: a container can tell its own from its metadata. */
export function checkpointIdOf(taskArn: string): string {
  return `ckpt-${taskArn.slice(taskArn.lastIndexOf('/') + 1)}`;
}

/** Where to begin from: what the task saved itself, else what it began from. */
export function restorePointOf(work: Work): RestorePoint | undefined {
  return work.restorePoint ?? work.inherited;
}

export function isOver(resume: Resume | undefined): boolean {
  return resume?.state === 'started' || resume?.state === 'ended';
}
