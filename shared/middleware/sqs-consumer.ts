import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Environment } from '../environment.ts';
import type { Telemetry } from '../ports/telemetry.ts';

/** What a sensor does with one message body. */
export interface Consumer<T> {
  /** Throws `PoisonError` for a message that can never be handled; `undefined` means nothing to us. */
  parse(body: string): T | undefined;
  /** @param redelivered an earlier try may have ended anywhere. */
  handle(item: T, redelivered: boolean): Promise<void>;
  readonly telemetry: Telemetry;
}

/**
 * The middy stack of a sensor: every message of the batch on its own and side by side. One that fails is reported by
 * its id, stays in the queue and ends, with its bytes, in the dead-letter queue; its neighbours are done.
 * @param compose builds the consumer from the environment at the first message; a ConfigError fails every message.
 */
export function sqsConsumer<T>(functionName: string, compose: (env: Environment) => Consumer<T>) {
  let consumer: Consumer<T> | undefined;
  const consume = async (record: SQSRecord): Promise<void> => {
    consumer ??= compose(process.env);
    try {
      const item = consumer.parse(record.body);
      if (item !== undefined) await consumer.handle(item, Number(record.attributes?.ApproximateReceiveCount ?? 1) > 1);
    } catch (error) {
      consumer.telemetry.messageFailed(functionName, record.messageId, error);
      throw error;
    }
  };
  return middy<SQSEvent, SQSBatchResponse, Error, Context>().handler((event, context) =>
    processPartialResponse(event, consume, new BatchProcessor(EventType.SQS), {
      context,
      throwOnFullBatchFailure: false,
    }),
  );
}
