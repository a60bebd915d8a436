import middy from '@middy/core';
import type { Context, SQSBatchItemFailure, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Environment } from '../environment.ts';
import { parseDecisionRequest } from '../events/decision-request.ts';
import type { DecisionRequest } from '../ports/decisions.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import { restoreStack } from '../telemetry/original-stack.ts';

export interface DecisionConsumer {
  /** Handles a whole batch, so that services share calls; returns the ARNs whose messages must be delivered again. */
  handle(requests: readonly DecisionRequest[]): Promise<ReadonlySet<string>>;
  /** What an invocation that is no batch of messages means: the schedule. */
  tick?(): Promise<void>;
  readonly telemetry: Telemetry;
}

/** The schedule's event has no records. */
type Invocation = Partial<SQSEvent>;

interface Parsed {
  readonly record: SQSRecord;
  readonly request?: DecisionRequest;
}

/**
 * The middy stack of the functions that read decision requests. Unlike a sensor's, it hands the batch on as one; a
 * message that is no request fails alone.
 */
export function decisionConsumer(functionName: string, compose: (env: Environment) => DecisionConsumer) {
  let consumer: DecisionConsumer | undefined;
  const handle = async ({ Records: records }: Invocation): Promise<SQSBatchResponse> => {
    consumer ??= compose(process.env);
    const { telemetry } = consumer;
    if (records === undefined) {
      await consumer.tick?.();
      return { batchItemFailures: [] };
    }
    const parsed = records.map((record): Parsed => {
      try {
        return { record, request: parseDecisionRequest(record.body) };
      } catch (error) {
        telemetry.messageFailed(functionName, record.messageId, error);
        return { record };
      }
    });
    const requests = parsed.flatMap(({ request }) => (request === undefined ? [] : [request]));
    const failed = await consumer.handle(requests);
    const batchItemFailures = parsed
      .filter(({ request }) => request === undefined || failed.has(request.serviceArn))
      .map(({ record }): SQSBatchItemFailure => ({ itemIdentifier: record.messageId }));
    return { batchItemFailures };
  };
  return middy<Invocation, SQSBatchResponse, Error, Context>()
    .onError(({ error }) => restoreStack(error))
    .handler(handle);
}
