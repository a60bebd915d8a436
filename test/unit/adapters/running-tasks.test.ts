import { ECSClient, ListClustersCommand, ListTasksCommand } from '@aws-sdk/client-ecs';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { createRunningTasks } from '../../../shared/adapters/running-tasks.ts';
import { sent } from './sent.ts';

const clusterArn = 'arn:aws:ecs:us-east-1:111122223333:cluster/jobs';

function aLister() {
  const mock = mockClient(ECSClient);
  return { mock, running: createRunningTasks(new ECSClient({})) };
}

describe('tasks that run', () => {
  it('are in all clusters, page by page', async () => {
    const { mock, running } = aLister();
    mock
      .on(ListClustersCommand)
      .resolvesOnce({ clusterArns: ['a', 'b'], nextToken: 'more' })
      .resolvesOnce({ clusterArns: ['c'] });
    expect(await running.clusters()).toEqual(['a', 'b', 'c']);
    expect(sent(mock)).toStrictEqual([
      ['ListClustersCommand', { maxResults: 100 }],
      ['ListClustersCommand', { maxResults: 100, nextToken: 'more' }],
    ]);
  });

  it('are listed by family, those under notice left out', async () => {
    const { mock, running } = aLister();
    mock
      .on(ListTasksCommand)
      .resolvesOnce({ taskArns: ['1'], nextToken: 'more' })
      .resolvesOnce({ taskArns: ['2'] });
    expect(await running.ofFamily(clusterArn, 'crunch')).toEqual(['1', '2']);
    const asked = { cluster: clusterArn, family: 'crunch', desiredStatus: 'RUNNING', maxResults: 100 };
    expect(sent(mock)).toStrictEqual([
      ['ListTasksCommand', asked],
      ['ListTasksCommand', { ...asked, nextToken: 'more' }],
    ]);
  });

  it('are none in a cluster that is gone', async () => {
    const { mock, running } = aLister();
    mock.on(ListTasksCommand).rejects(Object.assign(new Error('gone'), { name: 'ClusterNotFoundException' }));
    expect(await running.ofFamily(clusterArn, 'crunch')).toEqual([]);
  });

  it('are not known where ECS throttles', async () => {
    const { mock, running } = aLister();
    mock.on(ListClustersCommand).rejects(Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' }));
    await expect(running.clusters()).rejects.toMatchObject({ name: 'RetryableError' });
  });
});
