import type { Engine } from './engine.ts';
import type { TargetGroupModel, TaskModel } from './model.ts';

/** The target groups that a service's task registers in, with its port there. */
export function targetsOf(
  engine: Engine,
  task: TaskModel,
): { readonly group: TargetGroupModel; readonly port: number }[] {
  const deployment = task.service?.history.find(({ id }) => id === task.deploymentId);
  return (deployment?.revision.loadBalancers ?? []).flatMap((balancer) => {
    const group =
      typeof balancer.targetGroupArn === 'string' ? engine.targetGroups.get(balancer.targetGroupArn) : undefined;
    const port = typeof balancer.containerPort === 'number' ? balancer.containerPort : 80;
    return group === undefined ? [] : [{ group, port }];
  });
}
