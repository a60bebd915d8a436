import type { Rates } from '../../shared/decisions/money.ts';
import type { UsageRecord } from '../../shared/decisions/usage.ts';

/** us-east-1 as of 2026-09-28, US dollars an hour. */
export const rates: Rates = {
  asOf: '2026-09-28',
  region: 'us-east-1',
  x86: {
    vcpuHour: { onDemand: 0.04048, spot: 0.01288871 },
    gbHour: { onDemand: 0.004445, spot: 0.00141527 },
  },
  arm: {
    vcpuHour: { onDemand: 0.03238, spot: 0.01030969 },
    gbHour: { onDemand: 0.00356, spot: 0.00113349 },
  },
  ephemeralGbHour: 0.000111,
};

/** An hour of 1 vCPU and 2 GB on x86, on Spot, in the service `web`. */
export function aUsage(id = 'a', changed: Partial<UsageRecord> = {}): UsageRecord {
  return {
    taskArn: `arn:aws:ecs:us-east-1:111122223333:task/shop/${id}`,
    clusterName: 'shop',
    serviceArn: 'arn:aws:ecs:us-east-1:111122223333:service/shop/web',
    ofBridge: false,
    payment: 'spot',
    cpu: 1_024,
    memoryMiB: 2_048,
    architecture: 'x86',
    extraStorageGiB: 0,
    billedSeconds: 3_600,
    stoppedAtMs: Date.parse('2026-03-01T12:00:00Z'),
    onDemandNanoUsd: 49_370_000,
    spotNanoUsd: 15_719_250,
    ...changed,
  };
}
