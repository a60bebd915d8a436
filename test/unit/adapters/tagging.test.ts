import { GetResourcesCommand, ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { createDiscovery } from '../../../shared/adapters/tagging.ts';
import { anAwsError, sent } from './sent.ts';

function aDiscovery(tagPrefix = 'ballast:') {
  const client = new ResourceGroupsTaggingAPIClient({});
  const mock = mockClient(client);
  return { mock, discovery: createDiscovery(client, { tagPrefix }) };
}

const webArn = 'arn:aws:ecs:us-east-1:111122223333:service/shop/web';
const cartArn = 'arn:aws:ecs:us-east-1:111122223333:service/shop/cart';
const jobsArn = 'arn:aws:ecs:us-east-1:111122223333:service/shop/jobs';

describe('what asked to be looked after', () => {
  it('is every ECS service tagged managed = true', async () => {
    const { mock, discovery } = aDiscovery();
    mock.on(GetResourcesCommand).resolves({ ResourceTagMappingList: [], PaginationToken: '' });
    await discovery.managedServices();
    expect(sent(mock)).toStrictEqual([
      [
        'GetResourcesCommand',
        {
          ResourceTypeFilters: ['ecs:service'],
          TagFilters: [{ Key: 'ballast:managed', Values: ['true'] }],
          ResourcesPerPage: 100,
        },
      ],
    ]);
  });

  it('is every task definition that has the checkpoint tag, whatever its value, or asks for resume, once', async () => {
    const { mock, discovery } = aDiscovery();
    const both = { ResourceARN: 'arn:both', Tags: [{ Key: 'ballast:resume', Value: 'true' }] };
    mock.on(GetResourcesCommand).resolves({ ResourceTagMappingList: [both], PaginationToken: '' });
    expect(await discovery.taskDefinitions()).toEqual([{ arn: 'arn:both', tags: { 'ballast:resume': 'true' } }]);
    expect(sent(mock)).toStrictEqual([
      [
        'GetResourcesCommand',
        {
          ResourceTypeFilters: ['ecs:task-definition'],
          TagFilters: [{ Key: 'ballast:checkpoint' }],
          ResourcesPerPage: 100,
        },
      ],
      [
        'GetResourcesCommand',
        {
          ResourceTypeFilters: ['ecs:task-definition'],
          TagFilters: [{ Key: 'ballast:resume', Values: ['true'] }],
          ResourcesPerPage: 100,
        },
      ],
    ]);
  });

  it('is every service that is a bridge', async () => {
    const { mock, discovery } = aDiscovery();
    mock.on(GetResourcesCommand).resolves({ ResourceTagMappingList: [], PaginationToken: '' });
    await discovery.bridges();
    expect(sent(mock)).toStrictEqual([
      [
        'GetResourcesCommand',
        {
          ResourceTypeFilters: ['ecs:service'],
          TagFilters: [{ Key: 'ballast:bridge-of' }],
          ResourcesPerPage: 100,
        },
      ],
    ]);
  });

  it('goes by the prefix of the stack, except for bridges, whose tag is ours', async () => {
    const { mock, discovery } = aDiscovery('acme/');
    mock.on(GetResourcesCommand).resolves({ ResourceTagMappingList: [], PaginationToken: '' });
    await discovery.managedServices();
    await discovery.taskDefinitions();
    await discovery.bridges();
    expect(mock.commandCalls(GetResourcesCommand).map(({ args: [{ input }] }) => input.TagFilters)).toEqual([
      [{ Key: 'acme/managed', Values: ['true'] }],
      [{ Key: 'acme/checkpoint' }],
      [{ Key: 'acme/resume', Values: ['true'] }],
      [{ Key: 'ballast:bridge-of' }],
    ]);
  });

  it('comes with its tags as names and values', async () => {
    const { mock, discovery } = aDiscovery();
    mock.on(GetResourcesCommand).resolves({
      ResourceTagMappingList: [
        {
          ResourceARN: webArn,
          Tags: [
            { Key: 'ballast:managed', Value: 'true' },
            { Key: 'team', Value: '' },
          ],
        },
        { ResourceARN: cartArn },
      ],
      PaginationToken: '',
    });
    await expect(discovery.managedServices()).resolves.toStrictEqual([
      { arn: webArn, tags: { 'ballast:managed': 'true', team: '' } },
      { arn: cartArn, tags: {} },
    ]);
  });

  it('leaves out an entry without an ARN', async () => {
    const { mock, discovery } = aDiscovery();
    mock.on(GetResourcesCommand).resolves({ ResourceTagMappingList: [{ Tags: [] }, { ResourceARN: webArn }] });
    await expect(discovery.managedServices()).resolves.toEqual([{ arn: webArn, tags: {} }]);
  });

  it('is read page by page until the token is empty', async () => {
    const { mock, discovery } = aDiscovery();
    mock
      .on(GetResourcesCommand)
      .resolvesOnce({ ResourceTagMappingList: [{ ResourceARN: webArn }], PaginationToken: 'page-2' })
      .resolvesOnce({ ResourceTagMappingList: [{ ResourceARN: cartArn }], PaginationToken: 'page-3' })
      .resolvesOnce({ ResourceTagMappingList: [{ ResourceARN: jobsArn }], PaginationToken: '' })
      .rejects(anAwsError('NoFourthPage'));
    await expect(discovery.managedServices()).resolves.toEqual([
      { arn: webArn, tags: {} },
      { arn: cartArn, tags: {} },
      { arn: jobsArn, tags: {} },
    ]);
    const request = {
      ResourceTypeFilters: ['ecs:service'],
      TagFilters: [{ Key: 'ballast:managed', Values: ['true'] }],
      ResourcesPerPage: 100,
    };
    expect(sent(mock)).toStrictEqual([
      ['GetResourcesCommand', request],
      ['GetResourcesCommand', { ...request, PaginationToken: 'page-2' }],
      ['GetResourcesCommand', { ...request, PaginationToken: 'page-3' }],
    ]);
  });

  it('goes on after a page with nothing on it', async () => {
    const { mock, discovery } = aDiscovery();
    mock
      .on(GetResourcesCommand)
      .resolvesOnce({ ResourceTagMappingList: [], PaginationToken: 'page-2' })
      .resolvesOnce({ ResourceTagMappingList: [{ ResourceARN: webArn }], PaginationToken: '' });
    await expect(discovery.managedServices()).resolves.toEqual([{ arn: webArn, tags: {} }]);
  });

  it('ends also when there is no token at all', async () => {
    const { mock, discovery } = aDiscovery();
    mock.on(GetResourcesCommand).resolvesOnce({}).rejects(anAwsError('NoSecondPage'));
    await expect(discovery.bridges()).resolves.toEqual([]);
  });

  it('is not told in part: an error on a later page is thrown', async () => {
    const { mock, discovery } = aDiscovery();
    const expired = anAwsError('PaginationTokenExpiredException', 400);
    mock
      .on(GetResourcesCommand)
      .resolvesOnce({ ResourceTagMappingList: [{ ResourceARN: webArn }], PaginationToken: 'page-2' })
      .rejects(expired);
    await expect(discovery.managedServices()).rejects.toMatchObject({
      name: 'RetryableError',
      message: 'GetResources: PaginationTokenExpiredException: as AWS words it',
      cause: expired,
    });
  });
});
