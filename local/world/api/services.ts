import { AwsError, invalidParameter } from '../aws-error.ts';
import { refuseImpossibleMonitors } from '../deployment-monitors.ts';
import { describeService, present, record, shownOfDeployment, strategyOf } from '../describe.ts';
import type { Engine } from '../engine.ts';
import type { DeploymentModel, RevisionModel, ServiceModel, StrategyItem } from '../model.ts';
import { deploy } from '../releases.ts';
import { stopTask } from '../tasks.ts';
import { arnScope, clusterOf, strategyFrom, taskDefinitionOf } from './clusters.ts';
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

import { refuseMismatchedVolumes, refuseMissingNetwork } from './launch-request.ts';

type Output = Record<string, unknown>;

const createMembers = [
  'cluster',
  'serviceName',
  'taskDefinition',
  'loadBalancers',
  'serviceRegistries',
  'desiredCount',
  'clientToken',
  'launchType',
  'capacityProviderStrategy',
  'platformVersion',
  'role',
  'deploymentConfiguration',
  'placementConstraints',
  'placementStrategy',
  'networkConfiguration',
  'healthCheckGracePeriodSeconds',
  'schedulingStrategy',
  'deploymentController',
  'tags',
  'enableECSManagedTags',
  'propagateTags',
  'enableExecuteCommand',
  'serviceConnectConfiguration',
  'volumeConfigurations',
  'availabilityZoneRebalancing',
  'vpcLatticeConfigurations',
];

export function createService(engine: Engine, input: Input): Output {
  refuseUnknown('CreateService', input, createMembers);
  const cluster = clusterOf(engine, input);
  const name = text(input, 'serviceName');
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) throw invalidParameter('Invalid service name.');
  if (input.launchType !== undefined && input.capacityProviderStrategy !== undefined) {
    throw invalidParameter('Specifying both a launch type and capacity provider strategy is not supported.');
  }
  const clientToken = optionalText(input, 'clientToken');
  const existing = cluster.services.get(name);
  if (existing !== undefined && existing.status !== 'INACTIVE') {
    if (clientToken !== undefined && existing.clientToken === clientToken) return answer(engine, existing);
    if (existing.status === 'DRAINING') throw invalidParameter('Unable to Start a service that is still Draining.');
    throw invalidParameter('Creation of service was not idempotent.');
  }
  const strategy = strategyFrom(cluster, input) ?? (input.launchType === undefined ? cluster.defaultStrategy : []);
  const deployment = record(input.deploymentConfiguration);
  const service: ServiceModel = {
    arn: `${arnScope(engine)}:service/${cluster.name}/${name}`,
    name,
    clusterArn: cluster.arn,
    ...(clientToken === undefined ? {} : { clientToken }),
    createdAtMs: engine.nowMs(),
    tags: tagsOf(input),
    settings: input,
    minimumHealthyPercent: optionalNumber(deployment, 'minimumHealthyPercent') ?? 100,
    maximumPercent: optionalNumber(deployment, 'maximumPercent') ?? 200,
    status: 'ACTIVE',
    desiredCount: optionalNumber(input, 'desiredCount') ?? 0,
    deployments: [],
    history: [],
    tasks: new Set(),
    events: [],
    stoppedTasks: [],
    steady: false,
    launches: 0,
    placementBackoffMs: 0,
    nextPlacementAtMs: 0,
    past: [],
  };
  const revision: RevisionModel = {
    ...revisionDefaults,
    ...revisionMembers(engine, input),
    arn: revisionArn(engine, service),
    taskDefinition: taskDefinitionOf(engine, text(input, 'taskDefinition')),
    strategy,
    ...(strategy.length === 0 ? { launchType: optionalText(input, 'launchType') ?? 'FARGATE' } : {}),
  };
  refuseImpossibleMonitors(input.deploymentConfiguration);
  refuseMismatchedTargetGroups(engine, revision);
  refuseMissingNetwork(revision.taskDefinition, revision.networkConfiguration);
  refuseMismatchedVolumes(revision.taskDefinition, revision.volumeConfigurations);
  cluster.services.set(name, service);
  engine.figures.changed(service);
  deploy(engine, service, revision);
  return answer(engine, service);
}

/** What triggers a deployment; everything else is changed at once. */
const deployingMembers = [
  'taskDefinition',
  'networkConfiguration',
  'platformVersion',
  'loadBalancers',
  'serviceRegistries',
  'serviceConnectConfiguration',
  'volumeConfigurations',
  'vpcLatticeConfigurations',
];

/** The members of a request that a revision takes over; what the request leaves out stays as it is. */
function revisionMembers(engine: Engine, input: Input): Partial<RevisionModel> {
  const { taskDefinition, networkConfiguration, serviceConnectConfiguration, platformVersion } = input;
  return {
    ...(typeof taskDefinition === 'string' ? { taskDefinition: taskDefinitionOf(engine, taskDefinition) } : {}),
    ...(typeof platformVersion === 'string' ? { platformVersion } : {}),
    ...(networkConfiguration === undefined ? {} : { networkConfiguration: record(networkConfiguration) }),
    ...(input.loadBalancers === undefined ? {} : { loadBalancers: records(input, 'loadBalancers') }),
    ...(input.serviceRegistries === undefined ? {} : { serviceRegistries: records(input, 'serviceRegistries') }),
    ...(serviceConnectConfiguration === undefined
      ? {}
      : { serviceConnectConfiguration: record(serviceConnectConfiguration) }),
    ...(input.volumeConfigurations === undefined
      ? {}
      : { volumeConfigurations: records(input, 'volumeConfigurations') }),
  };
}

const revisionDefaults = {
  loadBalancers: [],
  serviceRegistries: [],
  volumeConfigurations: [],
  platformVersion: 'LATEST',
} satisfies Partial<RevisionModel>;

/** A task with a network interface of its own is reached at its address, never through its instance. */
function refuseMismatchedTargetGroups(engine: Engine, { loadBalancers, taskDefinition }: RevisionModel): void {
  if (taskDefinition.networkMode !== 'awsvpc') return;
  for (const { targetGroupArn } of loadBalancers) {
    if (engine.targetGroups.get(String(targetGroupArn))?.targetType !== 'instance') continue;
    throw invalidParameter(
      `The provided target group ${targetGroupArn} has target type instance, which is incompatible with the awsvpc network mode specified in the task definition.`,
    );
  }
}

/** Settings that DescribeServices shows and UpdateService may change. */
const updatableSettings = ['healthCheckGracePeriodSeconds', 'enableExecuteCommand', 'propagateTags'];

export function updateService(engine: Engine, input: Input): Output {
  refuseUnknown('UpdateService', input, [
    ...createMembers.filter((member) => !['serviceName', 'clientToken', 'launchType', 'role', 'tags'].includes(member)),
    'service',
    'forceNewDeployment',
  ]);
  const service = activeService(engine, input);
  const cluster = clusterOf(engine, input);
  const current = service.deployments[0]?.revision;
  if (current === undefined) throw new AwsError('ServerException', 'the service has no deployment', 500);
  const force = input.forceNewDeployment === true;
  const strategy = strategyFrom(cluster, input) ?? current.strategy;
  if (!force && !sameStrategy(strategy, current.strategy)) {
    throw invalidParameter(
      'When switching from launch type to capacity provider strategy on an existing service, or making a change to a capacity provider strategy on a service that is already using one, you must force a new deployment.',
    );
  }
  refuseImpossibleMonitors(input.deploymentConfiguration);
  const changed = revisionMembers(engine, input);
  const desiredCount = optionalNumber(input, 'desiredCount');
  if (desiredCount !== undefined) service.desiredCount = desiredCount;
  const configuration = record(input.deploymentConfiguration);
  const changedSettings = updatableSettings.filter((member) => input[member] !== undefined);
  service.settings = {
    ...service.settings,
    ...Object.fromEntries(changedSettings.map((member) => [member, input[member]])),
    deploymentConfiguration: { ...record(service.settings.deploymentConfiguration), ...configuration },
  };
  service.minimumHealthyPercent =
    optionalNumber(configuration, 'minimumHealthyPercent') ?? service.minimumHealthyPercent;
  service.maximumPercent = optionalNumber(configuration, 'maximumPercent') ?? service.maximumPercent;
  if (force || deployingMembers.some((member) => input[member] !== undefined)) {
    const revision: RevisionModel = { ...current, ...changed, arn: revisionArn(engine, service), strategy };
    deploy(engine, service, revision, { forced: force });
  }
  service.steady = false;
  engine.figures.changed(service);
  engine.wake(service);
  return answer(engine, service);
}

export function deleteService(engine: Engine, input: Input): Output {
  refuseUnknown('DeleteService', input, ['cluster', 'service', 'force']);
  const service = activeService(engine, input);
  if (service.desiredCount > 0 && input.force !== true) {
    throw invalidParameter('The service cannot be stopped while it is scaled above 0.');
  }
  service.status = 'DRAINING';
  service.desiredCount = 0;
  for (const task of service.tasks) stopTask(engine, task, 'ServiceSchedulerInitiated', 'Service deleted.');
  engine.figures.changed(service);
  engine.wake(service);
  return answer(engine, service);
}

export function describeServices(engine: Engine, input: Input): Output {
  refuseUnknown('DescribeServices', input, ['cluster', 'services', 'include']);
  const cluster = clusterOf(engine, input);
  const asked = texts(input, 'services');
  if (asked.length === 0) throw invalidParameter('Services cannot be empty.');
  if (asked.length > 10) throw invalidParameter('Services cannot have more than 10 elements.');
  const withTags = texts(input, 'include').includes('TAGS');
  const found = asked.map((name) => cluster.services.get(lastSegment(name)));
  return {
    services: found.flatMap((service) => (service === undefined ? [] : [lagged(engine, service, withTags)])),
    failures: asked
      .filter((_, index) => found[index] === undefined)
      .map((name) => ({ arn: `${arnScope(engine)}:service/${cluster.name}/${lastSegment(name)}`, reason: 'MISSING' })),
  };
}

/** The answer as of `describeLagMs` ago; a service younger than that is shown as it began. */
function lagged(engine: Engine, service: ServiceModel, withTags: boolean): Output {
  const asOfMs = engine.nowMs() - engine.switches.describeLagMs;
  const seen = service.past.findLast(({ atMs }) => atMs <= asOfMs) ?? service.past[0];
  if (engine.switches.describeLagMs === 0 || seen === undefined)
    return describeService(service, engine.switches, withTags);
  if (withTags) return seen.answer;
  const { tags: _tags, ...untagged } = seen.answer;
  return untagged;
}

export function listServices(engine: Engine, input: Input): Output {
  refuseUnknown('ListServices', input, ['cluster', 'nextToken', 'maxResults', 'launchType', 'schedulingStrategy']);
  const cluster = clusterOf(engine, input);
  const arns = [...cluster.services.values()].filter(({ status }) => status === 'ACTIVE').map(({ arn }) => arn);
  const { items, nextToken } = page(arns, input, 10);
  return present({ serviceArns: items, nextToken });
}

export function describeServiceRevisions(engine: Engine, input: Input): Output {
  refuseUnknown('DescribeServiceRevisions', input, ['serviceRevisionArns']);
  const arns = texts(input, 'serviceRevisionArns');
  const all = [...engine.clusters.values()].flatMap((cluster) =>
    [...cluster.services.values()].flatMap((service) => service.history.map((deployment) => ({ service, deployment }))),
  );
  const found = arns.map((arn) => all.find(({ deployment }) => deployment.revision.arn === arn));
  return {
    serviceRevisions: found.flatMap((one) => (one === undefined ? [] : [revisionOf(one.service, one.deployment)])),
    failures: arns.filter((_, index) => found[index] === undefined).map((arn) => ({ arn, reason: 'MISSING' })),
  };
}

function revisionOf(service: ServiceModel, { revision, createdAtMs }: DeploymentModel): Output {
  return present({
    serviceRevisionArn: revision.arn,
    serviceArn: service.arn,
    clusterArn: service.clusterArn,
    taskDefinition: revision.taskDefinition.arn,
    ...shownOfDeployment(revision),
    loadBalancers: revision.loadBalancers,
    serviceRegistries: revision.serviceRegistries,
    createdAt: new Date(createdAtMs),
  });
}

export function serviceOf(engine: Engine, input: Input): ServiceModel {
  const service = clusterOf(engine, input).services.get(lastSegment(text(input, 'service')));
  if (service === undefined) throw new AwsError('ServiceNotFoundException', 'Service not found.');
  return service;
}

function activeService(engine: Engine, input: Input): ServiceModel {
  const service = serviceOf(engine, input);
  if (service.status !== 'ACTIVE') throw new AwsError('ServiceNotActiveException', 'Service was not ACTIVE.');
  return service;
}

function sameStrategy(left: readonly StrategyItem[], right: readonly StrategyItem[]): boolean {
  return JSON.stringify(strategyOf(left)) === JSON.stringify(strategyOf(right));
}

function revisionArn(engine: Engine, service: ServiceModel): string {
  const serial = engine.id(`revision/${service.arn}/`);
  return `${service.arn.replace(':service/', ':service-revision/')}/${lastSegment(serial)}`;
}

function answer(engine: Engine, service: ServiceModel): Output {
  return { service: describeService(service, engine.switches, true) };
}
