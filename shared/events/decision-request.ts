import * as z from 'zod/mini';
import { PoisonError } from '../errors.ts';
import type { DecisionRequest } from '../ports/decisions.ts';

const schema = z.object({
  serviceArn: z.string().check(z.startsWith('arn:')),
  clusterArn: z.string().check(z.startsWith('arn:')),
  cause: z.enum([
    'notice',
    'task_running',
    'task_stopped',
    'service_action',
    'deployment',
    'wake',
    'schedule',
    'enrolment',
  ]),
  askedAtMs: z.number(),
});

/**
 * The body of a message in the decisions or wake queue.
 * @throws PoisonError naming the field that is wrong.
 */
export function parseDecisionRequest(body: string): DecisionRequest {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (cause) {
    throw new PoisonError('decision request: not JSON', { cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new PoisonError(`decision request: ${issue?.path.join('.')}: ${issue?.message}`);
}
