import { AwsError, invalidParameter } from '../aws-error.ts';
import { present, tagList } from '../describe.ts';
import type { Engine } from '../engine.ts';
import { remember } from '../scheduler.ts';
import { type Input, optionalText, records, refuseUnknown, tagsOf, text, texts } from './input.ts';

type Output = Record<string, unknown>;

interface Tagged {
  readonly arn: string;
  readonly tags: Map<string, string>;
}

/** By resource type, in the order in which GetResources answers with them. */
const taggedByType: Readonly<Record<string, (engine: Engine) => Tagged[]>> = {
  'ecs:service': ({ clusters }) =>
    [...clusters.values()].flatMap(({ services }) =>
      [...services.values()].filter(({ status }) => status !== 'INACTIVE'),
    ),
  'ecs:task-definition': ({ taskDefinitions }) => [...taskDefinitions.values()],
  'ecs:task': ({ tasks }) => [...tasks.values()].filter(({ lastStatus }) => lastStatus !== 'STOPPED'),
};

/** @param types none: of all. */
function taggedResources(engine: Engine, types: readonly string[] = []): Tagged[] {
  return Object.entries(taggedByType).flatMap(([type, resources]) =>
    types.length === 0 || types.includes(type) ? resources(engine) : [],
  );
}

function tagsOfArn(engine: Engine, arn: string): Map<string, string> {
  if (/:service\/[^/]+$/.test(arn)) throw invalidParameter('Long arn format must be used for tagging operations');
  const found = taggedResources(engine).find((resource) => resource.arn === arn);
  if (found === undefined)
    throw new AwsError('ResourceNotFoundException', 'The specified resource is inactive or could not be found.');
  return found.tags;
}

export function tagResource(engine: Engine, input: Input): Output {
  refuseUnknown('TagResource', input, ['resourceArn', 'tags']);
  const tags = tagsOfArn(engine, text(input, 'resourceArn'));
  for (const [key, value] of tagsOf(input)) tags.set(key, value);
  rememberTags(engine, tags);
  return {};
}

export function untagResource(engine: Engine, input: Input): Output {
  refuseUnknown('UntagResource', input, ['resourceArn', 'tagKeys']);
  const tags = tagsOfArn(engine, text(input, 'resourceArn'));
  for (const key of texts(input, 'tagKeys')) tags.delete(key);
  rememberTags(engine, tags);
  return {};
}

/** The scheduler does not look at a service because of its tags, and DescribeServices shows them all the same. */
function rememberTags(engine: Engine, tags: ReadonlyMap<string, string>): void {
  if (engine.switches.describeLagMs === 0) return;
  for (const { services } of engine.clusters.values()) {
    for (const service of services.values()) if (service.tags === tags) remember(engine, service);
  }
}

export function listTagsForResource(engine: Engine, input: Input): Output {
  refuseUnknown('ListTagsForResource', input, ['resourceArn']);
  return { tags: tagList(tagsOfArn(engine, text(input, 'resourceArn'))) };
}

/** The Resource Groups Tagging API: every filter has to hold; the last page's token is empty. */
export function getResources(engine: Engine, input: Input): Output {
  refuseUnknown('GetResources', input, [
    'ResourceTypeFilters',
    'TagFilters',
    'ResourcesPerPage',
    'PaginationToken',
    'TagsPerPage',
  ]);
  const types = texts(input, 'ResourceTypeFilters');
  const filters = records(input, 'TagFilters').map((filter) => ({
    key: text(filter, 'Key'),
    values: texts(filter, 'Values'),
  }));
  const matching = taggedResources(engine, types).filter(
    ({ tags }) =>
      tags.size > 0 &&
      filters.every(({ key, values }) => {
        const value = tags.get(key);
        return value !== undefined && (values.length === 0 || values.includes(value));
      }),
  );
  const from = Number(optionalText(input, 'PaginationToken') || 0);
  const size = typeof input.ResourcesPerPage === 'number' ? input.ResourcesPerPage : 100;
  return present({
    ResourceTagMappingList: matching.slice(from, from + size).map(({ arn, tags }) => ({
      ResourceARN: arn,
      Tags: [...tags].map(([Key, Value]) => ({ Key, Value })),
    })),
    PaginationToken: from + size < matching.length ? String(from + size) : '',
  });
}
