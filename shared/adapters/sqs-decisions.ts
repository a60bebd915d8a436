import { createHash } from 'node:crypto';
import { SendMessageBatchCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { RetryableError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { DecisionRequest, Decisions } from '../ports/decisions.ts';
import { translated } from './aws-errors.ts';
import { inChunks } from './in-chunks.ts';

/** AWS's limits: entries per SendMessageBatch, DelaySeconds. */
const entriesPerCallMax = 10;
const delaySecondsMax = 900;
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
      for (const ten of inChunks(distinct, entriesPerCallMax)) {
        const askedAtMs = clock.nowMs();
        const answer = await translated('SendMessageBatch', () =>
          client.send(
            new SendMessageBatchCommand({
              QueueUrl: decisionsQueueUrl,
              Entries: ten.map((request, index) => ({
                Id: String(index),
                MessageBody: body({ ...request, askedAtMs }),
                MessageGroupId: groupOf(request.serviceArn),
                MessageDeduplicationId: `${groupOf(request.serviceArn)}-${Math.floor(askedAtMs / bucketMs)}`,
              })),
            }),
          ),
        );
        const [failed] = answer.Failed ?? [];
        if (failed !== undefined) throw new RetryableError(`SendMessageBatch: ${failed.Code}: ${failed.Message}`);
      }
    },

    async askLater(request, delayMs) {
      const DelaySeconds = Math.min(delaySecondsMax, Math.max(0, Math.ceil(delayMs / 1000)));
      const message = body({ ...request, askedAtMs: clock.nowMs() });
      await translated('SendMessage', () =>
        client.send(new SendMessageCommand({ QueueUrl: wakeQueueUrl, MessageBody: message, DelaySeconds })),
      );
    },
  };
}

function body({ serviceArn, clusterArn, cause, askedAtMs }: DecisionRequest): string {
  return JSON.stringify({ serviceArn, clusterArn, cause, askedAtMs });
}

/** A service ARN may be longer than the 128 characters that a group id has. */
function groupOf(serviceArn: string): string {
  return createHash('sha256').update(serviceArn).digest('hex').slice(0, 32);
}
