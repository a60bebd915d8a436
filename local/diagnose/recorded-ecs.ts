import {
  DescribeServiceDeploymentsCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListServiceDeploymentsCommand,
  ListTasksCommand,
} from '@aws-sdk/client-ecs';
import type { RecordedService, RecordedTask, Recording } from './recording.ts';

/** What a history knows of one service, as ECS would answer. */
export interface Recorded {
  readonly service: RecordedService;
  readonly tasks: readonly RecordedTask[];
  readonly serviceDeployments: NonNullable<NonNullable<Recording['describeServiceDeployments']>['serviceDeployments']>;
  readonly taskDefinition: NonNullable<Recording['describeTaskDefinition']>['taskDefinition'];
}

/** ECS as it was recorded, behind the same adapter as ECS itself: a history is read by the code that reads AWS. */
export function recordedEcs(recorded: Recorded): Pick<ECSClient, 'send'> {
  const send = async (command: unknown): Promise<unknown> => {
    if (command instanceof DescribeServicesCommand) return { services: [recorded.service] };
    if (command instanceof ListTasksCommand) {
      const { desiredStatus } = command.input;
      const tasks = recorded.tasks.filter((task) => task.desiredStatus === desiredStatus);
      return { taskArns: tasks.map(({ taskArn }) => taskArn) };
    }
    if (command instanceof DescribeTasksCommand) {
      const { tasks: wanted = [] } = command.input;
      return { tasks: recorded.tasks.filter(({ taskArn }) => wanted.includes(taskArn)) };
    }
    if (command instanceof ListServiceDeploymentsCommand) return { serviceDeployments: recorded.serviceDeployments };
    if (command instanceof DescribeServiceDeploymentsCommand) {
      const { serviceDeploymentArns = [] } = command.input;
      return {
        serviceDeployments: recorded.serviceDeployments.filter(({ serviceDeploymentArn }) =>
          serviceDeploymentArns.includes(serviceDeploymentArn),
        ),
      };
    }
    if (command instanceof DescribeTaskDefinitionCommand) return { taskDefinition: recorded.taskDefinition };
    throw new Error('a recording answers nothing else');
  };
  // The SDK's overloads tie each command to its answer; a recording holds some members of each.
  return { send } as unknown as Pick<ECSClient, 'send'>;
}
