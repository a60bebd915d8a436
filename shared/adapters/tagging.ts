import {
  GetResourcesCommand,
  type ResourceGroupsTaggingAPIClient,
  type TagFilter,
} from '@aws-sdk/client-resource-groups-tagging-api';
import { bridgeOfTag } from '../ports/bridge-tag.ts';
import type { Discovery, TaggedResource } from '../ports/discovery.ts';
import { translated } from './aws-errors.ts';

/** The Resource Groups Tagging API behind the port. */
export function createDiscovery(
  client: Pick<ResourceGroupsTaggingAPIClient, 'send'>,
  { tagPrefix }: { readonly tagPrefix: string },
): Discovery {
  const resources = async (type: string, filter: TagFilter): Promise<TaggedResource[]> => {
    const found: TaggedResource[] = [];
    let token: string | undefined;
    do {
      const page = await translated('GetResources', () =>
        client.send(
          new GetResourcesCommand({
            ResourceTypeFilters: [type],
            TagFilters: [filter],
            ResourcesPerPage: 100,
            ...(token === undefined ? {} : { PaginationToken: token }),
          }),
        ),
      );
      for (const { ResourceARN: arn, Tags: tags = [] } of page.ResourceTagMappingList ?? []) {
        if (arn !== undefined)
          found.push({ arn, tags: Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])) });
      }
      // The last page has an empty token, not none.
      token = page.PaginationToken === '' ? undefined : page.PaginationToken;
    } while (token !== undefined);
    return found;
  };

  return {
    managedServices: () => resources('ecs:service', { Key: `${tagPrefix}managed`, Values: ['true'] }),
    async taskDefinitions() {
      // Filters on two keys would want both.
      const found = await Promise.all([
        resources('ecs:task-definition', { Key: `${tagPrefix}checkpoint` }),
        resources('ecs:task-definition', { Key: `${tagPrefix}resume`, Values: ['true'] }),
      ]);
      return [...new Map(found.flat().map((resource) => [resource.arn, resource])).values()];
    },
    bridges: () => resources('ecs:service', { Key: bridgeOfTag }),
  };
}
