import { AwsError, invalidParameter } from '../aws-error.ts';
import { monitorsOf } from '../deployment-monitors.ts';
import { countsOf, present, record } from '../describe.ts';
import type { Engine } from '../engine.ts';
import type { DeploymentModel, ServiceModel } from '../model.ts';
import { rollBack } from '../releases.ts';
import { type Input, optionalText, page, refuseUnknown, text, texts } from './input.ts';
import { serviceOf } from './services.ts';

type Output = Record<string, unknown>;

export function listServiceDeployments(engine: Engine, input: Input): Output {
  refuseUnknown('ListServiceDeployments', input, [
    'service',
    'cluster',
    'status',
    'createdAt',
    'nextToken',
    'maxResults',
  ]);
  const service = serviceOf(engine, input);
  const statuses = texts(input, 'status');
  const { after, before } = record(input.createdAt);
  const [fromMs, toMs] = [msOf(after) ?? Number.NEGATIVE_INFINITY, msOf(before) ?? Number.POSITIVE_INFINITY];
  const all = service.history.filter(
    ({ serviceDeploymentStatus, createdAtMs, rollsBack }) =>
      rollsBack === undefined &&
      (statuses.length === 0 || statuses.includes(serviceDeploymentStatus)) &&
      createdAtMs >= fromMs &&
      createdAtMs <= toMs,
  );
  const { items, nextToken } = page(all, input, 20);
  return present({ serviceDeployments: items.map((deployment) => brief(service, deployment)), nextToken });
}

export function describeServiceDeployments(engine: Engine, input: Input): Output {
  refuseUnknown('DescribeServiceDeployments', input, ['serviceDeploymentArns']);
  const arns = texts(input, 'serviceDeploymentArns');
  if (arns.length > 20) throw invalidParameter('serviceDeploymentArns cannot have more than 20 elements.');
  const found = arns.map((arn) => deploymentByArn(engine, arn));
  return {
    serviceDeployments: found.flatMap((one) =>
      one === undefined ? [] : [detailed(engine, one.service, one.deployment)],
    ),
    failures: arns.filter((_, index) => found[index] === undefined).map((arn) => ({ arn, reason: 'MISSING' })),
  };
}

export function stopServiceDeployment(engine: Engine, input: Input): Output {
  refuseUnknown('StopServiceDeployment', input, ['serviceDeploymentArn', 'stopType']);
  const arn = text(input, 'serviceDeploymentArn');
  if ((optionalText(input, 'stopType') ?? 'ROLLBACK') !== 'ROLLBACK')
    throw invalidParameter('Only ROLLBACK is a valid stop type.');
  const found = deploymentByArn(engine, arn);
  if (found === undefined) throw new AwsError('ServiceDeploymentNotFoundException', `${arn} is not found.`);
  const { serviceDeploymentStatus: status } = found.deployment;
  // What is rolled back already goes on with it.
  if (status === 'ROLLBACK_IN_PROGRESS') return { serviceDeploymentArn: arn };
  if (status !== 'IN_PROGRESS') throw new AwsError('ConflictException', `The service deployment is ${status}.`);
  rollBack(engine, found.service, found.deployment, 'StopServiceDeployment');
  return { serviceDeploymentArn: arn };
}

/** A Date in process, seconds since the epoch on the wire. */
function msOf(value: unknown): number | undefined {
  if (value instanceof Date) return value.getTime();
  return typeof value === 'number' ? value * 1_000 : undefined;
}

const date = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms));

function brief(service: ServiceModel, deployment: DeploymentModel): Output {
  return present({
    serviceDeploymentArn: deployment.serviceDeploymentArn,
    serviceArn: service.arn,
    clusterArn: service.clusterArn,
    targetServiceRevisionArn: deployment.revision.arn,
    status: deployment.serviceDeploymentStatus,
    statusReason: deployment.statusReason,
    createdAt: date(deployment.createdAtMs),
    startedAt: date(deployment.createdAtMs),
    finishedAt: date(deployment.finishedAtMs),
  });
}

function detailed(engine: Engine, service: ServiceModel, deployment: DeploymentModel): Output {
  const { targetServiceRevisionArn: _arn, ...rest } = brief(service, deployment);
  const { rollback, hooks } = deployment;
  const tasks = [...service.tasks].filter(({ deploymentId }) => deploymentId === deployment.id);
  const { runningCount, pendingCount } = countsOf(tasks, engine.switches);
  return {
    ...rest,
    targetServiceRevision: {
      arn: deployment.revision.arn,
      requestedTaskCount: service.desiredCount,
      runningTaskCount: runningCount,
      pendingTaskCount: pendingCount,
    },
    ...present({
      stoppedAt: deployment.serviceDeploymentStatus === 'STOPPED' ? date(deployment.finishedAtMs) : undefined,
      deploymentConfiguration: service.settings.deploymentConfiguration,
      lifecycleStage: deployment.lifecycleStage,
      lifecycleHookDetails: hooks,
      rollback:
        rollback === undefined
          ? undefined
          : {
              reason: rollback.reason,
              startedAt: date(rollback.startedAtMs),
              serviceRevisionArn: rollback.revisionArn,
            },
    }),
    ...monitorsOf(service, deployment),
  };
}

function deploymentByArn(engine: Engine, arn: string) {
  for (const cluster of engine.clusters.values()) {
    for (const service of cluster.services.values()) {
      const deployment = service.history.find(
        ({ serviceDeploymentArn, rollsBack }) => serviceDeploymentArn === arn && rollsBack === undefined,
      );
      if (deployment !== undefined) return { service, deployment };
    }
  }
  return undefined;
}
