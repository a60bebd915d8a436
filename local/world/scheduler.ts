import { lastSegment } from './api/input.ts';
import { taskTags } from './api/launch-request.ts';
import { isBaking } from './deployment-monitors.ts';
import { describeService } from './describe.ts';
import type { Engine } from './engine.ts';
import type { DeploymentModel, ServiceModel, TaskDefinitionModel, TaskModel } from './model.ts';
import { type Obstacle, placementObstacle } from './placement.ts';
import { complete, note, tellAction } from './releases.ts';
import { launchTask, stopTask } from './tasks.ts';

/** The service scheduler: one look at a service brings it a step nearer to what is wanted of it. */
export function reconcileService(engine: Engine, service: ServiceModel): void {
  const primary = service.deployments[0];
  if (primary === undefined) return;
  const own: TaskModel[] = [];
  const old: TaskModel[] = [];
  for (const task of service.tasks) {
    if (task.desiredStatus === 'RUNNING') (task.deploymentId === primary.id ? own : old).push(task);
  }
  const wanted = service.status === 'ACTIVE' ? service.desiredCount : 0;

  stopSurplus(engine, service, own, old, wanted);
  startMissing(engine, service, primary, own.length, old.length, wanted);
  settle(engine, service, primary);
  remember(engine, service);
}

function stopSurplus(
  engine: Engine,
  service: ServiceModel,
  own: readonly TaskModel[],
  old: readonly TaskModel[],
  wanted: number,
): void {
  const reason = `Scaling activity initiated by (deployment ${service.deployments[0]?.id})`;
  const stop = (tasks: readonly TaskModel[]) => {
    for (const task of tasks) stopTask(engine, task, 'ServiceSchedulerInitiated', reason);
  };
  if (own.length > wanted) {
    // Newest first, those that do not serve yet before those that do.
    const byValue = [...own].sort((a, b) => Number(a.serving) - Number(b.serving) || b.createdAtMs - a.createdAtMs);
    stop(byValue.slice(0, own.length - wanted));
  }
  if (old.length === 0) return;
  const lowest = Math.ceil((wanted * service.minimumHealthyPercent) / 100);
  const serving = [...own, ...old].filter((task) => task.serving).length;
  const idle = old.filter((task) => !task.serving);
  stop(idle);
  stop(old.filter((task) => task.serving).slice(0, Math.max(0, serving - lowest)));
}

function startMissing(
  engine: Engine,
  service: ServiceModel,
  primary: DeploymentModel,
  ownCount: number,
  oldCount: number,
  wanted: number,
): void {
  const highest = Math.floor((wanted * service.maximumPercent) / 100);
  // Maximum percent limits a deployment; without one, what is missing is simply replaced.
  const room = oldCount > 0 ? highest - ownCount - oldCount : wanted - ownCount;
  const missing = Math.min(wanted - ownCount, room);
  if (missing <= 0 || primary.rolloutState === 'FAILED') return;
  service.steady = false;
  if (Math.max(service.nextPlacementAtMs, service.failing?.nextStartAtMs ?? 0) > engine.nowMs()) return;
  for (let started = 0; started < missing; started += 1) {
    const provider = chooseProvider(service, primary);
    const { taskDefinition, launchType, networkConfiguration, platformVersion, volumeConfigurations } =
      primary.revision;
    const place = { clusterArn: service.clusterArn, taskDefinition, capacityProvider: provider, launchType };
    const obstacle = placementObstacle(engine, place);
    if (obstacle !== undefined) {
      placementFailed(engine, service, provider, primary, obstacle);
      return;
    }
    launchTask(engine, {
      ...place,
      group: `service:${service.name}`,
      service,
      deployment: primary,
      startedBy: primary.id,
      ...(networkConfiguration === undefined ? {} : { networkConfiguration }),
      platformVersion,
      enableExecuteCommand: service.settings.enableExecuteCommand === true,
      volumeConfigurations,
      tags: tagsOfTask(engine, service, taskDefinition),
    });
  }
  service.placementBackoffMs = 0;
}

function tagsOfTask(engine: Engine, service: ServiceModel, definition: TaskDefinitionModel): Map<string, string> {
  const cluster = engine.clusters.get(lastSegment(service.clusterArn));
  return cluster === undefined ? new Map() : taskTags(cluster, definition, service.settings, service);
}

/** Base first, then the provider that is furthest behind its weight. `undefined` for a launch type. */
function chooseProvider(service: ServiceModel, primary: DeploymentModel): string | undefined {
  const { strategy } = primary.revision;
  const count = (provider: string): number => {
    let tasks = 0;
    for (const task of service.tasks) {
      if (task.capacityProvider === provider && task.desiredStatus === 'RUNNING' && task.deploymentId === primary.id) {
        tasks += 1;
      }
    }
    return tasks;
  };
  const withBase = strategy.find(({ capacityProvider, base = 0 }) => count(capacityProvider) < base);
  if (withBase !== undefined) return withBase.capacityProvider;
  let best: { provider: string; load: number } | undefined;
  for (const { capacityProvider, base = 0, weight = 0 } of strategy) {
    if (weight === 0) continue;
    const load = (count(capacityProvider) - base + 1) / weight;
    if (best === undefined || load < best.load) best = { provider: capacityProvider, load };
  }
  return best?.provider;
}

/** ECS tells, waits, and tries the same provider again; it never takes another one. */
function placementFailed(
  engine: Engine,
  service: ServiceModel,
  provider: string | undefined,
  primary: DeploymentModel,
  obstacle: Obstacle,
): void {
  backOff(engine, service);
  const scope = `arn:aws:ecs:${engine.region}:${engine.account}`;
  const isOfProvider = provider !== undefined && obstacle.isConfiguration !== true;
  const eventName =
    obstacle.isConfiguration === true ? 'SERVICE_TASK_CONFIGURATION_FAILURE' : 'SERVICE_TASK_PLACEMENT_FAILURE';
  tellAction(engine, service, eventName, {
    reason: obstacle.reason,
    ...(isOfProvider ? { capacityProviderArns: [`${scope}:capacity-provider/${provider}`] } : {}),
  });
  note(engine, service, `was unable to place a task. Reason: ${obstacle.text}. (deployment ${primary.id})`);
}

/** Each wait is twice the one before, up to the longest. */
function backOff(engine: Engine, service: ServiceModel): void {
  const [first, longest] = engine.switches.placementBackoffMs;
  service.placementBackoffMs = Math.min(
    longest,
    service.placementBackoffMs === 0 ? first : service.placementBackoffMs * 2,
  );
  service.nextPlacementAtMs = engine.nowMs() + service.placementBackoffMs;
  engine.after(service.placementBackoffMs, () => engine.wake(service));
}

/** Announces what has come to rest: a deployment that is through, a service that is steady, one that is gone. */
function settle(engine: Engine, service: ServiceModel, primary: DeploymentModel): void {
  let left = 0;
  let serving = 0;
  let oldOnes = 0;
  for (const task of service.tasks) {
    if (task.lastStatus === 'STOPPED') continue;
    left += 1;
    if (task.desiredStatus !== 'RUNNING') continue;
    if (task.deploymentId !== primary.id) oldOnes += 1;
    else if (task.serving) serving += 1;
  }
  if (service.status === 'DRAINING' && left === 0) {
    service.status = 'INACTIVE';
    engine.figures.changed(service);
    return;
  }
  const through = serving >= service.desiredCount && oldOnes === 0;
  if (!through || service.status !== 'ACTIVE') return;
  if (primary.rolloutState === 'IN_PROGRESS') {
    if (isBaking(engine, service, primary)) return;
    complete(engine, service, primary);
  }
  if (!service.steady) {
    service.steady = true;
    tellAction(engine, service, 'SERVICE_STEADY_STATE');
    note(engine, service, 'has reached a steady state.');
  }
}

/** Where DescribeServices lags, it answers with what was seen at the scheduler's looks and at changes of tags. */
export function remember(engine: Engine, service: ServiceModel): void {
  engine.figures.changed(service);
  const { describeLagMs } = engine.switches;
  if (describeLagMs === 0) return;
  service.past.push({ atMs: engine.nowMs(), answer: describeService(service, engine.switches, true) });
  const lastOld = service.past.findLastIndex(({ atMs }) => atMs <= engine.nowMs() - describeLagMs);
  if (lastOld > 0) service.past.splice(0, lastOld);
}
