import { hourlyUsd, type Rates, type TaskSize } from '../../shared/decisions/money.ts';
import type { MetricName } from '../../shared/telemetry/metrics.ts';

/** Running tasks of a service and of its bridge, and how large they are. */
export interface Running {
  /** Absent until a task of the service has told it. */
  readonly size?: TaskSize;
  readonly onSpot: boolean;
  readonly running: number;
  readonly bridgeRunning: number;
}

/**
 * What running tasks save on Spot, and bridges cost more, in US dollars an hour: a task is counted when it stops, and
 * that may be in weeks. Services of unknown size are left out; nothing where none is known.
 */
export function moneyPerHour(services: readonly Running[], rates: Rates): Partial<Record<MetricName, number>> {
  let known = false;
  let SavingPerHour = 0;
  let BridgePremiumPerHour = 0;
  for (const { size, onSpot, running, bridgeRunning } of services) {
    if (size === undefined) continue;
    known = true;
    const difference = hourlyUsd(size, 'onDemand', rates) - hourlyUsd(size, 'spot', rates);
    if (onSpot) SavingPerHour += running * difference;
    BridgePremiumPerHour += bridgeRunning * difference;
  }
  return known ? { SavingPerHour, BridgePremiumPerHour } : {};
}
