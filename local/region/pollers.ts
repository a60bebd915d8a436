import type { Message } from '@aws-sdk/client-sqs';
import type { Functions } from './functions.ts';
import type { Queues, TakenMessages } from './queues.ts';
import type { Template } from './template.ts';

/** Lambda's event source mappings: messages from the template's queues to its functions, batch by batch. */
export interface Pollers {
  /** Something was sent to the queue: look there soon. */
  nudge(queueArn: string): void;
  stop(): Promise<void>;
}

/** Real milliseconds. A nudge comes with every message, so the slow look is for what comes back or was delayed. */
const quickMs = 10;
const slowMs = 60;

interface Mapping {
  readonly queueArn: string;
  readonly functionId: string;
  readonly batchSize: number;
  readonly concurrencyMax: number;
}

export interface PollersOptions {
  readonly template: Template;
  readonly queues: Queues;
  readonly functions: Functions;
  readonly region: string;
  readonly onInvocation: (functionName: string, messages: readonly Message[], failed: number) => void;
}

/** Local environments per function; see `startFunctions`. */
const concurrencyLocalMax = 2;

export function startPollers(options: PollersOptions): Pollers {
  const { template, queues, functions } = options;
  let stopped = false;
  const loops: Promise<void>[] = [];
  const nudges = new Map<string, Set<() => void>>();

  const sleep = (queueArn: string, ms: number): Promise<void> =>
    new Promise((resolve) => {
      const sleepers = nudges.get(queueArn) ?? new Set();
      nudges.set(queueArn, sleepers);
      const wake = () => {
        clearTimeout(timer);
        sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      sleepers.add(wake);
    });

  const poll = async (mapping: Mapping): Promise<void> => {
    while (!stopped) {
      const taken = await queues.take(mapping.queueArn, mapping.batchSize);
      if (taken.messages.length === 0) await sleep(mapping.queueArn, slowMs);
      else await hand(mapping, taken);
    }
  };

  const hand = async (mapping: Mapping, { messages, atMs }: TakenMessages): Promise<void> => {
    let failed: ReadonlySet<string>;
    try {
      failed = failuresOf(await functions.invoke(mapping.functionId, eventOf(mapping, messages, options.region)));
    } catch {
      // A function that throws fails its whole batch: every message stays and comes again.
      failed = new Set(messages.map(({ MessageId = '' }) => MessageId));
    }
    if (stopped) return;
    const isDone = ({ MessageId = '' }: Message): boolean => !failed.has(MessageId);
    await queues.delete(mapping.queueArn, messages.filter(isDone));
    await queues.giveBack(
      mapping.queueArn,
      messages.filter((message) => !isDone(message)),
      atMs,
    );
    options.onInvocation(functions.nameOf(mapping.functionId), messages, failed.size);
  };

  for (const id of template.idsOf('AWS::Lambda::EventSourceMapping')) {
    const mapping = mappingOf(template.properties(id), functions);
    for (let worker = 0; worker < Math.min(mapping.concurrencyMax, concurrencyLocalMax); worker += 1) {
      loops.push(
        poll(mapping).catch((error: unknown) => {
          if (!stopped) throw error;
        }),
      );
    }
  }

  return {
    nudge(queueArn) {
      setTimeout(() => {
        for (const wake of nudges.get(queueArn) ?? []) wake();
      }, quickMs);
    },
    async stop() {
      stopped = true;
      for (const sleepers of nudges.values()) for (const wake of sleepers) wake();
      await Promise.allSettled(loops);
    },
  };
}

function mappingOf(properties: Record<string, unknown>, functions: Functions): Mapping {
  const scaling = properties.ScalingConfig;
  const concurrency =
    typeof scaling === 'object' && scaling !== null && 'MaximumConcurrency' in scaling
      ? scaling.MaximumConcurrency
      : undefined;
  return {
    queueArn: String(properties.EventSourceArn),
    functionId: functions.idOf(String(properties.FunctionName)),
    batchSize: Number(properties.BatchSize ?? 10),
    concurrencyMax: Number(concurrency ?? concurrencyLocalMax),
  };
}

/** The event that Lambda makes of a batch. */
function eventOf(mapping: Mapping, messages: readonly Message[], region: string): Record<string, unknown> {
  return {
    Records: messages.map((message) => ({
      messageId: message.MessageId,
      receiptHandle: message.ReceiptHandle,
      body: message.Body,
      attributes: message.Attributes ?? {},
      messageAttributes: {},
      md5OfBody: message.MD5OfBody,
      eventSource: 'aws:sqs',
      eventSourceARN: mapping.queueArn,
      awsRegion: region,
    })),
  };
}

/** ReportBatchItemFailures: the ids that stay; no list, or an empty one, means all are done. */
function failuresOf(answer: unknown): ReadonlySet<string> {
  if (typeof answer !== 'object' || answer === null || !('batchItemFailures' in answer)) return new Set();
  const failures = Array.isArray(answer.batchItemFailures) ? answer.batchItemFailures : [];
  return new Set(failures.map(({ itemIdentifier }) => String(itemIdentifier)));
}
