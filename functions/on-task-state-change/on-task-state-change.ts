import { type Enrolments, ownerOf } from '../../shared/enrolment-cache.ts';
import type { TaskFacts } from '../../shared/events/facts.ts';
import type { Decisions } from '../../shared/ports/decisions.ts';
import type { Ledger } from '../../shared/ports/ledger.ts';
import { taskRecord } from '../../shared/task-record.ts';

export interface TaskStateChangeDeps {
  readonly ledger: Ledger;
  readonly decisions: Decisions;
  readonly enrolments: Enrolments;
}

/** A task of an enrolled service or its bridge has come to RUNNING or to STOPPED. */
export const onTaskStateChange =
  (deps: TaskStateChangeDeps) =>
  async (task: TaskFacts, redelivered = false): Promise<void> => {
    const owner = await ownerOf(deps.enrolments, task);
    if (owner === undefined) return;
    const spotStopped = task.spotStop === 'spot';
    const { isNews } = await deps.ledger.recordTask(taskRecord(task, owner, spotStopped));
    // What the notice has told already, and tasks that stop for other reasons, change nothing for a decision.
    // A message that comes again may have been written the first time and asked for nothing.
    if ((!isNews && !redelivered) || (task.lastStatus === 'STOPPED' && !spotStopped)) return;
    const cause = task.lastStatus === 'STOPPED' ? 'task_stopped' : 'task_running';
    await deps.decisions.ask([{ serviceArn: owner.serviceArn, clusterArn: task.clusterArn, cause }]);
  };
