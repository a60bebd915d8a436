import { network } from '../../local/scenarios/stage.ts';
import type { AwsRequest } from '../../local/virtual/virtual-region.ts';
import type { EventBridgeEvent, World } from '../../local/world/world.ts';
import { firstNotices, serviceNameOf } from './notices.ts';

const latencyMs = 400;
/** The SDK's standard mode: so many attempts, with doubling pauses from there on after throttling. */
const attemptsMax = 3;
const pauseMs = 500;
/** SQS's default visibility timeout: after it, what failed comes again from its beginning. */
const againMs = 30_000;

/**
 * What one writes first: for each notice ask ECS about the task and about the service, then add one on-demand task. It
 * is spared what such a handler has to fear: it takes each task's first event only, and it knows for free which tasks
 * others have counted, so that no two of its invocations undo each other.
 */
export function createNaiveHandler(world: World, cluster: string, onRequest: (request: AwsRequest) => void) {
  /** Tasks by service: one that comes again counts once. */
  const lost = new Map<string, Set<string>>();

  const attempt = async (action: string, input: () => Record<string, unknown>): Promise<Record<string, unknown>> => {
    for (let attempts = 1; ; attempts += 1) {
      const request = { atMs: world.nowMs, service: 'ecs' as const, action, input: input() };
      try {
        const answer = world.call('ecs', action, request.input);
        onRequest(request);
        return answer;
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        onRequest({ ...request, error: error.name });
        if (error.name !== 'ThrottlingException' || attempts === attemptsMax) throw error;
        await new Promise<void>((resolve) => world.after(pauseMs * 2 ** (attempts - 1), resolve));
      }
    }
  };

  const handle = async (primary: string, taskArn: string): Promise<void> => {
    await attempt('DescribeTasks', () => ({ cluster, tasks: [taskArn] }));
    const service = `ballast-${primary}-g1`;
    const { services } = await attempt('DescribeServices', () => ({ cluster, services: [primary, service] }));
    const tasks = lost.get(primary) ?? new Set();
    lost.set(primary, tasks.add(taskArn));
    const exists = Array.isArray(services) && services.length > 1;
    if (exists) {
      await attempt('UpdateService', () => ({ cluster, service, desiredCount: tasks.size }));
      return;
    }
    await attempt('CreateService', () => ({
      cluster,
      serviceName: service,
      desiredCount: tasks.size,
      taskDefinition: taskDefinitionOf(services),
      networkConfiguration: network,
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1 }],
    }));
  };

  const deliver = (primary: string, taskArn: string, afterMs: number): void => {
    world.after(afterMs, () => {
      handle(primary, taskArn).catch(() => deliver(primary, taskArn, againMs));
    });
  };

  return firstNotices((event: EventBridgeEvent) => {
    deliver(serviceNameOf(event), String(event.detail.taskArn), latencyMs);
  });
}

function taskDefinitionOf(services: unknown): unknown {
  const [primary]: unknown[] = Array.isArray(services) ? services : [];
  return typeof primary === 'object' && primary !== null && 'taskDefinition' in primary
    ? primary.taskDefinition
    : undefined;
}
