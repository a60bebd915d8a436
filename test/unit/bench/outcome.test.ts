import { describe, expect, it } from 'vitest';
import {
  askedDelaysMs,
  askedIn,
  countsOf,
  decisionDelaysMs,
  requestsUntilAsked,
} from '../../../bench/storm/outcome.ts';
import type { Storm } from '../../../bench/storm/play.ts';
import type { AwsRequest } from '../../../local/virtual/virtual-region.ts';

const read = (atMs: number): AwsRequest => ({ atMs, service: 'ecs', action: 'ListTasks', input: {} });
const create = (atMs: number, primary: string, desiredCount: number, error?: string): AwsRequest => ({
  atMs,
  service: 'ecs',
  action: 'CreateService',
  input: { serviceName: `ballast-${primary}-g1`, desiredCount },
  ...(error === undefined ? {} : { error }),
});
const update = (atMs: number, primary: string, desiredCount: number): AwsRequest => ({
  atMs,
  service: 'ecs',
  action: 'UpdateService',
  input: { service: `ballast-${primary}-g1`, desiredCount },
});

const aStorm = (requests: readonly AwsRequest[]): Storm => ({
  setup: { services: 2, tasksEach: 5, noticesEach: 3, handler: 'ballast' },
  stormAtMs: 0,
  serviceNames: ['a', 'b'],
  notices: [
    { atMs: 1_000, serviceName: 'a' },
    { atMs: 2_000, serviceName: 'b' },
  ],
  requests,
  decisions: [],
});

describe('what came of a storm', () => {
  it('ends when the last bridge was asked for in full, at the first time', () => {
    const requests = [read(1_500), create(2_500, 'a', 2), create(2_600, 'b', 3), update(9_000, 'a', 3), read(9_500)];
    const storm = aStorm([...requests, update(12_000, 'b', 3)]);
    expect(askedIn(storm).untilMs).toBe(9_000);
    expect(requestsUntilAsked(storm)).toHaveLength(4);
    expect(askedDelaysMs(storm)).toEqual([8_000, 600]);
  });

  it('a write that AWS throttled asked for nothing', () => {
    expect(askedIn(aStorm([create(1_000, 'a', 3, 'ThrottlingException'), create(1_000, 'b', 3)])).untilMs).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  it('counts requests by action, most first', () => {
    expect(countsOf([create(0, 'a', 1), read(0), read(1)])).toBe('ListTasks 2, CreateService 1');
  });

  it('a decision made before the sensor had the notice does not count', () => {
    const record = (name: string) =>
      ({
        serviceArn: `arn:aws:ecs:us-east-1:111122223333:service/main/${name}`,
      }) as Storm['decisions'][number]['record'];
    const storm: Storm = {
      ...aStorm([]),
      decisions: [
        { atMs: 1_200, record: record('a') },
        { atMs: 1_300, record: record('b') },
        { atMs: 2_300, record: record('a') },
      ],
    };
    expect(decisionDelaysMs(storm)).toEqual([1_300, Number.POSITIVE_INFINITY]);
  });
});
