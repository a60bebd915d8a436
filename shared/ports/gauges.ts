import type { MetricName } from '../telemetry/metrics.ts';

export interface Gauge {
  readonly name: MetricName;
  readonly value: number;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** CloudWatch PutMetricData, a thousand data a request; only `reconcile` uses it. */
export interface Gauges {
  put(gauges: readonly Gauge[], atMs: number): Promise<void>;
}
