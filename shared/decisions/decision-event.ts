import type { BusEvent } from '../ports/bus.ts';
import type { AppliedCommand, DecisionRecord } from './plan.ts';

/**
 * What goes out on the bus about a decision: what rules ask about, in AWS's words where AWS has one. Facts and whole
 * requests stay in the ledger and in the log.
 */
export function decisionEvent(record: DecisionRecord): BusEvent {
  const { serviceArn, reason, explanation, cause, mode, figures, applied, targets, sinceMs } = record;
  return {
    detailType: 'Decision Made',
    resources: [serviceArn],
    detail: {
      serviceArn,
      decidedAt: new Date(sinceMs).toISOString(),
      reason,
      explanation,
      cause,
      mode,
      ...(figures === undefined ? {} : { figures }),
      commands: [...applied, ...(targets?.applied ?? [])].map(outcome),
    },
  };
}

function outcome({ command, result, error }: AppliedCommand<{ readonly kind: string }>) {
  return { kind: command.kind, result, ...(error === undefined ? {} : { error }) };
}
