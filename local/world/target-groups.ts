import type { Engine } from './engine.ts';
import type { TargetGroupModel, TargetModel, TaskModel } from './model.ts';

/** Two tasks on one instance are two targets. */
export function targetKey({ id, port }: Pick<TargetModel, 'id' | 'port'>): string {
  return `${id}:${port}`;
}

export function registerTask(engine: Engine, task: TaskModel): void {
  for (const { group, id, port } of targetsOf(engine, task)) {
    group.targets.set(targetKey({ id, port }), { id, port, state: 'initial' });
  }
}

/** @param from only targets in this state change. */
export function setTargetState(
  engine: Engine,
  task: TaskModel,
  state: TargetModel['state'],
  from?: TargetModel['state'],
): void {
  for (const { group, ...at } of targetsOf(engine, task)) {
    const target = group.targets.get(targetKey(at));
    if (target !== undefined && (from === undefined || target.state === from)) target.state = state;
  }
}

/** Its health checks fail. @returns the ARNs of the groups that tell so. */
export function failTargets(engine: Engine, task: TaskModel, health: NonNullable<TargetModel['health']>): string[] {
  return targetsOf(engine, task).flatMap(({ group, ...at }) => {
    const target = group.targets.get(targetKey(at));
    if (target === undefined || target.state === 'draining') return [];
    target.state = 'unhealthy';
    target.health = health;
    return group.arn;
  });
}

export function removeTask(engine: Engine, task: TaskModel): void {
  for (const { group, ...at } of targetsOf(engine, task)) group.targets.delete(targetKey(at));
}

/** Where each of the service's target groups finds the task: at its own address, or at a port of its instance. */
function targetsOf(
  engine: Engine,
  task: TaskModel,
): { readonly group: TargetGroupModel; readonly id: string; readonly port: number }[] {
  const deployment = task.service?.history.find(({ id }) => id === task.deploymentId);
  return (deployment?.revision.loadBalancers ?? []).flatMap(({ targetGroupArn, containerName, containerPort }) => {
    const group = typeof targetGroupArn === 'string' ? engine.targetGroups.get(targetGroupArn) : undefined;
    if (group === undefined) return [];
    if (group.targetType === 'ip') {
      const port = typeof containerPort === 'number' ? containerPort : 80;
      return [{ group, id: task.privateIp, port }];
    }
    const binding = task.networkBindings.find(
      (one) => one.containerName === containerName && one.containerPort === containerPort,
    );
    const instance = task.containerInstance;
    return binding === undefined || instance === undefined
      ? []
      : [{ group, id: instance.ec2InstanceId, port: binding.hostPort }];
  });
}
