import * as z from 'zod/mini';
import { clusterArnOfService, nameOfArn } from './arn.ts';
import { ecsArn, envelope, optional, parseEvent, timeMs } from './envelope.ts';
import type { ServiceSignal } from './facts.ts';

const schema = z.extend(envelope, {
  detail: z.object({
    eventName: z.string(),
    serviceArn: z.string().check(z.includes(':service/', 'not the ARN of an ECS service')),
    clusterArn: optional(ecsArn('cluster')),
    serviceDeploymentArn: z.string(),
    hookId: optional(z.string()),
    lifecycleStage: optional(z.string()),
    updatedAt: optional(z.string()),
  }),
});

/** `HOOK_FAILED` also says that a person answered a pause hook with ROLLBACK. */
const failures = ['HOOK_FAILED', 'HOOK_TIMED_OUT'];

/**
 * The signal of an `ECS Hook State Change`: a lifecycle hook of a blue/green, linear or canary deployment that failed.
 * @returns undefined for an eventName that means nothing here.
 * @throws PoisonError naming the member that is missing or wrong.
 */
export function hookSignal(body: unknown, receivedAtMs: number): ServiceSignal | undefined {
  const event = parseEvent(schema, body, { source: 'aws.ecs', detailTypes: [hookDetailType] });
  const { detail } = event;
  if (!failures.includes(detail.eventName)) return undefined;
  return {
    eventId: event.id,
    atMs: timeMs(event.time) ?? timeMs(detail.updatedAt) ?? receivedAtMs,
    serviceArn: detail.serviceArn,
    serviceName: nameOfArn(detail.serviceArn),
    clusterArn: detail.clusterArn ?? clusterArnOfService(detail.serviceArn),
    kind: 'hook_failed',
    eventName: detail.eventName,
    capacityProviders: [],
    hook: {
      serviceDeploymentArn: detail.serviceDeploymentArn,
      ...(detail.hookId ? { hookId: detail.hookId } : {}),
      ...(detail.lifecycleStage ? { lifecycleStage: detail.lifecycleStage } : {}),
    },
  };
}

export const hookDetailType = 'ECS Hook State Change';
