import type { Service, ServiceDeployment } from '../../ports/ecs.ts';
import { newestDeployment, saysRollback } from '../rollout.ts';

/** How far a deployment has come, for the sweep that finds those that never end. */
export interface DeploymentWatch {
  readonly deploymentId: string;
  /** The most tasks that it has run so far. */
  readonly running: number;
  /** The fewest tasks of older deployments that were left so far. */
  readonly left: number;
  /** When it last came a step forward, or was first seen. */
  readonly progressAtMs: number;
  /** It was reported as stalled: once is enough. */
  readonly reported?: true;
}

export interface Watched {
  /** What to remember, the same object where nothing changed; `undefined` where there is nothing to watch. */
  readonly watch: DeploymentWatch | undefined;
  readonly isStalled: boolean;
}

/**
 * Whether the service's deployment has stopped coming forward. ECS tells that of services with a circuit breaker or
 * alarms only: without either a deployment that cannot come through stays IN_PROGRESS for ever. A step forward is one
 * more task of the new revision running than ever before, or one fewer of the old ones: tasks that come up and die again
 * are none. A deployment that shifts traffic step by step rests with all its tasks running; that is no standstill.
 * @param stalledAfterMs `deployment-stalled-after` of the service's policy.
 */
export function watchDeployment(
  service: Service,
  before: DeploymentWatch | undefined,
  stalledAfterMs: number,
  nowMs: number,
): Watched {
  const newest = newestDeployment(service);
  if (newest === undefined || !mayStall(service, newest)) return { watch: undefined, isStalled: false };
  const seen = {
    deploymentId: newest.id,
    running: newest.runningCount,
    left: service.deployments.reduce((sum, { id, runningCount }) => sum + (id === newest.id ? 0 : runningCount), 0),
  };
  if (before === undefined || before.deploymentId !== newest.id) {
    return { watch: { ...seen, progressAtMs: nowMs }, isStalled: false };
  }
  if (seen.running > before.running || seen.left < before.left) {
    const running = Math.max(seen.running, before.running);
    return {
      watch: { ...seen, running, left: Math.min(seen.left, before.left), progressAtMs: nowMs },
      isStalled: false,
    };
  }
  if (before.reported === true || nowMs - before.progressAtMs < stalledAfterMs) {
    return { watch: before, isStalled: false };
  }
  return { watch: { ...before, reported: true }, isStalled: true };
}

function mayStall(service: Service, newest: ServiceDeployment): boolean {
  if (service.deploymentController !== 'ECS' || newest.rolloutState !== 'IN_PROGRESS' || saysRollback(service)) {
    return false;
  }
  return service.deploymentStrategy === 'ROLLING' || newest.runningCount < newest.desiredCount;
}
