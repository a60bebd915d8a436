import { decidedAlike } from '../shared/adapters/decided-alike.ts';
import { keptMs } from '../shared/adapters/ledger-keys.ts';
import type { ControlState } from '../shared/decisions/control-state.ts';
import type { DecisionRecord } from '../shared/decisions/plan.ts';
import { RetryableError } from '../shared/errors.ts';
import type { SignalKind } from '../shared/events/facts.ts';
import type { Clock } from '../shared/ports/clock.ts';
import type {
  CheckpointRecord,
  Enrolment,
  Ledger,
  SignalRecord,
  StoredBudget,
  TaskRecord,
} from '../shared/ports/ledger.ts';

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

interface CheckpointItem {
  readonly record: CheckpointRecord;
  readonly claimedUntilMs: number;
  published: boolean;
  outcome?: 'completed' | 'failed';
}

const claimMs = 10_000;

export function createMemoryLedger(clock: Clock): Ledger {
  const services = new Map<string, ServiceItems>();
  const events = new Map<string, number>();
  const enrolments = new Map<string, Enrolment>();
  const paused = new Set<string>();
  const returnAsked = new Set<string>();
  let pausedAll = false;
  let onDemandVcpuQuota: number | undefined;
  let budget: StoredBudget = { version: 0, entries: [] };
  const checkpoints = new Map<string, CheckpointItem>();

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

  const isKept = ({ lastMs }: DecisionRecord): boolean => lastMs + keptMs.decision > clock.nowMs();

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
        const record = { kind: signal.kind, atMs: signal.atMs, eventId: signal.eventId };
        signals.set(signal.kind, { record, expiresAtMs: clock.nowMs() + keptMs.signal });
      }
      if (events.has(signal.eventId)) return 'duplicate';
      events.set(signal.eventId, clock.nowMs() + keptMs.event);
      return 'recorded';
    },

    enrolments: async () => [...enrolments.values()],
    enrolment: async (arn) => enrolments.get(arn),
    async enrol(enrolment) {
      enrolments.set(enrolment.arn, enrolment);
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
      return {
        tasks: [...tasks.values()].filter((item) => item.expiresAtMs > nowMs).map(({ record }) => record),
        signals: Object.fromEntries(
          [...signals].filter(([, item]) => item.expiresAtMs > nowMs).map(([kind, { record }]) => [kind, record]),
        ),
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
      } else {
        decisions.push({ signature, record });
      }
    },
    decisions: async (serviceArn, limit) =>
      of(serviceArn)
        .decisions.map(({ record }) => record)
        .filter(isKept)
        .reverse()
        .sort((left, right) => right.sinceMs - left.sinceMs)
        .slice(0, limit),

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

    async claimCheckpoint(record) {
      const stored = checkpoints.get(record.checkpointId);
      const nowMs = clock.nowMs();
      if (stored !== undefined && (stored.published || stored.claimedUntilMs > nowMs)) return 'taken';
      checkpoints.set(record.checkpointId, { record, claimedUntilMs: nowMs + claimMs, published: false });
      return 'claimed';
    },
    async checkpointPublished(checkpointId) {
      const stored = checkpoints.get(checkpointId);
      if (stored !== undefined) stored.published = true;
    },
    async reportCheckpoint(report) {
      const stored = checkpoints.get(report.checkpointId);
      if (stored === undefined || stored.record.taskArn !== report.taskArn) return 'unknown';
      if (stored.outcome !== undefined) return 'duplicate';
      stored.outcome = report.outcome;
      return 'recorded';
    },
  };
}
