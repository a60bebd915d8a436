import { describe, expect, it } from 'vitest';
import { PoisonError } from '../../../shared/errors.ts';
import { clusterArnOfService, nameOfArn, serviceArnOf } from '../../../shared/events/arn.ts';

describe('names in ARNs', () => {
  it.each([
    ['arn:aws:ecs:us-east-1:111122223333:cluster/shop', 'shop'],
    ['arn:aws:ecs:us-east-1:111122223333:service/shop/web', 'web'],
    ['arn:aws:ecs:us-east-1:111122223333:service/web', 'web'],
    ['arn:aws:ecs:us-east-1:111122223333:task/shop/0123abc', '0123abc'],
    ['arn:aws:ecs:us-east-1:111122223333:task/0123abc', '0123abc'],
    ['arn:aws:ecs:us-east-1:111122223333:task-definition/web:7', 'web:7'],
    ['arn:aws-cn:ecs:cn-north-1:111122223333:capacity-provider/FARGATE_SPOT', 'FARGATE_SPOT'],
  ])('finds the name in %s', (arn, name) => {
    expect(nameOfArn(arn)).toBe(name);
  });
});

describe('service ARNs', () => {
  it.each([
    ['arn:aws:ecs:us-east-1:111122223333:cluster/shop', 'arn:aws:ecs:us-east-1:111122223333:service/shop/web'],
    ['arn:aws-cn:ecs:cn-north-1:111122223333:cluster/shop', 'arn:aws-cn:ecs:cn-north-1:111122223333:service/shop/web'],
    [
      'arn:aws-us-gov:ecs:us-gov-west-1:111122223333:cluster/shop',
      'arn:aws-us-gov:ecs:us-gov-west-1:111122223333:service/shop/web',
    ],
  ])('is long and stays in the partition of %s', (cluster, service) => {
    expect(serviceArnOf(cluster, 'web')).toBe(service);
    expect(clusterArnOfService(service)).toBe(cluster);
  });

  it.each([
    ['the short form, which does not say its cluster', 'arn:aws:ecs:us-east-1:111122223333:service/web'],
    ['a task', 'arn:aws:ecs:us-east-1:111122223333:task/shop/0123abc'],
    ['a service deployment', 'arn:aws:ecs:us-east-1:111122223333:service-deployment/shop/web/xyz'],
    ['a name', 'web'],
  ])('refuses to guess the cluster of %s', (_what, arn) => {
    expect(() => clusterArnOfService(arn)).toThrow(PoisonError);
    expect(() => clusterArnOfService(arn)).toThrow(`${arn}: not a long service ARN`);
  });
});
