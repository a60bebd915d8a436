import type { Failure } from './failure.ts';
import type { ContainerModel, TaskModel } from './model.ts';

const exitCodeOfSigkill = 137;

/** `stoppedReason` of a task that never reaches RUNNING; undefined where it does. */
export function startFailureOf(
  failure: Failure,
  { taskDefinition, arn }: Pick<TaskModel, 'taskDefinition' | 'arn'>,
): string | undefined {
  const image = taskDefinition.containers[0]?.image;
  switch (failure.kind) {
    case 'image':
      if (failure.reason !== undefined) return failure.reason;
      return failure.cause === 'platform'
        ? "CannotPullContainerError: pull image manifest has been retried 7 time(s): image Manifest does not contain descriptor matching platform 'linux/amd64'"
        : `CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref ${image}: ${image}: not found`;
    case 'configuration': {
      const secrets = arn.split(':').slice(3, 5).join(':');
      return (
        failure.reason ??
        `ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:${secrets}:secret:${taskDefinition.family} from secrets manager: AccessDeniedException`
      );
    }
    default:
      return undefined;
  }
}

/** How a container ends that exits by itself; undefined where it runs on. */
export function exitOf(
  failure: Failure,
): { readonly afterMs: number; readonly exitCode: number; readonly reason?: string } | undefined {
  switch (failure.kind) {
    case 'crash':
      return {
        afterMs: (failure.afterSeconds ?? 5) * 1_000,
        exitCode: failure.exitCode ?? 1,
        ...(failure.reason === undefined ? {} : { reason: failure.reason }),
      };
    case 'out_of_memory':
      return {
        afterMs: (failure.afterSeconds ?? 20) * 1_000,
        exitCode: exitCodeOfSigkill,
        reason: 'OutOfMemoryError: Container killed due to memory usage',
      };
    default:
      return undefined;
  }
}

export function failsHealthChecks({ kind }: Failure): boolean {
  return kind === 'target_health' || kind === 'container_health';
}

/** What Elastic Load Balancing says of a target that does not answer as it should. */
export function targetHealthOf({ code }: Extract<Failure, { kind: 'target_health' }>): {
  readonly reason: string;
  readonly description: string;
} {
  return code === undefined
    ? { reason: 'Target.FailedHealthChecks', description: 'Health checks failed' }
    : { reason: 'Target.ResponseCodeMismatch', description: `Health checks failed with these codes: [${code}]` };
}

/** Why nothing can be launched, as the service event says it. */
export function unplaceableReasonOf({ reason }: Extract<Failure, { kind: 'unplaceable' }>): string {
  return (
    reason ??
    'ECS was unable to assume the role that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.'
  );
}

const runsOn = {};

/** `exitCode` and `reason` of one of the task's containers: where the task fails, the first is to blame. */
export function containerEndOf(
  task: TaskModel,
  { name }: ContainerModel,
): { readonly exitCode?: number; readonly reason?: string } {
  if (task.exitCode === undefined && task.containerReason === undefined) return runsOn;
  const isToBlame = task.taskDefinition.containers[0]?.name === name;
  const { exitCode, containerReason } = task;
  return {
    ...(exitCode === undefined ? {} : { exitCode: isToBlame || task.failure === undefined ? exitCode : 0 }),
    ...(containerReason === undefined || !isToBlame ? {} : { reason: containerReason }),
  };
}
