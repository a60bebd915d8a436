import { DescribeTasksCommand, type ECSClient } from '@aws-sdk/client-ecs';
import type { Ecs, Task } from '../ports/ecs.ts';
import { translated } from './aws-errors.ts';
import { refuseFailures } from './ecs-failures.ts';
import { toTask } from './ecs-shapes.ts';
import { inChunks } from './in-chunks.ts';

/** AWS's limit per request. */
const tasksPerCallMax = 100;

/** The one action of ECS that a sensor needs, apart: the others are 7 KB gzipped of schemas. */
export function createEcsTasks(client: Pick<ECSClient, 'send'>): Pick<Ecs, 'describeTasks'> {
  const describeHundred = async (cluster: string, tasks: string[]): Promise<Task[]> => {
    const answer = await translated('DescribeTasks', () => client.send(new DescribeTasksCommand({ cluster, tasks })));
    refuseFailures('DescribeTasks', answer.failures ?? []);
    return (answer.tasks ?? []).map(toTask);
  };

  return {
    async describeTasks(clusterArn, taskArns) {
      const calls = inChunks(taskArns, tasksPerCallMax).map((hundred) => describeHundred(clusterArn, hundred));
      return (await Promise.all(calls)).flat();
    },
  };
}
