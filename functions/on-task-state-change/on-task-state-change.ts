import { changeWork } from '../../shared/change-work.ts';
import { stopped } from '../../shared/decisions/job.ts';
import { isSameSize, taskCost } from '../../shared/decisions/money.ts';
import { sizeOf, taskUsage } from '../../shared/decisions/usage.ts';
import { type Enrolments, type Owner, ownerOf } from '../../shared/enrolment-cache.ts';
import type { TaskFacts } from '../../shared/events/facts.ts';
import type { StackPolicy } from '../../shared/policy/policy.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Decisions } from '../../shared/ports/decisions.ts';
import type { Jobs } from '../../shared/ports/jobs.ts';
import type { Ledger } from '../../shared/ports/ledger.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';
import { taskRecord } from '../../shared/task-record.ts';

export interface TaskStateChangeDeps {
  readonly ledger: Ledger;
  readonly decisions: Decisions;
  readonly jobs: Jobs;
  readonly enrolments: Enrolments;
  readonly telemetry: Pick<Telemetry, 'taskLaunched' | 'taskBilled' | 'taskUnmeasured'>;
  readonly clock: Clock;
  readonly tagPrefix: string;
  /** Its rates. */
  readonly stackPolicy: StackPolicy;
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
  await recordAndAsk(deps, task, owner, redelivered);
  await noteSize(deps.ledger, task, owner);
  await bill(deps, task, owner);
}

async function recordAndAsk(
  deps: TaskStateChangeDeps,
  task: TaskFacts,
  owner: Owner,
  redelivered: boolean,
): Promise<void> {
  const spotStopped = task.spotStop === 'spot';
  const { isNews } = await deps.ledger.recordTask(taskRecord(task, owner, spotStopped));
  if (isNews && task.lastStatus === 'RUNNING' && task.desiredStatus === 'RUNNING') deps.telemetry.taskLaunched(task);
  // What the notice has told already, and tasks that stop for other reasons, change nothing for a decision.
  // A message that comes again may have been written the first time and asked for nothing.
  if ((!isNews && !redelivered) || (task.lastStatus === 'STOPPED' && !spotStopped)) return;
  const cause = task.lastStatus === 'STOPPED' ? 'task_stopped' : 'task_running';
  await deps.decisions.ask([{ serviceArn: owner.serviceArn, clusterArn: task.clusterArn, cause }]);
}

/**
 * `reconcile` prices by it what runs, without a call. A task that stops may be one of an earlier size: it is believed
 * where no other has told anything.
 */
async function noteSize(ledger: Ledger, task: TaskFacts, { serviceArn, size, ofBridge }: Owner): Promise<void> {
  const told = sizeOf(task);
  if (ofBridge || told === undefined || (size !== undefined && (isSameSize(size, told) || isStopping(task)))) return;
  await ledger.noteSize(serviceArn, told);
}

function isStopping({ desiredStatus, lastStatus }: TaskFacts): boolean {
  return desiredStatus === 'STOPPED' || lastStatus === 'STOPPED';
}

async function ofJob(deps: TaskStateChangeDeps, task: TaskFacts): Promise<void> {
  if (task.taskDefinitionArn === undefined) return;
  const definition = await deps.enrolments.taskDefinition(task.taskDefinitionArn);
  if (definition === undefined) return;
  if (definition.tags[`${deps.tagPrefix}resume`] === 'true') await lookAt(deps, task);
  await bill(deps, task);
}

async function lookAt(deps: TaskStateChangeDeps, task: TaskFacts): Promise<void> {
  const { taskArn, clusterArn } = task;
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

/**
 * What a task that has stopped was billed for, filed and then told: last, since nothing is to wait for money. After a
 * crash in between it is filed and not told, never told twice.
 */
async function bill(
  { ledger, telemetry, stackPolicy }: TaskStateChangeDeps,
  task: TaskFacts,
  owner?: Owner,
): Promise<void> {
  if (task.lastStatus !== 'STOPPED') return;
  const usage = taskUsage(task, owner);
  if (usage === 'nothing') return;
  if (usage === 'unmeasured') {
    telemetry.taskUnmeasured(task);
    return;
  }
  const record = { ...usage, ...taskCost(usage, stackPolicy.rates) };
  if (await ledger.countUsage(record)) telemetry.taskBilled(record);
}
