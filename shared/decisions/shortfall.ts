import type { Service } from '../ports/ecs.ts';
import type { TaskRecord } from '../ports/ledger.ts';
import type { ControlState, ShortfallSample } from './control-state.ts';
import type { PlanFigures } from './plan.ts';
import { newestDeployment } from './rollout.ts';
import type { ServiceFacts } from './service-facts.ts';

/** An event may be a minute late; what is younger than this is never called settled. */
const settleMsMin = 120_000;
/**
 * No Fargate task comes to RUNNING within this of its launch; the measured ones take 20 s and more. Longer than the gap
 * between two writes of a bridge, so that the second still knows better than late counts.
 */
const launchMsMin = 15_000;
/** DescribeServices may lag by ten seconds, and `pendingCount` may leave tasks out that are PROVISIONING. */
const startingVisibleMs = 45_000;

interface ShortfallPolicy {
  readonly spotProvider: string;
  readonly returnAfterMs: number;
  readonly launchGraceMs: number;
}

/**
 * How many tasks are missing because of Spot. Tasks that merely start, in a scale-out or a deployment, are no
 * shortfall; replacements of reclaimed tasks are, until they run.
 *
 * `lost`: Spot-stopped tasks since the service was last whole that no Spot task has replaced yet.
 * `unplaceable`: all that is missing, less what a deployment is starting, while the newest Spot placement failure is newer
 * than the newest Spot start, or while tasks have been missing for `launch-grace` and nothing but Spot explains it. What is
 * lost may be among it.
 */
export function shortfallFigures(
  facts: ServiceFacts,
  policy: ShortfallPolicy,
  nowMs: number,
): Omit<PlanFigures, 'bridgeDesired'> {
  const desired = facts.primary?.desiredCount ?? 0;
  const pending = facts.primary?.pendingCount ?? 0;
  const staying = stayingTasks(facts, policy, nowMs);
  const { tasks, control, autoScaled } = facts.ledger;

  const lost = lostTasks(tasks, policy.spotProvider, Math.max(control.lastWholeAtMs, control.madeGoodUntilMs ?? 0));

  const cannotPlace = isSpotShort(facts, policy) || isOverdue(facts, staying, policy, nowMs);
  const signalled = lost > 0 || cannotPlace || control.bridge !== undefined || control.strategy !== undefined;
  // Where nobody scales but people, a lower desired count is meant; a scaler may only have seen few running tasks.
  const latched = signalled && desired > 0 && autoScaled !== false ? (control.wantedLatched ?? 0) : 0;
  const wanted = Math.max(desired, latched);
  const missing = Math.max(0, wanted - staying);
  // What a deployment starts has been placed: it counts only where it replaces a reclaimed task.
  const starting = facts.primary !== undefined && inProgress(facts.primary) ? pending : 0;
  const unplaceable = cannotPlace ? Math.max(0, missing - starting) : 0;
  return { wanted, staying, lost, unplaceable, shortfall: Math.min(missing, Math.max(lost, unplaceable)) };
}

/**
 * Tasks that run and stay: those listed, less the pending ones. What replaces tasks that Spot took a moment ago cannot
 * run yet, whatever `pendingCount` shows.
 */
function stayingTasks({ primary, listedTasks, ledger }: ServiceFacts, policy: ShortfallPolicy, nowMs: number): number {
  const { desiredCount = 0, pendingCount = 0 } = primary ?? {};
  // A deployment beside another starts more than are desired: what is listed does not tell what has been replaced.
  if (primary === undefined || primary.deployments.length > 1) return Math.max(0, listedTasks - pendingCount);
  // What a release has left over was about to stop anyway: nothing replaces it.
  const newest = newestDeployment(primary)?.id;
  const own = ledger.tasks.filter(({ deploymentId = newest }) => deploymentId === newest);
  const justStopped = lostTasks(own, policy.spotProvider, nowMs - launchMsMin);
  // A lower desired count of this moment has replaced none.
  const desiredLately = Math.max(desiredCount, ledger.control.wantedLatched ?? 0);
  const justReplaced = justStopped - Math.max(0, desiredLately - listedTasks);
  return Math.max(0, listedTasks - Math.max(pendingCount, justReplaced));
}

/**
 * Up to which Spot stop all is made good, whatever was told of the tasks that replaced them: nothing is missing, and the
 * reads cannot be so late.
 */
export function madeGoodUntilMs(
  { ledger: { tasks, control } }: ServiceFacts,
  { wanted, staying }: Pick<PlanFigures, 'wanted' | 'staying'>,
  nowMs: number,
): number | undefined {
  if (staying < wanted) return control.madeGoodUntilMs;
  const settled = tasks.flatMap(({ spotStopAtMs = 0 }) =>
    spotStopAtMs > control.lastWholeAtMs && nowMs - spotStopAtMs >= startingVisibleMs ? [spotStopAtMs] : [],
  );
  return settled.length === 0 ? control.madeGoodUntilMs : Math.max(...settled);
}

/** Spot stops are told of that the reads do not show as missing, and they may only be late. */
export function isLossUnseen(
  { ledger }: ServiceFacts,
  { lost, shortfall }: Pick<PlanFigures, 'lost' | 'shortfall'>,
  nowMs: number,
): boolean {
  return lost > shortfall && ledger.tasks.some((task) => nowMs - (task.spotStopAtMs ?? 0) < startingVisibleMs);
}

/**
 * A Spot task that starts makes good one stop before it, and none to come: what a release or a scale-out starts in
 * between is not saved up for later reclaims.
 */
function lostTasks(tasks: readonly TaskRecord[], spotProvider: string, sinceMs: number): number {
  const changes: { readonly atMs: number; readonly by: 1 | -1 }[] = [];
  for (const { spotStopAtMs = 0, startedAtMs = 0, capacityProviderName } of tasks) {
    if (spotStopAtMs > sinceMs) changes.push({ atMs: spotStopAtMs, by: 1 });
    if (startedAtMs > sinceMs && capacityProviderName === spotProvider) changes.push({ atMs: startedAtMs, by: -1 });
  }
  // Of the same moment, a start replaces nothing.
  changes.sort((a, b) => a.atMs - b.atMs || a.by - b.by);
  return changes.reduce<number>((lost, { by }) => Math.max(0, lost + by), 0);
}

/** The newest Spot placement failure is newer than the newest Spot start, and not settled yet. */
export function isSpotShort(facts: ServiceFacts, policy: Pick<ShortfallPolicy, 'spotProvider'>): boolean {
  const { tasks, control, signals } = facts.ledger;
  const failedAtMs = signals.spot_placement_failure?.atMs ?? 0;
  return failedAtMs > lastSpotStartAtMs(tasks, policy.spotProvider) && failedAtMs > control.lastWholeAtMs;
}

/**
 * Tasks have been missing for too long, and neither a deployment nor a task that stops by its own fault explains it:
 * a placement failure whose event was lost, or a launch that never comes to an end.
 */
function isOverdue(facts: ServiceFacts, staying: number, policy: ShortfallPolicy, nowMs: number): boolean {
  if (facts.ledger.control.missingSinceMs === undefined || !lacksOwnTasks(facts, staying)) return false;
  if (hasComeUp(facts, staying)) return false;
  const sinceMs = unmovedSinceMs(facts, policy);
  return !isOwnFault(facts, sinceMs) && nowMs - sinceMs >= policy.launchGraceMs;
}

/**
 * Since when nothing has come of what is missing: no task has started, and ECS has not called the service steady. It may
 * have been whole in between with nobody looking.
 */
function unmovedSinceMs({ ledger }: ServiceFacts, { spotProvider }: Pick<ShortfallPolicy, 'spotProvider'>): number {
  const { control, tasks, signals } = ledger;
  return Math.max(control.missingSinceMs ?? 0, lastSpotStartAtMs(tasks, spotProvider), signals.steady_state?.atMs ?? 0);
}

/** Since then the service's own tasks have stopped by themselves, or ECS says that they cannot start. */
function isOwnFault({ ledger: { tasks, signals } }: ServiceFacts, sinceMs: number): boolean {
  return (
    tasks.some(
      (task) => task.ofBridge !== true && task.spotStopAtMs === undefined && (task.stoppedAtMs ?? 0) >= sinceMs,
    ) ||
    [signals.task_start_impaired, signals.task_configuration_failure].some((signal) => (signal?.atMs ?? 0) >= sinceMs)
  );
}

/**
 * Tasks that the service still lacks and that no deployment and no fault of its own explains. They are not bought: after
 * a long drought ECS may wait for half an hour with its next try, and tells nothing meanwhile. But what stands in for them
 * is not taken away.
 */
export function stillMissing(
  facts: ServiceFacts,
  { staying }: Pick<PlanFigures, 'staying'>,
  policy: Pick<ShortfallPolicy, 'spotProvider'>,
): number {
  const sinceMs = unmovedSinceMs(facts, policy);
  // Of what a scaler has folded away ECS places nothing, however long it is waited for.
  if (facts.primary === undefined || !lacksOwnTasks(facts, staying) || isOwnFault(facts, sinceMs)) return 0;
  return facts.primary.desiredCount - staying;
}

/**
 * Since when ECS has had fewer tasks than it is asked for and none has come up, while no deployment is under way;
 * `undefined` while it has all.
 */
export function missingSinceMs(
  facts: ServiceFacts,
  { staying }: Pick<PlanFigures, 'staying'>,
  nowMs: number,
): number | undefined {
  if (!lacksOwnTasks(facts, staying)) return undefined;
  return hasComeUp(facts, staying) ? nowMs : (facts.ledger.control.missingSinceMs ?? nowMs);
}

/** More tasks stay than at the last look: one has come up, though the event that tells it may have got lost. */
function hasComeUp({ ledger }: ServiceFacts, staying: number): boolean {
  return staying > (ledger.control.missingStaying ?? Number.POSITIVE_INFINITY);
}

/** ECS places nothing of what a scaler has folded away: that is not overdue, however much is wanted. */
function lacksOwnTasks({ primary }: ServiceFacts, staying: number): boolean {
  return primary !== undefined && !inProgress(primary) && staying < primary.desiredCount;
}

/** A deployment of the service is under way. */
export function inProgress(service: Service): boolean {
  return (
    service.deployments.length > 1 || service.deployments.some(({ rolloutState }) => rolloutState === 'IN_PROGRESS')
  );
}

/** When the newest Spot task of the service came to RUNNING; 0 when none did. */
export function lastSpotStartAtMs(tasks: readonly TaskRecord[], spotProvider: string): number {
  return tasks.reduce(
    (latest, task) => (task.capacityProviderName === spotProvider ? Math.max(latest, task.startedAtMs ?? 0) : latest),
    0,
  );
}

/** Running equals desired, and neither a notice nor a Spot placement failure for `return-after`. */
export function isWhole(facts: ServiceFacts, policy: Pick<ShortfallPolicy, 'returnAfterMs'>, nowMs: number): boolean {
  const desired = facts.primary?.desiredCount ?? 0;
  const pending = facts.primary?.pendingCount ?? 0;
  if (facts.listedTasks - pending < desired) return false;
  return nowMs - lastTroubleAtMs(facts) >= policy.returnAfterMs;
}

/** The newest notice, Spot stop or Spot placement failure; 0 when there was none. */
export function lastTroubleAtMs(facts: ServiceFacts): number {
  const failedAtMs = facts.ledger.signals.spot_placement_failure?.atMs ?? 0;
  return Math.max(failedAtMs, lastSpotStopAtMs(facts));
}

/** The newest notice or Spot stop; 0 when there was none. */
export function lastSpotStopAtMs({ ledger }: ServiceFacts): number {
  return ledger.tasks.reduce((latest, task) => Math.max(latest, task.spotStopAtMs ?? 0), 0);
}

/** Spot stops up to then are settled once the service is whole: late events must still find their task counted. */
export function settledAtMs(
  control: ControlState,
  policy: Pick<ShortfallPolicy, 'returnAfterMs'>,
  nowMs: number,
): number {
  return Math.max(control.lastWholeAtMs, nowMs - Math.max(policy.returnAfterMs, settleMsMin));
}

/**
 * Adds a shortfall to the stabilization window; whatever a newer sample exceeds cannot be the maximum any more. The
 * previous value held until now, so it is kept as seen now: at the latest until a Spot task started, where that is what
 * made the shortfall less. So nothing is kept longer because it was looked at late.
 * @param spotStartAtMs when the newest Spot task of the service started.
 */
export function withSample(
  samples: readonly ShortfallSample[],
  count: number,
  windowMs: number,
  nowMs: number,
  spotStartAtMs?: number,
): ShortfallSample[] {
  const newest = samples.at(-1);
  const heldUntilNow =
    newest === undefined
      ? samples
      : [...samples.slice(0, -1), { ...newest, atMs: heldUntilMs(newest, count, nowMs, spotStartAtMs) }];
  return [
    ...heldUntilNow.filter((sample) => sample.count > count && nowMs - sample.atMs < windowMs),
    { atMs: nowMs, count },
  ];
}

function heldUntilMs(newest: ShortfallSample, count: number, nowMs: number, spotStartAtMs = 0): number {
  const isLess = count < newest.count;
  return isLess && spotStartAtMs > newest.atMs ? Math.min(nowMs, spotStartAtMs) : nowMs;
}
