import type { TargetFacts } from '../../shared/decisions/targets.ts';
import type { Ecs, Service } from '../../shared/ports/ecs.ts';
import type { TaskRecord } from '../../shared/ports/ledger.ts';
import type { LoadBalancers } from '../../shared/ports/load-balancers.ts';
import type { ServiceRegistries } from '../../shared/ports/service-registries.ts';

export interface TargetPorts {
  readonly ecs: Pick<Ecs, 'describeContainerInstances'>;
  readonly loadBalancers: Pick<LoadBalancers, 'targetHealth'>;
  readonly serviceRegistries?: Pick<ServiceRegistries, 'instanceIds'>;
}

/** What is registered in every target group and registry of a service, side by side. */
export async function registeredTargets(
  { ecs, loadBalancers, serviceRegistries }: TargetPorts,
  clusterArn: string,
  service: Pick<Service, 'loadBalancers' | 'serviceRegistries'>,
  tasks: readonly TaskRecord[],
): Promise<TargetFacts> {
  const instanceArns = [...new Set(tasks.flatMap(({ containerInstanceArn }) => containerInstanceArn ?? []))];
  const balancers = service.loadBalancers.flatMap(({ targetGroupArn, ...balancer }) =>
    targetGroupArn === undefined ? [] : [{ ...balancer, targetGroupArn }],
  );
  const [groups, registries, instances] = await Promise.all([
    Promise.all(
      balancers.map(async (balancer) => ({
        balancer,
        health: await loadBalancers.targetHealth(balancer.targetGroupArn),
      })),
    ),
    Promise.all(
      (serviceRegistries === undefined ? [] : service.serviceRegistries).map(async ({ registryArn }) => ({
        registryArn,
        instanceIds: (await serviceRegistries?.instanceIds(registryArn)) ?? [],
      })),
    ),
    instanceArns.length === 0 ? [] : ecs.describeContainerInstances(clusterArn, instanceArns),
  ]);
  return {
    groups,
    registries,
    ec2InstanceIds: new Map(
      instances.flatMap(({ containerInstanceArn, ec2InstanceId }) =>
        ec2InstanceId === undefined ? [] : [[containerInstanceArn, ec2InstanceId]],
      ),
    ),
  };
}
