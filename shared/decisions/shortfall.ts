import type { Service } from '../ports/ecs.ts';
import type { TaskRecord } from '../ports/ledger.ts';
import type { ControlState, ShortfallSample } from './control-state.ts';
import type { PlanFigures } from './plan.ts';
import type { ServiceFacts } from './service-facts.ts';

/** An event may be a minute late; what is younger than this is never called settled. */
const settleMsMin = 120_000;

interface ShortfallPolicy {
  readonly spotProvider: string;
  readonly returnAfterMs: number;
  readonly launchGraceMs: number;
}

/**
 * How many tasks are missing because of Spot. Tasks that merely start, in a scale-out or a deployment, are no
 * shortfall; replacements of reclaimed tasks are, until they run.
 *
 * `lost`: Spot-stopped tasks since the service was last whole, less the Spot tasks that have started since.
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
  const staying = Math.max(0, facts.listedTasks - pending);
  const { tasks, control, autoScaled } = facts.ledger;

  const spotStops = tasks.filter((task) => (task.spotStopAtMs ?? 0) > control.lastWholeAtMs);
  const firstStopAtMs = Math.min(...spotStops.map((task) => task.spotStopAtMs ?? Number.POSITIVE_INFINITY));
  const startedSince = tasks.filter(
    (task) => isRunningSpot(task, policy.spotProvider) && (task.startedAtMs ?? 0) > firstStopAtMs,
  ).length;
  const lost = Math.max(0, spotStops.length - startedSince);

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
  const { control, tasks } = facts.ledger;
  if (control.missingSinceMs === undefined || !lacksOwnTasks(facts, staying)) return false;
  const sinceMs = Math.max(control.missingSinceMs, lastSpotStartAtMs(tasks, policy.spotProvider));
  return !isOwnFault(facts, sinceMs) && nowMs - sinceMs >= policy.launchGraceMs;
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
  const { control, tasks } = facts.ledger;
  const sinceMs = Math.max(control.missingSinceMs ?? 0, lastSpotStartAtMs(tasks, policy.spotProvider));
  // Of what a scaler has folded away ECS places nothing, however long it is waited for.
  if (facts.primary === undefined || !lacksOwnTasks(facts, staying) || isOwnFault(facts, sinceMs)) return 0;
  return facts.primary.desiredCount - staying;
}

/** Since when ECS has had fewer tasks than it is asked for, while no deployment is under way; `undefined` while it has all. */
export function missingSinceMs(
  facts: ServiceFacts,
  { staying }: Pick<PlanFigures, 'staying'>,
  nowMs: number,
): number | undefined {
  return lacksOwnTasks(facts, staying) ? (facts.ledger.control.missingSinceMs ?? nowMs) : undefined;
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
function lastSpotStartAtMs(tasks: readonly TaskRecord[], spotProvider: string): number {
  return tasks.reduce(
    (latest, task) => (task.capacityProviderName === spotProvider ? Math.max(latest, task.startedAtMs ?? 0) : latest),
    0,
  );
}

function isRunningSpot(task: TaskRecord, spotProvider: string): boolean {
  return (
    task.capacityProviderName === spotProvider &&
    task.desiredStatus === 'RUNNING' &&
    task.lastStatus === 'RUNNING' &&
    task.spotStopAtMs === undefined
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
  return facts.ledger.tasks.reduce((latest, task) => Math.max(latest, task.spotStopAtMs ?? 0), failedAtMs);
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
 * Adds a shortfall to the stabilization window. The previous value held until now, so it is kept as seen now; whatever
 * a newer sample exceeds cannot be the maximum any more.
 */
export function withSample(
  samples: readonly ShortfallSample[],
  count: number,
  windowMs: number,
  nowMs: number,
): ShortfallSample[] {
  const newest = samples.at(-1);
  const heldUntilNow = newest === undefined ? samples : [...samples.slice(0, -1), { ...newest, atMs: nowMs }];
  return [
    ...heldUntilNow.filter((sample) => sample.count > count && nowMs - sample.atMs < windowMs),
    { atMs: nowMs, count },
  ];
}
