import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { createCloudWatchGauges } from '../../../shared/adapters/cloudwatch-gauges.ts';
import { nowMs } from '../../builders/service-facts.ts';
import { anAwsError, sent } from './sent.ts';

function someGauges() {
  const client = new CloudWatchClient({});
  const mock = mockClient(client);
  mock.on(PutMetricDataCommand).resolves({});
  return { mock, gauges: createCloudWatchGauges(client) };
}

const counted = (count: number) =>
  Array.from({ length: count }, (_, value) => ({ name: 'SpotRunning', value, dimensions: {} }) as const);

/** How many data each call had, with the first and the last value. */
const calls = (mock: ReturnType<typeof someGauges>['mock']) =>
  mock.commandCalls(PutMetricDataCommand).map(({ args: [{ input }] }) => {
    const data = input.MetricData ?? [];
    return [data.length, data[0]?.Value, data.at(-1)?.Value];
  });

describe('gauges', () => {
  it('are put with unit, dimensions and the moment they were read', async () => {
    const { mock, gauges } = someGauges();
    await gauges.put(
      [
        { name: 'BridgeDesired', value: 4, dimensions: { ClusterName: 'shop', ServiceName: 'web' } },
        { name: 'ReconcileHeartbeat', value: 1, dimensions: {} },
        { name: 'NoticeLag', value: 0.5, dimensions: {} },
        { name: 'NoticeTimeLeft', value: 0, dimensions: {} },
      ],
      nowMs,
    );
    const Timestamp = new Date('2026-03-01T12:00:00.000Z');
    expect(sent(mock)).toStrictEqual([
      [
        'PutMetricDataCommand',
        {
          Namespace: 'Ballast',
          MetricData: [
            {
              MetricName: 'BridgeDesired',
              Value: 4,
              Unit: 'Count',
              Timestamp,
              Dimensions: [
                { Name: 'ClusterName', Value: 'shop' },
                { Name: 'ServiceName', Value: 'web' },
              ],
            },
            { MetricName: 'ReconcileHeartbeat', Value: 1, Unit: 'Count', Timestamp, Dimensions: [] },
            { MetricName: 'NoticeLag', Value: 0.5, Unit: 'Milliseconds', Timestamp, Dimensions: [] },
            { MetricName: 'NoticeTimeLeft', Value: 0, Unit: 'Seconds', Timestamp, Dimensions: [] },
          ],
        },
      ],
    ]);
  });

  it('are not sent when there are none', async () => {
    const { mock, gauges } = someGauges();
    await gauges.put([], nowMs);
    expect(sent(mock)).toEqual([]);
  });

  it('go a thousand to a call', async () => {
    const { mock, gauges } = someGauges();
    await gauges.put(counted(1000), nowMs);
    expect(calls(mock)).toEqual([[1000, 0, 999]]);
  });

  it('go into a second call from the one thousand and first', async () => {
    const { mock, gauges } = someGauges();
    await gauges.put(counted(1001), nowMs);
    expect(calls(mock)).toEqual([
      [1000, 0, 999],
      [1, 1000, 1000],
    ]);
  });

  it.each([
    [Number.NaN, 'gauge Shortfall: NaN is not a finite number'],
    [Number.POSITIVE_INFINITY, 'gauge Shortfall: Infinity is not a finite number'],
    [Number.NEGATIVE_INFINITY, 'gauge Shortfall: -Infinity is not a finite number'],
  ])('refuse %d before anything is sent, even a thousand places later', async (value, message) => {
    const { mock, gauges } = someGauges();
    const put = gauges.put([...counted(1000), { name: 'Shortfall', value, dimensions: {} }], nowMs);
    await expect(put).rejects.toMatchObject({ name: 'InvariantError', message });
    expect(sent(mock)).toEqual([]);
  });

  it('translate an error', async () => {
    const { mock, gauges } = someGauges();
    const fault = anAwsError('InternalServiceFault', 500);
    mock.on(PutMetricDataCommand).rejects(fault);
    await expect(gauges.put(counted(1), nowMs)).rejects.toMatchObject({
      name: 'RetryableError',
      message: 'PutMetricData: InternalServiceFault: as AWS words it',
      cause: fault,
    });
  });
});
