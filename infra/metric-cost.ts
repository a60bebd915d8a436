import { metricNamespace } from '../shared/telemetry/metrics.ts';
import { type Bound, type CatalogueEntry, type DimensionSet, metricCatalogue } from './metric-catalogue.ts';

/** What an account has, as far as the number of metrics depends on it. */
export interface AccountSize {
  readonly services: number;
  readonly clusters: number;
  readonly zones: number;
}

/** USD a month for a custom metric in the first tier, which ends at 10,000; billed by the hour in which it has data. */
export const metricPriceUsd = 0.3;
/** PutMetricData, USD per 1,000 requests. */
const requestPriceUsd = 0.01;
const minutesPerMonth = 43_800;
/** AWS's limit per PutMetricData. */
const dataPerRequest = 1_000;

export interface MetricCount {
  /** Gauges: they have data in every hour. */
  readonly always: number;
  /** Each service, cluster, zone, reason, outcome … in every hour: nothing can publish more. */
  readonly atMost: number;
}

/** Custom metrics that CloudWatch bills. */
export function metricCount(size: AccountSize): MetricCount {
  const entries = Object.values(metricCatalogue);
  const count = (counted: readonly CatalogueEntry[]) =>
    counted.flatMap(({ dimensions }) => dimensions).reduce((sum, set) => sum + combinations(set, size), 0);
  return { always: count(entries.filter(({ by }) => by === 'gauge')), atMost: count(entries) };
}

/** USD a month of PutMetricData. */
export function requestCostUsd(size: AccountSize): number {
  const requests = Math.ceil(metricCount(size).always / dataPerRequest) * minutesPerMonth;
  return (requests / 1_000) * requestPriceUsd;
}

/** Names of the metrics that there is one of for each enrolled service. */
export function metricsPerService(): string[] {
  return Object.entries(metricCatalogue).flatMap(([name, { dimensions }]) =>
    dimensions.filter((set) => 'ServiceName' in set).map(() => `${metricNamespace}/${name}`),
  );
}

function combinations(set: DimensionSet, size: AccountSize): number {
  // A service is in one cluster: its name decides.
  const { ClusterName, ...rest } = set;
  const free = 'ServiceName' in rest ? rest : { ...(ClusterName === undefined ? {} : { ClusterName }), ...rest };
  return Object.values(free).reduce((product: number, bound) => product * valuesOf(bound, size), 1);
}

function valuesOf(bound: Bound, size: AccountSize): number {
  return typeof bound === 'string' ? size[bound] : bound.length;
}
