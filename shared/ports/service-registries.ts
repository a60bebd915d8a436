/** AWS Cloud Map as ECS service discovery uses it. `registryArn` is the Cloud Map service's ARN. Same errors as `Ecs`. */
export interface ServiceRegistries {
  /** ListInstances, all pages: ids of what is registered. ECS registers a task under its task id. */
  instanceIds(registryArn: string): Promise<string[]>;
  /** DeregisterInstance; an instance that is not registered is no error. */
  deregisterInstance(registryArn: string, instanceId: string): Promise<void>;
}
