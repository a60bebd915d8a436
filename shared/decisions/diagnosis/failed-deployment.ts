import type { Service, ServiceDeployment } from '../../ports/ecs.ts';
import { isRollbackText, newestDeployment } from '../rollout.ts';
import type { Symptom } from './deployment-facts.ts';

/** What told that a deployment fails, as far as it says which. */
export interface FailureHint {
  /** Of the event; for `rolled_back` it may name either side. */
  readonly deploymentId?: string;
  readonly symptom: Symptom;
  /** Of the event: `… rolling back to deploymentId ecs-svc/….` */
  readonly reason?: string;
}

export interface FailedDeployment {
  /** Absent where the service does not show it any more. */
  readonly deployment?: ServiceDeployment;
  readonly deploymentId?: string;
  /** The deployment that takes it back, where there is one. */
  readonly rollbackDeploymentId?: string;
}

/**
 * Which of the service's deployments fails, and which one takes it back.
 * ECS rolls back by a deployment of its own: PRIMARY, with the older revision, told from any other by its reason alone.
 * The failed one is listed beside it for a while, as FAILED or still as IN_PROGRESS, and so may be the completed one
 * whose revision comes back; its id is the one that the reason names.
 */
export function failedDeployment(service: Service, hint: FailureHint): FailedDeployment {
  const rollback = rollbackOf(service, hint);
  const deploymentId = failedId(service, hint, rollback);
  const deployment = service.deployments.find(({ id }) => id === deploymentId);
  const rollbackDeploymentId =
    rollback !== undefined && takesBack(service, rollback, deployment) ? rollback.id : undefined;
  return {
    ...(deployment === undefined ? {} : { deployment }),
    ...(deploymentId === undefined ? {} : { deploymentId }),
    ...(rollbackDeploymentId === undefined ? {} : { rollbackDeploymentId }),
  };
}

interface Rollback {
  readonly id: string;
  /** The completed deployment whose revision it deploys again. */
  readonly targetId?: string;
}

function rollbackOf(service: Service, hint: FailureHint): Rollback | undefined {
  const shown = service.deployments.find(({ rolloutStateReason }) => isRollbackText(rolloutStateReason ?? ''));
  if (shown !== undefined) return rollbackWith(shown.id, shown.rolloutStateReason);
  if (hint.symptom !== 'rolled_back') return undefined;
  // The service may not show it yet, or may show it with another reason since it has completed.
  const named = service.deployments.find(({ id }) => id === hint.deploymentId);
  const primary = newestDeployment(service);
  if (hint.deploymentId !== undefined && (named === undefined || named === primary) && !hasFailedState(named)) {
    return rollbackWith(hint.deploymentId, hint.reason);
  }
  return primary === undefined || hasFailedState(primary) ? undefined : rollbackWith(primary.id, hint.reason);
}

function rollbackWith(id: string, reason: string | undefined): Rollback {
  const targetId = /deployment(?:Id)? (ecs-svc\/\d+)/i.exec(reason ?? '')?.[1];
  return { id, ...(targetId === undefined ? {} : { targetId }) };
}

function failedId(service: Service, hint: FailureHint, rollback: Rollback | undefined): string | undefined {
  const told = hint.deploymentId;
  const namesWayBack = hint.symptom === 'rolled_back' && (told === rollback?.id || told === rollback?.targetId);
  if (told !== undefined && !namesWayBack) return told;
  // What fails is what was rolled out, not the way back: of that only an event that names it can tell.
  if (rollback !== undefined && (namesWayBack || rollback.id === newestDeployment(service)?.id)) {
    return newest(service.deployments.filter((one) => canBeTakenBackBy(service, rollback, one)))?.id;
  }
  const primary = newestDeployment(service);
  const failed = newest(service.deployments.filter(hasFailedState));
  if (hint.symptom === 'deployment_failed' && failed !== undefined) return failed.id;
  // A fix under way over a failed release.
  if (primary?.rolloutState === 'IN_PROGRESS') return primary.id;
  return failed?.id ?? primary?.id;
}

function canBeTakenBackBy(service: Service, rollback: Rollback, one: ServiceDeployment): boolean {
  if (one.id === rollback.id || one.id === rollback.targetId || one.rolloutState === 'COMPLETED') return false;
  return takesBack(service, rollback, one);
}

/** A rollback takes back what is older than itself; with the id of the completed deployment it is older than all. */
function takesBack(service: Service, rollback: Rollback, one: ServiceDeployment | undefined): boolean {
  if (one?.id === rollback.id) return false;
  const shown = service.deployments.find(({ id }) => id === rollback.id);
  if (shown === undefined || one === undefined || rollback.id === rollback.targetId) return true;
  return one.createdAtMs <= shown.createdAtMs;
}

function hasFailedState(deployment: ServiceDeployment | undefined): boolean {
  return deployment?.rolloutState === 'FAILED';
}

/** Of those that failed, where some did. */
function newest(deployments: readonly ServiceDeployment[]): ServiceDeployment | undefined {
  const failed = deployments.filter(hasFailedState);
  const among = failed.length > 0 ? failed : deployments;
  return [...among].sort((one, other) => other.createdAtMs - one.createdAtMs)[0];
}
