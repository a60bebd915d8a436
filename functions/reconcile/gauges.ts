import type { Rates, TaskSize } from '../../shared/decisions/money.ts';
import { inProgress } from '../../shared/decisions/shortfall.ts';
import { nameOfArn } from '../../shared/events/arn.ts';
import { type PolicyOutcome, type StackPolicy, servicePolicy } from '../../shared/policy/policy.ts';
import type { Service } from '../../shared/ports/ecs.ts';
import type { Gauge } from '../../shared/ports/gauges.ts';
import type { Fleet, Ledger } from '../../shared/ports/ledger.ts';
import { moneyPerHour, type Running } from './money-per-hour.ts';

/** An enrolled service with its bridge. */
export interface Pair {
  readonly primary: Service;
  readonly bridge?: Service;
  /** How large its tasks are, where that is known. */
  readonly size?: TaskSize;
}

export interface GaugesDeps {
  readonly ledger: Pick<Ledger, 'readFleet' | 'spotShortAtMs'>;
  readonly stackPolicy: StackPolicy;
}

/** A placement failure says so long that Spot is short: ECS tries again within 27 minutes and then fails anew. */
const spotShortMs = 1_800_000;
/** `reconcile` runs once in so many seconds. */
const passS = 60;

/** How a service is treated, as the number that is published. */
const modes = { observe: 0, act: 1, paused: 2, policy_invalid: 3 } as const;

interface Seen extends Pair {
  readonly outcome: PolicyOutcome;
  readonly isPaused: boolean;
  readonly onSpot: boolean;
}

/**
 * All gauges of a pass, from what it has read anyway, the fleet's one Query, and one GetItem for each cluster in which
 * tasks are missing.
 * @param orphans bridges that belong to no enrolled service.
 */
export async function readGauges(
  { ledger, stackPolicy }: GaugesDeps,
  pairs: readonly Pair[],
  orphans: number,
  nowMs: number,
): Promise<Gauge[]> {
  const fleet = await ledger.readFleet();
  const seen = pairs.map((pair) => seenAs(pair, fleet, stackPolicy));
  const clusters = [...new Set(pairs.map(({ primary }) => primary.clusterArn))];
  const ofClusters = await Promise.all(
    clusters.map((clusterArn) =>
      ofCluster(
        ledger,
        clusterArn,
        seen.filter(({ primary }) => primary.clusterArn === clusterArn),
        stackPolicy.rates,
        nowMs,
      ),
    ),
  );
  return [
    heartbeat,
    ...gaugesOf({}, { EnrolledServices: pairs.length }),
    ...gaugesOf({}, { PausedServices: seen.filter(({ isPaused }) => isPaused).length, OrphanedBridges: orphans }),
    ...ofClusters.flat(),
    ...seen.flatMap(ofService),
  ];
}

/** Published whatever else could not be read. */
export const heartbeat: Gauge = { name: 'ReconcileHeartbeat', value: 1, dimensions: {} };

function seenAs(pair: Pair, { pausedAll, paused }: Fleet, stackPolicy: StackPolicy): Seen {
  const { primary } = pair;
  const outcome = servicePolicy(stackPolicy, primary.tags);
  const spotProvider = outcome.ok ? outcome.policy.spotProvider : stackPolicy.defaults['spot-provider'];
  return {
    ...pair,
    outcome,
    isPaused: pausedAll || paused.has(primary.serviceArn),
    onSpot: primary.capacityProviderStrategy.some((item) => item.capacityProvider === spotProvider),
  };
}

async function ofCluster(
  ledger: GaugesDeps['ledger'],
  clusterArn: string,
  seen: readonly Seen[],
  rates: Rates,
  nowMs: number,
): Promise<Gauge[]> {
  const unplaced = seen.filter(isUnplaced).length;
  const shortAtMs = unplaced === 0 ? undefined : await ledger.spotShortAtMs(clusterArn);
  const withoutSpot = shortAtMs !== undefined && nowMs - shortAtMs < spotShortMs ? unplaced : 0;
  return gaugesOf(
    { ClusterName: nameOfArn(clusterArn) },
    {
      ServicesBelowDesired: seen.filter(isBelow).length,
      ServicesWithoutSpot: withoutSpot,
      SpotDownTime: withoutSpot > 0 ? passS : 0,
      BridgesOpen: seen.filter(({ bridge }) => (bridge?.desiredCount ?? 0) > 0).length,
      ...summed(seen.map(capacityOf)),
      ...moneyPerHour(seen.map(runningOf), rates),
    },
  );
}

function runningOf({ primary, bridge, size, onSpot }: Seen): Running {
  return {
    ...(size === undefined ? {} : { size }),
    onSpot,
    running: primary.runningCount,
    bridgeRunning: bridge?.runningCount ?? 0,
  };
}

/** ECS has not even a task of it under way, and no deployment explains that. */
function isUnplaced({ primary, onSpot }: Seen): boolean {
  return onSpot && !inProgress(primary) && primary.runningCount + primary.pendingCount < primary.desiredCount;
}

/** It is acted for, and with its bridge it has fewer tasks than it wants. */
function isBelow({ primary, bridge, outcome, isPaused }: Seen): boolean {
  if (isPaused || !outcome.ok || outcome.policy.mode !== 'act' || inProgress(primary)) return false;
  return primary.runningCount + (bridge?.runningCount ?? 0) < primary.desiredCount;
}

function ofService(one: Seen): Gauge[] {
  const { primary, bridge } = one;
  return gaugesOf(
    { ClusterName: nameOfArn(primary.clusterArn), ServiceName: primary.serviceName },
    { ...capacityOf(one), BridgeDesired: bridge?.desiredCount ?? 0, Mode: modes[modeOf(one)] },
  );
}

/** Running tasks by what they are paid as: a service whose strategy names no Spot provider runs on demand. */
function capacityOf({ primary, bridge, onSpot }: Seen) {
  return {
    SpotRunning: onSpot ? primary.runningCount : 0,
    OnDemandRunning: (bridge?.runningCount ?? 0) + (onSpot ? 0 : primary.runningCount),
    Shortfall: Math.max(0, primary.desiredCount - primary.runningCount),
  };
}

function summed(capacities: readonly ReturnType<typeof capacityOf>[]): ReturnType<typeof capacityOf> {
  return capacities.reduce(
    (sum, one) => ({
      SpotRunning: sum.SpotRunning + one.SpotRunning,
      OnDemandRunning: sum.OnDemandRunning + one.OnDemandRunning,
      Shortfall: sum.Shortfall + one.Shortfall,
    }),
    { SpotRunning: 0, OnDemandRunning: 0, Shortfall: 0 },
  );
}

function modeOf({ outcome, isPaused }: Seen): keyof typeof modes {
  if (isPaused) return 'paused';
  return outcome.ok ? outcome.policy.mode : 'policy_invalid';
}

function gaugesOf(dimensions: Gauge['dimensions'], values: Partial<Record<Gauge['name'], number>>): Gauge[] {
  // Object.entries forgets that the keys are metric names.
  return Object.entries(values).map(([name, value]) => ({ name: name as Gauge['name'], value, dimensions }));
}
