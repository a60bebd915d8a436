/** What Fargate tasks cost, by rates that are configuration: see docs/money.md. */

/** How a task is paid for. */
export type Payment = 'onDemand' | 'spot';

type Rate = Readonly<Record<Payment, number>>;

interface SizeRates {
  readonly vcpuHour: Rate;
  readonly gbHour: Rate;
}

/** Fargate on Linux in one Region, US dollars an hour. */
export interface Rates {
  /** The day they were read, `2026-09-28`: Spot's float. */
  readonly asOf: string;
  readonly region: string;
  readonly x86: SizeRates;
  readonly arm: SizeRates;
  /** Of storage above the 20 GiB that are included; it costs the same on Spot. */
  readonly ephemeralGbHour: number;
}

/** What a task is billed by. */
export interface TaskSize {
  /** In units of 1024 per vCPU. */
  readonly cpu: number;
  readonly memoryMiB: number;
  readonly architecture: 'x86' | 'arm';
  /** Ephemeral storage above the 20 GiB that are included. */
  readonly extraStorageGiB: number;
}

export function isSameSize(left: TaskSize, right: TaskSize): boolean {
  return (
    left.cpu === right.cpu &&
    left.memoryMiB === right.memoryMiB &&
    left.architecture === right.architecture &&
    left.extraStorageGiB === right.extraStorageGiB
  );
}

/** US dollars an hour. */
export function hourlyUsd(size: TaskSize, payment: Payment, rates: Rates): number {
  const { vcpuHour, gbHour } = rates[size.architecture];
  return (
    (size.cpu / 1024) * vcpuHour[payment] +
    (size.memoryMiB / 1024) * gbHour[payment] +
    size.extraStorageGiB * rates.ephemeralGbHour
  );
}

/**
 * Money in whole billionths of a US dollar: whole numbers add up exactly in any order, and a million tasks are off by
 * half a thousandth of a dollar at most. Whole millionths would not do: the least that a task costs is 65 of them.
 */
export type NanoUsd = number;

const nanoPerUsd = 1_000_000_000;

/** For people and for metrics. */
export function usdOf(amount: NanoUsd): number {
  return amount / nanoPerUsd;
}

/** What a task costs either way, in billionths of a US dollar. */
export interface TaskCost {
  readonly onDemandNanoUsd: NanoUsd;
  readonly spotNanoUsd: NanoUsd;
}

/** @param billedSeconds as Fargate bills them: whole, 60 at least. */
export function taskCost(size: TaskSize & { readonly billedSeconds: number }, rates: Rates): TaskCost {
  const nanoUsd = (payment: Payment) =>
    Math.round(((hourlyUsd(size, payment, rates) * size.billedSeconds) / 3_600) * nanoPerUsd);
  return { onDemandNanoUsd: nanoUsd('onDemand'), spotNanoUsd: nanoUsd('spot') };
}

/** How a task was paid for, and whether it stood in for Spot. */
export interface Paid extends TaskCost {
  readonly payment: Payment;
  /** Of a bridge. */
  readonly ofBridge: boolean;
}

/** What it cost as it ran. */
export function costOf(task: Paid): NanoUsd {
  return task.payment === 'spot' ? task.spotNanoUsd : task.onDemandNanoUsd;
}

/** By how much a Spot task was cheaper than the same on demand; nothing for others. */
export function savingOf(task: Paid): NanoUsd {
  return task.payment === 'spot' ? task.onDemandNanoUsd - task.spotNanoUsd : 0;
}

/** By how much a bridge's task was dearer than the same on Spot, which was not to be had; nothing for others. */
export function bridgePremiumOf(task: Paid): NanoUsd {
  return task.ofBridge && task.payment === 'onDemand' ? task.onDemandNanoUsd - task.spotNanoUsd : 0;
}
