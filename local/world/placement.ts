import { isFargate } from './describe.ts';
import type { Engine } from './engine.ts';
import { unplaceableReasonOf } from './failures.ts';
import type { ClusterModel, ContainerInstanceModel, NetworkBindingModel, TaskDefinitionModel } from './model.ts';

/** Where a task is to run: a capacity provider, else a launch type, else Fargate. */
export interface Place {
  readonly clusterArn: string;
  readonly taskDefinition: TaskDefinitionModel;
  readonly capacityProvider?: string | undefined;
  readonly launchType?: string | undefined;
}

/** Why no task can be placed: `reason` for programs, `text` for people, both as ECS writes them. */
export interface Obstacle {
  readonly reason: string;
  readonly text: string;
  /** Not for want of capacity: the task cannot be launched as it is configured. */
  readonly isConfiguration?: true;
}

/** First port of the range that Docker hands out. */
export const firstDynamicHostPort = 32_768;

/** What the market counts: the provider, or the launch type where there is none. */
export function kindOf({ capacityProvider, launchType }: Partial<Place>): string {
  return capacityProvider ?? launchType ?? 'FARGATE';
}

export function placementObstacle(engine: Engine, place: Place): Obstacle | undefined {
  const failure = engine.failures.get(place.taskDefinition.arn);
  if (failure?.kind === 'unplaceable') {
    const reason = unplaceableReasonOf(failure);
    return { reason, text: reason.replace(/\.$/, ''), isConfiguration: true };
  }
  const kind = kindOf(place);
  const capacity = engine.capacities.get(kind);
  const isFull = capacity !== undefined && (engine.inUse.get(kind) ?? 0) >= capacity;
  if (!isFargate(kind)) {
    const hasInstances = (clusterByArn(engine, place.clusterArn)?.containerInstances.size ?? 0) > 0;
    if (hasInstances && !isFull) return undefined;
    return { reason: 'RESOURCE:CPU', text: 'No container instance met all of its requirements' };
  }
  if (isFull) {
    return {
      reason: 'RESOURCE:FARGATE',
      text: 'Capacity is unavailable at this time. Please try again later or in a different availability zone',
    };
  }
  const { quota, inUse } = engine.onDemandVcpu;
  if (kind === 'FARGATE' && inUse + vcpuOf(place.taskDefinition) > quota) {
    return {
      reason: 'RESOURCE:FARGATE',
      text: "You've reached the limit on the number of vCPUs you can run concurrently",
    };
  }
  return undefined;
}

/** The cluster's instance with the fewest tasks, the oldest among equals; `undefined` on Fargate. */
export function chooseInstance(engine: Engine, place: Place): ContainerInstanceModel | undefined {
  if (isFargate(kindOf(place))) return undefined;
  const instances = [...(clusterByArn(engine, place.clusterArn)?.containerInstances.values() ?? [])];
  return instances.reduce<ContainerInstanceModel | undefined>(
    (least, one) => (least === undefined || one.tasks.size < least.tasks.size ? one : least),
    undefined,
  );
}

/** Each port of the containers at the instance: the one that the task definition names, or the next free one. */
export function bindPorts(
  instance: ContainerInstanceModel,
  { containers }: TaskDefinitionModel,
): readonly NetworkBindingModel[] {
  return containers.flatMap(({ name, ports }) =>
    ports.map(({ containerPort, hostPort, protocol }) => {
      const bound = hostPort === 0 ? instance.nextHostPort : hostPort;
      if (hostPort === 0) instance.nextHostPort += 1;
      return { containerName: name, containerPort, hostPort: bound, protocol };
    }),
  );
}

/** `cpu` counts 1024 per vCPU. */
export function vcpuOf({ cpu }: TaskDefinitionModel): number {
  return Number(cpu) / 1024;
}

function clusterByArn(engine: Engine, arn: string): ClusterModel | undefined {
  return engine.clusters.get(arn.slice(arn.lastIndexOf('/') + 1));
}
