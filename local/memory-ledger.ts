import { decidedAlike } from '../shared/adapters/decided-alike.ts';
import { dayOf, keptMs } from '../shared/adapters/ledger-keys.ts';
import type { ControlState } from '../shared/decisions/control-state.ts';
import type { DeploymentWatch } from '../shared/decisions/diagnosis/stalled.ts';
import type { DecisionRecord } from '../shared/decisions/plan.ts';
import type { UsageRecord } from '../shared/decisions/usage.ts';
import type { Work } from '../shared/decisions/work.ts';
import { RetryableError } from '../shared/errors.ts';
import type { SignalKind } from '../shared/events/facts.ts';
import type { Clock } from '../shared/ports/clock.ts';
import type {
  DiagnosisNote,
  Enrolment,
  Ledger,
  OpenJob,
  SignalRecord,
  StoredBudget,
  TaskRecord,
} from '../shared/ports/ledger.ts';
import type { LedgerView } from '../shared/ports/ledger-view.ts';

/** The ledger in memory, for the virtual clock: the contract tests hold it to what the one on DynamoDB does. */

interface ServiceItems {
  readonly tasks: Map<string, { readonly record: TaskRecord; readonly expiresAtMs: number }>;
  readonly signals: Map<SignalKind, { readonly record: SignalRecord; readonly expiresAtMs: number }>;
  readonly decisions: { readonly signature: string; record: DecisionRecord }[];
  generation: number;
  fenceExpiresAtMs: number;
  control?: ControlState;
  autoScaled?: boolean;
}

interface WorkItem {
  /** As on DynamoDB: what a caller does to its copy afterwards does not reach the stored one. */
  readonly json: string;
  readonly revision: number;
  readonly expiresAtMs: number;
}

export function createMemoryLedger(clock: Clock): Ledger & LedgerView {
  const services = new Map<string, ServiceItems>();
  const events = new Map<string, number>();
  const enrolments = new Map<string, Enrolment>();
  const paused = new Set<string>();
  const returnAsked = new Set<string>();
  let pausedAll = false;
  let onDemandVcpuQuota: number | undefined;
  let budget: StoredBudget = { version: 0, entries: [] };
  const works = new Map<string, WorkItem>();
  const jobs = new Map<string, { readonly job: OpenJob; readonly expiresAtMs: number }>();
  const spotShort = new Map<string, { readonly atMs: number; readonly expiresAtMs: number }>();
  const diagnoses = new Map<string, { note?: DiagnosisNote; claimedUntilMs: number; expiresAtMs: number }>();
  const watches = new Map<string, DeploymentWatch>();
  const usages = new Map<string, UsageRecord>();

  const of = (serviceArn: string): ServiceItems => {
    const known = services.get(serviceArn);
    if (known !== undefined) return known;
    const fresh: ServiceItems = {
      tasks: new Map(),
      signals: new Map(),
      decisions: [],
      generation: 0,
      fenceExpiresAtMs: 0,
    };
    services.set(serviceArn, fresh);
    return fresh;
  };

  const isLive = ({ expiresAtMs }: { readonly expiresAtMs: number }): boolean => expiresAtMs > clock.nowMs();
  const isCountable = ({ stoppedAtMs }: UsageRecord): boolean => stoppedAtMs + keptMs.usage > clock.nowMs();
  const isKept = ({ lastMs }: DecisionRecord): boolean => lastMs + keptMs.decision > clock.nowMs();

  const newestFirst = (serviceArn: string): DecisionRecord[] =>
    of(serviceArn)
      .decisions.map(({ record }) => record)
      .filter(isKept)
      .reverse()
      .sort((left, right) => right.sinceMs - left.sinceMs);
  const usageOf = (day: string): UsageRecord[] =>
    [...usages.values()]
      .filter((record) => dayOf(record.stoppedAtMs) === day && isCountable(record))
      .map((record) => ({ ...record }))
      .sort((left, right) => (left.taskArn < right.taskArn ? -1 : 1));

  return {
    async recordTask(record) {
      const { tasks } = of(record.serviceArn);
      const stored = tasks.get(record.taskArn);
      const isNewer = stored === undefined || stored.record.version < record.version;
      const before = stored?.record;
      const spotStopAtMs = before?.spotStopAtMs ?? record.spotStopAtMs;
      tasks.set(record.taskArn, {
        record: {
          ...(isNewer ? { ...before, ...record } : { ...record, ...before }),
          ...(spotStopAtMs === undefined ? {} : { spotStopAtMs }),
        },
        expiresAtMs: isNewer ? clock.nowMs() + keptMs.task : stored.expiresAtMs,
      });
      const tells = record.spotStopAtMs !== undefined || (isNewer && before?.lastStatus !== record.lastStatus);
      return {
        outcome: isNewer ? 'recorded' : 'stale',
        isNews: before === undefined || (before.spotStopAtMs === undefined && tells),
      };
    },

    async recordSignal(signal) {
      const { signals } = of(signal.serviceArn);
      const stored = signals.get(signal.kind);
      if (stored === undefined || stored.record.atMs < signal.atMs) {
        const { kind, atMs, eventId, reason = '' } = signal;
        const record = { kind, atMs, eventId, ...(reason === '' ? {} : { reason }) };
        signals.set(signal.kind, { record, expiresAtMs: clock.nowMs() + keptMs.signal });
      }
      if (events.has(signal.eventId)) return 'duplicate';
      events.set(signal.eventId, clock.nowMs() + keptMs.event);
      return 'recorded';
    },

    enrolments: async () => [...enrolments.values()],
    enrolment: async (arn) => enrolments.get(arn),
    async enrol(enrolment) {
      const size = enrolments.get(enrolment.arn)?.size;
      enrolments.set(enrolment.arn, { ...(size === undefined ? {} : { size }), ...enrolment });
    },
    async noteSize(serviceArn, size) {
      const enrolment = enrolments.get(serviceArn);
      if (enrolment !== undefined) enrolments.set(serviceArn, { ...enrolment, size });
    },
    async disenrol(arn) {
      enrolments.delete(arn);
    },

    async takeFence(serviceArn, holdMs) {
      const items = of(serviceArn);
      const nowMs = clock.nowMs();
      if (items.fenceExpiresAtMs > nowMs) return undefined;
      items.generation += 1;
      items.fenceExpiresAtMs = nowMs + holdMs;
      return { serviceArn, generation: items.generation, expiresAtMs: items.fenceExpiresAtMs };
    },

    async readService(serviceArn) {
      const { tasks, signals, control, autoScaled } = of(serviceArn);
      const nowMs = clock.nowMs();
      const live: TaskRecord[] = [];
      for (const { record, expiresAtMs } of tasks.values()) if (expiresAtMs > nowMs) live.push(record);
      const known: Partial<Record<SignalKind, SignalRecord>> = {};
      for (const [kind, { record, expiresAtMs }] of signals) if (expiresAtMs > nowMs) known[kind] = record;
      return {
        tasks: live,
        signals: known,
        ...(control === undefined ? {} : { control }),
        ...(autoScaled === undefined ? {} : { autoScaled }),
      };
    },

    async saveControl(fence, control) {
      const items = of(fence.serviceArn);
      if (items.generation !== fence.generation || items.fenceExpiresAtMs <= clock.nowMs()) {
        throw new RetryableError(`ledger: the fence of ${fence.serviceArn} is no longer ours`);
      }
      items.control = control;
    },

    async releaseFence(fence) {
      const items = of(fence.serviceArn);
      if (items.generation === fence.generation) items.fenceExpiresAtMs = 0;
    },

    async recordDecision(record) {
      const { decisions } = of(record.serviceArn);
      const signature = decidedAlike(record);
      const last = decisions.at(-1);
      if (last?.signature === signature && isKept(last.record)) {
        last.record = { ...last.record, lastMs: record.lastMs, count: last.record.count + 1 };
        return 'repeated';
      }
      decisions.push({ signature, record });
      return 'new';
    },
    decisions: async (serviceArn, limit) => newestFirst(serviceArn).slice(0, limit),
    newestDecisions: async (serviceArns) =>
      new Map(
        serviceArns.flatMap((serviceArn) =>
          newestFirst(serviceArn)
            .slice(0, 1)
            .map((record) => [serviceArn, record]),
        ),
      ),
    async decisionsWithin(serviceArn, { fromMs, toMs }, limit) {
      const records = newestFirst(serviceArn).filter(({ sinceMs }) => sinceMs <= toMs);
      const before = records.findIndex(({ sinceMs }) => sinceMs < fromMs);
      return records.slice(0, before === -1 ? limit : Math.min(limit, before + 1));
    },

    readFleet: async () => ({
      pausedAll,
      paused: new Set(paused),
      returnAsked: new Set([...returnAsked].filter((serviceArn) => pausedAll || paused.has(serviceArn))),
      ...(onDemandVcpuQuota === undefined ? {} : { onDemandVcpuQuota }),
      budget,
    }),
    async setPause(serviceArn, isPaused) {
      if (serviceArn === undefined) {
        pausedAll = isPaused;
        if (!isPaused) for (const asked of returnAsked) if (!paused.has(asked)) returnAsked.delete(asked);
      } else if (isPaused) {
        paused.add(serviceArn);
      } else {
        paused.delete(serviceArn);
        returnAsked.delete(serviceArn);
      }
    },
    async askReturn(serviceArn, asked) {
      if (asked) returnAsked.add(serviceArn);
      else returnAsked.delete(serviceArn);
    },
    async saveOnDemandVcpuQuota(vcpu) {
      onDemandVcpuQuota = vcpu;
    },
    async saveBudget(expectedVersion, entries) {
      if (budget.version !== expectedVersion) return false;
      budget = { version: expectedVersion + 1, entries: [...entries] };
      return true;
    },
    async recordAutoScaled(serviceArn, autoScaled) {
      of(serviceArn).autoScaled = autoScaled;
    },

    async readWork(taskArn) {
      const stored = works.get(taskArn);
      if (stored === undefined || !isLive(stored)) return undefined;
      return { work: JSON.parse(stored.json) as Work, revision: stored.revision };
    },
    async saveWork(work, expectedRevision) {
      const stored = works.get(work.taskArn);
      const isExpected =
        expectedRevision === 0 ? stored === undefined || !isLive(stored) : stored?.revision === expectedRevision;
      if (!isExpected) return false;
      const expiresAtMs = clock.nowMs() + keptMs.work;
      works.set(work.taskArn, { json: JSON.stringify(work), revision: expectedRevision + 1, expiresAtMs });
      return true;
    },
    async openJob(job) {
      jobs.set(job.taskArn, { job: { ...job }, expiresAtMs: clock.nowMs() + keptMs.work });
    },
    async closeJob(taskArn) {
      jobs.delete(taskArn);
    },
    openJobs: async () =>
      [...jobs.values()]
        .filter(isLive)
        .map(({ job }) => ({ ...job }))
        // By the sort key, as a Query answers.
        .sort((left, right) => (left.taskArn < right.taskArn ? -1 : 1)),
    async recordSpotShort(clusterArn, atMs) {
      const stored = spotShort.get(clusterArn);
      if (stored !== undefined && stored.atMs >= atMs) return;
      spotShort.set(clusterArn, { atMs, expiresAtMs: clock.nowMs() + keptMs.spotShort });
    },
    async spotShortAtMs(clusterArn) {
      const stored = spotShort.get(clusterArn);
      return stored !== undefined && isLive(stored) ? stored.atMs : undefined;
    },

    async claimDiagnosis(serviceArn, deploymentId, holdMs) {
      const key = `${serviceArn} ${deploymentId}`;
      const nowMs = clock.nowMs();
      const stored = diagnoses.get(key);
      const known = stored !== undefined && isLive(stored) ? stored : undefined;
      if (known?.note?.toldAtMs !== undefined) return 'told';
      if (known !== undefined && known.claimedUntilMs > nowMs) return 'taken';
      const note = known?.note;
      diagnoses.set(key, {
        ...(note === undefined ? {} : { note }),
        claimedUntilMs: nowMs + holdMs,
        expiresAtMs: nowMs + keptMs.diagnosis,
      });
      return note === undefined ? {} : { note };
    },
    async keepDiagnosis(serviceArn, deploymentId, note) {
      const key = `${serviceArn} ${deploymentId}`;
      const claimedUntilMs = diagnoses.get(key)?.claimedUntilMs ?? 0;
      diagnoses.set(key, { note, claimedUntilMs, expiresAtMs: clock.nowMs() + keptMs.diagnosis });
    },
    deploymentWatches: async () => new Map(watches),
    async watchDeployment(serviceArn, watch) {
      watches.set(serviceArn, watch);
    },
    async forgetDeployment(serviceArn) {
      watches.delete(serviceArn);
    },

    async countUsage(record) {
      const key = `${dayOf(record.stoppedAtMs)} ${record.taskArn}`;
      if (usages.has(key) || !isCountable(record)) return false;
      usages.set(key, { ...record });
      return true;
    },
    usage: async (day) => usageOf(day),
    usageIfSmall: async (day) => usageOf(day),
  };
}
