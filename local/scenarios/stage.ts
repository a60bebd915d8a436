import type { World } from '../world/world.ts';

/** The calls that every scenario makes to set its stage. */

const network = {
  awsvpcConfiguration: {
    subnets: ['subnet-0a1b2c3d4e5f60718', 'subnet-0b1c2d3e4f5061728'],
    securityGroups: ['sg-0123456789abcdef0'],
    assignPublicIp: 'DISABLED',
  },
};

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
  /** Seconds, in the task definition. */
  readonly stopTimeout?: number;
}

/** @returns the cluster's ARN. */
export function createCluster(world: World, clusterName: string): string {
  world.call('ecs', 'CreateCluster', { clusterName, capacityProviders: ['FARGATE', 'FARGATE_SPOT'] });
  return arnOf(world.call('ecs', 'DescribeClusters', { clusters: [clusterName] }), 'clusters', 'clusterArn');
}

/** @returns the task definition's ARN. */
export function registerTask(
  world: World,
  family: string,
  options: { readonly stopTimeout?: number; readonly tags?: Readonly<Record<string, string>> } = {},
): string {
  const { taskDefinition } = world.call('ecs', 'RegisterTaskDefinition', {
    family,
    requiresCompatibilities: ['FARGATE'],
    networkMode: 'awsvpc',
    cpu: '256',
    memory: '512',
    containerDefinitions: [
      {
        name: family,
        image: `111122223333.dkr.ecr.us-east-1.amazonaws.com/${family}:1`,
        ...(options.stopTimeout === undefined ? {} : { stopTimeout: options.stopTimeout }),
      },
    ],
    tags: tagList(options.tags ?? {}),
  });
  return arnOf({ items: [taskDefinition] }, 'items', 'taskDefinitionArn');
}

/** @returns the service's ARN. */
export function createService(world: World, clusterArn: string, setup: ServiceSetup): string {
  const taskDefinition = registerTask(
    world,
    setup.name,
    setup.stopTimeout === undefined ? {} : { stopTimeout: setup.stopTimeout },
  );
  const { service } = world.call('ecs', 'CreateService', {
    cluster: clusterArn,
    serviceName: setup.name,
    taskDefinition,
    desiredCount: setup.desiredCount,
    capacityProviderStrategy: setup.strategy ?? [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
    networkConfiguration: network,
    tags: tagList(setup.tags ?? {}),
    ...(setup.targetGroupArn === undefined
      ? {}
      : { loadBalancers: [{ targetGroupArn: setup.targetGroupArn, containerName: setup.name, containerPort: 8080 }] }),
  });
  return arnOf({ items: [service] }, 'items', 'serviceArn');
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
