import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  type ScalableTarget,
} from '@aws-sdk/client-application-auto-scaling';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { createScaling } from '../../../shared/adapters/application-auto-scaling.ts';
import { anAwsError, sent } from './sent.ts';

function theScaling() {
  const client = new ApplicationAutoScalingClient({});
  const mock = mockClient(client);
  return { mock, scaling: createScaling(client) };
}

const aTarget = (ResourceId: string | undefined): ScalableTarget => ({
  ServiceNamespace: 'ecs',
  ScalableDimension: 'ecs:service:DesiredCount',
  ResourceId,
  MinCapacity: 1,
  MaxCapacity: 10,
  RoleARN: 'arn:aws:iam::111122223333:role/not-ours',
  CreationTime: new Date('2026-03-01T11:00:00Z'),
});

describe('services that are scaled', () => {
  const request = { ServiceNamespace: 'ecs', ScalableDimension: 'ecs:service:DesiredCount' };

  it('are those of ECS whose desired count is', async () => {
    const { mock, scaling } = theScaling();
    mock.on(DescribeScalableTargetsCommand).resolves({ ScalableTargets: [aTarget('service/shop/web')] });
    await expect(scaling.scaledServices()).resolves.toEqual(['service/shop/web']);
    expect(sent(mock)).toStrictEqual([['DescribeScalableTargetsCommand', request]]);
  });

  it('are read page by page', async () => {
    const { mock, scaling } = theScaling();
    mock
      .on(DescribeScalableTargetsCommand)
      .resolvesOnce({ ScalableTargets: [aTarget('service/shop/web'), aTarget(undefined)], NextToken: 'page-2' })
      .resolvesOnce({ NextToken: 'page-3' })
      .resolvesOnce({ ScalableTargets: [aTarget('service/shop/cart')] })
      .rejects(anAwsError('NoFourthPage'));
    await expect(scaling.scaledServices()).resolves.toEqual(['service/shop/web', 'service/shop/cart']);
    expect(sent(mock)).toStrictEqual([
      ['DescribeScalableTargetsCommand', request],
      ['DescribeScalableTargetsCommand', { ...request, NextToken: 'page-2' }],
      ['DescribeScalableTargetsCommand', { ...request, NextToken: 'page-3' }],
    ]);
  });

  it.each([
    ['InvalidNextTokenException', 'RetryableError'],
    ['ConcurrentUpdateException', 'RetryableError'],
    ['ValidationException', 'TerminalError'],
  ])('are not told in part: %s on a later page is thrown', async (code, name) => {
    const { mock, scaling } = theScaling();
    const original = anAwsError(code, 400);
    mock
      .on(DescribeScalableTargetsCommand)
      .resolvesOnce({ ScalableTargets: [aTarget('service/shop/web')], NextToken: 'page-2' })
      .rejects(original);
    await expect(scaling.scaledServices()).rejects.toMatchObject({
      name,
      message: `DescribeScalableTargets: ${code}: as AWS words it`,
      cause: original,
    });
  });
});
