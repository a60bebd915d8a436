import { hash } from 'node:crypto';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Clock } from '../ports/clock.ts';
import type { DecisionRequest, Decisions } from '../ports/decisions.ts';
import { sendAll, sendLater } from './sqs-messages.ts';

/** Requests for one service within so long are one decision. Half of the queue's delay: see `Decisions`. */
const bucketMs = 500;

interface Queues {
  readonly decisionsQueueUrl: string;
  readonly wakeQueueUrl: string;
}

/** The decisions queue (FIFO) and the wake queue (standard, delayed) behind the port. */
export function createSqsDecisions(
  client: Pick<SQSClient, 'send'>,
  { decisionsQueueUrl, wakeQueueUrl }: Queues,
  clock: Clock,
): Decisions {
  return {
    async ask(requests) {
      // Two requests for one service in a batch have the same deduplication id: one is enough.
      const distinct = [...new Map(requests.map((request) => [request.serviceArn, request])).values()];
      await sendAll(client, decisionsQueueUrl, distinct, (ten) => {
        const askedAtMs = clock.nowMs();
        return ten.map((request) => {
          const group = groupOf(request.serviceArn);
          return {
            MessageBody: body({ ...request, askedAtMs }),
            MessageGroupId: group,
            MessageDeduplicationId: `${group}-${Math.floor(askedAtMs / bucketMs)}`,
          };
        });
      });
    },

    async askLater(request, delayMs) {
      await sendLater(client, wakeQueueUrl, body({ ...request, askedAtMs: clock.nowMs() }), delayMs);
    },
  };
}

function body({ serviceArn, clusterArn, cause, askedAtMs }: DecisionRequest): string {
  return JSON.stringify({ serviceArn, clusterArn, cause, askedAtMs });
}

/** By service ARN: an environment asks for the same services again and again. */
const groups = new Map<string, string>();

/** A service ARN may be longer than the 128 characters that a group id has. */
function groupOf(serviceArn: string): string {
  let group = groups.get(serviceArn);
  if (group === undefined) {
    group = hash('sha256', serviceArn).slice(0, 32);
    groups.set(serviceArn, group);
  }
  return group;
}
