import {
  CreateServiceCommand,
  type CreateServiceCommandInput,
  DeleteServiceCommand,
  DescribeContainerInstancesCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListTasksCommand,
  RunTaskCommand,
  type RunTaskCommandInput,
  type RunTaskCommandOutput,
  type ServiceConnectConfiguration,
  type ServiceVolumeConfiguration,
  StopServiceDeploymentCommand,
  UpdateServiceCommand,
  type UpdateServiceCommandInput,
} from '@aws-sdk/client-ecs';
import { RetryableError, TerminalError } from '../errors.ts';
import type {
  ContainerInstance,
  CreateService,
  Ecs,
  LaunchConfiguration,
  RunTaskAnswer,
  ServiceRef,
} from '../ports/ecs.ts';
import { orElse, translated } from './aws-errors.ts';
import { refuseFailures } from './ecs-failures.ts';
import { createEcsServices } from './ecs-services.ts';
import { toContainerInstance, toLaunchedTask } from './ecs-shapes.ts';
import { createEcsTasks } from './ecs-tasks.ts';
import { inChunks } from './in-chunks.ts';

/** AWS's limit per request. */
const containerInstancesPerCallMax = 100;

/** Amazon ECS behind the port. */
export function createEcs(client: Pick<ECSClient, 'send'>): Ecs {
  const describeInstances = async (cluster: string, containerInstances: string[]): Promise<ContainerInstance[]> => {
    const answer = await translated('DescribeContainerInstances', () =>
      client.send(new DescribeContainerInstancesCommand({ cluster, containerInstances })),
    );
    refuseFailures('DescribeContainerInstances', answer.failures ?? []);
    return (answer.containerInstances ?? []).map(toContainerInstance);
  };

  return {
    ...createEcsServices(client),
    ...createEcsTasks(client),

    async listServiceTasks({ clusterArn, service }) {
      const taskArns: string[] = [];
      let nextToken: string | undefined;
      do {
        const page = await translated('ListTasks', () =>
          client.send(
            new ListTasksCommand({
              cluster: clusterArn,
              serviceName: service,
              desiredStatus: 'RUNNING',
              maxResults: 100,
              ...(nextToken === undefined ? {} : { nextToken }),
            }),
          ),
        );
        taskArns.push(...(page.taskArns ?? []));
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      return taskArns;
    },

    async describeLaunchedTask(clusterArn, taskArn) {
      // A cluster cannot go before its tasks.
      const answer = await orElse(undefined, ['ClusterNotFoundException'], () =>
        translated('DescribeTasks', () =>
          client.send(new DescribeTasksCommand({ cluster: clusterArn, tasks: [taskArn], include: ['TAGS'] })),
        ),
      );
      refuseFailures('DescribeTasks', answer?.failures ?? []);
      const [task] = answer?.tasks ?? [];
      return task === undefined ? undefined : toLaunchedTask(task);
    },

    async runTask(request) {
      // Of the SDK's type: its members are AWS's, and its opaque values came out of AWS's answers.
      const command = new RunTaskCommand(request as unknown as RunTaskCommandInput);
      return runTaskAnswer(await throttledAsSuch(() => translated('RunTask', () => client.send(command))));
    },

    async createService(request) {
      const answer = await translated('CreateService', () => client.send(createServiceCommand(request)));
      return { serviceArn: answer.service?.serviceArn ?? '' };
    },

    async setDesiredCount(ref, desiredCount) {
      await translated('UpdateService', () => client.send(new UpdateServiceCommand({ ...target(ref), desiredCount })));
    },

    async forceCapacityProviderStrategy(ref, strategy) {
      await translated('UpdateService', () =>
        client.send(
          new UpdateServiceCommand({
            ...target(ref),
            capacityProviderStrategy: strategy.map((item) => ({ ...item })),
            forceNewDeployment: true,
          }),
        ),
      );
    },

    async updateRevision(ref, launch, desiredCount) {
      await translated('UpdateService', () =>
        client.send(
          new UpdateServiceCommand({ ...target(ref), ...launchFields(launch), desiredCount, forceNewDeployment: true }),
        ),
      );
    },

    async describeContainerInstances(clusterArn, arns) {
      const calls = inChunks(arns, containerInstancesPerCallMax).map((some) => describeInstances(clusterArn, some));
      return (await Promise.all(calls)).flat();
    },

    async deleteService(ref) {
      await orElse(undefined, goneNames, () =>
        translated('DeleteService', () => client.send(new DeleteServiceCommand(target(ref)))),
      );
    },

    async rollBackServiceDeployment(serviceDeploymentArn) {
      await translated('StopServiceDeployment', () =>
        client.send(new StopServiceDeploymentCommand({ serviceDeploymentArn, stopType: 'ROLLBACK' })),
      );
    },
  };
}

/**
 * ECS asks EC2 for the security groups while it starts a task, and is reported to pass EC2's throttling on as a fault of
 * a parameter.
 */
async function throttledAsSuch<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof TerminalError) || !/request ?limit ?exceeded/i.test(error.message)) throw error;
    throw new RetryableError(error.message, { cause: error });
  }
}

/** What DeleteService answers about a service that is gone already: then its wish is fulfilled. */
const goneNames = ['ServiceNotFoundException', 'ServiceNotActiveException', 'ClusterNotFoundException'];

function target({ clusterArn, service }: ServiceRef): { cluster: string; service: string } {
  return { cluster: clusterArn, service };
}

/** ECS answers 200 whether it has started the task or not. */
function runTaskAnswer({ tasks = [], failures = [] }: Pick<RunTaskCommandOutput, 'tasks' | 'failures'>): RunTaskAnswer {
  const [task] = tasks;
  if (task?.taskArn !== undefined) return { taskArn: task.taskArn };
  const [failure] = failures;
  // Whether something was started is open: the same request again tells.
  if (task !== undefined || failure === undefined) throw new RetryableError('RunTask: neither a task nor a failure');
  return {
    failure: [failure.reason ?? 'no reason given', failure.detail].filter((text) => text !== undefined).join(': '),
  };
}

/**
 * A bridge: on-demand tasks of the primary's own launch configuration. It deploys like nothing else does: no circuit
 * breaker, no alarms, no rebalancing over zones. With a healthy minimum of 0 a change of revision could stop all its
 * tasks at once; shrinking is not bound by the minimum.
 */
function createServiceCommand(request: CreateService): CreateServiceCommand {
  return new CreateServiceCommand({
    cluster: request.clusterArn,
    serviceName: request.serviceName,
    desiredCount: request.desiredCount,
    clientToken: request.clientToken,
    capacityProviderStrategy: request.capacityProviderStrategy.map((item) => ({ ...item })),
    deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 200 },
    availabilityZoneRebalancing: 'DISABLED',
    propagateTags: 'NONE',
    tags: Object.entries(request.tags).map(([key, value]) => ({ key, value })),
    ...launchFields(request),
  });
}

/** The fields that CreateService and UpdateService have in common; absent ones are left out, and so are empty lists. */
type LaunchFields = Pick<
  CreateServiceCommandInput & UpdateServiceCommandInput,
  | 'taskDefinition'
  | 'platformVersion'
  | 'enableExecuteCommand'
  | 'healthCheckGracePeriodSeconds'
  | 'networkConfiguration'
  | 'loadBalancers'
  | 'serviceRegistries'
  | 'serviceConnectConfiguration'
  | 'volumeConfigurations'
>;

function launchFields(launch: LaunchConfiguration): LaunchFields {
  const { awsvpcConfiguration, loadBalancers, serviceRegistries, serviceConnect, volumeConfigurations = [] } = launch;
  return {
    taskDefinition: launch.taskDefinition,
    ...(launch.platformVersion === undefined ? {} : { platformVersion: launch.platformVersion }),
    ...(launch.enableExecuteCommand === undefined ? {} : { enableExecuteCommand: launch.enableExecuteCommand }),
    // A grace period is refused without a load balancer.
    ...(launch.healthCheckGracePeriodSeconds === undefined || loadBalancers.length === 0
      ? {}
      : { healthCheckGracePeriodSeconds: launch.healthCheckGracePeriodSeconds }),
    ...(awsvpcConfiguration === undefined
      ? {}
      : {
          networkConfiguration: {
            awsvpcConfiguration: {
              subnets: [...awsvpcConfiguration.subnets],
              ...(awsvpcConfiguration.securityGroups === undefined
                ? {}
                : { securityGroups: [...awsvpcConfiguration.securityGroups] }),
              ...(awsvpcConfiguration.assignPublicIp === undefined
                ? {}
                : { assignPublicIp: awsvpcConfiguration.assignPublicIp }),
            },
          },
        }),
    ...(loadBalancers.length === 0 ? {} : { loadBalancers: loadBalancers.map((balancer) => ({ ...balancer })) }),
    ...(serviceRegistries.length === 0
      ? {}
      : { serviceRegistries: serviceRegistries.map((registry) => ({ ...registry })) }),
    // Opaque values are of the SDK's types: they came out of its answers (ecs-shapes.ts).
    ...(serviceConnect === undefined
      ? {}
      : { serviceConnectConfiguration: serviceConnect.configuration as unknown as ServiceConnectConfiguration }),
    ...(volumeConfigurations.length === 0
      ? {}
      : { volumeConfigurations: volumeConfigurations as unknown as ServiceVolumeConfiguration[] }),
  };
}
