import { type ECSClient, ListClustersCommand, ListTasksCommand } from '@aws-sdk/client-ecs';
import type { RunningTasks } from '../ports/running-tasks.ts';
import { orElse, translated } from './aws-errors.ts';

interface Page {
  readonly arns: readonly string[] | undefined;
  readonly nextToken: string | undefined;
}

/** Amazon ECS behind the port: apart from the other one, since only `reconcile` lists by family. */
export function createRunningTasks(client: Pick<ECSClient, 'send'>): RunningTasks {
  return {
    clusters: () =>
      allPages(async (token) => {
        const page = await translated('ListClusters', () =>
          client.send(new ListClustersCommand({ maxResults: 100, ...token })),
        );
        return { arns: page.clusterArns, nextToken: page.nextToken };
      }),
    ofFamily: (cluster, family) =>
      allPages(async (token) => {
        // A cluster may have been deleted since it was listed.
        const page = await orElse(undefined, ['ClusterNotFoundException'], () =>
          translated('ListTasks', () =>
            client.send(new ListTasksCommand({ cluster, family, desiredStatus: 'RUNNING', maxResults: 100, ...token })),
          ),
        );
        return { arns: page?.taskArns, nextToken: page?.nextToken };
      }),
  };
}

async function allPages(page: (token: { readonly nextToken?: string }) => Promise<Page>): Promise<string[]> {
  const all: string[] = [];
  let token: string | undefined;
  do {
    const { arns, nextToken } = await page(token === undefined ? {} : { nextToken: token });
    all.push(...(arns ?? []));
    token = nextToken;
  } while (token !== undefined);
  return all;
}
