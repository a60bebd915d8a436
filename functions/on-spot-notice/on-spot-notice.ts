import { checkpointRequest } from '../../shared/decisions/checkpoint.ts';
import { type Enrolments, type Owner, ownerOf } from '../../shared/enrolment-cache.ts';
import { nameOfArn } from '../../shared/events/arn.ts';
import type { TaskFacts } from '../../shared/events/facts.ts';
import { withDescribedTask } from '../../shared/events/task-state-change.ts';
import type { Bus } from '../../shared/ports/bus.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Decisions } from '../../shared/ports/decisions.ts';
import type { Ecs } from '../../shared/ports/ecs.ts';
import type { Ledger } from '../../shared/ports/ledger.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';
import { taskRecord } from '../../shared/task-record.ts';

export interface SpotNoticeDeps {
  readonly ledger: Ledger;
  readonly decisions: Decisions;
  readonly ecs: Pick<Ecs, 'describeTasks'>;
  readonly bus: Bus;
  readonly enrolments: Enrolments;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly tagPrefix: string;
}

/** A Spot task is being taken back: note it, ask for a decision, ask the task for a checkpoint. */
export const onSpotNotice =
  (deps: SpotNoticeDeps) =>
  async (event: TaskFacts): Promise<void> => {
    const notice = await confirmed(deps, event);
    if (!notice.isNotice) return;
    const owner = await ownerOf(deps.enrolments, notice);
    await Promise.all([
      owner === undefined ? undefined : capacity(deps, notice, owner),
      checkpoint(deps, notice, owner),
    ]);
    if (owner !== undefined) deps.telemetry.noticeHandled(notice, deps.clock.nowMs());
  };

/** What the event leaves open is asked of ECS: why it stops, and which service it belongs to. */
async function confirmed(deps: SpotNoticeDeps, event: TaskFacts): Promise<TaskFacts> {
  if (event.spotStop !== 'unclear' && event.group !== undefined) return event;
  const [task] = await deps.ecs.describeTasks(event.clusterArn, [event.taskArn]);
  const notice = task === undefined ? event : withDescribedTask(event, task);
  if (event.spotStop === 'unclear') deps.telemetry.unclassifiedStop(event, notice.spotStop === 'spot');
  return notice;
}

async function capacity(deps: SpotNoticeDeps, notice: TaskFacts, owner: Owner): Promise<void> {
  await deps.ledger.recordTask(taskRecord(notice, owner, true));
  await deps.decisions.ask([{ serviceArn: owner.serviceArn, clusterArn: notice.clusterArn, cause: 'notice' }]);
}

async function checkpoint(deps: SpotNoticeDeps, notice: TaskFacts, owner: Owner | undefined): Promise<void> {
  const hook = await checkpointHook(deps, notice, owner);
  if (hook === undefined) return;
  const { record, event } = checkpointRequest(notice, owner?.serviceArn, hook);
  if ((await deps.ledger.claimCheckpoint(record)) === 'taken') return;
  await deps.bus.publish([event]);
  await deps.ledger.checkpointPublished(record.checkpointId);
  deps.telemetry.checkpointRequested(record.checkpointId, nameOfArn(notice.clusterArn));
}

async function checkpointHook(deps: SpotNoticeDeps, notice: TaskFacts, owner: Owner | undefined) {
  const key = `${deps.tagPrefix}checkpoint`;
  if (owner?.tags[key] !== undefined) return owner.tags[key];
  if (notice.taskDefinitionArn === undefined) return undefined;
  return (await deps.enrolments.taskDefinition(notice.taskDefinitionArn))?.tags[key];
}
