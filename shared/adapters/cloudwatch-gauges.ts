import { type CloudWatchClient, type MetricDatum, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { InvariantError } from '../errors.ts';
import type { Gauges } from '../ports/gauges.ts';
import { metricNamespace, metricUnits } from '../telemetry/metrics.ts';
import { translated } from './aws-errors.ts';
import { inChunks } from './in-chunks.ts';

/** AWS's limit per PutMetricData. */
const dataPerCallMax = 1_000;

/** CloudWatch PutMetricData behind the port. */
export function createCloudWatchGauges(client: Pick<CloudWatchClient, 'send'>): Gauges {
  return {
    async put(gauges, atMs) {
      const data = gauges.map(({ name, value, dimensions }): MetricDatum => {
        // CloudWatch refuses the whole request for one such value.
        if (!Number.isFinite(value)) throw new InvariantError(`gauge ${name}: ${value} is not a finite number`);
        return {
          MetricName: name,
          Value: value,
          Unit: metricUnits[name],
          Timestamp: new Date(atMs),
          Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
        };
      });
      for (const thousand of inChunks(data, dataPerCallMax)) {
        await translated('PutMetricData', () =>
          client.send(new PutMetricDataCommand({ Namespace: metricNamespace, MetricData: thousand })),
        );
      }
    },
  };
}
