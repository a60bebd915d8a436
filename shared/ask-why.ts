import { symptomOf } from './decisions/diagnosis/symptom.ts';
import type { ServiceSignal } from './events/facts.ts';
import type { Diagnoses } from './ports/diagnoses.ts';

/** Asks for a diagnosis where a service's signal says that a deployment fails; else nothing. */
export async function askWhy(diagnoses: Pick<Diagnoses, 'ask'>, signal: ServiceSignal): Promise<void> {
  const symptom = symptomOf(signal);
  if (symptom === undefined) return;
  const { serviceArn, clusterArn, atMs, deploymentId, reason, hook } = signal;
  await diagnoses.ask({
    serviceArn,
    clusterArn,
    symptom,
    atMs,
    ...(deploymentId === undefined ? {} : { deploymentId }),
    ...(reason === undefined ? {} : { reason }),
    ...(hook === undefined ? {} : { serviceDeploymentArn: hook.serviceDeploymentArn, hook: hookFacts(signal) }),
  });
}

function hookFacts({ atMs, eventName: status, hook }: ServiceSignal) {
  const { serviceDeploymentArn: _told, ...rest } = hook ?? {};
  return { atMs, status, ...rest };
}
