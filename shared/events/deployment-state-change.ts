import * as z from 'zod/mini';
import { PoisonError } from '../errors.ts';
import { clusterArnOfService, nameOfArn } from './arn.ts';
import { envelope, optional, parseEvent, timeMs } from './envelope.ts';
import type { ServiceSignal, SignalKind } from './facts.ts';

const schema = z.extend(envelope, {
  detail: z.object({
    eventName: z.string(),
    deploymentId: optional(z.string()),
    updatedAt: optional(z.string()),
    reason: optional(z.string()),
  }),
});

const kinds: ReadonlyMap<string, SignalKind> = new Map([
  ['SERVICE_DEPLOYMENT_IN_PROGRESS', 'deployment_in_progress'],
  ['SERVICE_DEPLOYMENT_COMPLETED', 'deployment_completed'],
  ['SERVICE_DEPLOYMENT_FAILED', 'deployment_failed'],
]);

/**
 * The signal of an `ECS Deployment State Change`. Its detail names neither cluster nor service: both come from the ARN
 * in `resources`, which therefore has to be a long one. A rollback is told as IN_PROGRESS too; only its reason differs.
 * The time is the envelope's: `updatedAt` precedes it by an hour in AWS's own samples.
 * @returns undefined for an eventName that means nothing here.
 * @throws PoisonError naming the member that is missing or wrong.
 */
export function serviceSignal(body: unknown, receivedAtMs: number): ServiceSignal | undefined {
  const event = parseEvent(schema, body, { source: 'aws.ecs', detailTypes: ['ECS Deployment State Change'] });
  const { detail } = event;
  const serviceArn = event.resources?.find((arn) => arn.includes(':service/'));
  if (serviceArn === undefined) throw new PoisonError('ECS Deployment State Change: resources: no service ARN');
  const kind = kinds.get(detail.eventName);
  if (kind === undefined) return undefined;
  return {
    eventId: event.id,
    atMs: timeMs(event.time) ?? timeMs(detail.updatedAt) ?? receivedAtMs,
    serviceArn,
    serviceName: nameOfArn(serviceArn),
    clusterArn: clusterArnOfService(serviceArn),
    kind,
    eventName: detail.eventName,
    ...(detail.reason === undefined || detail.reason === null ? {} : { reason: detail.reason }),
    capacityProviders: [],
    ...(detail.deploymentId === undefined || detail.deploymentId === null ? {} : { deploymentId: detail.deploymentId }),
  };
}
