import { changeWork } from '../../shared/change-work.ts';
import { stopped } from '../../shared/decisions/job.ts';
import { type Enrolments, ownerOf } from '../../shared/enrolment-cache.ts';
import type { TaskFacts } from '../../shared/events/facts.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Decisions } from '../../shared/ports/decisions.ts';
import type { Jobs } from '../../shared/ports/jobs.ts';
import type { Ledger } from '../../shared/ports/ledger.ts';
import { taskRecord } from '../../shared/task-record.ts';

export interface TaskStateChangeDeps {
  readonly ledger: Ledger;
  readonly decisions: Decisions;
  readonly jobs: Jobs;
  readonly enrolments: Enrolments;
  readonly clock: Clock;
  readonly tagPrefix: string;
}

/** A task has come to RUNNING or to STOPPED: of an enrolled service or its bridge, or a job that opted in. */
export const onTaskStateChange =
  (deps: TaskStateChangeDeps) =>
  async (task: TaskFacts, redelivered = false): Promise<void> => {
    if (task.serviceArn !== undefined) await ofService(deps, task, redelivered);
    // Where the event has no group, the one that started the task tells it.
    else if (task.startedBy?.startsWith('ecs-svc/') !== true) await ofJob(deps, task);
  };

async function ofService(deps: TaskStateChangeDeps, task: TaskFacts, redelivered: boolean): Promise<void> {
  const owner = await ownerOf(deps.enrolments, task);
  if (owner === undefined) return;
  const spotStopped = task.spotStop === 'spot';
  const { isNews } = await deps.ledger.recordTask(taskRecord(task, owner, spotStopped));
  // What the notice has told already, and tasks that stop for other reasons, change nothing for a decision.
  // A message that comes again may have been written the first time and asked for nothing.
  if ((!isNews && !redelivered) || (task.lastStatus === 'STOPPED' && !spotStopped)) return;
  const cause = task.lastStatus === 'STOPPED' ? 'task_stopped' : 'task_running';
  await deps.decisions.ask([{ serviceArn: owner.serviceArn, clusterArn: task.clusterArn, cause }]);
}

async function ofJob(deps: TaskStateChangeDeps, task: TaskFacts): Promise<void> {
  const { taskArn, clusterArn, taskDefinitionArn } = task;
  if (taskDefinitionArn === undefined) return;
  const definition = await deps.enrolments.taskDefinition(taskDefinitionArn);
  if (definition?.tags[`${deps.tagPrefix}resume`] !== 'true') return;
  if (task.lastStatus !== 'STOPPED') {
    await deps.jobs.look([{ taskArn, clusterArn, cause: 'running' }]);
    return;
  }
  // Written here, because ECS forgets stopped tasks; where the event does not say why, the look asks.
  if (task.spotStop !== 'unclear') {
    const atMs = task.stoppedAtMs ?? task.eventTimeMs;
    const kind = task.spotStop === 'spot' ? 'spot' : 'other';
    await changeWork(deps.ledger, taskArn, (work) =>
      work?.job?.stop === undefined ? stopped(work, task, { kind, atMs }) : work,
    );
  }
  await deps.jobs.look([{ taskArn, clusterArn, cause: 'stopped' }]);
}
