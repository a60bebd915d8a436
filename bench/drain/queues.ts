import type { Agenda } from '../../local/agenda.ts';
import type { DecisionRequest, Decisions } from '../../shared/ports/decisions.ts';

const bucketMs = 500;
const decisionDelayMs = 1_000;

export interface Queues {
  readonly decisions: Decisions;
  /** Requests whose delay is over, oldest first; taken out by whoever reads the queue. */
  readonly due: DecisionRequest[];
}

/** The decisions queue with its deduplication and delay, and the wake queue. */
export function createQueues(
  agenda: Agenda,
  nowMs: () => number,
  on: { readonly due: () => void; readonly wake: (request: DecisionRequest) => Promise<void> },
): Queues {
  const due: DecisionRequest[] = [];
  const waiting = new Set<string>();
  return {
    due,
    decisions: {
      async ask(requests) {
        for (const request of requests) {
          const bucket = `${request.serviceArn}/${Math.floor(nowMs() / bucketMs)}`;
          if (waiting.has(bucket)) continue;
          waiting.add(bucket);
          const asked = { ...request, askedAtMs: nowMs() };
          agenda.at(nowMs() + decisionDelayMs, () => {
            waiting.delete(bucket);
            due.push(asked);
            on.due();
          });
        }
      },
      async askLater(request, delayMs) {
        const waitMs = Math.min(900, Math.ceil(delayMs / 1000)) * 1000;
        agenda.at(nowMs() + waitMs, () => on.wake({ ...request, askedAtMs: nowMs() }));
      },
    },
  };
}
