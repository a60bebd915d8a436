import { registerScalableTarget, resourceIdOf } from './api/application-auto-scaling.ts';
import { updateService } from './api/services.ts';
import { countsOf } from './describe.ts';
import type { Engine } from './engine.ts';
import type { ServiceModel } from './model.ts';

export interface ScalerSetup {
  readonly serviceArn: string;
  readonly min: number;
  readonly max: number;
  /** Load that one task should carry. */
  readonly targetPerTask: number;
  /** The whole load now, in the unit of `targetPerTask`. */
  readonly load: () => number;
  /** Tasks that share the load, a bridge's among them; the service's own running tasks unless given. */
  readonly servingTasks?: () => number;
  readonly everyMs?: number;
  /** From the last change of desiredCount to a scale-in; AWS's default for ECS is 300 s. */
  readonly scaleInCooldownMs?: number;
}

/**
 * Application Auto Scaling's target tracking, as AWS documents it for ECS: it computes from the service's own *running*
 * tasks, scales out at once, in after a cool-down, and never in while a deployment runs. A desiredCount below the
 * minimum is lifted only by a scale-out.
 *
 * @returns how to take it off.
 */
export function attachScaler(engine: Engine, setup: ScalerSetup): () => void {
  const { serviceArn, min, max, everyMs = 60_000, scaleInCooldownMs = 300_000 } = setup;
  const resourceId = resourceIdOf({ arn: serviceArn });
  registerScalableTarget(engine, {
    ServiceNamespace: 'ecs',
    ResourceId: resourceId,
    ScalableDimension: 'ecs:service:DesiredCount',
    MinCapacity: min,
    MaxCapacity: max,
  });
  let isAttached = true;
  let changedAtMs = engine.nowMs();

  const look = (): void => {
    const service = serviceByArn(engine, serviceArn);
    if (!isAttached || service?.status !== 'ACTIVE') return;
    const desiredCount = desiredBy(engine, setup, service, engine.nowMs() - changedAtMs >= scaleInCooldownMs);
    if (desiredCount !== service.desiredCount) {
      changedAtMs = engine.nowMs();
      updateService(engine, { cluster: service.clusterArn, service: service.name, desiredCount });
    }
    engine.after(everyMs, look);
  };
  engine.after(everyMs, look);
  return () => {
    isAttached = false;
  };
}

function desiredBy(engine: Engine, setup: ScalerSetup, service: ServiceModel, isCool: boolean): number {
  const target = engine.scalableTargets.get(resourceIdOf(service));
  const running = countsOf([...service.tasks], engine.switches).runningCount;
  const sharing = setup.servingTasks?.() ?? running;
  // ECS publishes no metric of a service without running tasks.
  if (target === undefined || running === 0 || sharing === 0) return service.desiredCount;
  const { min, max, suspended } = target;
  const loadPerTask = setup.load() / sharing;
  // Less a hair, so that a division that ends even is not rounded up.
  const wanted = Math.ceil((running * loadPerTask) / setup.targetPerTask - 1e-9);
  if (wanted > service.desiredCount && !suspended.out) {
    return Math.max(service.desiredCount, Math.max(min, Math.min(max, wanted)));
  }
  const deploys = service.deployments.length > 1 || service.deployments[0]?.rolloutState === 'IN_PROGRESS';
  if (wanted < service.desiredCount && isCool && !deploys && !suspended.in) {
    return Math.min(service.desiredCount, Math.max(min, wanted));
  }
  return service.desiredCount;
}

export function serviceByArn(engine: Engine, arn: string): ServiceModel | undefined {
  for (const cluster of engine.clusters.values()) {
    for (const service of cluster.services.values()) if (service.arn === arn) return service;
  }
  return undefined;
}
