import { breakerOf, breakerThresholdOf } from './deployment-monitors.ts';
import type { Engine, Turn } from './engine.ts';
import { failDeployment } from './failing-deployments.ts';
import { targetHealthOf } from './failures.ts';
import type { DeploymentModel, FailingModel, ServiceModel, TaskModel } from './model.ts';
import { note, tellAction } from './releases.ts';
import { failTargets } from './target-groups.ts';
import { stopTask } from './tasks.ts';

/** What the service scheduler makes of tasks that fail: it waits, counts, and trips the circuit breaker. */
export function taskTurned(engine: Engine, task: TaskModel, turn: Turn): void {
  const { service } = task;
  const deployment = service?.deployments.find(({ id }) => id === task.deploymentId);
  if (service === undefined || deployment === undefined) return;
  switch (turn) {
    case 'failed_to_start':
      if (deployment === service.deployments[0]) waitLonger(engine, service, task);
      countFailure(engine, service, deployment);
      break;
    case 'unhealthy':
      becomeUnhealthy(engine, service, deployment, task);
      break;
    case 'exited':
      startAgain(failingOf(service));
      if (engine.switches.breakerCountsExits) countFailure(engine, service, deployment);
      break;
    case 'reclaimed':
      countFailure(engine, service, deployment);
      break;
    case 'healthy':
      startAgain(failingOf(service));
      deployment.failedTasks = 0;
      if (breakerOf(service)?.resetOnHealthyTask) delete deployment.breakerFailures;
      break;
  }
}

/** From here on its healthy tasks are told of too. */
function failingOf(service: ServiceModel): FailingModel {
  service.failing ??= { failedStarts: 0, waitMs: 0, waitSinceMs: 0, nextStartAtMs: 0 };
  return service.failing;
}

/** Only tasks that go from PENDING to STOPPED make the scheduler wait: one that reached RUNNING ends their row. */
function startAgain(failing: FailingModel): void {
  failing.failedStarts = 0;
  failing.waitMs = 0;
  failing.nextStartAtMs = 0;
}

/** Each wait is twice the one before, up to the longest; tasks that were launched together are one try. */
function waitLonger(engine: Engine, service: ServiceModel, task: TaskModel): void {
  const failing = failingOf(service);
  failing.failedStarts += 1;
  if (failing.waitMs > 0 && task.createdAtMs < failing.waitSinceMs) return;
  const [first, longest] = engine.switches.startBackoffMs;
  failing.waitMs = Math.min(longest, failing.waitMs === 0 ? first : failing.waitMs * 2);
  failing.waitSinceMs = engine.nowMs();
  failing.nextStartAtMs = engine.nowMs() + failing.waitMs;
  engine.after(failing.waitMs, () => engine.wake(service));
  if (failing.failedStarts < engine.switches.startImpairedAfter) return;
  tellAction(engine, service, 'SERVICE_TASK_START_IMPAIRED');
  note(engine, service, 'is unable to consistently start tasks successfully.');
}

function countFailure(engine: Engine, service: ServiceModel, deployment: DeploymentModel): void {
  failingOf(service);
  deployment.failedTasks += 1;
  const breaker = breakerOf(service);
  if (breaker === undefined || deployment !== service.deployments[0] || deployment.rolloutState !== 'IN_PROGRESS')
    return;
  deployment.breakerFailures = (deployment.breakerFailures ?? 0) + 1;
  if (deployment.breakerFailures < breakerThresholdOf(service)) return;
  deployment.breakerTripped = true;
  failDeployment(engine, service, deployment, {
    by: 'deployment circuit breaker',
    reason: 'ECS deployment circuit breaker: task failed to start.',
    because: 'the circuit breaker threshold was exceeded.',
    noted: 'tasks failed to start.',
    rollback: breaker.rollback,
  });
}

/** ECS looks at targets once the grace period is over, at containers' own checks at once; then it stops the task. */
function becomeUnhealthy(engine: Engine, service: ServiceModel, deployment: DeploymentModel, task: TaskModel): void {
  const { failure } = task;
  if (failure?.kind === 'container_health') {
    task.isUnhealthy = true;
    note(engine, service, `(task ${task.id}) failed container health checks.`);
    replace(engine, service, deployment, task, 'Task failed container health checks');
    return;
  }
  if (failure?.kind !== 'target_health') return;
  const health = targetHealthOf(failure);
  const [group] = failTargets(engine, task, health);
  // Nobody checks a task that is in no target group.
  if (group === undefined) return;
  task.isUnhealthy = true;
  const { healthCheckGracePeriodSeconds: grace } = service.settings;
  const graceEndsMs = (task.startedAtMs ?? 0) + (typeof grace === 'number' ? grace * 1_000 : 0);
  engine.after(Math.max(0, graceEndsMs - engine.nowMs()), () => {
    if (task.desiredStatus !== 'RUNNING') return;
    note(
      engine,
      service,
      `(task ${task.id}) (port ${portOf(service, group)}) is unhealthy in (target-group ${group}) due to (reason ${health.description}).`,
    );
    replace(engine, service, deployment, task, `Task failed ELB health checks in (target-group ${group})`);
  });
}

function portOf(service: ServiceModel, group: string): unknown {
  const balancers = service.deployments.flatMap(({ revision }) => revision.loadBalancers);
  return balancers.find(({ targetGroupArn }) => targetGroupArn === group)?.containerPort ?? 80;
}

function replace(
  engine: Engine,
  service: ServiceModel,
  deployment: DeploymentModel,
  task: TaskModel,
  reason: string,
): void {
  stopTask(engine, task, 'ServiceSchedulerInitiated', reason);
  note(engine, service, `has stopped 1 running tasks: (task ${task.id}).`);
  startAgain(failingOf(service));
  countFailure(engine, service, deployment);
}
