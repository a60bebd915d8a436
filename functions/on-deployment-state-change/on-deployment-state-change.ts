import { askWhy } from '../../shared/ask-why.ts';
import type { Enrolments } from '../../shared/enrolment-cache.ts';
import type { ServiceSignal } from '../../shared/events/facts.ts';
import type { Decisions } from '../../shared/ports/decisions.ts';
import type { Diagnoses } from '../../shared/ports/diagnoses.ts';
import type { Ledger } from '../../shared/ports/ledger.ts';

export interface DeploymentStateChangeDeps {
  readonly ledger: Ledger;
  readonly decisions: Decisions;
  readonly enrolments: Enrolments;
  readonly diagnoses: Pick<Diagnoses, 'ask'>;
}

/** A deployment of an enrolled service began, completed or failed, or one of its hooks did. */
export const onDeploymentStateChange =
  (deps: DeploymentStateChangeDeps) =>
  async (signal: ServiceSignal): Promise<void> => {
    const owner = await deps.enrolments.owner(signal.serviceArn);
    if (owner === undefined || owner.ofBridge) return;
    await deps.ledger.recordSignal(signal);
    await askWhy(deps.diagnoses, signal);
    await deps.decisions.ask([{ serviceArn: owner.serviceArn, clusterArn: signal.clusterArn, cause: 'deployment' }]);
  };
