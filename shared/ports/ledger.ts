import type { BudgetEntry } from '../decisions/budget.ts';
import type { ControlState } from '../decisions/control-state.ts';
import type { Answer } from '../decisions/diagnosis/answer.ts';
import type { Diagnosis } from '../decisions/diagnosis/diagnosis.ts';
import type { DeploymentWatch } from '../decisions/diagnosis/stalled.ts';
import type { TaskSize } from '../decisions/money.ts';
import type { DecisionRecord } from '../decisions/plan.ts';
import type { UsageRecord } from '../decisions/usage.ts';
import type { Work } from '../decisions/work.ts';
import type { ServiceSignal, SignalKind } from '../events/facts.ts';

/** A task of an enrolled service as the events told it, newest version only. */
export interface TaskRecord {
  readonly serviceArn: string;
  readonly taskArn: string;
  readonly version: number;
  readonly desiredStatus: string;
  readonly lastStatus: string;
  readonly capacityProviderName?: string;
  /** The task belongs to the service's bridge, not to the service itself. */
  readonly ofBridge?: boolean;
  /** Set once by the first Spot notice or Spot stop and kept by every later version. */
  readonly spotStopAtMs?: number;
  readonly startedAtMs?: number;
  readonly stoppedAtMs?: number;
  /** CPU of the task, in units of 1024 per vCPU. */
  readonly cpu?: number;
  /** `ecs-svc/<digits>`: the deployment that started it. */
  readonly deploymentId?: string;
  /** Where load balancers reach it: its own addresses … */
  readonly privateIps?: readonly string[];
  /** … or its container instance and the ports there. */
  readonly containerInstanceArn?: string;
  readonly hostPorts?: readonly HostPort[];
}

export interface HostPort {
  readonly containerName: string;
  readonly containerPort: number;
  readonly hostPort: number;
}

/** The newest signal of a kind. */
export interface SignalRecord {
  readonly kind: SignalKind;
  readonly atMs: number;
  readonly eventId: string;
  /** As AWS words it. */
  readonly reason?: string;
}

/** Everything the ledger knows about a service, read strongly consistently. Expired items are left out by the clock. */
export interface StoredService {
  readonly tasks: readonly TaskRecord[];
  readonly signals: Readonly<Partial<Record<SignalKind, SignalRecord>>>;
  /** Absent before the first decision. */
  readonly control?: ControlState;
  /** Whether Application Auto Scaling writes its desiredCount; absent while nobody has looked. */
  readonly autoScaled?: boolean;
}

/** What is the same for all services: one partition, read once per batch of decisions. */
export interface Fleet {
  readonly pausedAll: boolean;
  readonly paused: ReadonlySet<string>;
  /** Paused services for which a person asked for the return all the same. */
  readonly returnAsked: ReadonlySet<string>;
  /** The account's Fargate On-Demand quota as last read, in vCPU. */
  readonly onDemandVcpuQuota?: number;
  readonly budget: StoredBudget;
}

/** Who holds and who wants how much of the on-demand vCPU, under optimistic locking. */
export interface StoredBudget {
  /** 0 before the first. */
  readonly version: number;
  readonly entries: readonly BudgetEntry[];
}

/** The right to decide for one service: writes with a stale generation are refused. */
export interface Fence {
  readonly serviceArn: string;
  readonly generation: number;
  readonly expiresAtMs: number;
}

/** A service or task definition that asked to be looked after, or a bridge of ours with the service it belongs to. */
export interface Enrolment {
  readonly arn: string;
  readonly kind: 'service' | 'bridge' | 'task-definition';
  readonly tags: Readonly<Record<string, string>>;
  /** `bridge` only: ARN of the primary. */
  readonly bridgeOf?: string;
  /** `service` only: how large its tasks are; absent until one has told it. */
  readonly size?: TaskSize;
}

/** A task's work with the revision under which it was read. */
export interface StoredWork {
  readonly work: Work;
  /** From 1. */
  readonly revision: number;
}

/** A standalone task that has neither ended nor been started again: what a sweep looks at. */
export interface OpenJob {
  readonly taskArn: string;
  readonly clusterArn: string;
  /** When it was to be looked at, at the latest: a timer that got lost shows by it. */
  readonly lookAtMs: number;
}

/** What was found out about a deployment and done about it. */
export interface DiagnosisNote {
  readonly diagnosis?: Diagnosis;
  /** Kept before it is carried out: after a crash the next try knows whose rollback it finds. */
  readonly answer?: Answer;
  /** It is no deployment of its own: it takes that one back. */
  readonly rollbackOf?: string;
  readonly toldAtMs?: number;
}

/**
 * DynamoDB, one table, single-item conditional writes only. Every method throws `RetryableError` when the table cannot
 * be reached: a message whose fact is not written must be delivered again.
 */
export interface Ledger {
  /**
   * Writes the task if its version is newer than the stored one. `spotStopAtMs` keeps its first value.
   * @returns `isNews`: the task, or that Spot stops it, was not known; `recorded` or `stale` by its version.
   */
  recordTask(record: TaskRecord): Promise<{ readonly outcome: 'recorded' | 'stale'; readonly isNews: boolean }>;
  /** Keeps the newest signal per kind and marks the event id; `duplicate` when that id was marked before. */
  recordSignal(signal: ServiceSignal): Promise<'recorded' | 'duplicate'>;

  enrolments(): Promise<Enrolment[]>;
  /** One enrolment by ARN, for what is newer than a cache. */
  enrolment(arn: string): Promise<Enrolment | undefined>;
  /** A size that was noted stays. */
  enrol(enrolment: Enrolment): Promise<void>;
  /** Nothing for what is not enrolled. */
  noteSize(serviceArn: string, size: TaskSize): Promise<void>;
  disenrol(arn: string): Promise<void>;

  /** `undefined` while somebody else holds an unexpired fence. */
  takeFence(serviceArn: string, holdMs: number): Promise<Fence | undefined>;
  readService(serviceArn: string): Promise<StoredService>;
  /** Keeps the fence. Throws `RetryableError` when it is no longer ours. */
  saveControl(fence: Fence, control: ControlState): Promise<void>;
  /** Lets the next decision in. No error when the fence is no longer ours. */
  releaseFence(fence: Fence): Promise<void>;

  /**
   * Stores a decision; one equal to the record named by `since` extends it (last, count). Kept 14 days.
   * @returns `repeated` where it extends the one before.
   */
  recordDecision(record: DecisionRecord): Promise<'new' | 'repeated'>;
  /** Newest first. */
  decisions(serviceArn: string, limit: number): Promise<DecisionRecord[]>;

  readFleet(): Promise<Fleet>;
  /** Paused for all (`serviceArn` undefined) or for one service. */
  setPause(serviceArn: string | undefined, paused: boolean): Promise<void>;
  /** A paused service may give back, step by step, what it holds: a person asked for it. */
  askReturn(serviceArn: string, asked: boolean): Promise<void>;
  saveOnDemandVcpuQuota(vcpu: number): Promise<void>;
  /** Replaces the budget if `expectedVersion` is still the stored one, and counts the version up. @returns whether it was. */
  saveBudget(expectedVersion: number, entries: readonly BudgetEntry[]): Promise<boolean>;
  recordAutoScaled(serviceArn: string, autoScaled: boolean): Promise<void>;

  /** Strongly consistent. */
  readWork(taskArn: string): Promise<StoredWork | undefined>;
  /**
   * Writes the work if it still has that revision, and counts it up; 0 for work that is not stored yet. Kept 30 days
   * after the last write. @returns whether it was written.
   */
  saveWork(work: Work, expectedRevision: number): Promise<boolean>;
  /** Notes the job for the sweep, or when to look at it next. */
  openJob(job: OpenJob): Promise<void>;
  closeJob(taskArn: string): Promise<void>;
  openJobs(): Promise<OpenJob[]>;
  /** When Spot was last seen short in the cluster, by a placement that failed; only the newest is kept. */
  recordSpotShort(clusterArn: string, atMs: number): Promise<void>;
  spotShortAtMs(clusterArn: string): Promise<number | undefined>;

  /**
   * The right to diagnose a deployment, for so long. @returns what an earlier try had kept; `taken` while somebody else
   * has it, `told` when it is done with. Both may also be our own earlier call, whose answer got lost.
   */
  claimDiagnosis(
    serviceArn: string,
    deploymentId: string,
    holdMs: number,
  ): Promise<{ readonly note?: DiagnosisNote } | 'taken' | 'told'>;
  /** Kept 14 days, beside the claim. With `toldAtMs` nobody diagnoses it again. */
  keepDiagnosis(serviceArn: string, deploymentId: string, note: DiagnosisNote): Promise<void>;
  /** By service ARN. */
  deploymentWatches(): Promise<ReadonlyMap<string, DeploymentWatch>>;
  watchDeployment(serviceArn: string, watch: DeploymentWatch): Promise<void>;
  forgetDeployment(serviceArn: string): Promise<void>;

  /**
   * Files what a stopped task was billed for. Kept 45 days after its stop. @returns whether it is counted by this call:
   * true once for each task at most; for none that stopped longer ago.
   */
  countUsage(record: UsageRecord): Promise<boolean>;
  /** The tasks that stopped on a day (`2026-03-01`, UTC), by ARN: one Query, a megabyte a page. */
  usage(day: string): Promise<UsageRecord[]>;
}
