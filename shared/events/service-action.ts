import * as z from 'zod/mini';
import { PoisonError } from '../errors.ts';
import { nameOfArn, serviceArnOf } from './arn.ts';
import { ecsArn, envelope, optional, parseEvent, timeMs } from './envelope.ts';
import type { ServiceSignal, SignalKind } from './facts.ts';

const schema = z.extend(envelope, {
  detail: z.object({
    eventName: z.string(),
    clusterArn: ecsArn('cluster'),
    createdAt: optional(z.string()),
    reason: optional(z.string()),
    capacityProviderArns: optional(z.array(z.string())),
  }),
});

const kinds: ReadonlyMap<string, SignalKind> = new Map([
  ['SERVICE_STEADY_STATE', 'steady_state'],
  ['SERVICE_TASK_START_IMPAIRED', 'task_start_impaired'],
  ['SERVICE_TASK_CONFIGURATION_FAILURE', 'task_configuration_failure'],
  ['SERVICE_DEPLOYMENT_FAILED', 'deployment_failed'],
]);

/**
 * The signal of an `ECS Service Action`. Only `resources` names the service. The time is the envelope's: `createdAt`
 * precedes it by days in AWS's own samples.
 * @returns undefined for an eventName that means nothing here.
 * @throws PoisonError naming the member that is missing or wrong.
 */
export function serviceSignal(body: unknown, receivedAtMs: number): ServiceSignal | undefined {
  const event = parseEvent(schema, body, { source: 'aws.ecs', detailTypes: ['ECS Service Action'] });
  const { detail } = event;
  const resource = event.resources?.find((arn) => arn.includes(':service/'));
  if (resource === undefined) throw new PoisonError('ECS Service Action: resources: no service ARN');
  const capacityProviders = (detail.capacityProviderArns ?? []).map(nameOfArn);
  const kind =
    detail.eventName === 'SERVICE_TASK_PLACEMENT_FAILURE'
      ? placementFailureOf(capacityProviders, detail.reason ?? undefined)
      : kinds.get(detail.eventName);
  if (kind === undefined) return undefined;
  // An old service has a short ARN without its cluster; the detail has that.
  const serviceName = nameOfArn(resource);
  return {
    eventId: event.id,
    atMs: timeMs(event.time) ?? timeMs(detail.createdAt) ?? receivedAtMs,
    serviceArn: serviceArnOf(detail.clusterArn, serviceName),
    serviceName,
    clusterArn: detail.clusterArn,
    kind,
    eventName: detail.eventName,
    ...(detail.reason === undefined || detail.reason === null ? {} : { reason: detail.reason }),
    capacityProviders,
  };
}

/** Whose capacity is short; a service with a launch type names no provider and Fargate only in the reason. */
function placementFailureOf(capacityProviders: readonly string[], reason: string | undefined): SignalKind {
  if (capacityProviders.includes('FARGATE_SPOT')) return 'spot_placement_failure';
  if (capacityProviders.includes('FARGATE')) return 'on_demand_placement_failure';
  if (capacityProviders.length === 0 && reason === 'RESOURCE:FARGATE') return 'on_demand_placement_failure';
  return 'other_placement_failure';
}
