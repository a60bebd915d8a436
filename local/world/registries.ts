import type { Engine } from './engine.ts';
import type { RegistryModel, TaskModel } from './model.ts';

/** ECS service discovery: a task is an instance of its service's AWS Cloud Map services, under its task id. */
export function registerInstance(engine: Engine, task: TaskModel): void {
  const { cluster, service } = namesOf(task);
  for (const registry of registriesOf(engine, task)) {
    registry.instances.set(task.id, {
      AVAILABILITY_ZONE: task.availabilityZone,
      AWS_INIT_HEALTH_STATUS: 'HEALTHY',
      AWS_INSTANCE_IPV4: task.privateIp,
      ECS_CLUSTER_NAME: cluster,
      ECS_SERVICE_NAME: service,
      ECS_TASK_DEFINITION_FAMILY: task.taskDefinition.family,
      REGION: engine.region,
    });
  }
}

export function deregisterInstance(engine: Engine, task: TaskModel): void {
  for (const registry of registriesOf(engine, task)) registry.instances.delete(task.id);
}

function registriesOf(engine: Engine, task: TaskModel): RegistryModel[] {
  const deployment = task.service?.history.find(({ id }) => id === task.deploymentId);
  return (deployment?.revision.serviceRegistries ?? []).flatMap(({ registryArn }) => {
    const registry = engine.registries.get(String(registryArn));
    return registry === undefined ? [] : [registry];
  });
}

function namesOf(task: TaskModel): { readonly cluster: string; readonly service: string } {
  return {
    cluster: task.clusterArn.slice(task.clusterArn.lastIndexOf('/') + 1),
    service: task.service?.name ?? '',
  };
}
