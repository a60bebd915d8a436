import * as z from 'zod/mini';
import type { LookRequest } from '../ports/jobs.ts';
import { ecsArn } from './envelope.ts';
import { checked, jsonOf } from './message.ts';

const causes = ['running', 'notice', 'stopped', 'report', 'deadline', 'retry', 'schedule'] as const;

const schema = z.object({
  taskArn: ecsArn('task'),
  clusterArn: ecsArn('cluster'),
  cause: z.enum(causes, `must be one of ${causes.join(', ')}`),
});

/**
 * The body of a message in the resume queue.
 * @throws PoisonError naming the member that is wrong.
 */
export function parseLookRequest(body: string): LookRequest {
  return checked('look request', schema, jsonOf('look request', body));
}
