import {
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { RetryableError } from '../errors.ts';
import { translated } from './aws-errors.ts';
import { inChunks } from './in-chunks.ts';

/** AWS's limits: entries per SendMessageBatch, DelaySeconds. */
const entriesPerCallMax = 10;
const delaySecondsMax = 900;

type Sender = Pick<SQSClient, 'send'>;

/**
 * Sends a message per item, ten a call, one call after the other.
 * @param entriesOf makes a call's entries, just before it: what they carry of the time is then.
 * @throws RetryableError when SQS took a part only: what was sent is sent again with the rest.
 */
export async function sendAll<T>(
  client: Sender,
  queueUrl: string,
  items: readonly T[],
  entriesOf: (ten: readonly T[]) => readonly Omit<SendMessageBatchRequestEntry, 'Id'>[],
): Promise<void> {
  for (const ten of inChunks(items, entriesPerCallMax)) {
    const Entries = entriesOf(ten).map((entry, index) => ({ Id: String(index), ...entry }));
    const answer = await translated('SendMessageBatch', () =>
      client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries })),
    );
    const [failed] = answer.Failed ?? [];
    if (failed !== undefined) throw new RetryableError(`SendMessageBatch: ${failed.Code}: ${failed.Message}`);
  }
}

/** Sends a message that is delivered after the delay, which is cut to what SQS takes. */
export async function sendLater(client: Sender, queueUrl: string, body: string, delayMs: number): Promise<void> {
  const DelaySeconds = Math.min(delaySecondsMax, Math.max(0, Math.ceil(delayMs / 1000)));
  await translated('SendMessage', () =>
    client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body, DelaySeconds })),
  );
}
