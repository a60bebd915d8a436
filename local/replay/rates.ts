import { loadStackPolicy } from '../stack-policy.ts';
import type { Provider } from './model.ts';

const { asOf, region, x86 } = loadStackPolicy().rates;

/** The stack's own (`infra/policy.yml`), for Linux on x86, in US dollars an hour. Spot's two rates have the same ratio. */
export const rates = { asOf, region, perVcpuHour: x86.vcpuHour, perGbHour: x86.gbHour } as const;

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
