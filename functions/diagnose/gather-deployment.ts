import { present } from '../../shared/adapters/present.ts';
import type {
  DeploymentFacts,
  DeploymentTask,
  HookFacts,
  PlacementFailure,
  UnhealthyTarget,
} from '../../shared/decisions/diagnosis/deployment-facts.ts';
import type { FailedDeployment } from '../../shared/decisions/diagnosis/failed-deployment.ts';
import type { SignalKind } from '../../shared/events/facts.ts';
import type {
  DeployingService,
  DescribedServiceDeployment,
  ListedServiceDeployment,
} from '../../shared/ports/deployments.ts';
import type { DiagnosisRequest } from '../../shared/ports/diagnoses.ts';
import type { Service } from '../../shared/ports/ecs.ts';
import type { StoredService } from '../../shared/ports/ledger.ts';
import type { DiagnoseDeps } from './deps.ts';

/** A deployment and its service deployment are created in one go; events and clocks differ by so much at most. */
const createdTogetherMs = 60_000;

/** Everything that ECS, the load balancer and the ledger know of the deployment. */
export async function gatherDeployment(
  deps: DiagnoseDeps,
  request: DiagnosisRequest,
  { service, events, ecsRollsBack }: DeployingService,
  { deployment, deploymentId, rollbackDeploymentId }: FailedDeployment,
): Promise<DeploymentFacts> {
  const ref = { clusterArn: service.clusterArn, service: service.serviceName };
  const startedAtMs = deployment?.createdAtMs;
  const taskDefinition = deployment?.taskDefinition;
  const [serviceDeployment, tasks, unhealthyTargets, logs, stored] = await Promise.all([
    findServiceDeployment(deps, request, service, startedAtMs),
    deploymentId === undefined ? [] : deps.deployments.tasksOf(ref, deploymentId),
    unhealthyTargetsOf(deps, service),
    taskDefinition === undefined ? undefined : deps.deployments.logsOf(taskDefinition),
    deps.ledger.readService(service.serviceArn),
  ]);
  const firstMs = startedAtMs ?? tasks[0]?.createdAtMs ?? serviceDeployment?.createdAtMs ?? 0;
  const known = {
    symptomReason: request.reason,
    deploymentId,
    rollbackDeploymentId,
    taskDefinition,
    startedAtMs,
    rolloutState: deployment?.rolloutState,
    rolloutStateReason: deployment?.rolloutStateReason,
    serviceDeployment,
  };
  return {
    serviceArn: service.serviceArn,
    clusterArn: service.clusterArn,
    serviceName: service.serviceName,
    symptom: request.symptom,
    deploymentController: service.deploymentController,
    deploymentStrategy: service.deploymentStrategy,
    observedAtMs: deps.clock.nowMs(),
    desiredCount: deployment?.desiredCount ?? service.desiredCount,
    runningCount: deployment?.runningCount ?? tasks.filter(isRunning).length,
    pendingCount: deployment?.pendingCount ?? 0,
    failedTasks: deployment?.failedTasks ?? 0,
    capacityProviders: service.capacityProviderStrategy.map(({ capacityProvider }) => capacityProvider),
    ecsRollsBack,
    tasks,
    serviceEvents: events.filter(({ atMs }) => atMs >= firstMs),
    placementFailures: placementFailuresOf(deps, stored, service, firstMs),
    unhealthyTargets,
    hooks: hooksOf(request, serviceDeployment),
    logs: logs ?? [],
    ...present(known),
  };
}

/** Nothing in DescribeServices says which service deployment belongs to a deployment of an earlier moment: its time does. */
async function findServiceDeployment(
  { deployments }: DiagnoseDeps,
  { serviceDeploymentArn }: DiagnosisRequest,
  service: Service,
  startedAtMs: number | undefined,
): Promise<DescribedServiceDeployment | undefined> {
  if (serviceDeploymentArn !== undefined) return deployments.serviceDeployment(serviceDeploymentArn);
  if (service.deploymentController !== 'ECS') return undefined;
  if (startedAtMs === undefined) {
    return service.currentServiceDeployment === undefined
      ? undefined
      : deployments.serviceDeployment(service.currentServiceDeployment);
  }
  const ref = { clusterArn: service.clusterArn, service: service.serviceName };
  const listed = await deployments.serviceDeploymentsSince(ref, startedAtMs - createdTogetherMs);
  const gapMs = ({ createdAtMs }: ListedServiceDeployment) => Math.abs(createdAtMs - startedAtMs);
  const [nearest] = [...listed].sort((left, right) => gapMs(left) - gapMs(right));
  return nearest === undefined ? undefined : deployments.serviceDeployment(nearest.serviceDeploymentArn);
}

function isRunning({ desiredStatus, lastStatus }: DeploymentTask): boolean {
  return desiredStatus === 'RUNNING' && lastStatus === 'RUNNING';
}

async function unhealthyTargetsOf({ loadBalancers, telemetry }: DiagnoseDeps, service: Service) {
  const groups = service.loadBalancers.flatMap(({ targetGroupArn }) => targetGroupArn ?? []);
  try {
    const health = await Promise.all(groups.map((group) => loadBalancers.targetHealth(group)));
    return health
      .flat()
      .flatMap(({ id, state, reason, description }): UnhealthyTarget[] =>
        state === 'unhealthy' ? [{ id, state, ...present({ reason, description }) }] : [],
      );
  } catch (error) {
    // One piece of evidence less; the others may do.
    telemetry.postponed(service.serviceArn, 'target health is not known', error);
    return [];
  }
}

const placementFailureKinds: readonly SignalKind[] = [
  'spot_placement_failure',
  'on_demand_placement_failure',
  // Of its providers nothing is kept, so its reason alone speaks.
  'other_placement_failure',
];

/** The newest of each kind is enough: it says that there was one since the deployment began. */
function placementFailuresOf(
  { stackPolicy }: DiagnoseDeps,
  { signals }: StoredService,
  service: Service,
  sinceMs: number,
): PlacementFailure[] {
  const spotProvider = stackPolicy.defaults['spot-provider'];
  const onDemandProvider = stackPolicy.defaults['on-demand-provider'];
  return placementFailureKinds.flatMap((kind) => {
    const signal = signals[kind];
    if (signal === undefined || signal.atMs < sinceMs) return [];
    const named = { spot_placement_failure: spotProvider, on_demand_placement_failure: onDemandProvider };
    const provider = kind in named ? named[kind as keyof typeof named] : undefined;
    const isOurs = service.capacityProviderStrategy.some(({ capacityProvider }) => capacityProvider === provider);
    const capacityProviders = provider !== undefined && isOurs ? [provider] : [];
    return [{ atMs: signal.atMs, capacityProviders, ...present({ reason: signal.reason }) }];
  });
}

function hooksOf(request: DiagnosisRequest, described: DescribedServiceDeployment | undefined): HookFacts[] {
  const failed = (described?.hooks ?? []).filter(({ status }) => status === 'FAILED' || status === 'TIMED_OUT');
  return [...(request.hook === undefined ? [] : [request.hook]), ...failed];
}
