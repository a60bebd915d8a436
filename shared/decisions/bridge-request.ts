import type { ServicePolicy } from '../policy/policy.ts';
import { bridgeOfTag } from '../ports/bridge-tag.ts';
import type { CreateService, LaunchConfiguration, Service, ServiceDeployment } from '../ports/ecs.ts';
import type { BridgeStep } from './bridge-step.ts';
import type { BridgeIneligible } from './plan.ts';

/** Every service of ours begins so; IAM allows creating and deleting no other name. */
export const bridgeNamePrefix = 'ballast-';

/** Why the service cannot have a bridge; `undefined` when it can. */
export function bridgeIneligibility(service: Service, policy: ServicePolicy): BridgeIneligible | undefined {
  if (service.deploymentController !== 'ECS') return 'deployment_controller';
  if (service.deploymentStrategy !== 'ROLLING') return 'deployment_strategy';
  if (service.schedulingStrategy !== 'REPLICA') return 'scheduling_strategy';
  if (!service.capacityProviderStrategy.some(({ capacityProvider }) => capacityProvider === policy.spotProvider)) {
    return 'spot_provider_not_in_strategy';
  }
  if (service.maximumPercent <= 100 && !policy.allowOverlap) return 'no_overlap';
  if (service.loadBalancers.some((balancer) => balancer.loadBalancerName !== undefined)) return 'classic_load_balancer';
  // Two services cannot offer the same Service Connect name; a mere client can be two.
  if ((service.serviceConnect?.serverPorts ?? 0) > 0) return 'service_connect_server';
  return undefined;
}

/**
 * The primary's deployment whose revision the bridge runs: the completed one. A deployment in progress may be the
 * failing one, so the bridge never leads; it moves once a task of the new revision answers and nothing but Spot
 * placement keeps the others away, and moves back when the deployment is rolled back.
 * @param followedId the deployment that the bridge follows now.
 * @param onlyPlacementBlocks Spot cannot place what is missing, and nothing else is known to fail.
 */
export function followedDeployment(
  primary: Service,
  followedId: string | undefined,
  onlyPlacementBlocks: boolean,
  healthyOfNewest: number,
): ServiceDeployment | undefined {
  const { deployments } = primary;
  const newest = deployments.find(({ status }) => status === 'PRIMARY');
  const sound = deployments.filter(({ rolloutState }) => rolloutState !== 'FAILED');
  const completed =
    sound.find(({ rolloutState }) => rolloutState === 'COMPLETED') ?? sound.find(({ status }) => status === 'ACTIVE');
  if (newest === undefined || newest.rolloutState === 'FAILED') return completed;
  if (completed === undefined || completed.id === newest.id || isRollback(newest, completed, deployments))
    return newest;
  const moves = newest.failedTasks === 0 && onlyPlacementBlocks && newest.pendingCount === 0 && healthyOfNewest > 0;
  return moves || followedId === newest.id ? newest : completed;
}

/** What it deploys has been complete before. A fix over a failed release has not. */
function isRollback(
  newest: ServiceDeployment,
  completed: ServiceDeployment,
  deployments: readonly ServiceDeployment[],
): boolean {
  return (
    /roll(ing)?[- ]?back/i.test(newest.rolloutStateReason ?? '') ||
    (newest.taskDefinition === completed.taskDefinition &&
      deployments.some(({ rolloutState }) => rolloutState === 'FAILED'))
  );
}

/** Everything that makes a task of it a full member of the service, as the given deployment rolls it out. */
export function launchConfiguration(primary: Service, deployment: ServiceDeployment | undefined): LaunchConfiguration {
  const { loadBalancers, serviceRegistries, healthCheckGracePeriodSeconds, enableExecuteCommand } = primary;
  const told = deployment ?? primary;
  const platformVersion = told.platformVersion ?? primary.platformVersion;
  const awsvpcConfiguration = told.awsvpcConfiguration ?? primary.awsvpcConfiguration;
  return {
    taskDefinition: told.taskDefinition,
    loadBalancers,
    serviceRegistries,
    ...(platformVersion === undefined ? {} : { platformVersion }),
    ...(awsvpcConfiguration === undefined ? {} : { awsvpcConfiguration }),
    ...(told.serviceConnect === undefined ? {} : { serviceConnect: told.serviceConnect }),
    ...(told.volumeConfigurations === undefined ? {} : { volumeConfigurations: told.volumeConfigurations }),
    ...(healthCheckGracePeriodSeconds === undefined ? {} : { healthCheckGracePeriodSeconds }),
    ...(enableExecuteCommand === undefined ? {} : { enableExecuteCommand }),
  };
}

export function isBridgeName(serviceName: string): boolean {
  return serviceName.startsWith(bridgeNamePrefix);
}

export function bridgeName(primaryName: string, generation: number): string {
  return `${bridgeNamePrefix}${primaryName.slice(0, 200)}-g${generation}`;
}

/** The request that makes a bridge: the primary's own launch configuration, on demand, and none of its tags. */
export function createBridge(
  { facts, primary, policy, nowMs }: BridgeStep,
  deployment: ServiceDeployment | undefined,
  generation: number,
  desiredCount: number,
): CreateService {
  return {
    ...launchConfiguration(primary, deployment),
    clusterArn: facts.clusterArn,
    serviceName: bridgeName(primary.serviceName, generation),
    desiredCount,
    capacityProviderStrategy: [{ capacityProvider: policy.onDemandProvider, weight: 1 }],
    tags: { [bridgeOfTag]: facts.serviceArn },
    clientToken: `${generation}-${Math.floor(nowMs / 1000)}-${hashOf(facts.serviceArn)}`.slice(0, 36),
  };
}

/** Tells services apart that get their bridges in the same second: a token of ECS has to be unique. */
function hashOf(text: string): string {
  // Two 32-bit multiplicative hashes: one alone would meet itself in a storm of thousands.
  let [left, right] = [0, 0];
  for (let index = 0; index < text.length; index += 1) {
    left = (Math.imul(left, 31) + text.charCodeAt(index)) >>> 0;
    right = (Math.imul(right, 16_777_619) ^ text.charCodeAt(index)) >>> 0;
  }
  return `${left.toString(36)}${right.toString(36)}`;
}
