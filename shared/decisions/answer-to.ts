import type { Cause } from '../ports/decisions.ts';
import type { ControlState } from './control-state.ts';
import type { ServiceFacts } from './service-facts.ts';
import { openNotices } from './targets.ts';

type Known = ServiceFacts['ledger'];

/**
 * News that can only mean that less is missing, and the placement failures that ECS repeats while it tries, can wait
 * so long for a look that is on its way.
 */
const canWait: readonly Cause[] = ['schedule', 'task_running', 'service_action'];
const canWaitMs = 90_000;

/**
 * Whether reads are to be spent on a request now, later, or not at all since a look on its way answers it as well. It
 * stands for all that were asked in its bucket: its cause may be another than that of a notice beside it.
 */
export function answerTo(cause: Cause, ledger: Known, nowMs: number): 'decide' | 'covered' | { readonly atMs: number } {
  const { quietUntilMs = 0, nextWakeAtMs = 0 } = ledger.control;
  if (targetsWait(ledger, nowMs) || isGathered(ledger)) return 'decide';
  const lookComesInMs = nextWakeAtMs > nowMs ? nextWakeAtMs - nowMs : Number.POSITIVE_INFINITY;
  const isCovered = lookComesInMs <= canWaitMs && !tellsMore(ledger);
  if (canWait.includes(cause) && isCovered && !tellsOfOnDemand(ledger)) return 'covered';
  if (quietUntilMs <= nowMs) return 'decide';
  return isCovered ? 'covered' : { atMs: quietUntilMs };
}

/** The state that a decision leaves behind, with the Spot stops that it knew of. */
export function withSpotStops({ tasks }: Known, next: ControlState): ControlState {
  const spotStopsKnown = spotStops(tasks, next);
  if (spotStopsKnown > 0) return { ...next, spotStopsKnown };
  const { spotStopsKnown: _none, ...rest } = next;
  return rest;
}

/** On-demand has failed since the bridge was last written, and no decision has said so yet. */
function tellsOfOnDemand({ signals, control }: Known): boolean {
  const failedAtMs = signals.on_demand_placement_failure?.atMs ?? 0;
  const writtenAtMs = control.bridge?.lastWriteAtMs ?? control.lastForcedAtMs ?? Number.POSITIVE_INFINITY;
  return control.onDemandShortUntilMs === undefined && failedAtMs > writtenAtMs;
}

/** More Spot stops are told of than the last decision knew of. */
function tellsMore({ tasks, control }: Known): boolean {
  return spotStops(tasks, control) > (control.spotStopsKnown ?? 0);
}

/** Of which the service has not been whole since. */
function spotStops(tasks: Known['tasks'], { lastWholeAtMs }: ControlState): number {
  return tasks.filter((task) => (task.spotStopAtMs ?? 0) > lastWholeAtMs).length;
}

/** A target that waits to be taken out is never put off. */
function targetsWait(ledger: Known, nowMs: number): boolean {
  return ledger.control.registers === true && openNotices({ ledger }, nowMs).length > 0;
}

/** What a decision waits for has come: the notices of the rest, or that Spot cannot place, which speaks for them all. */
function isGathered({ tasks, signals, control }: Known): boolean {
  const { gathering, spotStopsKnown = 0 } = control;
  if (gathering === undefined) return false;
  const { sinceMs, untold = Number.POSITIVE_INFINITY } = gathering;
  const failedAtMs = signals.spot_placement_failure?.atMs ?? 0;
  return failedAtMs >= sinceMs || spotStops(tasks, control) >= spotStopsKnown + untold;
}
