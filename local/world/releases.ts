import { isInAlarm } from './deployment-monitors.ts';
import type { Engine } from './engine.ts';
import { deploymentDetail, serviceActionDetail } from './events.ts';
import type { DeploymentModel, RevisionModel, ServiceModel } from './model.ts';

/** Deployments as they begin, fail and are taken back, and what is told of them. */

/** Where AWS's text is not known, the reason is of the same form as the circuit breaker's. */
type Stopper = 'StopServiceDeployment' | 'deployment circuit breaker' | 'deployment alarm' | 'lifecycle hook';

interface DeployOptions {
  readonly forced?: boolean;
  readonly reason?: string;
  readonly rollsBack?: DeploymentModel;
}

/** New deployment: the given revision becomes PRIMARY, what was is drained as the new one comes up. */
export function deploy(
  engine: Engine,
  service: ServiceModel,
  revision: RevisionModel,
  { forced = false, reason, rollsBack }: DeployOptions = {},
): DeploymentModel {
  const digits = String(
    7_000_000_000_000_000 + Math.floor(engine.rng(engine.id(`deployment/${service.arn}/`)).next() * 1e15),
  );
  const id = `ecs-svc/${digits}`;
  const deployment: DeploymentModel = {
    id,
    // Only people's requests make service deployments: a rollback is part of the one that it takes back.
    serviceDeploymentArn:
      rollsBack?.serviceDeploymentArn ??
      `${service.arn.replace(':service/', ':service-deployment/')}/${digits.slice(-12)}`,
    revision,
    createdAtMs: engine.nowMs(),
    rolloutState: 'IN_PROGRESS',
    rolloutStateReason: reason ?? `ECS deployment ${id} in progress.`,
    serviceDeploymentStatus: 'IN_PROGRESS',
    forced,
    failedTasks: 0,
    ...(rollsBack === undefined ? {} : { rollsBack }),
    ...(isInAlarm(engine, service) ? { ignoresAlarms: true } : {}),
  };
  const previous = service.deployments[0];
  if (previous !== undefined && rollsBack === undefined) supersede(engine, previous);
  // A new task definition is what ends the scheduler's wait for one that did not start.
  if (previous?.revision.taskDefinition !== revision.taskDefinition) delete service.failing;
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

/** What a newer service deployment interrupts is stopped, and a rollback that does not come to its end has failed. */
function supersede(engine: Engine, deployment: DeploymentModel): void {
  const { rollsBack } = deployment;
  if (rollsBack?.serviceDeploymentStatus === 'ROLLBACK_IN_PROGRESS') end(engine, rollsBack, 'ROLLBACK_FAILED');
  if (deployment.serviceDeploymentStatus === 'IN_PROGRESS') end(engine, deployment, 'STOPPED');
}

export function complete(engine: Engine, service: ServiceModel, deployment: DeploymentModel): void {
  deployment.rolloutState = 'COMPLETED';
  deployment.rolloutStateReason = `ECS deployment ${deployment.id} completed.`;
  end(engine, deployment, 'SUCCESSFUL');
  if (deployment.rollsBack !== undefined) end(engine, deployment.rollsBack, 'ROLLBACK_SUCCESSFUL');
  service.completed = deployment;
  service.deployments = [deployment];
  tellDeployment(engine, service, 'SERVICE_DEPLOYMENT_COMPLETED', deployment);
}

/** From now on it launches no task any more. */
export function fail(engine: Engine, deployment: DeploymentModel, reason: string): void {
  deployment.rolloutState = 'FAILED';
  deployment.rolloutStateReason = reason;
  end(engine, deployment, 'STOPPED');
  if (deployment.rollsBack !== undefined) end(engine, deployment.rollsBack, 'ROLLBACK_FAILED');
}

function end(engine: Engine, deployment: DeploymentModel, status: string): void {
  deployment.serviceDeploymentStatus = status;
  deployment.finishedAtMs = engine.nowMs();
}

/**
 * The newest completed deployment's revision is deployed again, strategy and all. Nothing but the reason tells it from
 * a deployment that somebody asked for. Without a completed deployment there is nothing to go back to.
 */
export function rollBack(engine: Engine, service: ServiceModel, deployment: DeploymentModel, by: Stopper): void {
  const { completed } = service;
  if (completed === undefined) return;
  if (deployment.rolloutState !== 'FAILED') fail(engine, deployment, `ECS ${by}: deployment stopped.`);
  deployment.serviceDeploymentStatus = 'ROLLBACK_IN_PROGRESS';
  delete deployment.finishedAtMs;
  const reason = `ECS ${by}: rolling back to deploymentId ${completed.id}.`;
  deployment.rollback = {
    reason: deployment.statusReason ?? reason,
    startedAtMs: engine.nowMs(),
    revisionArn: completed.revision.arn,
  };
  note(engine, service, `rolling back to deployment ${completed.id}.`);
  deploy(engine, service, completed.revision, { reason, rollsBack: deployment });
}

/**
 * While a rollback runs no deployment is in COMPLETED, and ECS by itself rolls back to such a one only. A person's
 * StopServiceDeployment does not ask for it.
 */
export function rollBackIfPossible(
  engine: Engine,
  service: ServiceModel,
  deployment: DeploymentModel,
  by: Stopper,
): void {
  const isRollingBack = service.deployments.some(
    ({ rollsBack, rolloutState }) => rollsBack !== undefined && rolloutState === 'IN_PROGRESS',
  );
  if (service.completed !== undefined && deployment.rollsBack === undefined && !isRollingBack) {
    rollBack(engine, service, deployment, by);
    return;
  }
  deployment.serviceDeploymentStatus = 'ROLLBACK_FAILED';
  deployment.statusReason = 'No rollback candidate was found to run the rollback.';
}

export function tellDeployment(
  engine: Engine,
  service: ServiceModel,
  eventName: string,
  deployment: DeploymentModel,
): void {
  const detail = deploymentDetail(eventName, deployment.id, deployment.rolloutStateReason, engine.nowMs());
  engine.emit('ECS Deployment State Change', [service.arn], detail, service.arn);
}

export function tellAction(
  engine: Engine,
  service: ServiceModel,
  eventName: string,
  more: Record<string, unknown> = {},
): void {
  const detail = serviceActionDetail(service, eventName, engine.nowMs(), more);
  engine.emit('ECS Service Action', [service.arn], detail, service.arn);
}

/** DescribeServices shows the last hundred. */
export function note(engine: Engine, service: ServiceModel, message: string): void {
  service.events.unshift({
    id: engine.id(`note/${service.name}/`),
    createdAt: new Date(engine.nowMs()),
    message: `(service ${service.name}) ${message}`,
  });
  service.events.length = Math.min(service.events.length, 100);
}
