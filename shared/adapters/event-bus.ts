import { type EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { RetryableError } from '../errors.ts';
import type { Bus } from '../ports/bus.ts';
import { translated } from './aws-errors.ts';
import { inChunks } from './in-chunks.ts';

/** AWS's limit per PutEvents. */
const entriesPerCallMax = 10;
/** The source of everything that Ballast says itself. */
const source = 'ballast';

/** A custom EventBridge bus behind the port. */
export function createEventBus(
  client: Pick<EventBridgeClient, 'send'>,
  { busName }: { readonly busName: string },
): Bus {
  /** PutEvents answers 200 also when entries failed. @returns the failed ones with why. */
  const put = async (entries: PutEventsRequestEntry[]): Promise<{ entry: PutEventsRequestEntry; why: string }[]> => {
    const answer = await translated('PutEvents', () => client.send(new PutEventsCommand({ Entries: entries })));
    if ((answer.FailedEntryCount ?? 0) === 0) return [];
    const outcomes = answer.Entries ?? [];
    const failed = entries.flatMap((entry, index) => {
      const { ErrorCode: code, ErrorMessage: message } = outcomes[index] ?? {};
      return code === undefined ? [] : [{ entry, why: `${code}: ${message}` }];
    });
    if (failed.length === 0)
      throw new RetryableError(`PutEvents: ${answer.FailedEntryCount} entries failed, AWS does not say which`);
    return failed;
  };

  return {
    async publish(events) {
      const entries = events.map(
        ({ detailType, resources, detail }): PutEventsRequestEntry => ({
          EventBusName: busName,
          Source: source,
          DetailType: detailType,
          Resources: [...resources],
          Detail: JSON.stringify(detail),
        }),
      );
      for (const ten of inChunks(entries, entriesPerCallMax)) {
        const failed = await put(ten);
        if (failed.length === 0) continue;
        const [stillFailed] = await put(failed.map(({ entry }) => entry));
        if (stillFailed !== undefined)
          throw new RetryableError(`PutEvents: ${stillFailed.entry.DetailType}: ${stillFailed.why}`);
      }
    },
  };
}
