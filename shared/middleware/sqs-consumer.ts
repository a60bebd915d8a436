import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Telemetry } from '../ports/telemetry.ts';

/** What a sensor does with one message body. */
export interface Consumer<T> {
  /** Throws `PoisonError` for a message that can never be handled. */
  parse(body: string): T;
  handle(item: T): Promise<void>;
  readonly telemetry: Telemetry;
}

/**
 * The middy stack of a sensor: every message of the batch on its own and side by side. One that fails is reported by
 * its id, stays in the queue and ends, with its bytes, in the dead-letter queue; its neighbours are done.
 * @param compose builds the consumer at the first invocation, when the environment is known to be complete.
 */
export function sqsConsumer<T>(functionName: string, compose: () => Consumer<T>) {
  let consumer: Consumer<T> | undefined;
  const consume = async (record: SQSRecord): Promise<void> => {
    consumer ??= compose();
    try {
      await consumer.handle(consumer.parse(record.body));
    } catch (error) {
      consumer.telemetry.poison(functionName, record.messageId, error);
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
