import { lastSegment } from './api/input.ts';
import { taskTags } from './api/launch-request.ts';
import { describeService, record } from './describe.ts';
import type { Engine } from './engine.ts';
import { deploymentDetail, serviceActionDetail } from './events.ts';
import type { DeploymentModel, RevisionModel, ServiceModel, TaskDefinitionModel, TaskModel } from './model.ts';
import { type Obstacle, placementObstacle } from './placement.ts';
import { launchTask, stopTask } from './tasks.ts';

/** The service scheduler: one look at a service brings it a step nearer to what is wanted of it. */
export function reconcileService(engine: Engine, service: ServiceModel): void {
  const primary = service.deployments[0];
  if (primary === undefined) return;
  const alive = [...service.tasks].filter((task) => task.desiredStatus === 'RUNNING');
  const own = alive.filter((task) => task.deploymentId === primary.id);
  const old = alive.filter((task) => task.deploymentId !== primary.id);
  const wanted = service.status === 'ACTIVE' ? service.desiredCount : 0;

  stopSurplus(engine, service, own, old, wanted);
  startMissing(engine, service, primary, own.length, old.length, wanted);
  settle(engine, service, primary);
  remember(engine, service);
}

/** Counts against the task's deployment, makes the scheduler wait before its next try, and trips the circuit breaker. */
export function taskFailedToStart(engine: Engine, task: TaskModel): void {
  const { service } = task;
  const deployment = service?.deployments.find(({ id }) => id === task.deploymentId);
  if (service === undefined || deployment === undefined) return;
  deployment.failedTasks += 1;
  const isPrimary = deployment === service.deployments[0];
  if (isPrimary) backOff(engine, service);
  const breaker = record(record(service.settings.deploymentConfiguration).deploymentCircuitBreaker);
  if (breaker.enable !== true || !isPrimary || deployment.rolloutState !== 'IN_PROGRESS') return;
  // AWS's default threshold: half of the desired count, at least 3 and at most 200.
  if (deployment.failedTasks < Math.min(200, Math.max(3, Math.ceil(service.desiredCount / 2)))) return;
  fail(engine, deployment, 'ECS deployment circuit breaker: task failed to start.');
  tellDeployment(engine, service, 'SERVICE_DEPLOYMENT_FAILED', deployment);
  if (breaker.rollback === true) rollBack(engine, service, deployment, 'deployment circuit breaker');
}

function fail(engine: Engine, deployment: DeploymentModel, reason: string): void {
  deployment.rolloutState = 'FAILED';
  deployment.rolloutStateReason = reason;
  deployment.serviceDeploymentStatus = 'STOPPED';
  deployment.finishedAtMs = engine.nowMs();
}

/** New deployment: the given revision becomes PRIMARY, what was is drained as the new one comes up. */
export function deploy(
  engine: Engine,
  service: ServiceModel,
  revision: RevisionModel,
  options: { readonly forced?: boolean; readonly reason?: string } = {},
): DeploymentModel {
  const digits = String(
    7_000_000_000_000_000 + Math.floor(engine.rng(engine.id(`deployment/${service.arn}/`)).next() * 1e15),
  );
  const id = `ecs-svc/${digits}`;
  const forced = options.forced ?? false;
  const deployment: DeploymentModel = {
    id,
    serviceDeploymentArn: `${service.arn.replace(':service/', ':service-deployment/')}/${digits.slice(-12)}`,
    revision,
    createdAtMs: engine.nowMs(),
    rolloutState: 'IN_PROGRESS',
    rolloutStateReason: options.reason ?? `ECS deployment ${id} in progress.`,
    serviceDeploymentStatus: 'IN_PROGRESS',
    forced,
    failedTasks: 0,
  };
  service.deployments.unshift(deployment);
  service.history.unshift(deployment);
  service.steady = false;
  service.placementBackoffMs = 0;
  service.nextPlacementAtMs = 0;
  if (forced) engine.figures.forced(service);
  tellDeployment(engine, service, 'SERVICE_DEPLOYMENT_IN_PROGRESS', deployment);
  engine.wake(service);
  return deployment;
}

/**
 * The newest completed deployment's revision is deployed again, strategy and all. Nothing but the reason tells it from
 * a deployment that somebody asked for. Without a completed deployment there is nothing to go back to.
 */
export function rollBack(
  engine: Engine,
  service: ServiceModel,
  deployment: DeploymentModel,
  by: 'StopServiceDeployment' | 'deployment circuit breaker',
): void {
  if (service.completed === undefined) return;
  if (deployment.rolloutState !== 'FAILED') fail(engine, deployment, `ECS ${by}: deployment stopped.`);
  deployment.serviceDeploymentStatus = 'ROLLBACK_SUCCESSFUL';
  deploy(engine, service, service.completed.revision, {
    reason: `ECS ${by}: rolling back to deploymentId ${service.completed.id}.`,
  });
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
  // Newest first, those that do not serve yet before those that do.
  const byValue = [...own].sort((a, b) => Number(a.serving) - Number(b.serving) || b.createdAtMs - a.createdAtMs);
  stop(byValue.slice(0, Math.max(0, own.length - wanted)));
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
  if (service.nextPlacementAtMs > engine.nowMs()) return;
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
  const count = (provider: string) =>
    [...service.tasks].filter(
      (task) =>
        task.desiredStatus === 'RUNNING' && task.deploymentId === primary.id && task.capacityProvider === provider,
    ).length;
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
  const detail = serviceActionDetail(service, 'SERVICE_TASK_PLACEMENT_FAILURE', engine.nowMs(), {
    reason: obstacle.reason,
    ...(provider === undefined ? {} : { capacityProviderArns: [`${scope}:capacity-provider/${provider}`] }),
  });
  engine.emit('ECS Service Action', [service.arn], detail, service.arn);
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
  const tasks = [...service.tasks].filter((task) => task.lastStatus !== 'STOPPED');
  if (service.status === 'DRAINING' && tasks.length === 0) {
    service.status = 'INACTIVE';
    engine.figures.changed(service);
    return;
  }
  const serving = tasks.filter(
    (task) => task.deploymentId === primary.id && task.serving && task.desiredStatus === 'RUNNING',
  );
  const oldOnes = tasks.filter((task) => task.deploymentId !== primary.id && task.desiredStatus === 'RUNNING');
  const through = serving.length >= service.desiredCount && oldOnes.length === 0;
  if (!through || service.status !== 'ACTIVE') return;
  if (primary.rolloutState === 'IN_PROGRESS') {
    primary.rolloutState = 'COMPLETED';
    primary.serviceDeploymentStatus = 'SUCCESSFUL';
    primary.finishedAtMs = engine.nowMs();
    primary.rolloutStateReason = `ECS deployment ${primary.id} completed.`;
    service.completed = primary;
    service.deployments = [primary];
    tellDeployment(engine, service, 'SERVICE_DEPLOYMENT_COMPLETED', primary);
  }
  if (!service.steady) {
    service.steady = true;
    const detail = serviceActionDetail(service, 'SERVICE_STEADY_STATE', engine.nowMs());
    engine.emit('ECS Service Action', [service.arn], detail, service.arn);
    note(engine, service, 'has reached a steady state.');
  }
}

function tellDeployment(engine: Engine, service: ServiceModel, eventName: string, deployment: DeploymentModel): void {
  const detail = deploymentDetail(eventName, deployment.id, deployment.rolloutStateReason, engine.nowMs());
  engine.emit('ECS Deployment State Change', [service.arn], detail, service.arn);
}

/** DescribeServices shows the last hundred. */
function note(engine: Engine, service: ServiceModel, message: string): void {
  service.events.unshift({
    id: engine.id(`note/${service.name}/`),
    createdAtMs: engine.nowMs(),
    message: `(service ${service.name}) ${message}`,
  });
  service.events.length = Math.min(service.events.length, 100);
}

/** Where DescribeServices lags, it answers with what the scheduler saw at its looks. */
function remember(engine: Engine, service: ServiceModel): void {
  engine.figures.changed(service);
  const { describeLagMs } = engine.switches;
  if (describeLagMs === 0) return;
  service.past.push({ atMs: engine.nowMs(), answer: describeService(service, engine.switches, true) });
  const lastOld = service.past.findLastIndex(({ atMs }) => atMs <= engine.nowMs() - describeLagMs);
  if (lastOld > 0) service.past.splice(0, lastOld);
}
