import type { Enrolments } from '../../shared/enrolment-cache.ts';
import type { ServiceSignal } from '../../shared/events/facts.ts';
import type { Decisions } from '../../shared/ports/decisions.ts';
import type { Ledger } from '../../shared/ports/ledger.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';

export interface DeploymentStateChangeDeps {
  readonly ledger: Ledger;
  readonly decisions: Decisions;
  readonly enrolments: Enrolments;
  readonly telemetry: Telemetry;
}

/** A deployment of an enrolled service began, completed or failed. */
export const onDeploymentStateChange =
  (deps: DeploymentStateChangeDeps) =>
  async (signal: ServiceSignal): Promise<void> => {
    const owner = await deps.enrolments.owner(signal.serviceArn);
    if (owner === undefined || owner.ofBridge) return;
    const outcome = await deps.ledger.recordSignal(signal);
    if (outcome === 'recorded' && signal.kind === 'deployment_failed') deps.telemetry.deploymentFailed(signal);
    await deps.decisions.ask([{ serviceArn: owner.serviceArn, clusterArn: signal.clusterArn, cause: 'deployment' }]);
  };
