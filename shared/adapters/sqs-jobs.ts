import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { HookCalls } from '../ports/hooks.ts';
import type { Jobs, LookRequest } from '../ports/jobs.ts';
import { translated } from './aws-errors.ts';
import { sendAll, sendLater } from './sqs-messages.ts';

/** The resume queue (standard, delayed) behind the port. */
export function createSqsJobs(
  client: Pick<SQSClient, 'send'>,
  { resumeQueueUrl }: { readonly resumeQueueUrl: string },
): Jobs {
  return {
    async look(requests) {
      await sendAll(client, resumeQueueUrl, requests, (ten) => ten.map((request) => ({ MessageBody: body(request) })));
    },

    async lookLater(request, delayMs) {
      await sendLater(client, resumeQueueUrl, body(request), delayMs);
    },
  };
}

/** The queue in front of the hooks behind the port. */
export function createSqsHookCalls(
  client: Pick<SQSClient, 'send'>,
  { hookQueueUrl }: { readonly hookQueueUrl: string },
): HookCalls {
  return {
    async ask({ lambda, request }) {
      const MessageBody = JSON.stringify({ lambda, request });
      await translated('SendMessage', () =>
        client.send(new SendMessageCommand({ QueueUrl: hookQueueUrl, MessageBody })),
      );
    },
  };
}

function body({ taskArn, clusterArn, cause }: LookRequest): string {
  return JSON.stringify({ taskArn, clusterArn, cause });
}
