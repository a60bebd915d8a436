import * as z from 'zod/mini';
import type { HookCall } from '../ports/hooks.ts';
import { ecsArn, timeMs } from './envelope.ts';
import { checked, jsonOf } from './message.ts';

const filled = z.string().check(z.minLength(1, 'must not be empty'));
const time = z.string().check(z.refine((text) => timeMs(text) !== undefined, 'must be an ISO 8601 time'));

const schema = z.object({
  lambda: filled,
  request: z.object({
    checkpointId: filled,
    hook: filled,
    taskArn: ecsArn('task'),
    clusterArn: ecsArn('cluster'),
    serviceArn: z.exactOptional(z.string()),
    group: z.exactOptional(z.string()),
    containers: z.array(z.object({ name: z.string(), privateIpv4Addresses: z.array(z.string()) })),
    attempt: z.number(),
    uriPrefix: z.exactOptional(z.string()),
    noticeAt: time,
    deadline: time,
  }),
});

/**
 * The body of a message in the hook queue.
 * @throws PoisonError naming the member that is wrong.
 */
export function parseHookCall(body: string): HookCall {
  return checked('hook call', schema, jsonOf('hook call', body));
}
