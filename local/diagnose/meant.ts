import { present } from '../../shared/adapters/present.ts';
import type { Symptom } from '../../shared/decisions/diagnosis/deployment-facts.ts';
import type { FailureHint } from '../../shared/decisions/diagnosis/failed-deployment.ts';
import { symptomOf } from '../../shared/decisions/diagnosis/symptom.ts';
import { isRollbackText, newestDeployment } from '../../shared/decisions/rollout.ts';
import { serviceArnOf } from '../../shared/events/arn.ts';
import type { ServiceSignal } from '../../shared/events/facts.ts';
import type { Service } from '../../shared/ports/ecs.ts';
import { InputError } from '../replay/trace.ts';
import type { RecordedService, RecordedTask, Recording } from './recording.ts';

/** The service of the history: the only one described, or the one that its events are about. */
export function serviceOf(
  file: string,
  { describeServices }: Recording,
  signals: readonly ServiceSignal[],
  tasks: readonly RecordedTask[],
): RecordedService {
  const services = describeServices?.services ?? [];
  const told = signals.findLast((signal) => symptomOf(signal) !== undefined) ?? signals.at(-1);
  const [first] = services;
  if (first !== undefined) {
    const meant = services.length === 1 ? first : services.find(({ serviceArn }) => serviceArn === told?.serviceArn);
    if (meant !== undefined) return meant;
    throw new InputError(`${file}: describeServices.services: more than one, and no event tells which`);
  }
  if (told !== undefined) return bare(told);
  const task = tasks.find(({ group, clusterArn }) => group?.startsWith('service:') && clusterArn !== undefined);
  const [, serviceName] = /^service:(.+)$/.exec(task?.group ?? '') ?? [];
  if (task?.clusterArn === undefined || serviceName === undefined) {
    throw new InputError(`${file}: names no service: neither describeServices, nor an event, nor a task's group`);
  }
  const { clusterArn } = task;
  return bare({ serviceArn: serviceArnOf(clusterArn, serviceName), serviceName, clusterArn });
}

function bare({
  serviceArn,
  serviceName,
  clusterArn,
}: Pick<ServiceSignal, 'serviceArn' | 'serviceName' | 'clusterArn'>) {
  return { serviceArn, serviceName, clusterArn };
}

export function isOf({ group }: RecordedTask, { serviceName }: RecordedService): boolean {
  return group === undefined || group === `service:${serviceName}`;
}

/** What tells most first. Of a deployment that fails ECS may send several kinds of events. */
const tellingOrder: readonly Symptom[] = [
  'deployment_failed',
  'hook_failed',
  'rolled_back',
  'task_configuration_failure',
  'task_start_impaired',
];

/** What told that a deployment fails, and which is meant. */
export function hintOf({ deployment }: Recording, signals: readonly ServiceSignal[], service: Service): FailureHint {
  const meant = signals.filter(
    (signal) => symptomOf(signal) !== undefined && (deployment === undefined || signal.deploymentId === deployment),
  );
  const [telling] = meant.toSorted((one, other) => rank(one) - rank(other) || other.atMs - one.atMs);
  const symptom = telling === undefined ? undefined : symptomOf(telling);
  if (deployment !== undefined) {
    // It was asked for as the one that fails, so it is not taken for the way back.
    const asked = symptom === undefined || symptom === 'rolled_back' ? 'stalled' : symptom;
    return { symptom: asked, deploymentId: deployment, ...present({ reason: telling?.reason }) };
  }
  return {
    symptom: symptom ?? symptomShown(service),
    ...present({ deploymentId: telling?.deploymentId, reason: telling?.reason }),
  };
}

function rank(signal: ServiceSignal): number {
  const symptom = symptomOf(signal);
  return symptom === undefined ? tellingOrder.length : tellingOrder.indexOf(symptom);
}

/** Without an event only the service's own state tells. */
function symptomShown(service: Service): Symptom {
  if (isRollbackText(newestDeployment(service)?.rolloutStateReason ?? '')) return 'rolled_back';
  return service.deployments.some(({ rolloutState }) => rolloutState === 'FAILED') ? 'deployment_failed' : 'stalled';
}
