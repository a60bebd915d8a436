import type { Engine } from './engine.ts';
import { type DeploymentModel, type ServiceModel, stays, type TaskModel } from './model.ts';

/** A rolling deployment keeps every task and may have as many again. */
const maximumPercent = 200;

/** The service scheduler of ECS, as `local/world/scheduler.ts` has it: a look brings a service nearer to what is wanted. */
export function lookAt(engine: Engine, service: ServiceModel): void {
  const [newest] = service.deployments;
  const staying = [...service.tasks].filter(stays);
  const own = staying.filter(({ deployment }) => deployment === newest);
  const old = staying.filter(({ deployment }) => deployment !== newest);
  stopSurplus(engine, service, own, old);
  startMissing(engine, service, newest, own.length, old.length);
  settle(engine, service, newest);
}

function stopSurplus(
  engine: Engine,
  service: ServiceModel,
  own: readonly TaskModel[],
  old: readonly TaskModel[],
): void {
  const { desiredCount } = service;
  if (own.length > desiredCount) {
    // Newest first, those that do not serve yet before those that do.
    const byValue = [...own].sort((a, b) => Number(serves(a)) - Number(serves(b)) || b.id - a.id);
    for (const task of byValue.slice(0, own.length - desiredCount)) engine.stop(task);
  }
  if (old.length === 0) return;
  const serving = own.filter(serves).length + old.filter(serves).length;
  for (const task of old.filter((one) => !serves(one))) engine.stop(task);
  for (const task of old.filter(serves).slice(0, Math.max(0, serving - desiredCount))) engine.stop(task);
}

function startMissing(
  engine: Engine,
  service: ServiceModel,
  newest: DeploymentModel,
  ownCount: number,
  oldCount: number,
): void {
  const { desiredCount } = service;
  const room =
    oldCount > 0 ? Math.floor((desiredCount * maximumPercent) / 100) - ownCount - oldCount : desiredCount - ownCount;
  const missing = Math.min(desiredCount - ownCount, room);
  if (missing <= 0 || newest.rolloutState === 'FAILED') return;
  service.steady = false;
  const nowMs = engine.nowMs();
  if (service.nextTryAtMs > nowMs) return;
  for (let started = 0; started < missing; started += 1) {
    if (engine.launch(service, newest)) continue;
    // ECS tells, waits, and tries the same provider again; it never takes another one.
    const [first, longest] = engine.settings.placementBackoffMs;
    service.backoffMs = Math.min(longest, service.backoffMs === 0 ? first : service.backoffMs * 2);
    service.nextTryAtMs = nowMs + service.backoffMs;
    engine.at(service.nextTryAtMs, () => engine.wake(service));
    engine.tell({ kind: 'placementFailure', atMs: nowMs, service });
    return;
  }
  service.backoffMs = 0;
}

/** Announces what has come to rest: a deployment that is through, a service that is steady. */
function settle(engine: Engine, service: ServiceModel, newest: DeploymentModel): void {
  const staying = [...service.tasks].filter(stays);
  const isThrough =
    staying.every(({ deployment }) => deployment === newest) && staying.filter(serves).length >= service.desiredCount;
  if (!isThrough) return;
  const atMs = engine.nowMs();
  if (newest.rolloutState === 'IN_PROGRESS') {
    newest.rolloutState = 'COMPLETED';
    service.completed = newest;
    service.deployments = [newest];
    engine.tell({ kind: 'deploymentCompleted', atMs, service });
  }
  if (service.steady) return;
  service.steady = true;
  engine.tell({ kind: 'steadyState', atMs, service });
}

function serves({ healthyAtMs }: TaskModel): boolean {
  return healthyAtMs !== undefined;
}
