import { nameOfArn } from '../events/arn.ts';
import type { TaskFacts } from '../events/facts.ts';
import {
  bridgePremiumOf,
  costOf,
  type NanoUsd,
  type Payment,
  savingOf,
  type TaskCost,
  type TaskSize,
} from './money.ts';

/** Fargate bills whole seconds, rounded up, and a minute at least (Linux). */
const billedSecondsMin = 60;
/** Included in the price of a task. */
const storageGiBIncluded = 20;

/** What a stopped task is billed for. */
export interface TaskUsage extends TaskSize {
  readonly taskArn: string;
  readonly clusterName: string;
  /** The service that it ran for: of a bridge's task the primary. Absent for jobs. */
  readonly serviceArn?: string;
  readonly ofBridge: boolean;
  readonly payment: Payment;
  /** From the start of the image's pull to the stop. */
  readonly billedSeconds: number;
  readonly stoppedAtMs: number;
}

/** What a stopped task was billed for, and what that costs by the rates of the time. */
export interface UsageRecord extends TaskUsage, TaskCost {}

/**
 * What a task that has stopped is billed for. `nothing`: it is not of Fargate, or never came to pull its image.
 * `unmeasured`: its event leaves out when it stopped, or its size.
 *
 * Nothing stands in for `stoppedAt`: what is stored is filed under its day, and two events of one task that were dated
 * by different members might be filed, and counted, twice.
 */
export function taskUsage(
  task: TaskFacts,
  owner: { readonly serviceArn: string; readonly ofBridge: boolean } | undefined,
): TaskUsage | 'nothing' | 'unmeasured' {
  const payment = paymentOf(task);
  // A task that ran has pulled: where the event leaves that out, it began when the task was created, at the earliest.
  const fromMs =
    task.pullStartedAtMs ?? (task.startedAtMs === undefined ? undefined : (task.createdAtMs ?? task.startedAtMs));
  if (payment === undefined || fromMs === undefined) return 'nothing';
  const { stoppedAtMs } = task;
  const size = sizeOf(task);
  if (size === undefined || stoppedAtMs === undefined) return 'unmeasured';
  return {
    taskArn: task.taskArn,
    clusterName: nameOfArn(task.clusterArn),
    ...(owner === undefined ? {} : { serviceArn: owner.serviceArn }),
    ofBridge: owner?.ofBridge === true,
    payment,
    ...size,
    billedSeconds: Math.max(billedSecondsMin, Math.ceil((stoppedAtMs - fromMs) / 1_000)),
    stoppedAtMs,
  };
}

/** `undefined`: not Fargate's. A Spot task has the launch type FARGATE, too. */
function paymentOf({ capacityProviderName, launchType, spotStop }: TaskFacts): Payment | undefined {
  if (capacityProviderName === 'FARGATE_SPOT') return 'spot';
  if (capacityProviderName === 'FARGATE') return 'onDemand';
  if (capacityProviderName !== undefined || launchType !== 'FARGATE') return undefined;
  // Events may leave the provider out: then only a reclaim tells Spot.
  return spotStop === 'spot' ? 'spot' : 'onDemand';
}

/** What a task is billed by; `undefined` where its event leaves it out. */
export function sizeOf({ cpu, memory, cpuArchitecture, ephemeralStorageGiB = 0 }: TaskFacts): TaskSize | undefined {
  if (cpu === undefined || memory === undefined) return undefined;
  return {
    cpu,
    memoryMiB: memory,
    // ECS's default is x86.
    architecture: cpuArchitecture === 'arm64' ? 'arm' : 'x86',
    extraStorageGiB: Math.max(0, ephemeralStorageGiB - storageGiBIncluded),
  };
}

/** Sums over tasks; money in billionths of a US dollar. */
export interface UsageSum {
  readonly tasks: number;
  readonly spotTaskSeconds: number;
  readonly onDemandTaskSeconds: number;
  readonly costNanoUsd: NanoUsd;
  readonly savingNanoUsd: NanoUsd;
  readonly bridgePremiumNanoUsd: NanoUsd;
}

/** What the records come to: of a day, of a service or of whatever they are of. */
export function usageSum(records: readonly UsageRecord[]): UsageSum {
  const sum = (amount: (record: UsageRecord) => number) => records.reduce((total, record) => total + amount(record), 0);
  const secondsOf = (payment: Payment) => sum((record) => (record.payment === payment ? record.billedSeconds : 0));
  return {
    tasks: records.length,
    spotTaskSeconds: secondsOf('spot'),
    onDemandTaskSeconds: secondsOf('onDemand'),
    costNanoUsd: sum(costOf),
    savingNanoUsd: sum(savingOf),
    bridgePremiumNanoUsd: sum(bridgePremiumOf),
  };
}
