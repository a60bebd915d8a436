import type { SQSEvent, SQSRecord } from 'aws-lambda';

/** A batch as Lambda hands it on, of messages that were received so many times. */
export function aBatch(bodies: readonly unknown[], times = 1): SQSEvent {
  const records = bodies.map((body, index) => ({
    messageId: `m${index}`,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes: { ApproximateReceiveCount: String(times) },
  }));
  // Lambda's records have more members; the consumers read these.
  return { Records: records as unknown as SQSRecord[] };
}
