import {
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListTasksCommand,
  StopServiceDeploymentCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { RetryableError } from '../errors.ts';
import type { CreateService, Ecs, Service, ServiceRef, Task } from '../ports/ecs.ts';
import { translated } from './aws-errors.ts';
import { toService, toTask } from './ecs-shapes.ts';
import { inChunks } from './in-chunks.ts';

/** AWS's limits per request. */
const servicesPerCallMax = 10;
const tasksPerCallMax = 100;

/** Amazon ECS behind the port. */
export function createEcs(client: Pick<ECSClient, 'send'>): Ecs {
  const describeTen = async (cluster: string, services: string[]): Promise<Service[]> => {
    const answer = await translated('DescribeServices', () =>
      client.send(new DescribeServicesCommand({ cluster, services, include: ['TAGS'] })),
    );
    refuseFailures('DescribeServices', answer.failures ?? []);
    return (answer.services ?? []).map(toService);
  };

  const describeHundred = async (cluster: string, tasks: string[]): Promise<Task[]> => {
    const answer = await translated('DescribeTasks', () => client.send(new DescribeTasksCommand({ cluster, tasks })));
    refuseFailures('DescribeTasks', answer.failures ?? []);
    return (answer.tasks ?? []).map(toTask);
  };

  return {
    async describeServices(refs) {
      const byCluster = new Map<string, Set<string>>();
      for (const { clusterArn, service } of refs) {
        byCluster.set(clusterArn, (byCluster.get(clusterArn) ?? new Set()).add(service));
      }
      const calls = [...byCluster].flatMap(([cluster, services]) =>
        inChunks([...services], servicesPerCallMax).map((ten) => describeTen(cluster, ten)),
      );
      return (await Promise.all(calls)).flat();
    },

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

    async describeTasks(clusterArn, taskArns) {
      const calls = inChunks(taskArns, tasksPerCallMax).map((hundred) => describeHundred(clusterArn, hundred));
      return (await Promise.all(calls)).flat();
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

    async deleteService(ref) {
      await translated('DeleteService', () => client.send(new DeleteServiceCommand(target(ref))));
    },

    async rollBackServiceDeployment(serviceDeploymentArn) {
      await translated('StopServiceDeployment', () =>
        client.send(new StopServiceDeploymentCommand({ serviceDeploymentArn, stopType: 'ROLLBACK' })),
      );
    },
  };
}

function target({ clusterArn, service }: ServiceRef): { cluster: string; service: string } {
  return { cluster: clusterArn, service };
}

/** MISSING is an answer (the thing is gone); any other failure is one of the moment. */
function refuseFailures(
  action: string,
  failures: readonly { arn?: string | undefined; reason?: string | undefined }[],
): void {
  const other = failures.find(({ reason }) => reason !== 'MISSING');
  if (other !== undefined) throw new RetryableError(`${action}: ${other.arn}: ${other.reason}`);
}

/**
 * A bridge: on-demand tasks of the primary's own launch configuration. It deploys like nothing else does: no circuit
 * breaker, no alarms, no rebalancing over zones, and no healthy minimum that could keep it from shrinking.
 */
function createServiceCommand(request: CreateService): CreateServiceCommand {
  const { awsvpcConfiguration, loadBalancers, serviceRegistries, capacityProviderStrategy, tags } = request;
  return new CreateServiceCommand({
    cluster: request.clusterArn,
    serviceName: request.serviceName,
    taskDefinition: request.taskDefinition,
    desiredCount: request.desiredCount,
    clientToken: request.clientToken,
    capacityProviderStrategy: capacityProviderStrategy.map((item) => ({ ...item })),
    deploymentConfiguration: { minimumHealthyPercent: 0, maximumPercent: 200 },
    availabilityZoneRebalancing: 'DISABLED',
    propagateTags: 'NONE',
    tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
    ...(request.platformVersion === undefined ? {} : { platformVersion: request.platformVersion }),
    ...(request.enableExecuteCommand === undefined ? {} : { enableExecuteCommand: request.enableExecuteCommand }),
    // A grace period is refused without a load balancer.
    ...(request.healthCheckGracePeriodSeconds === undefined || loadBalancers.length === 0
      ? {}
      : { healthCheckGracePeriodSeconds: request.healthCheckGracePeriodSeconds }),
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
  });
}
