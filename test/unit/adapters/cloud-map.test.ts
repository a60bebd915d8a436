import {
  DeregisterInstanceCommand,
  ListInstancesCommand,
  ServiceDiscoveryClient,
} from '@aws-sdk/client-servicediscovery';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { createServiceRegistries } from '../../../shared/adapters/cloud-map.ts';
import { anAwsError, sent } from './sent.ts';

const registryArn = 'arn:aws:servicediscovery:us-east-1:111122223333:service/srv-qzpwvt2tfqcegapy';

function theRegistries() {
  const client = new ServiceDiscoveryClient({});
  const mock = mockClient(client);
  return { mock, registries: createServiceRegistries(client) };
}

describe('what is registered', () => {
  it("is asked for by the service's id, which is the end of its ARN", async () => {
    const { mock, registries } = theRegistries();
    mock.on(ListInstancesCommand).resolves({ Instances: [{ Id: 'task-a', Attributes: { AWS_INSTANCE_PORT: '80' } }] });
    await expect(registries.instanceIds(registryArn)).resolves.toEqual(['task-a']);
    expect(sent(mock)).toStrictEqual([['ListInstancesCommand', { ServiceId: 'srv-qzpwvt2tfqcegapy' }]]);
  });

  it('is read page by page', async () => {
    const { mock, registries } = theRegistries();
    mock
      .on(ListInstancesCommand)
      .resolvesOnce({ Instances: [{ Id: 'task-a' }, {}], NextToken: 'page-2' })
      .resolvesOnce({ NextToken: 'page-3' })
      .resolvesOnce({ Instances: [{ Id: 'task-b' }] })
      .rejects(anAwsError('NoFourthPage'));
    await expect(registries.instanceIds(registryArn)).resolves.toEqual(['task-a', 'task-b']);
    const request = { ServiceId: 'srv-qzpwvt2tfqcegapy' };
    expect(sent(mock)).toStrictEqual([
      ['ListInstancesCommand', request],
      ['ListInstancesCommand', { ...request, NextToken: 'page-2' }],
      ['ListInstancesCommand', { ...request, NextToken: 'page-3' }],
    ]);
  });

  it('is not told in part: an error on a later page is thrown', async () => {
    const { mock, registries } = theRegistries();
    const original = anAwsError('RequestLimitExceeded', 400);
    mock
      .on(ListInstancesCommand)
      .resolvesOnce({ Instances: [{ Id: 'task-a' }], NextToken: 'page-2' })
      .rejects(original);
    await expect(registries.instanceIds(registryArn)).rejects.toMatchObject({
      name: 'RetryableError',
      message: 'ListInstances: RequestLimitExceeded: as AWS words it',
      cause: original,
    });
  });

  it('is not told of a service that does not exist', async () => {
    const { mock, registries } = theRegistries();
    mock.on(ListInstancesCommand).rejects(anAwsError('ServiceNotFound', 400));
    await expect(registries.instanceIds(registryArn)).rejects.toMatchObject({
      name: 'TerminalError',
      code: 'ServiceNotFound',
    });
  });
});

describe('taking an instance out', () => {
  it("names the service's id and the instance", async () => {
    const { mock, registries } = theRegistries();
    mock.on(DeregisterInstanceCommand).resolves({ OperationId: 'not-followed' });
    await expect(registries.deregisterInstance(registryArn, 'task-a')).resolves.toBeUndefined();
    expect(sent(mock)).toStrictEqual([
      ['DeregisterInstanceCommand', { ServiceId: 'srv-qzpwvt2tfqcegapy', InstanceId: 'task-a' }],
    ]);
  });

  it('is done when the instance is not registered', async () => {
    const { mock, registries } = theRegistries();
    mock.on(DeregisterInstanceCommand).rejects(anAwsError('InstanceNotFound', 400));
    await expect(registries.deregisterInstance(registryArn, 'task-a')).resolves.toBeUndefined();
  });

  it.each([
    ['DuplicateRequest', 'RetryableError'],
    ['ServiceNotFound', 'TerminalError'],
    ['AccessDeniedException', 'TerminalError'],
  ])('is not done on %s', async (code, name) => {
    const { mock, registries } = theRegistries();
    const original = anAwsError(code, 400);
    mock.on(DeregisterInstanceCommand).rejects(original);
    await expect(registries.deregisterInstance(registryArn, 'task-a')).rejects.toMatchObject({
      name,
      message: `DeregisterInstance: ${code}: as AWS words it`,
      cause: original,
    });
  });
});
