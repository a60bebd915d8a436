import type { Answer } from '../../shared/decisions/diagnosis/answer.ts';
import type { DeploymentFacts } from '../../shared/decisions/diagnosis/deployment-facts.ts';
import type { Diagnosis } from '../../shared/decisions/diagnosis/diagnosis.ts';
import { diagnosisText } from '../../shared/decisions/diagnosis/diagnosis-text.ts';
import type { ServicePolicy } from '../../shared/policy/policy.ts';
import type { DiagnoseDeps } from './deps.ts';

export interface Told {
  readonly facts: DeploymentFacts;
  readonly diagnosis: Diagnosis;
  readonly answer: Answer;
  readonly deploymentId: string;
  readonly policy: ServicePolicy;
}

/**
 * To the record, the bus and the log. A crash in between makes all of it come once more, so readers of the event go by
 * its `deploymentId`.
 */
export async function tellDiagnosis(deps: DiagnoseDeps, told: Told): Promise<void> {
  const { facts, diagnosis, answer, deploymentId, policy } = told;
  const nowMs = deps.clock.nowMs();
  const text = diagnosisText(diagnosis, facts, answer.text);
  await deps.ledger.recordDecision({
    serviceArn: facts.serviceArn,
    reason: 'deployment_diagnosed',
    explanation: text,
    cause: 'deployment',
    mode: policy.mode,
    applied: [],
    diagnosis: { deploymentId, class: diagnosis.class, cause: diagnosis.cause, answer: answer.reason },
    sinceMs: nowMs,
    lastMs: nowMs,
    count: 1,
  });
  await deps.bus.publish([
    {
      detailType: 'Deployment Diagnosed',
      resources: [facts.serviceArn],
      detail: detailOf(told, text),
    },
  ]);
  deps.telemetry.deploymentDiagnosed(facts.serviceArn, diagnosis, answer, text, policy.tier);
}

function detailOf({ facts, diagnosis, answer, deploymentId, policy }: Told, text: string) {
  const { serviceArn, clusterArn, serviceName, symptom, taskDefinition, rollbackDeploymentId } = facts;
  return {
    deploymentId,
    serviceArn,
    serviceName,
    clusterArn,
    symptom,
    ...diagnosis,
    answer,
    text,
    ...(taskDefinition === undefined ? {} : { taskDefinition }),
    ...(rollbackDeploymentId === undefined ? {} : { rollbackDeploymentId }),
    ...(facts.serviceDeployment === undefined
      ? {}
      : { serviceDeploymentArn: facts.serviceDeployment.serviceDeploymentArn }),
    ...(policy.tier === undefined ? {} : { tier: policy.tier }),
  };
}
