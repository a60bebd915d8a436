import { afterEach, expect, it } from 'vitest';
import { type Queues, startQueues } from '../../../local/region/queues.ts';
import { createRegionClock } from '../../../local/region/region-clock.ts';
import { createTemplate } from '../../../local/region/template.ts';

const region = 'us-east-1';
let queues: Queues | undefined;
afterEach(() => queues?.stop());

it('shows a message that is in hand to nobody, however fast the clock, and again when it was given back', async () => {
  const clock = createRegionClock(Date.UTC(2026, 2, 1), 1);
  const properties = { QueueName: 'looks', VisibilityTimeout: 15 };
  const template = createTemplate(
    { Looks: { Type: 'AWS::SQS::Queue', Properties: properties } },
    { region, account: '111122223333', endpoint: 'http://127.0.0.1' },
  );
  queues = await startQueues(template, clock, region);
  const arn = queues.arnOf('Looks');
  await queues.send(arn, 'first');
  const { messages, atMs } = await queues.take(arn, 10);
  expect(messages.map(({ Body }) => Body)).toEqual(['first']);
  // Ten minutes in a twentieth of a second: forty times the visibility timeout.
  clock.setSpeed(12_000);
  await new Promise((resolve) => setTimeout(resolve, 50));
  clock.setSpeed(1);
  expect((await queues.take(arn, 10)).messages).toEqual([]);
  await queues.giveBack(arn, messages, atMs);
  const again = await queues.take(arn, 10);
  expect(again.messages.map(({ Body }) => Body)).toEqual(['first']);
  // Of its fifteen seconds all are left.
  await queues.giveBack(arn, again.messages, again.atMs);
  expect((await queues.take(arn, 10)).messages).toEqual([]);
});
