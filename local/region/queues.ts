import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import {
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
  receive(queueArn: string, batchSize: number): Promise<Message[]>;
  delete(queueArn: string, messages: readonly Message[]): Promise<void>;
  /** The bodies that lie in a queue, taken out one by one: for dead letters, which nobody else reads. */
  drain(logicalId: string): Promise<string[]>;
  /** How many messages lie in a queue and are in nobody's hands. */
  visible(logicalId: string): Promise<number>;
  arnOf(logicalId: string): string;
  stop(): Promise<void>;
}

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
    arns.set(logicalId, arn);
  }
  const urlOf = (queueArn: string): string => {
    const url = urls.get(queueArn);
    if (url === undefined) throw new Error(`${queueArn} is no queue of the template`);
    return url;
  };

  const queues: Queues = {
    port,
    async send(queueArn, body) {
      const inOrder = queueArn.endsWith('.fifo')
        ? { MessageGroupId: 'region', MessageDeduplicationId: randomUUID() }
        : {};
      await client.send(new SendMessageCommand({ QueueUrl: urlOf(queueArn), MessageBody: body, ...inOrder }));
    },
    async receive(queueArn, batchSize) {
      const { Messages: messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: urlOf(queueArn),
          MaxNumberOfMessages: Math.min(10, batchSize),
          MessageSystemAttributeNames: ['All'],
        }),
      );
      return messages;
    },
    async delete(queueArn, messages) {
      if (messages.length === 0) return;
      const entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await client.send(new DeleteMessageBatchCommand({ QueueUrl: urlOf(queueArn), Entries: entries }));
    },
    async drain(logicalId) {
      const bodies: string[] = [];
      for (;;) {
        const messages = await queues.receive(queues.arnOf(logicalId), 10);
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
