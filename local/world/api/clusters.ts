import { AwsError, clientError, invalidParameter } from '../aws-error.ts';
import { isFargate, present, strategyOf, tagList } from '../describe.ts';
import type { Engine } from '../engine.ts';
import type { ClusterModel, StrategyItem, TaskDefinitionModel, TaskModel } from '../model.ts';
import { environmentOf } from '../run-container.ts';
import {
  type Input,
  lastSegment,
  optionalNumber,
  optionalText,
  page,
  records,
  refuseUnknown,
  tagsOf,
  text,
  texts,
} from './input.ts';

type Output = Record<string, unknown>;

export function arnScope(engine: Engine): string {
  return `arn:aws:ecs:${engine.region}:${engine.account}`;
}

/** By name or ARN; `default` where the request names none. */
export function clusterOf(engine: Engine, input: Input): ClusterModel {
  const name = lastSegment(optionalText(input, 'cluster') ?? 'default');
  const cluster = engine.clusters.get(name);
  if (cluster === undefined) throw new AwsError('ClusterNotFoundException', 'Cluster not found.');
  if (cluster.status === 'INACTIVE')
    throw new AwsError('ClusterNotFoundException', 'The referenced cluster was inactive.');
  return cluster;
}

/** At most one base, at least one weight above 0, providers that the cluster has. */
export function strategyFrom(cluster: ClusterModel, input: Input): StrategyItem[] | undefined {
  if (input.capacityProviderStrategy === undefined) return undefined;
  const items = records(input, 'capacityProviderStrategy').map(
    ({ capacityProvider, base, weight }): StrategyItem => ({
      capacityProvider: String(capacityProvider),
      ...(typeof base === 'number' ? { base } : {}),
      ...(typeof weight === 'number' ? { weight } : {}),
    }),
  );
  const foreign = items.find(({ capacityProvider }) => !cluster.capacityProviders.includes(capacityProvider));
  if (foreign !== undefined) {
    throw invalidParameter(
      `The specified capacity provider ${foreign.capacityProvider} is not associated with the cluster.`,
    );
  }
  if (items.filter(({ base = 0 }) => base > 0).length > 1) {
    throw invalidParameter(
      'The specified capacity provider strategy cannot contain more than one capacity provider with a base.',
    );
  }
  if (items.length > 0 && items.every(({ weight = 0 }) => weight === 0)) {
    throw invalidParameter(
      'The specified capacity provider strategy must contain at least one provider with a weight greater than 0.',
    );
  }
  const fargate = items.filter(({ capacityProvider }) => isFargate(capacityProvider)).length;
  if (fargate > 0 && fargate < items.length) {
    throw invalidParameter('A capacity provider strategy cannot mix Fargate with other capacity providers.');
  }
  return items;
}

export function createCluster(engine: Engine, input: Input): Output {
  refuseUnknown('CreateCluster', input, [
    'clusterName',
    'capacityProviders',
    'defaultCapacityProviderStrategy',
    'tags',
    'settings',
  ]);
  const name = optionalText(input, 'clusterName') ?? 'default';
  const known = engine.clusters.get(name);
  if (known?.status === 'ACTIVE') return { cluster: describeCluster(known) };
  const cluster: ClusterModel = {
    arn: `${arnScope(engine)}:cluster/${name}`,
    name,
    capacityProviders: texts(input, 'capacityProviders'),
    defaultStrategy: [],
    status: 'ACTIVE',
    services: new Map(),
    containerInstances: new Map(),
  };
  engine.clusters.set(name, cluster);
  return { cluster: describeCluster(cluster) };
}

/** Refused while anything lives in it: services first, then tasks and container instances. */
export function deleteCluster(engine: Engine, input: Input): Output {
  refuseUnknown('DeleteCluster', input, ['cluster']);
  const cluster = clusterOf(engine, { cluster: text(input, 'cluster') });
  const refuse = (things: string, text: string) => new AwsError(`ClusterContains${things}Exception`, text);
  if ([...cluster.services.values()].some(({ status }) => status !== 'INACTIVE')) {
    throw refuse('Services', 'The Cluster cannot be deleted while Services are active.');
  }
  const lives = ({ clusterArn, lastStatus }: TaskModel) => clusterArn === cluster.arn && lastStatus !== 'STOPPED';
  if ([...engine.tasks.values()].some(lives)) {
    throw refuse('Tasks', 'The Cluster cannot be deleted while Tasks are active.');
  }
  if (cluster.containerInstances.size > 0) {
    throw refuse(
      'ContainerInstances',
      'The Cluster cannot be deleted while Container Instances are active or draining.',
    );
  }
  cluster.status = 'INACTIVE';
  return { cluster: describeCluster(cluster) };
}

export function listClusters(engine: Engine, input: Input): Output {
  refuseUnknown('ListClusters', input, ['nextToken', 'maxResults']);
  const arns = [...engine.clusters.values()].filter(({ status }) => status === 'ACTIVE').map(({ arn }) => arn);
  const { items, nextToken } = page(arns, input, 100);
  return present({ clusterArns: items, nextToken });
}

export function describeClusters(engine: Engine, input: Input): Output {
  refuseUnknown('DescribeClusters', input, ['clusters', 'include']);
  const names = texts(input, 'clusters');
  const asked = names.length === 0 ? ['default'] : names;
  const found = asked.map((name) => engine.clusters.get(lastSegment(name)));
  return {
    clusters: found.flatMap((cluster) => (cluster === undefined ? [] : [describeCluster(cluster)])),
    failures: asked.filter((_, index) => found[index] === undefined).map((name) => ({ arn: name, reason: 'MISSING' })),
  };
}

/** Replaces the whole list: a provider that is left out is detached, unless a service still uses it. */
export function putClusterCapacityProviders(engine: Engine, input: Input): Output {
  refuseUnknown('PutClusterCapacityProviders', input, [
    'cluster',
    'capacityProviders',
    'defaultCapacityProviderStrategy',
  ]);
  const cluster = clusterOf(engine, input);
  const providers = texts(input, 'capacityProviders');
  const used = [...cluster.services.values()].flatMap((service) =>
    service.status === 'ACTIVE' ? (service.deployments[0]?.revision.strategy ?? []) : [],
  );
  const detached = used.find(({ capacityProvider }) => !providers.includes(capacityProvider));
  if (detached !== undefined) {
    throw new AwsError(
      'ResourceInUseException',
      `The specified capacity provider ${detached.capacityProvider} is in use and cannot be removed.`,
    );
  }
  cluster.capacityProviders = providers;
  const strategy = strategyFrom(cluster, { capacityProviderStrategy: input.defaultCapacityProviderStrategy });
  cluster.defaultStrategy = strategy ?? [];
  return { cluster: describeCluster(cluster) };
}

function describeCluster(cluster: ClusterModel): Output {
  return {
    clusterArn: cluster.arn,
    clusterName: cluster.name,
    status: cluster.status,
    capacityProviders: cluster.capacityProviders,
    defaultCapacityProviderStrategy: strategyOf(cluster.defaultStrategy),
    activeServicesCount: [...cluster.services.values()].filter(({ status }) => status === 'ACTIVE').length,
  };
}

export function registerTaskDefinition(engine: Engine, input: Input): Output {
  const family = text(input, 'family');
  const containers = records(input, 'containerDefinitions').map((container) => {
    const { name, image, stopTimeout } = container;
    if (typeof stopTimeout === 'number' && stopTimeout > 120)
      throw clientError('stopTimeout is at most 120 seconds on Fargate.');
    return {
      name: String(name),
      image: String(image ?? 'public.ecr.aws/docker/library/busybox:stable'),
      ...(typeof stopTimeout === 'number' ? { stopTimeoutMs: stopTimeout * 1000 } : {}),
      environment: environmentOf(container.environment),
      hasHealthCheck: container.healthCheck !== undefined,
      ...(Array.isArray(container.command) ? { command: container.command.map(String) } : {}),
      ports: records(container, 'portMappings').map((mapping) => ({
        containerPort: optionalNumber(mapping, 'containerPort') ?? 80,
        hostPort: optionalNumber(mapping, 'hostPort') ?? 0,
        protocol: optionalText(mapping, 'protocol') ?? 'tcp',
      })),
    };
  });
  if (containers.length === 0) throw clientError('Container list cannot be empty.');
  const revision = (engine.families.get(family) ?? 0) + 1;
  engine.families.set(family, revision);
  const { tags: _tags, ...registered } = input;
  const definition: TaskDefinitionModel = {
    arn: `${arnScope(engine)}:task-definition/${family}:${revision}`,
    family,
    revision,
    cpu: optionalText(input, 'cpu') ?? '256',
    memory: optionalText(input, 'memory') ?? '512',
    networkMode: optionalText(input, 'networkMode') ?? 'bridge',
    containers,
    registered,
    tags: tagsOf(input),
  };
  engine.taskDefinitions.set(definition.arn, definition);
  return { taskDefinition: describeDefinition(definition), tags: tagList(definition.tags) };
}

export function describeTaskDefinition(engine: Engine, input: Input): Output {
  refuseUnknown('DescribeTaskDefinition', input, ['taskDefinition', 'include']);
  const definition = taskDefinitionOf(engine, text(input, 'taskDefinition'));
  const withTags = texts(input, 'include').includes('TAGS');
  return present({
    taskDefinition: describeDefinition(definition),
    tags: withTags ? tagList(definition.tags) : undefined,
  });
}

/** By ARN, `family:revision`, or `family` for the newest. */
export function taskDefinitionOf(engine: Engine, nameOrArn: string): TaskDefinitionModel {
  const name = lastSegment(nameOrArn);
  const full = name.includes(':') ? name : `${name}:${engine.families.get(name) ?? 0}`;
  const definition = engine.taskDefinitions.get(`${arnScope(engine)}:task-definition/${full}`);
  if (definition === undefined) throw clientError('Unable to describe task definition.');
  return definition;
}

function describeDefinition(definition: TaskDefinitionModel): Output {
  return {
    ...definition.registered,
    taskDefinitionArn: definition.arn,
    family: definition.family,
    revision: definition.revision,
    status: 'ACTIVE',
  };
}
