import { createDeployments } from '../../shared/adapters/deployments.ts';
import { present } from '../../shared/adapters/present.ts';
import type {
  DeploymentFacts,
  HookFacts,
  PlacementFailure,
  UnhealthyTarget,
} from '../../shared/decisions/diagnosis/deployment-facts.ts';
import { failedDeployment } from '../../shared/decisions/diagnosis/failed-deployment.ts';
import type { ServiceSignal } from '../../shared/events/facts.ts';
import type { DescribedServiceDeployment } from '../../shared/ports/deployments.ts';
import { InputError } from '../replay/trace.ts';
import { hintOf, isOf, serviceOf } from './meant.ts';
import { recordedEcs } from './recorded-ecs.ts';
import { eventTasks, latestTasks, signalsOf } from './recorded-events.ts';
import { parseHistory, type RecordedTask, type Recording } from './recording.ts';

/**
 * The facts that a recorded history holds about its failing deployment. The same pure parts as in the Lambda say which
 * deployment that is and what ECS's answers mean; only the questions are answered by the file.
 * @param file names it in errors.
 * @throws InputError naming the file and the member that cannot be used.
 */
export async function factsOfHistory(file: string, content: string): Promise<DeploymentFacts> {
  const recording = parseHistory(file, content);
  const signals = signalsOf(file, recording);
  const tasks = latestTasks([...eventTasks(file, recording), ...(recording.describeTasks?.tasks ?? [])]);
  const recordedService = serviceOf(file, recording, signals, tasks);
  const own = signals.filter(({ serviceArn }) => serviceArn === recordedService.serviceArn);
  const ownTasks = tasks.filter((task) => isOf(task, recordedService));
  const deployments = createDeployments(
    recordedEcs({
      service: recordedService,
      tasks: ownTasks,
      serviceDeployments: recording.describeServiceDeployments?.serviceDeployments ?? [],
      taskDefinition: recording.describeTaskDefinition?.taskDefinition,
    }),
  );
  const ref = { clusterArn: recordedService.clusterArn, service: recordedService.serviceName };
  const described = await deployments.describe(ref);
  if (described === undefined) throw new InputError(`${file}: describeServices.services: holds no service`);
  const { service, events, ecsRollsBack } = described;

  const hint = hintOf(recording, own, service);
  const failed = failedDeployment(service, hint);
  const { deployment, rollbackDeploymentId } = failed;
  const deploymentId = failed.deploymentId ?? newestStartedBy(ownTasks);
  const deploymentTasks = deploymentId === undefined ? [] : await deployments.tasksOf(ref, deploymentId);
  const startedAtMs = deployment?.createdAtMs;
  const firstMs = startedAtMs ?? deploymentTasks[0]?.createdAtMs ?? 0;
  const serviceDeployment = await serviceDeploymentOf(deployments, recording, startedAtMs);
  const taskDefinition = deployment?.taskDefinition ?? taskDefinitionOf(ownTasks, deploymentId);
  return {
    serviceArn: service.serviceArn,
    clusterArn: service.clusterArn,
    serviceName: service.serviceName,
    symptom: hint.symptom,
    deploymentController: service.deploymentController,
    deploymentStrategy: service.deploymentStrategy,
    observedAtMs: latestTime(recording, own, ownTasks),
    desiredCount: deployment?.desiredCount ?? service.desiredCount,
    runningCount:
      deployment?.runningCount ?? deploymentTasks.filter(({ lastStatus }) => lastStatus === 'RUNNING').length,
    pendingCount: deployment?.pendingCount ?? 0,
    failedTasks: deployment?.failedTasks ?? 0,
    capacityProviders: service.capacityProviderStrategy.map(({ capacityProvider }) => capacityProvider),
    ecsRollsBack,
    tasks: deploymentTasks,
    serviceEvents: events.filter(({ atMs }) => atMs >= firstMs),
    placementFailures: placementFailuresOf(own, firstMs),
    unhealthyTargets: unhealthyTargetsOf(recording),
    hooks: hooksOf(own, serviceDeployment),
    logs: (await deployments.logsOf(taskDefinition ?? '')) ?? [],
    ...present({
      symptomReason: hint.reason,
      deploymentId,
      taskDefinition,
      startedAtMs,
      rolloutState: deployment?.rolloutState,
      rolloutStateReason: deployment?.rolloutStateReason,
      rollbackDeploymentId,
      serviceDeployment,
    }),
  };
}

/** CODE_DEPLOY and EXTERNAL show no deployments; their tasks carry the id of a task set instead. */
function newestStartedBy(tasks: readonly RecordedTask[]): string | undefined {
  return tasks
    .filter(({ startedBy }) => startedBy?.startsWith('ecs-svc/'))
    .toSorted((one, other) => (other.createdAt?.getTime() ?? 0) - (one.createdAt?.getTime() ?? 0))[0]?.startedBy;
}

function taskDefinitionOf(tasks: readonly RecordedTask[], deploymentId: string | undefined): string | undefined {
  return tasks.find(({ startedBy }) => startedBy === deploymentId)?.taskDefinitionArn;
}

/** No answer names the deployment of a service deployment: they begin together. */
async function serviceDeploymentOf(
  deployments: ReturnType<typeof createDeployments>,
  { describeServiceDeployments }: Recording,
  startedAtMs: number | undefined,
): Promise<DescribedServiceDeployment | undefined> {
  const all = describeServiceDeployments?.serviceDeployments ?? [];
  const distance = (createdAt: Date | undefined) =>
    startedAtMs === undefined || createdAt === undefined ? 0 : Math.abs(createdAt.getTime() - startedAtMs);
  const [nearest] = all.toSorted((one, other) => distance(one.createdAt) - distance(other.createdAt));
  return nearest === undefined ? undefined : deployments.serviceDeployment(nearest.serviceDeploymentArn);
}

function placementFailuresOf(signals: readonly ServiceSignal[], sinceMs: number): PlacementFailure[] {
  return signals
    .filter(({ eventName, atMs }) => eventName === 'SERVICE_TASK_PLACEMENT_FAILURE' && atMs >= sinceMs)
    .map(({ atMs, reason, capacityProviders }) => ({ atMs, capacityProviders, ...present({ reason }) }));
}

function unhealthyTargetsOf({ describeTargetHealth }: Recording): UnhealthyTarget[] {
  return (describeTargetHealth?.TargetHealthDescriptions ?? []).flatMap(({ Target, TargetHealth }) => {
    const { State: state = '', Reason: reason, Description: description } = TargetHealth ?? {};
    if (!['unhealthy', 'unused', 'unavailable'].includes(state)) return [];
    const id = [Target?.Id, Target?.Port].filter((part) => part !== undefined).join(':');
    return [{ id, state, ...present({ reason, description }) }];
  });
}

function hooksOf(signals: readonly ServiceSignal[], described: DescribedServiceDeployment | undefined): HookFacts[] {
  const told = signals.flatMap(({ atMs, eventName, hook }) =>
    hook === undefined || (described !== undefined && described.serviceDeploymentArn !== hook.serviceDeploymentArn)
      ? []
      : [{ atMs, status: eventName, ...present({ hookId: hook.hookId, lifecycleStage: hook.lifecycleStage }) }],
  );
  return [...told, ...(described?.hooks ?? [])];
}

/** When the history was recorded, as far as it tells: the last thing that happened in it. */
function latestTime(
  { describeServices }: Recording,
  signals: readonly ServiceSignal[],
  tasks: readonly RecordedTask[],
): number {
  const services = describeServices?.services ?? [];
  return Math.max(
    0,
    ...signals.map(({ atMs }) => atMs),
    ...tasks.flatMap(({ createdAt, startedAt, stoppedAt }) => [createdAt, startedAt, stoppedAt].map(msOf)),
    ...services.flatMap(({ events = [] }) => events.map(({ createdAt }) => msOf(createdAt))),
  );
}

function msOf(time: Date | undefined): number {
  return time?.getTime() ?? 0;
}
