import type { ServicePolicy } from '../../policy/policy.ts';
import type { DeploymentFacts } from './deployment-facts.ts';
import type { DeploymentFailureClass } from './diagnosis.ts';

/** What is done about a diagnosis, or why nothing is. Bounded. */
export const answerReasons = [
  /** Controllers CODE_DEPLOY and EXTERNAL: observed, not touched. */
  'not_ours',
  'ecs_rolled_back',
  'ecs_rolls_back',
  'waits_for_capacity',
  'shift_when_short',
  'rollback_not_opted_in',
  'not_answered_by_rollback',
  'observe',
  'paused',
  'no_service_deployment',
  'rolled_back',
  /** Its status, read again, said that it is over; or StopServiceDeployment found a conflict. */
  'somebody_else_acted',
  'rollback_refused',
] as const;

export type AnswerReason = (typeof answerReasons)[number];

export interface Answer {
  readonly kind: 'tell' | 'StopServiceDeployment';
  readonly reason: AnswerReason;
  /** What was done, for people: half a sentence. */
  readonly text: string;
}

/** A rollback of the release helps: the revision itself does not work. */
const ownFaults: readonly DeploymentFailureClass[] = ['image', 'configuration', 'application', 'health-check'];

/** Statuses that StopServiceDeployment takes and in which nobody rolls back yet. */
const stoppable = ['PENDING', 'IN_PROGRESS'];

/**
 * What to do about a failing deployment. Lack of capacity is never answered by a rollback: the release is good. A
 * release that is not is rolled back only where its service opted in and ECS does not do it by itself, by
 * StopServiceDeployment and never by an UpdateService to the older revision, which pipelines would read as success.
 */
export function planAnswer(
  facts: DeploymentFacts,
  failureClass: DeploymentFailureClass,
  policy: Pick<ServicePolicy, 'mode' | 'rollbackFailed' | 'deployWhenShort'>,
  isPaused: boolean,
): Answer {
  const tell = (reason: AnswerReason, text: string): Answer => ({ kind: 'tell', reason, text });
  const { deploymentController: controller, serviceDeployment } = facts;
  if (controller !== 'ECS') return tell('not_ours', `nothing: ${controller} deploys this service`);
  if (isRolledBack(facts)) return tell('ecs_rolled_back', rolledBackText(facts));
  if (failureClass === 'capacity') {
    return policy.deployWhenShort === 'shift'
      ? tell('shift_when_short', 'nothing here: deploy-when-short=shift launches the revision on demand')
      : tell('waits_for_capacity', 'nothing: the release waits, ECS keeps trying to place its tasks');
  }
  if (!ownFaults.includes(failureClass)) {
    return tell('not_answered_by_rollback', `nothing: class ${failureClass} has no answer of ours`);
  }
  if (facts.ecsRollsBack) return tell('ecs_rolls_back', 'nothing: ECS rolls back by itself');
  if (!policy.rollbackFailed) return tell('rollback_not_opted_in', 'nothing: rollback-failed is not set');
  if (policy.mode === 'observe') return tell('observe', 'nothing: mode observe would have rolled it back');
  if (isPaused) return tell('paused', 'nothing: paused by a person');
  if (serviceDeployment === undefined) return tell('no_service_deployment', 'nothing: ECS shows no service deployment');
  if (!stoppable.includes(serviceDeployment.status)) {
    return tell('somebody_else_acted', `nothing: the service deployment is ${serviceDeployment.status} already`);
  }
  return { kind: 'StopServiceDeployment', reason: 'rolled_back', text: 'ECS was asked to roll it back' };
}

function isRolledBack({ rollbackDeploymentId, serviceDeployment }: DeploymentFacts): boolean {
  return rollbackDeploymentId !== undefined || serviceDeployment?.status.startsWith('ROLLBACK_') === true;
}

function rolledBackText({ rollbackDeploymentId, serviceDeployment }: DeploymentFacts): string {
  const by = rollbackDeploymentId === undefined ? serviceDeployment?.status : `deployment ${rollbackDeploymentId}`;
  return `nothing by us: it is rolled back already (${by})`;
}
