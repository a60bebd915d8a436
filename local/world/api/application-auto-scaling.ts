import { AwsError } from '../aws-error.ts';
import { present, record } from '../describe.ts';
import type { Engine } from '../engine.ts';
import type { ScalableTargetModel, ServiceModel } from '../model.ts';
import { type Input, optionalNumber, optionalText, refuseUnknown, texts } from './input.ts';

type Output = Record<string, unknown>;

/** Application Auto Scaling, service name `application-autoscaling`, as far as ECS services go. */
const namespace = 'ecs';
const dimension = 'ecs:service:DesiredCount';

const invalid = (message: string) => new AwsError('ValidationException', message);

/** `service/CLUSTER/NAME`, as Application Auto Scaling names a service. */
export function resourceIdOf({ arn }: Pick<ServiceModel, 'arn'>): string {
  return arn.slice(arn.indexOf(':service/') + 1);
}

function serviceOf(engine: Engine, resourceId: string): ServiceModel | undefined {
  const [kind, cluster = '', name = ''] = resourceId.split('/');
  const service = kind === 'service' ? engine.clusters.get(cluster)?.services.get(name) : undefined;
  return service?.status === 'INACTIVE' ? undefined : service;
}

/** A second call changes what it names and leaves the rest. */
export function registerScalableTarget(engine: Engine, input: Input): Output {
  refuseUnknown('RegisterScalableTarget', input, [
    'ServiceNamespace',
    'ResourceId',
    'ScalableDimension',
    'MinCapacity',
    'MaxCapacity',
    'RoleARN',
    'SuspendedState',
    'Tags',
  ]);
  if (input.ServiceNamespace !== namespace || input.ScalableDimension !== dimension) {
    throw invalid(`Unsupported service namespace, resource type or scalable dimension: ${input.ScalableDimension}`);
  }
  const resourceId = optionalText(input, 'ResourceId') ?? '';
  if (serviceOf(engine, resourceId) === undefined) throw invalid(`ECS service doesn't exist: ${resourceId}`);
  const known = engine.scalableTargets.get(resourceId);
  const min = optionalNumber(input, 'MinCapacity') ?? known?.min;
  const max = optionalNumber(input, 'MaxCapacity') ?? known?.max;
  if (min === undefined || max === undefined) throw invalid('A new scalable target needs MinCapacity and MaxCapacity.');
  if (min > max) throw invalid('Maximum capacity cannot be less than minimum capacity');
  const target: ScalableTargetModel = {
    arn:
      known?.arn ??
      `arn:aws:application-autoscaling:${engine.region}:${engine.account}:scalable-target/${engine.id('scalable-target-')}`,
    resourceId,
    createdAtMs: known?.createdAtMs ?? engine.nowMs(),
    min,
    max,
    suspended: suspensionOf(record(input.SuspendedState), known),
  };
  engine.scalableTargets.set(resourceId, target);
  return { ScalableTargetARN: target.arn };
}

function suspensionOf(
  { DynamicScalingInSuspended, DynamicScalingOutSuspended, ScheduledScalingSuspended }: Record<string, unknown>,
  known: ScalableTargetModel | undefined,
): ScalableTargetModel['suspended'] {
  return {
    in: (DynamicScalingInSuspended ?? known?.suspended.in) === true,
    out: (DynamicScalingOutSuspended ?? known?.suspended.out) === true,
    scheduled: (ScheduledScalingSuspended ?? known?.suspended.scheduled) === true,
  };
}

/** At most fifty in a page. */
export function describeScalableTargets(engine: Engine, input: Input): Output {
  refuseUnknown('DescribeScalableTargets', input, [
    'ServiceNamespace',
    'ResourceIds',
    'ScalableDimension',
    'MaxResults',
    'NextToken',
  ]);
  if (typeof input.ServiceNamespace !== 'string') throw invalid('ServiceNamespace must not be null');
  const ids = texts(input, 'ResourceIds');
  const known = input.ServiceNamespace === namespace ? [...engine.scalableTargets.values()] : [];
  const matching = known.filter(({ resourceId }) => ids.length === 0 || ids.includes(resourceId));
  const from = Number(optionalText(input, 'NextToken') ?? 0);
  const until = from + Math.min(optionalNumber(input, 'MaxResults') ?? 50, 50);
  return present({
    ScalableTargets: matching.slice(from, until).map((target) => ({
      ServiceNamespace: namespace,
      ResourceId: target.resourceId,
      ScalableDimension: dimension,
      MinCapacity: target.min,
      MaxCapacity: target.max,
      RoleARN: `arn:aws:iam::${engine.account}:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService`,
      CreationTime: new Date(target.createdAtMs),
      SuspendedState: {
        DynamicScalingInSuspended: target.suspended.in,
        DynamicScalingOutSuspended: target.suspended.out,
        ScheduledScalingSuspended: target.suspended.scheduled,
      },
      ScalableTargetARN: target.arn,
    })),
    NextToken: until < matching.length ? String(until) : undefined,
  });
}
