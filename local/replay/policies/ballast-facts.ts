import type { ControlState } from '../../../shared/decisions/control-state.ts';
import type { ServiceFacts } from '../../../shared/decisions/service-facts.ts';
import { serviceArnOf } from '../../../shared/events/arn.ts';
import type { Service, ServiceDeployment } from '../../../shared/ports/ecs.ts';
import type { Engine } from '../engine.ts';
import { type DeploymentModel, runningOf, type ServiceModel, stays } from '../model.ts';
import type { Told } from './told.ts';

/** The replayed service as `decide` would read it: DescribeServices, ListTasks and the ledger. */

export const clusterArn = 'arn:aws:ecs:us-east-1:111122223333:cluster/replay';
/** With nothing but the name missing: a replay describes its services many thousand times. */
const serviceArns = serviceArnOf(clusterArn, '');
const deploymentArns = serviceArns.replace(':service/', ':service-deployment/');
const taskDefinition = 'arn:aws:ecs:us-east-1:111122223333:task-definition/web:1';

export interface Providers {
  readonly spotProvider: string;
  readonly onDemandProvider: string;
}

export function factsOf(engine: Engine, told: Told, control: ControlState, providers: Providers): ServiceFacts {
  const nowMs = engine.nowMs();
  const { primary, companion } = engine;
  let listedTasks = 0;
  let onDemandRunning = 0;
  for (const task of primary.tasks) {
    if (!stays(task)) continue;
    listedTasks += 1;
    if (task.provider === 'onDemand' && task.healthyAtMs !== undefined) onDemandRunning += 1;
  }
  return {
    serviceArn: serviceArns + primary.name,
    clusterArn,
    primary: described(primary, providers),
    listedTasks,
    onDemandRunning,
    ...(companion === undefined ? {} : { bridge: described(companion, providers) }),
    // The replay's service wants as many all along: nobody scales it.
    ledger: { tasks: told.tasks(nowMs), signals: told.signals(nowMs), control, autoScaled: false },
    paused: false,
    returnAsked: false,
  };
}

function described(service: ServiceModel, { spotProvider, onDemandProvider }: Providers): Service {
  const [newest] = service.deployments;
  const runningCount = runningOf(service);
  const provider = newest.provider === 'spot' ? spotProvider : onDemandProvider;
  return {
    serviceArn: serviceArns + service.name,
    serviceName: service.name,
    clusterArn,
    status: 'ACTIVE',
    desiredCount: service.desiredCount,
    runningCount,
    pendingCount: stayingOf(service) - runningCount,
    taskDefinition,
    loadBalancers: [],
    serviceRegistries: [],
    capacityProviderStrategy: [{ capacityProvider: provider, weight: 1 }],
    deploymentController: 'ECS',
    deploymentStrategy: 'ROLLING',
    schedulingStrategy: 'REPLICA',
    minimumHealthyPercent: 100,
    maximumPercent: 200,
    deployments: service.deployments.map((one) => describedDeployment(service, one)),
    currentServiceDeployment: `${deploymentArns}${service.name}/${newest.id}`,
    tags: {},
  };
}

function describedDeployment(service: ServiceModel, deployment: DeploymentModel): ServiceDeployment {
  const isNewest = deployment === service.deployments[0];
  let [runningCount, pendingCount] = [0, 0];
  for (const task of service.tasks) {
    if (!stays(task) || task.deployment !== deployment) continue;
    if (task.healthyAtMs === undefined) pendingCount += 1;
    else runningCount += 1;
  }
  return {
    id: deployment.id,
    status: isNewest ? 'PRIMARY' : 'ACTIVE',
    rolloutState: deployment.rolloutState,
    rolloutStateReason: deployment.reason,
    taskDefinition,
    desiredCount: isNewest ? service.desiredCount : runningCount + pendingCount,
    runningCount,
    pendingCount,
    failedTasks: 0,
    createdAtMs: deployment.createdAtMs,
  };
}

function stayingOf(service: ServiceModel): number {
  let count = 0;
  for (const task of service.tasks) if (stays(task)) count += 1;
  return count;
}
