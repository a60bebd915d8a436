import { describe, expect, it } from 'vitest';
import { taskUsage, usageSum } from '../../../shared/decisions/usage.ts';
import { taskFacts } from '../../../shared/events/task-state-change.ts';
import { aTaskStateChange } from '../../builders/events.ts';
import { aUsage } from '../../builders/money.ts';

const primary = { serviceArn: 'arn:aws:ecs:us-east-1:111122223333:service/shop/web', ofBridge: false };

/** The task has stopped after an hour, from pull to stop; `detail` changes its event. */
function ofEvent(detail: Readonly<Record<string, unknown>> = {}, owner: typeof primary | undefined = primary) {
  const event = aTaskStateChange({
    desiredStatus: 'STOPPED',
    lastStatus: 'STOPPED',
    stopCode: 'UserInitiated',
    createdAt: '2026-03-01T10:59:50Z',
    pullStartedAt: '2026-03-01T11:00:00Z',
    startedAt: '2026-03-01T11:00:20Z',
    stoppingAt: '2026-03-01T11:59:30Z',
    stoppedAt: '2026-03-01T12:00:00Z',
    ...detail,
  });
  return taskUsage(taskFacts(event, 0), owner);
}

describe('what a stopped task is billed for', () => {
  it('is its size from the start of the pull to the stop', () => {
    expect(ofEvent()).toEqual({
      taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/shop/0123456789abcdef0123456789abcdef',
      clusterName: 'shop',
      serviceArn: 'arn:aws:ecs:us-east-1:111122223333:service/shop/web',
      ofBridge: false,
      payment: 'spot',
      cpu: 256,
      memoryMiB: 512,
      architecture: 'x86',
      extraStorageGiB: 0,
      billedSeconds: 3_600,
      stoppedAtMs: Date.parse('2026-03-01T12:00:00Z'),
    });
  });

  it('belongs to the primary where the task is of its bridge, and to no service where it is a job', () => {
    expect(ofEvent({}, { ...primary, ofBridge: true })).toMatchObject({ ...primary, ofBridge: true });
    const job = taskUsage(taskFacts(aTaskStateChange({ stoppedAt: '2026-03-01T12:00:00Z' }), 0), undefined);
    expect(job).toMatchObject({ ofBridge: false });
    expect(job).not.toHaveProperty('serviceArn');
  });

  it.each([
    // 11:00:00 to …
    ['a minute at least', { stoppedAt: '2026-03-01T11:00:12Z' }, 60],
    ['a minute exactly', { stoppedAt: '2026-03-01T11:01:00Z' }, 60],
    ['every begun second', { stoppedAt: '2026-03-01T11:01:00.001Z' }, 61],
    ['not more for what is less than a millisecond', { stoppedAt: '2026-03-01T11:30:00.0004Z' }, 1_800],
    // 20 days × 86,400 + 3,600
    ['weeks', { pullStartedAt: '2026-02-09T11:00:00Z' }, 1_731_600],
    ['a minute where clocks disagree', { stoppedAt: '2026-03-01T10:59:00Z' }, 60],
    // From 10:59:50: ten seconds more.
    ['from its creation where the pull is not told', { pullStartedAt: undefined }, 3_610],
    ['from its creation where the pull is told as what it is not', { pullStartedAt: 1_772_362_800 }, 3_610],
    ['from its creation where the pull is no time', { pullStartedAt: 'yesterday' }, 3_610],
    // From 11:00:20.
    ['from its start where neither is told', { pullStartedAt: undefined, createdAt: undefined }, 3_580],
    ['the time of a pull that failed, too', { startedAt: undefined, stoppedAt: '2026-03-01T11:05:00Z' }, 300],
  ])('is %s', (_what, detail, billedSeconds) => {
    expect(ofEvent(detail)).toMatchObject({ billedSeconds });
  });

  it.each([
    ['arm64', [{ name: 'ecs.cpu-architecture', value: 'arm64' }], 'arm'],
    ['x86_64', [{ name: 'ecs.cpu-architecture', value: 'x86_64' }], 'x86'],
    ['another attribute', [{ name: 'ecs.os-type', value: 'arm64' }], 'x86'],
    ['an architecture among others', [null, 'x', { name: 'ecs.cpu-architecture', value: 'arm64' }], 'arm'],
    ['one that is new', [{ name: 'ecs.cpu-architecture', value: 'riscv64' }], 'x86'],
    ['one that is a number', [{ name: 'ecs.cpu-architecture', value: 64 }], 'x86'],
    ['no attributes', undefined, 'x86'],
    ['null', null, 'x86'],
    ['no list', 'arm64', 'x86'],
  ])('has the architecture of %s', (_what, attributes, architecture) => {
    expect(ofEvent({ attributes })).toMatchObject({ architecture });
  });

  it.each([
    [{ sizeInGiB: 20 }, 0],
    [{ sizeInGiB: 21 }, 1],
    [{ sizeInGiB: 200 }, 180],
    [{ sizeInGiB: 0 }, 0],
    [{ sizeInGiB: -5 }, 0],
    [{ sizeInGiB: 1e300 }, 0],
    [{ sizeInGiB: '100' }, 0],
    [{}, 0],
    [null, 0],
    [undefined, 0],
    [100, 0],
  ])('has the storage %j beyond the 20 GiB that are included: %i', (ephemeralStorage, extraStorageGiB) => {
    expect(ofEvent({ ephemeralStorage })).toMatchObject({ extraStorageGiB });
  });

  it.each([
    ['FARGATE_SPOT', { capacityProviderName: 'FARGATE_SPOT' }, 'spot'],
    ['FARGATE', { capacityProviderName: 'FARGATE' }, 'onDemand'],
    ['the launch type alone', { capacityProviderName: undefined }, 'onDemand'],
    [
      'its reclaim, where no provider is told',
      { capacityProviderName: undefined, stopCode: 'SpotInterruption' },
      'spot',
    ],
    ['the provider alone', { launchType: undefined }, 'spot'],
  ])('is paid as %s says', (_what, detail, payment) => {
    expect(ofEvent(detail)).toMatchObject({ payment });
  });

  it.each([
    ['EC2', { capacityProviderName: undefined, launchType: 'EC2' }],
    ['a provider of the account’s own', { capacityProviderName: 'own-instances', launchType: 'EC2' }],
    ['Managed Instances', { capacityProviderName: 'managed', launchType: 'MANAGED_INSTANCES' }],
    ['nobody knows what', { capacityProviderName: undefined, launchType: undefined }],
  ])('is nothing on %s', (_what, detail) => {
    expect(ofEvent(detail)).toBe('nothing');
  });

  it('is nothing before the image is pulled: Spot had no room', () => {
    expect(ofEvent({ pullStartedAt: undefined, startedAt: undefined, stopCode: 'TaskFailedToStart' })).toBe('nothing');
  });

  it.each([
    ['CPU', { cpu: undefined }],
    ['CPU that is a word', { cpu: 'null' }],
    ['CPU that is a number', { cpu: 256 }],
    ['memory', { memory: undefined }],
    ['memory in other words', { memory: '0.5GB' }],
    ['memory that is an object', { memory: {} }],
    // 23:59:50 by one event and 00:00:10 by another would be two days, and twice the money.
    ['the moment of the stop', { stoppedAt: undefined }],
    ['a moment of the stop that is one', { stoppedAt: 'soon' }],
  ])('cannot be told without %s', (_what, detail) => {
    expect(ofEvent(detail)).toBe('unmeasured');
  });
});

describe('the sum over tasks', () => {
  it('has each figure of each', () => {
    const records = [
      aUsage('a'),
      aUsage('b', { billedSeconds: 60, onDemandNanoUsd: 164_583, spotNanoUsd: 52_403 }),
      aUsage('c', {
        payment: 'onDemand',
        ofBridge: true,
        billedSeconds: 1_800,
        onDemandNanoUsd: 24_685_000,
        spotNanoUsd: 7_859_625,
      }),
      aUsage('d', { payment: 'onDemand', billedSeconds: 90, onDemandNanoUsd: 1_234_250, spotNanoUsd: 392_981 }),
    ];
    expect(usageSum(records)).toEqual({
      tasks: 4,
      spotTaskSeconds: 3_660,
      onDemandTaskSeconds: 1_890,
      // 15,719,250 + 52,403 + 24,685,000 + 1,234,250
      costNanoUsd: 41_690_903,
      // 33,650,750 + 112,180
      savingNanoUsd: 33_762_930,
      // 24,685,000 − 7,859,625
      bridgePremiumNanoUsd: 16_825_375,
    });
  });

  it('of none is nothing', () => {
    expect(usageSum([])).toEqual({
      tasks: 0,
      spotTaskSeconds: 0,
      onDemandTaskSeconds: 0,
      costNanoUsd: 0,
      savingNanoUsd: 0,
      bridgePremiumNanoUsd: 0,
    });
  });
});
