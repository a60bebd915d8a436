import type { ControlState } from '../shared/decisions/control-state.ts';
import type { DecisionRecord } from '../shared/decisions/plan.ts';
import { RetryableError } from '../shared/errors.ts';
import type { SignalKind } from '../shared/events/facts.ts';
import type { Clock } from '../shared/ports/clock.ts';
import type { CheckpointRecord, Enrolment, Ledger, SignalRecord, TaskRecord } from '../shared/ports/ledger.ts';

/** The ledger in memory, for the virtual clock: the contract tests hold it to what the one on DynamoDB does. */

interface ServiceItems {
  readonly tasks: Map<string, { readonly record: TaskRecord; readonly expiresAtMs: number }>;
  readonly signals: Map<SignalKind, { readonly record: SignalRecord; readonly expiresAtMs: number }>;
  readonly decisions: { readonly signature: string; record: DecisionRecord }[];
  generation: number;
  fenceExpiresAtMs: number;
  control?: ControlState;
}

interface CheckpointItem {
  readonly record: CheckpointRecord;
  readonly claimedUntilMs: number;
  published: boolean;
  outcome?: 'completed' | 'failed';
}

const taskKeptMs = 6 * 3_600_000;
const dayMs = 86_400_000;
const claimMs = 10_000;

export function createMemoryLedger(clock: Clock): Ledger {
  const services = new Map<string, ServiceItems>();
  const events = new Map<string, number>();
  const enrolments = new Map<string, Enrolment>();
  const pauses = new Set<string>();
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

  return {
    async recordTask(record) {
      const { tasks } = of(record.serviceArn);
      const stored = tasks.get(record.taskArn);
      const spotStopAtMs = stored?.record.spotStopAtMs ?? record.spotStopAtMs;
      const isNewer = stored === undefined || stored.record.version < record.version;
      const newest = isNewer ? { ...stored?.record, ...record } : stored.record;
      const expiresAtMs = isNewer ? clock.nowMs() + taskKeptMs : stored.expiresAtMs;
      const kept = spotStopAtMs === undefined ? newest : { ...newest, spotStopAtMs };
      tasks.set(record.taskArn, { record: kept, expiresAtMs });
      return isNewer ? 'recorded' : 'stale';
    },

    async recordSignal(signal) {
      const { signals } = of(signal.serviceArn);
      const stored = signals.get(signal.kind);
      if (stored === undefined || stored.record.atMs < signal.atMs) {
        const record = { kind: signal.kind, atMs: signal.atMs, eventId: signal.eventId };
        signals.set(signal.kind, { record, expiresAtMs: clock.nowMs() + dayMs });
      }
      if (events.has(signal.eventId)) return 'duplicate';
      events.set(signal.eventId, clock.nowMs() + dayMs);
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
      const { tasks, signals, control } = of(serviceArn);
      const nowMs = clock.nowMs();
      return {
        tasks: [...tasks.values()].filter((item) => item.expiresAtMs > nowMs).map(({ record }) => record),
        signals: Object.fromEntries(
          [...signals].filter(([, item]) => item.expiresAtMs > nowMs).map(([kind, { record }]) => [kind, record]),
        ),
        ...(control === undefined ? {} : { control }),
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
      const signature = JSON.stringify([record.reason, record.mode, record.figures, record.applied]);
      const last = decisions.at(-1);
      if (last?.signature === signature) {
        last.record = { ...last.record, lastMs: record.lastMs, count: last.record.count + 1 };
      } else {
        decisions.push({ signature, record });
      }
    },
    decisions: async (serviceArn, limit) =>
      of(serviceArn)
        .decisions.slice(-limit)
        .map(({ record }) => record)
        .reverse(),

    async setPause(serviceArn = 'ALL', paused) {
      if (paused) pauses.add(serviceArn);
      else pauses.delete(serviceArn);
    },
    isPaused: async (serviceArn) => pauses.has(serviceArn) || pauses.has('ALL'),

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
