import type { ServiceRef } from '../../shared/ports/ecs.ts';

/** AWS's limit per request. */
const servicesPerCall = 10;

/**
 * Of groups of services, those that can be described with so many calls: the first that fit. A call is about one cluster.
 * A group is a service with its bridge: described together or not at all.
 */
export function withinCalls(groups: readonly (readonly ServiceRef[])[], callsMax: number): ServiceRef[] {
  const countOf = new Map<string, number>();
  const calls = () => [...countOf.values()].reduce((sum, count) => sum + Math.ceil(count / servicesPerCall), 0);
  return groups.flatMap((group) => {
    for (const { clusterArn } of group) countOf.set(clusterArn, (countOf.get(clusterArn) ?? 0) + 1);
    if (calls() <= callsMax) return group;
    for (const { clusterArn } of group) countOf.set(clusterArn, (countOf.get(clusterArn) ?? 0) - 1);
    return [];
  });
}
