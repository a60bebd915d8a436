import type { Engine } from './engine.ts';
import type { Provider, ServiceModel } from './model.ts';

/** What a policy may write, by the names of the API actions. ECS acts on it at its next look. */

/** CreateService: an on-demand service beside the primary. */
export function createCompanion(engine: Engine, name: string, desiredCount: number): void {
  const deployment = engine.newDeployment('onDemand');
  engine.companion = {
    name,
    role: 'companion',
    createdAtMs: engine.nowMs(),
    desiredCount,
    tasks: new Set(),
    deployments: [deployment],
    steady: false,
    backoffMs: 0,
    nextTryAtMs: 0,
  };
  engine.wake(engine.companion);
}

/** UpdateService with desiredCount: never a deployment. */
export function setDesiredCount(engine: Engine, service: ServiceModel, desiredCount: number): void {
  service.desiredCount = desiredCount;
  engine.wake(service);
}

/** DeleteService: it has to be at 0 before. What still drains goes on to its end. */
export function deleteCompanion(engine: Engine): void {
  delete engine.companion;
}

/** UpdateService with a strategy and forceNewDeployment: every task of the service is replaced. */
export function forceStrategy(engine: Engine, provider: Provider): void {
  engine.meter.forced();
  deploy(engine, provider);
}

/** StopServiceDeployment with ROLLBACK: what was complete before is deployed again, its strategy included. */
export function rollBack(engine: Engine): void {
  const { primary } = engine;
  const { completed } = primary;
  const [newest] = primary.deployments;
  if (completed === undefined || newest.rolloutState !== 'IN_PROGRESS') return;
  newest.rolloutState = 'FAILED';
  newest.reason = 'ECS StopServiceDeployment: deployment stopped.';
  deploy(engine, completed.provider, `ECS StopServiceDeployment: rolling back to deploymentId ${completed.id}.`);
}

function deploy(engine: Engine, provider: Provider, reason?: string): void {
  const { primary } = engine;
  primary.deployments.unshift(engine.newDeployment(provider, reason));
  primary.steady = false;
  primary.backoffMs = 0;
  primary.nextTryAtMs = 0;
  engine.tell({ kind: 'deploymentStarted', atMs: engine.nowMs(), service: primary });
  engine.wake(primary);
}
