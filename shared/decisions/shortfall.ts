import type { TaskRecord } from '../ports/ledger.ts';
import type { ControlState, ShortfallSample } from './control-state.ts';
import type { PlanFigures } from './plan.ts';
import type { ServiceFacts } from './service-facts.ts';

/** An event may be a minute late; what is younger than this is never called settled. */
const settleMsMin = 120_000;

interface ShortfallPolicy {
  readonly spotProvider: string;
  readonly returnAfterMs: number;
}

/**
 * How many tasks are missing because of Spot. Tasks that merely start, in a scale-out or a deployment, are no
 * shortfall; replacements of reclaimed tasks are, until they run.
 *
 * `lost`: Spot-stopped tasks since the service was last whole, less the Spot tasks that have started since.
 * `unplaceable`: all that is missing, while the newest Spot placement failure is newer than the newest Spot start.
 */
export function shortfallFigures(facts: ServiceFacts, policy: ShortfallPolicy): Omit<PlanFigures, 'bridgeDesired'> {
  const desired = facts.primary?.desiredCount ?? 0;
  const pending = facts.primary?.pendingCount ?? 0;
  const staying = Math.max(0, facts.listedTasks - pending);
  const { tasks, control } = facts.ledger;

  const spotStops = tasks.filter((task) => (task.spotStopAtMs ?? 0) > control.lastWholeAtMs);
  const firstStopAtMs = Math.min(...spotStops.map((task) => task.spotStopAtMs ?? Number.POSITIVE_INFINITY));
  const startedSince = tasks.filter(
    (task) => isRunningSpot(task, policy.spotProvider) && (task.startedAtMs ?? 0) > firstStopAtMs,
  ).length;
  const lost = Math.max(0, spotStops.length - startedSince);

  const failedAtMs = facts.ledger.signals.spot_placement_failure?.atMs ?? 0;
  const spotIsShort = failedAtMs > lastSpotStartAtMs(tasks, policy.spotProvider) && failedAtMs > control.lastWholeAtMs;

  const signalled = lost > 0 || spotIsShort || control.bridge !== undefined || control.strategy !== undefined;
  const wanted = desired > 0 && signalled ? Math.max(desired, control.wantedLatched ?? 0) : desired;
  const missing = Math.max(0, wanted - staying);
  const unplaceable = spotIsShort ? missing : 0;
  return { wanted, staying, lost, unplaceable, shortfall: Math.min(missing, lost + unplaceable) };
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
export function isWhole(facts: ServiceFacts, policy: ShortfallPolicy, nowMs: number): boolean {
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
export function settledAtMs(control: ControlState, policy: ShortfallPolicy, nowMs: number): number {
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
