import type { LaunchedTask, LaunchSpec } from '../ports/ecs.ts';
import { attemptOf, begunFrom } from './launch.ts';
import type { Job, JobStop, Work } from './work.ts';

/** What becomes known of a standalone task that opted in. What is known already stays: events come late and twice. */

/** The task with how it was launched; `launch` is undefined where part of that is gone already. */
export function captured(work: Work | undefined, task: LaunchedTask, launch: LaunchSpec | undefined): Work {
  const known = work ?? { taskArn: task.taskArn, clusterArn: task.clusterArn };
  const before = known.job;
  const inherited = known.inherited ?? begunFrom(task.overrides);
  const job: Job = {
    jobId: task.taskArn,
    taskDefinitionArn: task.taskDefinitionArn,
    ...(launch === undefined ? {} : { launch }),
    ...(task.startedAtMs === undefined ? {} : { startedAtMs: task.startedAtMs }),
    ...before,
    // The line of attempts is told twice: by the ledger, and by the task's own environment should the ledger be lost.
    attempt: Math.max(before?.attempt ?? 0, attemptOf(task.overrides)),
  };
  return { ...known, ...(inherited === undefined ? {} : { inherited }), job };
}

export interface StoppedTask {
  readonly taskArn: string;
  readonly clusterArn: string;
  readonly taskDefinitionArn?: string | undefined;
  readonly startedAtMs?: number | undefined;
  readonly resumeAttempt?: number | undefined;
}

/** The end of the task. The first word counts. */
export function stopped(work: Work | undefined, task: StoppedTask, stop: JobStop): Work {
  const known = work ?? { taskArn: task.taskArn, clusterArn: task.clusterArn };
  const job: Job = {
    jobId: task.taskArn,
    ...(task.resumeAttempt === undefined ? {} : { attempt: task.resumeAttempt }),
    ...(task.taskDefinitionArn === undefined ? {} : { taskDefinitionArn: task.taskDefinitionArn }),
    ...(task.startedAtMs === undefined ? {} : { startedAtMs: task.startedAtMs }),
    stop,
    ...known.job,
  };
  return { ...known, job };
}
