import type { Service, ServiceDeployment } from '../ports/ecs.ts';

/** What a service's deployments say about the rollout of a strategy. */

export function newestDeployment(service: Service): ServiceDeployment | undefined {
  return service.deployments.find(({ status }) => status === 'PRIMARY') ?? service.deployments[0];
}

/** All tasks are on the target revision: one deployment, and it is complete. Behind a Classic Load Balancer ECS tells no state. */
export function isThrough(service: Service): boolean {
  return (
    service.deployments.length === 1 &&
    service.deployments.every(({ rolloutState }) => rolloutState === undefined || rolloutState === 'COMPLETED')
  );
}

/** The newest deployment has failed and ECS does not roll it back: nothing moves any more. */
export function hasFailed(service: Service): boolean {
  return newestDeployment(service)?.rolloutState === 'FAILED';
}

export function isUnderWay(service: Service): boolean {
  return !isThrough(service) && !hasFailed(service);
}

/** Nothing but this text tells a rollback from a deployment that somebody asked for. */
export function saysRollback(service: Service): boolean {
  return isRollbackText(newestDeployment(service)?.rolloutStateReason ?? '');
}

/** The `rolloutStateReason` of a deployment, or the `reason` of its event: a rollback says `rolling back to deploymentId`. */
export function isRollbackText(reason: string): boolean {
  return /rolling back/i.test(reason);
}

/** It replaces one deployment and runs the same task definition, as a change of the strategy alone does. */
export function changesStrategyOnly(service: Service): boolean {
  return (
    service.deployments.length <= 2 &&
    service.deployments.every(({ taskDefinition }) => taskDefinition === newestDeployment(service)?.taskDefinition)
  );
}
