import {
  DescribeServiceDeploymentsCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListServiceDeploymentsCommand,
  ListTasksCommand,
  type Service as SdkService,
  type ServiceDeployment as SdkServiceDeployment,
  type Task as SdkTask,
  StopServiceDeploymentCommand,
} from '@aws-sdk/client-ecs';
import type { ContainerLog, DeploymentTask, HookFacts } from '../decisions/diagnosis/deployment-facts.ts';
import type { Deployments, DescribedServiceDeployment } from '../ports/deployments.ts';
import type { ServiceRef } from '../ports/ecs.ts';
import { orElse, translated } from './aws-errors.ts';
import { toService } from './ecs-shapes.ts';
import { inChunks } from './in-chunks.ts';
import { present } from './present.ts';

/** AWS's limit per DescribeTasks, and the size of a page of ListTasks. */
const tasksPerCallMax = 100;
/** Of a service with thousands of tasks so many tell enough. */
const pagesMax = 5;

/** Deployments of Amazon ECS behind the port. */
export function createDeployments(client: Pick<ECSClient, 'send'>): Deployments {
  const taskArnsOf = async ({ clusterArn, service }: ServiceRef, desiredStatus: 'RUNNING' | 'STOPPED') => {
    const taskArns: string[] = [];
    let nextToken: string | undefined;
    for (let page = 1; page <= pagesMax; page += 1) {
      const answer = await translated('ListTasks', () =>
        client.send(
          new ListTasksCommand({
            cluster: clusterArn,
            serviceName: service,
            desiredStatus,
            maxResults: tasksPerCallMax,
            ...present({ nextToken }),
          }),
        ),
      );
      taskArns.push(...(answer.taskArns ?? []));
      nextToken = answer.nextToken;
      if (nextToken === undefined) break;
    }
    return taskArns;
  };

  const allTasksOf = async (ref: ServiceRef): Promise<SdkTask[]> => {
    const [running, stopped] = await Promise.all([taskArnsOf(ref, 'RUNNING'), taskArnsOf(ref, 'STOPPED')]);
    const calls = inChunks([...new Set([...running, ...stopped])], tasksPerCallMax).map((tasks) =>
      translated('DescribeTasks', () => client.send(new DescribeTasksCommand({ cluster: ref.clusterArn, tasks }))),
    );
    return (await Promise.all(calls)).flatMap(({ tasks = [] }) => tasks);
  };

  return {
    async describe({ clusterArn, service }) {
      const answer = await orElse(undefined, ['ClusterNotFoundException'], () =>
        translated('DescribeServices', () =>
          client.send(new DescribeServicesCommand({ cluster: clusterArn, services: [service], include: ['TAGS'] })),
        ),
      );
      const [found] = answer?.services ?? [];
      if (found === undefined) return undefined;
      return { service: toService(found), events: eventsOf(found), ecsRollsBack: rollsBack(found) };
    },

    async serviceDeployment(arn) {
      const answer = await orElse(undefined, goneNames, () =>
        translated('DescribeServiceDeployments', () =>
          client.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn] })),
        ),
      );
      const [found] = answer?.serviceDeployments ?? [];
      return found === undefined ? undefined : toServiceDeployment(found);
    },

    async serviceDeploymentsSince({ clusterArn, service }, createdAfterMs) {
      const answer = await orElse(undefined, goneNames, () =>
        translated('ListServiceDeployments', () =>
          client.send(
            new ListServiceDeploymentsCommand({
              cluster: clusterArn,
              service,
              createdAt: { after: new Date(createdAfterMs) },
              maxResults: 100,
            }),
          ),
        ),
      );
      return (answer?.serviceDeployments ?? []).flatMap(({ serviceDeploymentArn, createdAt }) =>
        serviceDeploymentArn === undefined ? [] : [{ serviceDeploymentArn, createdAtMs: createdAt?.getTime() ?? 0 }],
      );
    },

    async newestStarter(ref) {
      const tasks = (await allTasksOf(ref)).sort(
        (left, right) => (right.createdAt?.getTime() ?? 0) - (left.createdAt?.getTime() ?? 0),
      );
      return tasks[0]?.startedBy;
    },

    async tasksOf(ref, deploymentId) {
      return (await allTasksOf(ref))
        .filter(({ startedBy }) => startedBy === deploymentId)
        .map(toDeploymentTask)
        .sort((left, right) => (left.createdAtMs ?? 0) - (right.createdAtMs ?? 0));
    },

    async logsOf(taskDefinition) {
      const answer = await orElse(undefined, ['ClientException', 'InvalidParameterException'], () =>
        translated('DescribeTaskDefinition', () => client.send(new DescribeTaskDefinitionCommand({ taskDefinition }))),
      );
      return answer?.taskDefinition?.containerDefinitions?.flatMap(({ name, logConfiguration }): ContainerLog[] =>
        name === undefined || logConfiguration?.logDriver === undefined
          ? []
          : [{ container: name, logDriver: logConfiguration.logDriver, options: logConfiguration.options ?? {} }],
      );
    },

    async rollBack(serviceDeploymentArn) {
      return orElse('conflict', ['ConflictException', ...goneNames], async () => {
        await translated('StopServiceDeployment', () =>
          client.send(new StopServiceDeploymentCommand({ serviceDeploymentArn, stopType: 'ROLLBACK' })),
        );
        return 'asked' as const;
      });
    },
  };
}

const goneNames = ['ServiceDeploymentNotFoundException', 'ServiceNotFoundException', 'ClusterNotFoundException'];

function eventsOf({ events = [] }: SdkService) {
  return events
    .map(({ createdAt, message }) => ({ atMs: createdAt?.getTime() ?? 0, message: message ?? '' }))
    .sort((left, right) => left.atMs - right.atMs);
}

function rollsBack({ deploymentConfiguration }: SdkService): boolean {
  const { deploymentCircuitBreaker: breaker, alarms, strategy = 'ROLLING' } = deploymentConfiguration ?? {};
  if (alarms?.enable === true && alarms.rollback === true) return true;
  // The breaker watches rolling deployments only.
  return strategy === 'ROLLING' && breaker?.enable === true && breaker.rollback === true;
}

function toServiceDeployment(deployment: SdkServiceDeployment): DescribedServiceDeployment {
  const { deploymentCircuitBreaker: breaker, alarms, rollback } = deployment;
  return {
    serviceDeploymentArn: deployment.serviceDeploymentArn ?? '',
    status: deployment.status ?? '',
    hooks: (deployment.lifecycleHookDetails ?? []).map(toHook),
    ...present({
      createdAtMs: deployment.createdAt?.getTime(),
      statusReason: deployment.statusReason,
      lifecycleStage: deployment.lifecycleStage,
      rollback:
        rollback === undefined
          ? undefined
          : present({ reason: rollback.reason, startedAtMs: rollback.startedAt?.getTime() }),
      circuitBreaker:
        breaker === undefined
          ? undefined
          : {
              status: breaker.status ?? '',
              failureCount: breaker.failureCount ?? 0,
              threshold: breaker.threshold ?? 0,
            },
      alarms:
        alarms === undefined
          ? undefined
          : { status: alarms.status ?? '', triggeredAlarmNames: alarms.triggeredAlarmNames ?? [] },
    }),
  };
}

type SdkHook = NonNullable<SdkServiceDeployment['lifecycleHookDetails']>[number];

function toHook({ hookId, status, targetArn }: SdkHook): HookFacts {
  return { status: status ?? '', ...present({ hookId, target: targetArn }) };
}

function toDeploymentTask(task: SdkTask): DeploymentTask {
  return {
    taskArn: task.taskArn ?? '',
    desiredStatus: task.desiredStatus ?? '',
    lastStatus: task.lastStatus ?? '',
    containers: (task.containers ?? []).map(({ name, exitCode, reason, healthStatus }) => ({
      name: name ?? '',
      ...present({ exitCode, reason, healthStatus }),
    })),
    ...present({
      capacityProviderName: task.capacityProviderName,
      availabilityZone: task.availabilityZone,
      stopCode: task.stopCode,
      stoppedReason: task.stoppedReason,
      createdAtMs: task.createdAt?.getTime(),
      startedAtMs: task.startedAt?.getTime(),
      stoppedAtMs: task.stoppedAt?.getTime(),
      healthStatus: task.healthStatus,
    }),
  };
}
