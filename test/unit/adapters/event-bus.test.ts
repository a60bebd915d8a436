import { EventBridgeClient, PutEventsCommand, type PutEventsCommandOutput } from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { createEventBus } from '../../../shared/adapters/event-bus.ts';
import type { BusEvent } from '../../../shared/ports/bus.ts';
import { anAwsError, sent } from './sent.ts';

const taskArn = 'arn:aws:ecs:us-east-1:111122223333:task/shop/0a1b2c';

function aRequest(checkpointId: string): BusEvent {
  return { detailType: 'Checkpoint Requested', resources: [taskArn], detail: { checkpointId } };
}

const requests = (count: number) => Array.from({ length: count }, (_, index) => aRequest(`c${index}`));

/** The entry that `aRequest` is sent as. */
const entry = (checkpointId: string) => ({
  EventBusName: 'ballast-bus',
  Source: 'ballast',
  DetailType: 'Checkpoint Requested',
  Resources: ['arn:aws:ecs:us-east-1:111122223333:task/shop/0a1b2c'],
  Detail: `{"checkpointId":"${checkpointId}"}`,
});

/** A bus whose PutEvents answers so, one answer after the other, and that all is well afterwards. */
function aBus(...answers: PutEventsCommandOutput[]) {
  const client = new EventBridgeClient({});
  const mock = mockClient(client);
  const put = mock.on(PutEventsCommand);
  for (const answer of answers) put.resolvesOnce(answer);
  put.resolves({ FailedEntryCount: 0, Entries: [] });
  return { mock, bus: createEventBus(client, { busName: 'ballast-bus' }) };
}

/** Outcomes of one PutEvents: the entries named by `failed` failed with that code. */
function outcomes(count: number, failed: Record<number, string>): PutEventsCommandOutput {
  return {
    $metadata: {},
    FailedEntryCount: Object.keys(failed).length,
    Entries: Array.from({ length: count }, (_, index) =>
      failed[index] === undefined
        ? { EventId: `e${index}` }
        : { ErrorCode: failed[index], ErrorMessage: 'not this time' },
    ),
  };
}

/** The checkpoint ids of each PutEvents that was sent. */
const idsSent = (mock: ReturnType<typeof aBus>['mock']) =>
  mock
    .commandCalls(PutEventsCommand)
    .map(({ args: [{ input }] }) =>
      input.Entries?.map(({ Detail }) => Detail?.replace('{"checkpointId":"', '').replace('"}', '')),
    );

describe('the event bus', () => {
  it('puts an event of source ballast with its resources and its detail as JSON', async () => {
    const { mock, bus } = aBus();
    await bus.publish([aRequest('c1')]);
    expect(sent(mock)).toStrictEqual([['PutEventsCommand', { Entries: [entry('c1')] }]]);
  });

  it('sends nothing when there is nothing to tell', async () => {
    const { mock, bus } = aBus();
    await bus.publish([]);
    expect(sent(mock)).toEqual([]);
  });

  it('puts ten events in one call', async () => {
    const { mock, bus } = aBus();
    await bus.publish(requests(10));
    expect(idsSent(mock)).toEqual([['c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8', 'c9']]);
  });

  it('puts the eleventh event in a second call', async () => {
    const { mock, bus } = aBus();
    await bus.publish(requests(11));
    expect(idsSent(mock)).toEqual([['c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8', 'c9'], ['c10']]);
  });

  it('sends again only the entries that failed', async () => {
    const { mock, bus } = aBus(outcomes(4, { 1: 'ThrottlingException', 3: 'InternalFailure' }));
    await bus.publish(requests(4));
    expect(sent(mock)).toStrictEqual([
      ['PutEventsCommand', { Entries: [entry('c0'), entry('c1'), entry('c2'), entry('c3')] }],
      ['PutEventsCommand', { Entries: [entry('c1'), entry('c3')] }],
    ]);
  });

  it('goes on with the next ten after entries that succeeded the second time', async () => {
    const { mock, bus } = aBus(outcomes(10, { 9: 'InternalFailure' }));
    await bus.publish(requests(11));
    expect(idsSent(mock)).toEqual([['c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8', 'c9'], ['c9'], ['c10']]);
  });

  it('asks for another delivery when an entry fails twice, and tries it no third time', async () => {
    const { mock, bus } = aBus(outcomes(2, { 1: 'InternalFailure' }), outcomes(1, { 0: 'ThrottlingException' }));
    await expect(bus.publish(requests(2))).rejects.toMatchObject({
      name: 'RetryableError',
      message: 'PutEvents: Checkpoint Requested: ThrottlingException: not this time',
    });
    expect(idsSent(mock)).toEqual([['c0', 'c1'], ['c1']]);
  });

  it('translates an error of the whole call', async () => {
    const { mock, bus } = aBus();
    const refused = anAwsError('AccessDeniedException', 400);
    mock.on(PutEventsCommand).rejects(refused);
    await expect(bus.publish([aRequest('c1')])).rejects.toMatchObject({
      name: 'TerminalError',
      code: 'AccessDeniedException',
      message: 'PutEvents: AccessDeniedException: as AWS words it',
      cause: refused,
    });
  });
});
