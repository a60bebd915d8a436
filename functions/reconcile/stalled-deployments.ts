import { type DeploymentWatch, watchDeployment } from '../../shared/decisions/diagnosis/stalled.ts';
import { newestDeployment } from '../../shared/decisions/rollout.ts';
import { type StackPolicy, servicePolicy } from '../../shared/policy/policy.ts';
import type { Diagnoses } from '../../shared/ports/diagnoses.ts';
import type { Service } from '../../shared/ports/ecs.ts';
import type { Ledger } from '../../shared/ports/ledger.ts';

export interface StalledDeps {
  readonly ledger: Pick<Ledger, 'deploymentWatches' | 'watchDeployment' | 'forgetDeployment'>;
  readonly diagnoses: Pick<Diagnoses, 'ask'>;
  readonly stackPolicy: StackPolicy;
}

/**
 * Deployments that do not come forward and of which ECS says nothing: asked about once each. Asked before it is noted:
 * after a crash in between it is asked about again, and a deployment is diagnosed once all the same.
 */
export async function askAboutStalled(deps: StalledDeps, services: readonly Service[], nowMs: number): Promise<void> {
  const watches = await deps.ledger.deploymentWatches();
  for (const service of services) {
    const before = watches.get(service.serviceArn);
    const policy = servicePolicy(deps.stackPolicy, service.tags);
    if (!policy.ok) continue;
    const { watch, isStalled } = watchDeployment(service, before, policy.policy.deploymentStalledAfterMs, nowMs);
    if (isStalled && watch !== undefined) await ask(deps, service, watch, nowMs);
    if (watch !== undefined && watch !== before) await deps.ledger.watchDeployment(service.serviceArn, watch);
    if (watch === undefined && before !== undefined) await deps.ledger.forgetDeployment(service.serviceArn);
  }
  const known = new Set(services.map(({ serviceArn }) => serviceArn));
  for (const serviceArn of watches.keys()) {
    if (!known.has(serviceArn)) await deps.ledger.forgetDeployment(serviceArn);
  }
}

async function ask(
  { diagnoses }: StalledDeps,
  service: Service,
  { deploymentId, progressAtMs }: DeploymentWatch,
  nowMs: number,
): Promise<void> {
  const minutes = Math.round((nowMs - progressAtMs) / 60_000);
  const reason = newestDeployment(service)?.rolloutStateReason ?? 'in progress';
  await diagnoses.ask({
    serviceArn: service.serviceArn,
    clusterArn: service.clusterArn,
    symptom: 'stalled',
    atMs: nowMs,
    deploymentId,
    reason: `no step forward for ${minutes} min: ${reason}`,
  });
}
