import { keptMs } from '../../../shared/adapters/ledger-keys.ts';
import type { SignalKind } from '../../../shared/events/facts.ts';
import type { Cause } from '../../../shared/ports/decisions.ts';
import type { SignalRecord, TaskRecord } from '../../../shared/ports/ledger.ts';
import type { ReplayEvent, ServiceModel, TaskModel } from '../model.ts';

/** What the sensors would have written of the events that arrived, for as long as the ledger keeps it. */
export interface Told {
  /** @returns what a sensor would ask a decision for; `undefined` where it asks for none. */
  hear(event: ReplayEvent, nowMs: number): Cause | undefined;
  tasks(nowMs: number): TaskRecord[];
  signals(nowMs: number): Readonly<Partial<Record<SignalKind, SignalRecord>>>;
}

export interface Names {
  readonly serviceArn: string;
  readonly spotProvider: string;
  readonly onDemandProvider: string;
}

export function createTold({ serviceArn, spotProvider, onDemandProvider }: Names): Told {
  const records = new Map<number, { readonly record: TaskRecord; readonly expiresAtMs: number }>();
  const signals = new Map<SignalKind, SignalRecord>();
  let eventIds = 0;

  const recordOf = (event: Extract<ReplayEvent, { task: TaskModel }>): TaskRecord => {
    const { task, kind } = event;
    const { healthyAtMs, toldAtMs, goneAtMs } = task;
    return {
      serviceArn,
      taskArn: `${serviceArn.replace(':service/', ':task/')}/${task.id}`,
      version: kind === 'running' ? 1 : kind === 'notice' ? 2 : 3,
      desiredStatus: kind === 'running' ? 'RUNNING' : 'STOPPED',
      lastStatus: kind === 'stopped' ? 'STOPPED' : healthyAtMs === undefined ? 'PENDING' : 'RUNNING',
      capacityProviderName: task.provider === 'spot' ? spotProvider : onDemandProvider,
      deploymentId: task.deployment.id,
      ...(task.service.role === 'companion' ? { ofBridge: true } : {}),
      ...(task.noticed === true && kind !== 'running' && toldAtMs !== undefined ? { spotStopAtMs: toldAtMs } : {}),
      ...(healthyAtMs === undefined ? {} : { startedAtMs: healthyAtMs }),
      ...(kind === 'stopped' && goneAtMs !== undefined ? { stoppedAtMs: goneAtMs } : {}),
    };
  };

  const signalled = (kind: SignalKind, atMs: number): void => {
    if ((signals.get(kind)?.atMs ?? 0) >= atMs) return;
    eventIds += 1;
    signals.set(kind, { kind, atMs, eventId: String(eventIds) });
  };

  return {
    hear(event, nowMs) {
      if (!('task' in event)) {
        const kind = signalOf(event.kind, event.service);
        if (kind === undefined) return undefined;
        signalled(kind, event.atMs);
        if (kind === 'steady_state') return undefined;
        return kind.startsWith('deployment') ? 'deployment' : 'service_action';
      }
      const record = recordOf(event);
      const before = records.get(event.task.id)?.record;
      const isNewer = before === undefined || before.version < record.version;
      if (isNewer) records.set(event.task.id, { record, expiresAtMs: nowMs + keptMs.task });
      if (event.kind === 'notice') return 'notice';
      if (event.kind === 'running') return isNewer ? 'task_running' : undefined;
      return record.spotStopAtMs !== undefined && before?.spotStopAtMs === undefined ? 'task_stopped' : undefined;
    },
    tasks(nowMs) {
      const kept: TaskRecord[] = [];
      for (const [id, { record, expiresAtMs }] of records) {
        if (expiresAtMs > nowMs) kept.push(record);
        else records.delete(id);
      }
      return kept;
    },
    signals: (nowMs) => Object.fromEntries([...signals].filter(([, { atMs }]) => atMs + keptMs.signal > nowMs)),
  };
}

/** What a bridge tells of itself says nothing about its primary: on-demand capacity is never short here. */
function signalOf(kind: ReplayEvent['kind'], service: ServiceModel): SignalKind | undefined {
  if (service.role === 'companion') return undefined;
  switch (kind) {
    case 'placementFailure':
      return service.deployments[0].provider === 'spot' ? 'spot_placement_failure' : undefined;
    case 'steadyState':
      return 'steady_state';
    case 'deploymentStarted':
      return 'deployment_in_progress';
    case 'deploymentCompleted':
      return 'deployment_completed';
    default:
      return undefined;
  }
}
