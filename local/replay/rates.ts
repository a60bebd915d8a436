import type { Provider } from './model.ts';

/**
 * Fargate in us-east-1, Linux on x86, US dollars an hour: on-demand as of the offer published 2026-09-11, Spot by the
 * snapshot of 2026-09-28. Spot's rate floats; the two sizes have the same ratio.
 */
export const rates = {
  asOf: '2026-09-28',
  region: 'us-east-1',
  perVcpuHour: { spot: 0.01288871, onDemand: 0.04048 },
  perGbHour: { spot: 0.00141527, onDemand: 0.004445 },
} as const;

/** A task of the replayed service. */
const task = { vcpu: 1, gb: 2 } as const;

/** Fargate bills a task for a minute at least. */
export const billedMsMin = 60_000;

/** What a task costs against the same task on demand. */
export const costOf: Readonly<Record<Provider, number>> = {
  spot: hourly('spot') / hourly('onDemand'),
  onDemand: 1,
};

function hourly(provider: Provider): number {
  return task.vcpu * rates.perVcpuHour[provider] + task.gb * rates.perGbHour[provider];
}
