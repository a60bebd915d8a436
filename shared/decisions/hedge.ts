import type { ServicePolicy } from '../policy/policy.ts';
import { tasksOf } from '../policy/values.ts';
import type { PlanFigures } from './plan.ts';
import type { ServiceFacts } from './service-facts.ts';

/**
 * The hedge: on-demand tasks above what is missing, so that the next ones that Spot takes have their replacements warm.
 * Spot is at its most restless while it is short in part: then ECS has not placed all that the service wants, and the
 * tasks that still run on Spot are what goes next. So many are hedged, at most `hedge`. Where Spot goes all at once
 * nothing is left to hedge, and once ECS has placed everything the hedge is not needed any more: it goes as the bridge
 * goes, when Spot has been calm for `return-after`.
 */

const hourMs = 3_600_000;
/** Notices of one reclaim come within so long. */
const sameReclaimMs = 60_000;

/** @returns how many tasks; 0 where the policy has no hedge or nothing asks for one. */
export function hedgeTasks(
  facts: ServiceFacts,
  { wanted, staying, shortfall }: Pick<PlanFigures, 'wanted' | 'staying' | 'shortfall'>,
  policy: Pick<ServicePolicy, 'hedge'>,
): number {
  // ListTasks has the tasks that start as well: what is not in it has no place yet.
  const unplaced = wanted - facts.listedTasks;
  if (shortfall === 0 || unplaced <= 0) return 0;
  const onSpot = Math.max(0, staying - (facts.onDemandRunning ?? 0));
  return Math.min(onSpot, tasksOf(policy.hedge, wanted));
}

/** Why, for people. */
export function hedgeText(count: number, facts: ServiceFacts, nowMs: number): string {
  const times = reclaimsOfLastHour(facts, nowMs);
  return `hedged with ${count} more: ${times === 1 ? '1 interruption' : `${times} interruptions`} in the last hour`;
}

/** Reclaims of the last hour, however many tasks each took. */
export function reclaimsOfLastHour({ ledger: { tasks } }: Pick<ServiceFacts, 'ledger'>, nowMs: number): number {
  const stops = tasks
    .flatMap(({ spotStopAtMs }) => spotStopAtMs ?? [])
    .filter((atMs) => nowMs - atMs < hourMs)
    .sort((left, right) => left - right);
  return stops.filter((atMs, index) => atMs - (stops[index - 1] ?? Number.NEGATIVE_INFINITY) > sameReclaimMs).length;
}
