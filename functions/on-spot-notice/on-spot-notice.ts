import { changeWork } from '../../shared/change-work.ts';
import {
  announcedAs,
  availableEvent,
  checkpointRequest,
  claimed,
  deadlineMsOf,
  isClaimOpen,
  isToAnnounce,
  type NamedHook,
  published,
  requestedEvent,
} from '../../shared/decisions/checkpoint.ts';
import { checkpointIdOf } from '../../shared/decisions/work.ts';
import { type Enrolments, type Owner, ownerOf } from '../../shared/enrolment-cache.ts';
import { RetryableError } from '../../shared/errors.ts';
import { nameOfArn } from '../../shared/events/arn.ts';
import type { TaskFacts } from '../../shared/events/facts.ts';
import { withDescribedTask } from '../../shared/events/task-state-change.ts';
import type { StackPolicy } from '../../shared/policy/policy.ts';
import type { Bus } from '../../shared/ports/bus.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Decisions } from '../../shared/ports/decisions.ts';
import type { Ecs } from '../../shared/ports/ecs.ts';
import type { HookCalls } from '../../shared/ports/hooks.ts';
import type { Jobs } from '../../shared/ports/jobs.ts';
import type { Ledger } from '../../shared/ports/ledger.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';
import { taskRecord } from '../../shared/task-record.ts';

export interface SpotNoticeDeps {
  readonly ledger: Ledger;
  readonly decisions: Decisions;
  readonly ecs: Pick<Ecs, 'describeTasks'>;
  readonly bus: Bus;
  readonly hookCalls: HookCalls;
  readonly jobs: Jobs;
  readonly enrolments: Enrolments;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly stackPolicy: Pick<StackPolicy, 'tagPrefix' | 'hooks'>;
}

/** A Spot task is being taken back: note it, ask for a decision, ask the task for a checkpoint. */
export const onSpotNotice =
  (deps: SpotNoticeDeps) =>
  async (event: TaskFacts, redelivered = false): Promise<void> => {
    const notice = await confirmed(deps, event);
    if (!notice.isNotice) return;
    const owner = await ownerOf(deps.enrolments, notice);
    const tags = await tagsOf(deps, notice, owner);
    // Saving the work waits for nothing, and nothing waits for it; what fails is delivered again.
    const outcomes = await Promise.allSettled([
      owner === undefined ? isFirstEvent(notice) : capacity(deps, notice, owner),
      checkpoint(deps, notice, owner, tags),
      capture(deps, notice, tags),
    ]);
    const failed = outcomes.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
    const [first] = outcomes;
    const isNews = first.status === 'fulfilled' && first.value;
    // Nobody asked to be told of tasks without tags. What an earlier try wrote down may not have been told.
    if (Object.keys(tags).length > 0 && (isNews || redelivered))
      deps.telemetry.noticeHandled(notice, deps.clock.nowMs(), owner?.serviceArn);
  };

/** The task's later statuses carry the notice again. */
const isFirstEvent = ({ lastStatus }: TaskFacts): boolean => lastStatus === 'RUNNING';

/** What the event leaves open is asked of ECS: why it stops, and which service it belongs to. */
async function confirmed(deps: SpotNoticeDeps, event: TaskFacts): Promise<TaskFacts> {
  if (event.spotStop !== 'unclear' && event.group !== undefined) return event;
  const [task] = await deps.ecs.describeTasks(event.clusterArn, [event.taskArn]);
  const notice = task === undefined ? event : withDescribedTask(event, task);
  if (event.spotStop === 'unclear') deps.telemetry.unclassifiedStop(event, notice.spotStop === 'spot');
  return notice;
}

/** @returns whether the ledger did not know of the notice. */
async function capacity(deps: SpotNoticeDeps, notice: TaskFacts, owner: Owner): Promise<boolean> {
  const { isNews } = await deps.ledger.recordTask(taskRecord(notice, owner, true));
  await deps.decisions.ask([{ serviceArn: owner.serviceArn, clusterArn: notice.clusterArn, cause: 'notice' }]);
  return isNews;
}

/** The task definition's opt-ins, with those of the service over them. */
async function tagsOf(
  { enrolments }: SpotNoticeDeps,
  { taskDefinitionArn }: TaskFacts,
  owner: Owner | undefined,
): Promise<Readonly<Record<string, string>>> {
  const definition = taskDefinitionArn === undefined ? undefined : await enrolments.taskDefinition(taskDefinitionArn);
  return { ...definition?.tags, ...owner?.tags };
}

/**
 * The claim first, then the request and the timer for its end: whoever crashes in between has its claim lapse, and the
 * message that comes again does all of it.
 */
async function checkpoint(
  deps: SpotNoticeDeps,
  notice: TaskFacts,
  owner: Owner | undefined,
  tags: Readonly<Record<string, string>>,
): Promise<void> {
  const hook = hookOf(deps, notice, tags);
  if (hook === undefined) return;
  const { ledger, clock } = deps;
  const { work, written } = await changeWork(ledger, notice.taskArn, (before) =>
    claimed(before, notice, owner?.serviceArn, hook, clock.nowMs()),
  );
  if (work === undefined) return;
  if (!written) {
    // Whoever holds the claim may have crashed, or be this very function, whose own write's answer got lost.
    if (isClaimOpen(work, clock.nowMs()))
      throw new RetryableError(`somebody else asks for ${checkpointIdOf(notice.taskArn)}`);
    return;
  }
  const { taskArn, clusterArn } = notice;
  const request = checkpointRequest(work, notice, hook);
  const announces = isToAnnounce(work);
  await Promise.all([
    deps.bus.publish([requestedEvent(request), ...(announces ? [availableEvent(work)] : [])]),
    hook.lambda === undefined ? undefined : deps.hookCalls.ask({ lambda: hook.lambda, request }),
    deps.jobs.lookLater({ taskArn, clusterArn, cause: 'deadline' }, deadlineMsOf(notice) + hook.waitMs - clock.nowMs()),
  ]);
  await changeWork(ledger, taskArn, (before) =>
    before === undefined
      ? undefined
      : announcedAs(published(before, clock.nowMs()), announces ? work.restorePoint : undefined),
  );
  deps.telemetry.checkpointRequested(checkpointIdOf(taskArn), nameOfArn(clusterArn));
}

function hookOf(
  { stackPolicy, telemetry }: SpotNoticeDeps,
  notice: TaskFacts,
  tags: Readonly<Record<string, string>>,
): NamedHook | undefined {
  const name = tags[`${stackPolicy.tagPrefix}checkpoint`];
  if (name === undefined) return undefined;
  const hook = Object.hasOwn(stackPolicy.hooks, name) ? stackPolicy.hooks[name] : undefined;
  if (hook === undefined) {
    telemetry.hookUnknown(name, notice.taskArn);
    return undefined;
  }
  return { name, ...hook };
}

/** A job whose start nobody has told us of is captured now: its network interface is gone when it has stopped. */
async function capture(
  { jobs, stackPolicy }: SpotNoticeDeps,
  { taskArn, clusterArn, serviceArn, startedBy }: TaskFacts,
  tags: Readonly<Record<string, string>>,
): Promise<void> {
  const isOfService = serviceArn !== undefined || startedBy?.startsWith('ecs-svc/') === true;
  if (isOfService || tags[`${stackPolicy.tagPrefix}resume`] !== 'true') return;
  await jobs.look([{ taskArn, clusterArn, cause: 'notice' }]);
}
