import { DescribeServicesCommand, type ECSClient } from '@aws-sdk/client-ecs';
import type { Ecs, Service } from '../ports/ecs.ts';
import { orElse, translated } from './aws-errors.ts';
import { refuseFailures } from './ecs-failures.ts';
import { toService } from './ecs-shapes.ts';
import { inChunks } from './in-chunks.ts';

/** AWS's limit per request. */
const servicesPerCallMax = 10;

/** The one action of ECS that a look at services needs, apart from the others and their schemas. */
export function createEcsServices(client: Pick<ECSClient, 'send'>): Pick<Ecs, 'describeServices'> {
  const describeTen = async (cluster: string, services: string[]): Promise<Service[]> => {
    // With a cluster its services are gone; those of other clusters are to be told all the same.
    const answer = await orElse(undefined, ['ClusterNotFoundException'], () =>
      translated('DescribeServices', () =>
        client.send(new DescribeServicesCommand({ cluster, services, include: ['TAGS'] })),
      ),
    );
    refuseFailures('DescribeServices', answer?.failures ?? []);
    return (answer?.services ?? []).map(toService);
  };

  return {
    async describeServices(refs) {
      const byCluster = new Map<string, Set<string>>();
      for (const { clusterArn, service } of refs) {
        byCluster.set(clusterArn, (byCluster.get(clusterArn) ?? new Set()).add(service));
      }
      const calls = [...byCluster].flatMap(([cluster, services]) =>
        inChunks([...services], servicesPerCallMax).map((ten) => describeTen(cluster, ten)),
      );
      return (await Promise.all(calls)).flat();
    },
  };
}
