import {
  DeregisterTargetsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { createLoadBalancers } from '../../../shared/adapters/load-balancers.ts';
import { anAwsError, sent } from './sent.ts';

const groupArn = 'arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/web/0123456789abcdef';

function theLoadBalancers() {
  const client = new ElasticLoadBalancingV2Client({});
  const mock = mockClient(client);
  return { mock, loadBalancers: createLoadBalancers(client) };
}

describe('the targets of a group', () => {
  it('are asked for all at once and told in the words of the port', async () => {
    const { mock, loadBalancers } = theLoadBalancers();
    mock.on(DescribeTargetHealthCommand).resolves({
      TargetHealthDescriptions: [
        {
          Target: { Id: '10.0.0.1', Port: 8080, AvailabilityZone: 'us-east-1a' },
          HealthCheckPort: '8080',
          TargetHealth: { State: 'healthy' },
        },
        {
          Target: { Id: 'i-0123456789abcdef0', Port: 32_768 },
          TargetHealth: { State: 'draining', Reason: 'Target.DeregistrationInProgress' },
        },
      ],
    });
    await expect(loadBalancers.targetHealth(groupArn)).resolves.toStrictEqual([
      { id: '10.0.0.1', port: 8080, state: 'healthy' },
      { id: 'i-0123456789abcdef0', port: 32_768, state: 'draining', reason: 'Target.DeregistrationInProgress' },
    ]);
    expect(sent(mock)).toStrictEqual([['DescribeTargetHealthCommand', { TargetGroupArn: groupArn }]]);
  });

  it('may have no port and no state, but must have an id', async () => {
    const { mock, loadBalancers } = theLoadBalancers();
    mock.on(DescribeTargetHealthCommand).resolves({
      TargetHealthDescriptions: [
        { Target: { Id: '10.0.0.1' }, TargetHealth: {} },
        { Target: { Id: '10.0.0.2', Port: 80 } },
        { Target: { Id: undefined, Port: 80 }, TargetHealth: { State: 'healthy' } },
        { TargetHealth: { State: 'healthy' } },
      ],
    });
    await expect(loadBalancers.targetHealth(groupArn)).resolves.toStrictEqual([
      { id: '10.0.0.1', state: '' },
      { id: '10.0.0.2', port: 80, state: '' },
    ]);
  });

  it('are none when the answer has no list', async () => {
    const { mock, loadBalancers } = theLoadBalancers();
    mock.on(DescribeTargetHealthCommand).resolves({});
    await expect(loadBalancers.targetHealth(groupArn)).resolves.toEqual([]);
  });
});

describe('taking targets out', () => {
  const targets = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => ({ id: `10.0.0.${from + index}`, port: 80 }));

  it('names each by id, and by port where it has one', async () => {
    const { mock, loadBalancers } = theLoadBalancers();
    mock.on(DeregisterTargetsCommand).resolves({});
    await loadBalancers.deregisterTargets(groupArn, [{ id: '10.0.0.1', port: 8080 }, { id: '10.0.0.2' }]);
    expect(sent(mock)).toStrictEqual([
      [
        'DeregisterTargetsCommand',
        { TargetGroupArn: groupArn, Targets: [{ Id: '10.0.0.1', Port: 8080 }, { Id: '10.0.0.2' }] },
      ],
    ]);
  });

  it('asks nothing for no target', async () => {
    const { mock, loadBalancers } = theLoadBalancers();
    await loadBalancers.deregisterTargets(groupArn, []);
    expect(sent(mock)).toEqual([]);
  });

  it('takes a hundred a call', async () => {
    const { mock, loadBalancers } = theLoadBalancers();
    mock.on(DeregisterTargetsCommand).resolves({});
    await loadBalancers.deregisterTargets(groupArn, targets(0, 100));
    await loadBalancers.deregisterTargets(groupArn, targets(0, 101));
    const ids = mock
      .commandCalls(DeregisterTargetsCommand)
      .map(({ args: [{ input }] }) => input.Targets?.map(({ Id }) => Id));
    expect(ids.map((call) => [call?.length, call?.[0]])).toEqual([
      [100, '10.0.0.0'],
      [100, '10.0.0.0'],
      [1, '10.0.0.100'],
    ]);
  });

  it('fails when one of its calls does', async () => {
    const { mock, loadBalancers } = theLoadBalancers();
    mock.on(DeregisterTargetsCommand).resolvesOnce({}).rejects(anAwsError('ThrottlingException', 400));
    await expect(loadBalancers.deregisterTargets(groupArn, targets(0, 101))).rejects.toMatchObject({
      name: 'RetryableError',
    });
  });
});

describe('an error of Elastic Load Balancing', () => {
  it('comes out as ours, final', async () => {
    const { mock, loadBalancers } = theLoadBalancers();
    const original = anAwsError('TargetGroupNotFoundException', 400);
    mock.onAnyCommand().rejects(original);
    await expect(loadBalancers.targetHealth(groupArn)).rejects.toMatchObject({
      name: 'TerminalError',
      code: 'TargetGroupNotFoundException',
      message: 'DescribeTargetHealth: TargetGroupNotFoundException: as AWS words it',
      cause: original,
    });
    await expect(loadBalancers.deregisterTargets(groupArn, [{ id: '10.0.0.1' }])).rejects.toMatchObject({
      name: 'TerminalError',
      message: 'DeregisterTargets: TargetGroupNotFoundException: as AWS words it',
    });
  });

  it('comes out as ours, retryable', async () => {
    const { mock, loadBalancers } = theLoadBalancers();
    mock.onAnyCommand().rejects(anAwsError('HealthUnavailableException', 500));
    await expect(loadBalancers.targetHealth(groupArn)).rejects.toMatchObject({
      name: 'RetryableError',
      message: 'DescribeTargetHealth: HealthUnavailableException: as AWS words it',
    });
  });
});
