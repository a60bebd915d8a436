import { type Answer, planAnswer } from '../../shared/decisions/diagnosis/answer.ts';
import type { DeploymentFacts } from '../../shared/decisions/diagnosis/deployment-facts.ts';
import { diagnose } from '../../shared/decisions/diagnosis/diagnose.ts';
import type { Diagnosis } from '../../shared/decisions/diagnosis/diagnosis.ts';
import { type FailedDeployment, failedDeployment } from '../../shared/decisions/diagnosis/failed-deployment.ts';
import { TerminalError } from '../../shared/errors.ts';
import { type ServicePolicy, servicePolicy } from '../../shared/policy/policy.ts';
import type { DiagnosisRequest } from '../../shared/ports/diagnoses.ts';
import type { Service } from '../../shared/ports/ecs.ts';
import type { DiagnosisNote } from '../../shared/ports/ledger.ts';
import type { DiagnoseDeps } from './deps.ts';
import { gatherDeployment } from './gather-deployment.ts';
import { tellDiagnosis } from './tell-diagnosis.ts';

/** Longer than the function's timeout (30 s): who holds the claim is either working or dead. */
const claimMs = 45_000;

/**
 * Finds out why a deployment fails, answers it by class, and tells: once per deployment, however many events say so and
 * whatever comes between. A deployment that takes another one back is linked to it and not diagnosed as one of its own.
 */
export const diagnoseDeployment =
  (deps: DiagnoseDeps) =>
  async (request: DiagnosisRequest): Promise<void> => {
    const { serviceArn, clusterArn } = request;
    const deploying = await deps.deployments.describe({ clusterArn, service: serviceArn });
    if (deploying === undefined || deploying.service.status !== 'ACTIVE') return;
    const policy = servicePolicy(deps.stackPolicy, deploying.service.tags);
    // A tag that is wrong is told by decide.
    if (!policy.ok || !policy.policy.managed) return;

    const failed = await deploymentMeant(deps, deploying.service, request);
    const deploymentId = failed.deploymentId ?? request.serviceDeploymentArn;
    if (deploymentId === undefined) return;
    await link(deps, serviceArn, failed.rollbackDeploymentId, deploymentId);

    const claim = await deps.ledger.claimDiagnosis(serviceArn, deploymentId, claimMs);
    if (claim === 'told') return;
    if (claim === 'taken') {
      // Should whoever has it fail, this is the one that comes after.
      await deps.diagnoses.askLater(request, claimMs);
      return;
    }
    const facts = await gatherDeployment(deps, request, deploying, failed);
    const diagnosis = claim.note?.diagnosis ?? diagnose(facts);
    const answer = await answerTo(deps, facts, diagnosis, policy.policy, claim.note);
    await tellDiagnosis(deps, { facts, diagnosis, answer, deploymentId, policy: policy.policy });
    await deps.ledger.keepDiagnosis(serviceArn, deploymentId, { diagnosis, answer, toldAtMs: deps.clock.nowMs() });
  };

/** Of CodeDeploy and external controllers ECS shows no deployments: their tasks alone say which is the newest. */
async function deploymentMeant(
  { deployments }: DiagnoseDeps,
  service: Service,
  request: DiagnosisRequest,
): Promise<FailedDeployment> {
  const failed = failedDeployment(service, request);
  if (failed.deploymentId !== undefined || service.deploymentController === 'ECS') return failed;
  const starter = await deployments.newestStarter({ clusterArn: service.clusterArn, service: service.serviceName });
  return starter === undefined ? failed : { deploymentId: starter };
}

/** The rollback's own deployment counts as told: its events and its own standstill are part of the failed one. */
async function link(
  { ledger, clock }: DiagnoseDeps,
  serviceArn: string,
  rollbackDeploymentId: string | undefined,
  deploymentId: string,
): Promise<void> {
  if (rollbackDeploymentId === undefined) return;
  await ledger.keepDiagnosis(serviceArn, rollbackDeploymentId, { rollbackOf: deploymentId, toldAtMs: clock.nowMs() });
}

async function answerTo(
  deps: DiagnoseDeps,
  facts: DeploymentFacts,
  diagnosis: Diagnosis,
  policy: ServicePolicy,
  earlier: DiagnosisNote | undefined,
): Promise<Answer> {
  // An earlier try asked for the rollback and could not tell: what ECS shows now may be its doing.
  if (earlier?.answer?.kind === 'StopServiceDeployment' && !isStoppable(facts)) return earlier.answer;
  const fleet = await deps.ledger.readFleet();
  const isPaused = fleet.pausedAll || fleet.paused.has(facts.serviceArn);
  const answer = planAnswer(facts, diagnosis.class, policy, isPaused);
  if (answer.kind !== 'StopServiceDeployment' || facts.serviceDeployment === undefined) return answer;
  return rollBack(deps, facts, facts.serviceDeployment.serviceDeploymentArn, diagnosis, answer);
}

/** The intention is kept first, then the status is read once more: between the facts and now somebody may have acted. */
async function rollBack(
  deps: DiagnoseDeps,
  facts: DeploymentFacts,
  serviceDeploymentArn: string,
  diagnosis: Diagnosis,
  answer: Answer,
): Promise<Answer> {
  const now = await deps.deployments.serviceDeployment(serviceDeploymentArn);
  if (now === undefined || !isStoppable({ ...facts, serviceDeployment: now })) {
    const status = now === undefined ? 'gone' : now.status;
    return { kind: 'tell', reason: 'somebody_else_acted', text: `nothing: the service deployment is ${status} by now` };
  }
  await deps.ledger.keepDiagnosis(facts.serviceArn, facts.deploymentId ?? serviceDeploymentArn, { diagnosis, answer });
  try {
    const outcome = await deps.deployments.rollBack(serviceDeploymentArn);
    if (outcome === 'asked') return answer;
    return { kind: 'tell', reason: 'somebody_else_acted', text: 'nothing: ECS says that somebody else acted' };
  } catch (error) {
    if (!(error instanceof TerminalError)) throw error;
    return { kind: 'tell', reason: 'rollback_refused', text: `ECS refused the rollback: ${error.message}` };
  }
}

function isStoppable({ serviceDeployment }: Pick<DeploymentFacts, 'serviceDeployment'>): boolean {
  return serviceDeployment?.status === 'PENDING' || serviceDeployment?.status === 'IN_PROGRESS';
}
