import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Diagnoses } from '../ports/diagnoses.ts';
import { translated } from './aws-errors.ts';
import { sendLater } from './sqs-messages.ts';

/** The diagnosis queue (standard, with a delay of its own) behind the port. */
export function createSqsDiagnoses(
  client: Pick<SQSClient, 'send'>,
  { diagnosisQueueUrl }: { readonly diagnosisQueueUrl: string },
): Diagnoses {
  return {
    async ask(request) {
      const MessageBody = JSON.stringify(request);
      // Without DelaySeconds: the queue's own delay applies.
      await translated('SendMessage', () =>
        client.send(new SendMessageCommand({ QueueUrl: diagnosisQueueUrl, MessageBody })),
      );
    },
    async askLater(request, delayMs) {
      await sendLater(client, diagnosisQueueUrl, JSON.stringify(request), delayMs);
    },
  };
}
