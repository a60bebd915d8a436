import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import {
  ChangeMessageVisibilityBatchCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { RegionClock } from './region-clock.ts';
import { queueAccount, type Template } from './template.ts';

/** SQS for the region: the template's queues in the emulator, and how the region itself uses them. */
export interface Queues {
  /** Port of the emulator on 127.0.0.1. */
  readonly port: number;
  send(queueArn: string, body: string): Promise<void>;
  /**
   * Nobody else sees the messages until they are deleted or given back: a fast clock does not make the code faster, and
   * would show them again while they are being handled.
   */
  take(queueArn: string, batchSize: number): Promise<TakenMessages>;
  /** They come again when the queue's visibility timeout has passed since they were taken, at once if it has. */
  giveBack(queueArn: string, messages: readonly Message[], takenAtMs: number): Promise<void>;
  delete(queueArn: string, messages: readonly Message[]): Promise<void>;
  /** The bodies that lie in a queue, taken out one by one: for dead letters, which nobody else reads. */
  drain(logicalId: string): Promise<string[]>;
  /** How many messages lie in a queue and are in nobody's hands. */
  visible(logicalId: string): Promise<number>;
  arnOf(logicalId: string): string;
  stop(): Promise<void>;
}

export interface TakenMessages {
  readonly messages: readonly Message[];
  readonly atMs: number;
}

/** Seconds; as long as SQS allows. */
const takenMost = 43_200;
/** Seconds; what SQS takes where a queue says nothing. */
const visibilityDefault = 30;

const attributeNames = [
  'VisibilityTimeout',
  'DelaySeconds',
  'MessageRetentionPeriod',
  'FifoQueue',
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoThroughputLimit',
];

export async function startQueues(template: Template, clock: RegionClock, region: string): Promise<Queues> {
  const worker = new Worker(new URL('./queue-worker.ts', import.meta.url), {
    workerData: { clock: clock.shared, region },
  });
  const port = await new Promise<number>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  const client = new SQSClient({
    endpoint: `http://127.0.0.1:${port}`,
    region,
    credentials: { accessKeyId: 'REGION', secretAccessKey: 'local' },
  });
  const urls = new Map<string, string>();
  const visibilities = new Map<string, number>();
  const arns = new Map<string, string>();
  for (const logicalId of template.idsOf('AWS::SQS::Queue')) {
    const { QueueName: queueName = logicalId, RedrivePolicy: redrive, ...properties } = template.properties(logicalId);
    const settings = attributeNames.flatMap((name) =>
      properties[name] === undefined ? [] : [[name, String(properties[name])]],
    );
    if (redrive !== undefined) settings.push(['RedrivePolicy', JSON.stringify(redrive)]);
    const { QueueUrl: url = '' } = await client.send(
      new CreateQueueCommand({ QueueName: String(queueName), Attributes: Object.fromEntries(settings) }),
    );
    const arn = `arn:aws:sqs:${region}:${queueAccount}:${queueName}`;
    urls.set(arn, url);
    visibilities.set(arn, Number(properties.VisibilityTimeout ?? visibilityDefault));
    arns.set(logicalId, arn);
  }
  const urlOf = (queueArn: string): string => {
    const url = urls.get(queueArn);
    if (url === undefined) throw new Error(`${queueArn} is no queue of the template`);
    return url;
  };

  const receive = async (queueArn: string, batchSize: number, visibility?: number): Promise<Message[]> => {
    const { Messages: messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: urlOf(queueArn),
        MaxNumberOfMessages: Math.min(10, batchSize),
        MessageSystemAttributeNames: ['All'],
        ...(visibility === undefined ? {} : { VisibilityTimeout: visibility }),
      }),
    );
    return messages;
  };

  const queues: Queues = {
    port,
    async send(queueArn, body) {
      const inOrder = queueArn.endsWith('.fifo')
        ? { MessageGroupId: 'region', MessageDeduplicationId: randomUUID() }
        : {};
      await client.send(new SendMessageCommand({ QueueUrl: urlOf(queueArn), MessageBody: body, ...inOrder }));
    },
    async take(queueArn, batchSize) {
      const atMs = clock.nowMs();
      return { messages: await receive(queueArn, batchSize, takenMost), atMs };
    },
    async giveBack(queueArn, messages, takenAtMs) {
      if (messages.length === 0) return;
      const agoS = (clock.nowMs() - takenAtMs) / 1_000;
      const leftS = Math.max(0, Math.round((visibilities.get(queueArn) ?? visibilityDefault) - agoS));
      const entries = messages.map(({ ReceiptHandle }, index) => ({
        Id: String(index),
        ReceiptHandle,
        VisibilityTimeout: leftS,
      }));
      await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: urlOf(queueArn), Entries: entries }));
    },
    async delete(queueArn, messages) {
      if (messages.length === 0) return;
      const entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await client.send(new DeleteMessageBatchCommand({ QueueUrl: urlOf(queueArn), Entries: entries }));
    },
    async drain(logicalId) {
      const bodies: string[] = [];
      for (;;) {
        const messages = await receive(queues.arnOf(logicalId), 10);
        if (messages.length === 0) return bodies;
        bodies.push(...messages.map(({ Body = '' }) => Body));
        await queues.delete(queues.arnOf(logicalId), messages);
      }
    },
    async visible(logicalId) {
      const { Attributes: attributes } = await client.send(
        new GetQueueAttributesCommand({
          QueueUrl: urlOf(queues.arnOf(logicalId)),
          AttributeNames: ['ApproximateNumberOfMessages'],
        }),
      );
      return Number(attributes?.ApproximateNumberOfMessages ?? 0);
    },
    arnOf(logicalId) {
      const arn = arns.get(logicalId);
      if (arn === undefined) throw new Error(`${logicalId} is no queue of the template`);
      return arn;
    },
    async stop() {
      client.destroy();
      await worker.terminate();
    },
  };
  return queues;
}
