import type { RunningTask } from './containers.ts';
import { record } from './describe.ts';
import type { Engine } from './engine.ts';
import type { TaskModel } from './model.ts';

export const exitCodeOfSigkill = 137;

/** Hands the task to the runtime, where there is one that takes it. */
export function startContainer(engine: Engine, task: TaskModel, onExit: (exitCode: number) => void): void {
  let isDeclined = false;
  const container = engine.containers.runtime?.start(runningTask(task), (exitCode) => {
    if (isDeclined || task.hasExited) return;
    task.hasExited = true;
    onExit(exitCode);
  });
  if (container === undefined) isDeclined = true;
  else task.container = container;
}

function runningTask(task: TaskModel): RunningTask {
  const [first] = task.taskDefinition.containers;
  if (first === undefined) throw new Error(`${task.taskDefinition.arn} has no container`);
  const override = overrideOf(task, first.name);
  const command = Array.isArray(override.command) ? override.command.map(String) : first.command;
  return {
    taskArn: task.arn,
    clusterArn: task.clusterArn,
    taskDefinitionArn: task.taskDefinition.arn,
    family: task.taskDefinition.family,
    image: first.image,
    containerName: first.name,
    environment: { ...first.environment, ...environmentOf(override.environment) },
    ...(command === undefined ? {} : { command }),
  };
}

function overrideOf({ overrides }: TaskModel, containerName: string): Record<string, unknown> {
  const all = Array.isArray(overrides.containerOverrides) ? overrides.containerOverrides : [];
  return record(all.find((override) => record(override).name === containerName));
}

/** AWS's `[{name, value}]`; the last of a name counts. */
export function environmentOf(list: unknown): Record<string, string> {
  const pairs = Array.isArray(list) ? list.map(record) : [];
  return Object.fromEntries(pairs.map(({ name, value }) => [String(name), String(value ?? '')]));
}
