import type { ServicePolicy } from '../policy/policy.ts';
import type { LoadBalancer } from '../ports/ecs.ts';
import type { TaskRecord } from '../ports/ledger.ts';
import type { Target, TargetHealth } from '../ports/load-balancers.ts';
import type { TargetCommand, TargetPlan } from './plan.ts';
import type { ServiceFacts } from './service-facts.ts';

/** A notice is live for so long; afterwards its addresses may belong to somebody else. */
const noticeMs = 120_000;
/** Others may have become healthy by then. */
const retryMs = 10_000;

/** What is registered where, read at decision time. */
export interface TargetFacts {
  readonly groups: readonly { readonly balancer: LoadBalancer; readonly health: readonly TargetHealth[] }[];
  readonly registries: readonly { readonly registryArn: string; readonly instanceIds: readonly string[] }[];
  /** EC2 instance id by container instance ARN. */
  readonly ec2InstanceIds: ReadonlyMap<string, string>;
}

/** Tasks of the service itself whose reclaim is under way and whose two minutes are not over. */
export function liveNotices(facts: Pick<ServiceFacts, 'ledger'>, nowMs: number): TaskRecord[] {
  return facts.ledger.tasks.filter(
    (task) =>
      task.spotStopAtMs !== undefined &&
      nowMs - task.spotStopAtMs < noticeMs &&
      task.lastStatus !== 'STOPPED' &&
      task.ofBridge !== true,
  );
}

/** Those that nobody has looked after yet. */
export function openNotices(facts: Pick<ServiceFacts, 'ledger'>, nowMs: number): TaskRecord[] {
  const done = facts.ledger.control.deregistered ?? [];
  return liveNotices(facts, nowMs).filter((task) => !done.includes(taskId(task)));
}

/**
 * Takes tasks under notice out of every target group and registry of their service, if enough others can take the
 * load: at least half of what is wanted, never none. Where they cannot, it is tried again while the notice is live.
 * @param wanted tasks that the service should have.
 */
export function planTargets(
  facts: Pick<ServiceFacts, 'ledger'>,
  policy: Pick<ServicePolicy, 'deregister'>,
  registered: TargetFacts,
  wanted: number,
  nowMs: number,
): TargetPlan {
  const leaving = liveNotices(facts, nowMs);
  const open = openNotices(facts, nowMs);
  // `now` asks for no cover, but a load balancer is never left with nothing.
  const neededOthers = policy.deregister === 'now' ? 1 : Math.max(1, Math.ceil(wanted / 2));
  const commands: TargetCommand[] = [];
  const blocked: string[] = [];
  for (const { balancer, health } of registered.groups) {
    const targetGroupArn = balancer.targetGroupArn ?? '';
    const isOf = (tasks: readonly TaskRecord[]) => (target: Target) =>
      tasks.some((task) => isTargetOf(task, balancer, target, registered.ec2InstanceIds));
    const others = health.filter(({ state }) => state === 'healthy').filter((target) => !isOf(leaving)(target));
    const targets = health.filter(({ state }) => state !== 'draining').filter(isOf(open));
    if (targets.length === 0) continue;
    if (others.length < neededOthers) {
      blocked.push(`${targetGroupArn.split('/')[1]} has ${others.length} other healthy targets`);
    } else {
      const plain = targets.map(({ id, port }): Target => ({ id, ...(port === undefined ? {} : { port }) }));
      commands.push({ kind: 'DeregisterTargets', targetGroupArn, targets: plain });
    }
  }
  const leavingIds = leaving.map(taskId);
  for (const { registryArn, instanceIds } of registered.registries) {
    const others = instanceIds.filter((id) => !leavingIds.includes(id));
    const own = open.map(taskId).filter((id) => instanceIds.includes(id));
    if (own.length > 0 && others.length < neededOthers) {
      blocked.push(`${registryArn.slice(registryArn.lastIndexOf('/') + 1)} has ${others.length} other instances`);
    } else {
      commands.push(...own.map((instanceId) => ({ kind: 'DeregisterInstance', registryArn, instanceId }) as const));
    }
  }
  if (blocked.length > 0) {
    return {
      reason: 'would_empty_target_group',
      explanation: `${blocked.join(', ')}; ${neededOthers} are needed before a task under notice is taken out`,
      commands,
      done: [],
      wakeAtMs: nowMs + retryMs,
    };
  }
  return {
    reason: 'targets_deregistered',
    explanation: `${open.length} tasks under notice are taken out of their load balancers and registries`,
    commands,
    done: open.map(taskId),
  };
}

/** A task without a health check counts as healthy so long after it came to RUNNING, as ECS has it. */
const healthyAfterMs = 40_000;

/** How many of the tasks answer: healthy in every target group, or running for a while where there is none. */
export function healthyTasks(tasks: readonly TaskRecord[], registered: TargetFacts, nowMs: number): number {
  const { groups, ec2InstanceIds } = registered;
  return tasks.filter((task) =>
    groups.length === 0
      ? task.startedAtMs !== undefined && nowMs - task.startedAtMs >= healthyAfterMs
      : groups.every(({ balancer, health }) =>
          health.some((target) => target.state === 'healthy' && isTargetOf(task, balancer, target, ec2InstanceIds)),
        ),
  ).length;
}

/** By address and port where the task has its own, by instance and host port where it shares an instance. */
function isTargetOf(
  task: TaskRecord,
  balancer: LoadBalancer,
  target: Target,
  ec2InstanceIds: ReadonlyMap<string, string>,
): boolean {
  const { containerPort, containerName } = balancer;
  if (task.privateIps?.includes(target.id)) return target.port === undefined || target.port === containerPort;
  const instanceId =
    task.containerInstanceArn === undefined ? undefined : ec2InstanceIds.get(task.containerInstanceArn);
  if (instanceId === undefined || instanceId !== target.id) return false;
  return (task.hostPorts ?? []).some(
    (port) =>
      port.hostPort === target.port &&
      port.containerPort === containerPort &&
      (containerName === undefined || port.containerName === containerName),
  );
}

export function taskId({ taskArn }: Pick<TaskRecord, 'taskArn'>): string {
  return taskArn.slice(taskArn.lastIndexOf('/') + 1);
}
