import type { Engine } from '../engine.ts';

/** What the task metadata endpoint, version 4, tells a container of its own task; undefined for an unknown task. */
export function taskMetadata(engine: Engine, taskId: string): Record<string, unknown> | undefined {
  const task = [...engine.tasks.values()].find(({ id }) => id === taskId);
  if (task === undefined) return undefined;
  return {
    // On Fargate the ARN, on container instances the short name.
    Cluster:
      task.launchType === 'FARGATE' ? task.clusterArn : task.clusterArn.slice(task.clusterArn.lastIndexOf('/') + 1),
    TaskARN: task.arn,
    Family: task.taskDefinition.family,
    Revision: String(task.taskDefinition.revision),
    DesiredStatus: task.desiredStatus,
    KnownStatus: task.lastStatus,
    LaunchType: task.launchType,
  };
}
