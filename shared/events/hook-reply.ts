import * as z from 'zod/mini';
import type { CheckpointRequestDetail } from '../ports/hooks.ts';
import { reportMembers, saidIn } from './checkpoint-report.ts';
import { optional } from './envelope.ts';
import type { CheckpointReport } from './facts.ts';
import { checked, jsonOf } from './message.ts';

const { checkpointId, taskArn, ...members } = reportMembers;

const anything = z.object({ outcome: optional(z.unknown()) });
const report = z.object({
  outcome: z.enum(['completed', 'failed'], 'must be completed or failed'),
  checkpointId: optional(checkpointId),
  taskArn: optional(taskArn),
  ...members,
});

/**
 * What a hook's reply reports. A hook may as well reply nothing, or anything that has no `outcome`: then the report comes
 * as an event, or not at all. What the reply says of another checkpoint or task is taken as it is told: whoever records
 * it finds that they do not belong together.
 * @throws PoisonError naming the member that is wrong.
 */
export function hookReply(
  text: string,
  request: CheckpointRequestDetail,
  receivedAtMs: number,
): CheckpointReport | undefined {
  const value = jsonOf('hook reply', text) ?? {};
  const { outcome } = checked('hook reply', anything, value);
  if (outcome === undefined || outcome === null) return undefined;
  const told = checked('hook reply', report, value);
  const id = told.checkpointId ?? request.checkpointId;
  return {
    eventId: `hook/${id}`,
    reportedAtMs: receivedAtMs,
    checkpointId: id,
    taskArn: told.taskArn ?? request.taskArn,
    outcome: told.outcome,
    ...saidIn(told),
  };
}
