import type { Failure } from '../world/failure.ts';
import type { World } from '../world/world.ts';

/** The calls that every scenario makes to set its stage. */

/** Where tasks with addresses of their own are put. */
/** Of tasks and services alike. */
export const network = {
  awsvpcConfiguration: {
    subnets: ['subnet-0a1b2c3d4e5f60718', 'subnet-0b1c2d3e4f5061728'],
    securityGroups: ['sg-0123456789abcdef0'],
    assignPublicIp: 'DISABLED',
  },
};

const containerPort = 8080;

/** Tags of a service that Ballast acts for. */
export const acting = { 'ballast:managed': 'true', 'ballast:mode': 'act' };

export interface ServiceSetup {
  readonly name: string;
  readonly desiredCount: number;
  readonly tags?: Readonly<Record<string, string>>;
  readonly strategy?: readonly {
    readonly capacityProvider: string;
    readonly base?: number;
    readonly weight?: number;
  }[];
  readonly targetGroupArn?: string;
  /** Besides `targetGroupArn`. */
  readonly targetGroupArns?: readonly string[];
  /** AWS Cloud Map. */
  readonly registryArn?: string;
  /** Of each task: `1024` is one vCPU. */
  readonly cpu?: string;
  /** On container instances, with a host port that each task gets anew. */
  readonly onContainerInstances?: boolean;
  /** Seconds, in the task definition. */
  readonly stopTimeout?: number;
  readonly minimumHealthyPercent?: number;
  readonly maximumPercent?: number;
  readonly circuitBreaker?: { readonly enable: boolean; readonly rollback: boolean };
  /** Seconds after RUNNING in which a target's health does not matter. */
  readonly healthCheckGracePeriodSeconds?: number;
  /** Further members of its deploymentConfiguration, as AWS names them. */
  readonly deploymentConfiguration?: Readonly<Record<string, unknown>>;
  readonly serviceConnectConfiguration?: Readonly<Record<string, unknown>>;
  /** Further members of CreateService, as AWS names them. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** @returns the cluster's ARN. */
export function createCluster(world: World, clusterName: string, moreProviders: readonly string[] = []): string {
  const capacityProviders = ['FARGATE', 'FARGATE_SPOT', ...moreProviders];
  world.call('ecs', 'CreateCluster', { clusterName, capacityProviders });
  return arnOf(world.call('ecs', 'DescribeClusters', { clusters: [clusterName] }), 'clusters', 'clusterArn');
}

export interface TaskSetup {
  /** Seconds. */
  readonly stopTimeout?: number;
  readonly cpu?: string;
  readonly onContainerInstances?: boolean;
  readonly tags?: Readonly<Record<string, string>>;
  /** Of its container, as AWS names it. */
  readonly logConfiguration?: Readonly<Record<string, unknown>>;
}

/** @returns the task definition's ARN. */
export function registerTask(world: World, family: string, options: TaskSetup = {}): string {
  const launchType = options.onContainerInstances === true ? 'EC2' : 'FARGATE';
  const { taskDefinition } = world.call('ecs', 'RegisterTaskDefinition', {
    family,
    requiresCompatibilities: [launchType],
    networkMode: launchType === 'EC2' ? 'bridge' : 'awsvpc',
    cpu: options.cpu ?? '256',
    memory: '512',
    containerDefinitions: [
      {
        name: family,
        image: `111122223333.dkr.ecr.us-east-1.amazonaws.com/${family}:1`,
        portMappings: [{ containerPort, ...(launchType === 'EC2' ? { hostPort: 0 } : {}) }],
        ...(options.stopTimeout === undefined ? {} : { stopTimeout: options.stopTimeout }),
        ...(options.logConfiguration === undefined ? {} : { logConfiguration: options.logConfiguration }),
      },
    ],
    tags: tagList(options.tags ?? {}),
  });
  return arnOf({ items: [taskDefinition] }, 'items', 'taskDefinitionArn');
}

/** @returns the service's ARN. */
export function createService(world: World, clusterArn: string, setup: ServiceSetup): string {
  const {
    name,
    targetGroupArn,
    targetGroupArns = [],
    serviceConnectConfiguration,
    healthCheckGracePeriodSeconds,
  } = setup;
  const groups = targetGroupArn === undefined ? targetGroupArns : [targetGroupArn, ...targetGroupArns];
  const deploymentConfiguration = deploymentConfigurationOf(setup);
  const { service } = world.call('ecs', 'CreateService', {
    cluster: clusterArn,
    serviceName: name,
    taskDefinition: registerTask(world, name, taskSetupOf(setup)),
    desiredCount: setup.desiredCount,
    capacityProviderStrategy: setup.strategy ?? [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
    ...(setup.onContainerInstances === true ? {} : { networkConfiguration: network }),
    tags: tagList(setup.tags ?? {}),
    ...(groups.length === 0
      ? {}
      : { loadBalancers: groups.map((arn) => ({ targetGroupArn: arn, containerName: name, containerPort })) }),
    ...(setup.registryArn === undefined ? {} : { serviceRegistries: [{ registryArn: setup.registryArn }] }),
    ...(serviceConnectConfiguration === undefined ? {} : { serviceConnectConfiguration }),
    ...(deploymentConfiguration === undefined ? {} : { deploymentConfiguration }),
    ...(healthCheckGracePeriodSeconds === undefined ? {} : { healthCheckGracePeriodSeconds }),
    ...setup.members,
  });
  return arnOf({ items: [service] }, 'items', 'serviceArn');
}

/**
 * A release: a new revision of the task definition, rolled out without force.
 *
 * @returns the new task definition's ARN.
 */
export function deployRevision(
  world: World,
  clusterArn: string,
  name: string,
  options: TaskSetup & {
    /** Its tasks never reach RUNNING: their image cannot be pulled. */
    readonly broken?: boolean;
    /** How its tasks fail. */
    readonly fails?: Failure;
    /** Further members of UpdateService, as AWS names them. */
    readonly update?: Readonly<Record<string, unknown>>;
  } = {},
): string {
  const { broken = false, fails = broken ? { kind: 'image' } : undefined, update = {}, ...task } = options;
  const taskDefinition = registerTask(world, name, task);
  if (fails !== undefined) world.failTaskDefinition(taskDefinition, fails);
  world.call('ecs', 'UpdateService', { cluster: clusterArn, service: name, taskDefinition, ...update });
  return taskDefinition;
}

/** @param name as in `web:2`, or `web` for the newest. */
export function taskDefinitionArn(world: World, name: string): string {
  const { taskDefinition } = world.call('ecs', 'DescribeTaskDefinition', { taskDefinition: name });
  return arnOf({ items: [taskDefinition] }, 'items', 'taskDefinitionArn');
}

/** @returns the ARNs of as many EC2 instances that joined the cluster. */
export function addContainerInstances(world: World, clusterArn: string, count: number): string[] {
  return Array.from({ length: count }, () => world.addContainerInstance(clusterArn));
}

function taskSetupOf({ stopTimeout, cpu, onContainerInstances }: ServiceSetup): TaskSetup {
  return {
    ...(stopTimeout === undefined ? {} : { stopTimeout }),
    ...(cpu === undefined ? {} : { cpu }),
    ...(onContainerInstances === undefined ? {} : { onContainerInstances }),
  };
}

/** What the setup leaves out is ECS's default. */
function deploymentConfigurationOf(setup: ServiceSetup): Record<string, unknown> | undefined {
  const { minimumHealthyPercent, maximumPercent, circuitBreaker } = setup;
  const configuration = {
    ...setup.deploymentConfiguration,
    ...(minimumHealthyPercent === undefined ? {} : { minimumHealthyPercent }),
    ...(maximumPercent === undefined ? {} : { maximumPercent }),
    ...(circuitBreaker === undefined ? {} : { deploymentCircuitBreaker: circuitBreaker }),
  };
  return Object.keys(configuration).length === 0 ? undefined : configuration;
}

/** A standalone job on Spot. @returns the task's ARN. */
export function runJob(world: World, clusterArn: string, taskDefinition: string): string {
  const answer = world.call('ecs', 'RunTask', {
    cluster: clusterArn,
    taskDefinition,
    capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
    networkConfiguration: network,
  });
  return arnOf(answer, 'tasks', 'taskArn');
}

function tagList(tags: Readonly<Record<string, string>>): { key: string; value: string }[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

function arnOf(answer: Record<string, unknown>, list: string, member: string): string {
  const items = answer[list];
  const first: unknown = Array.isArray(items) ? items[0] : undefined;
  const arn =
    typeof first === 'object' && first !== null
      ? Object.entries(first).find(([key]) => key === member)?.[1]
      : undefined;
  if (typeof arn !== 'string') throw new Error(`the world answered without ${list}[0].${member}`);
  return arn;
}
