import type { Cause, DeploymentFailureClass, Diagnosis } from '../../shared/decisions/diagnosis/diagnosis.ts';

/** Histories of deployments as EventBridge and the AWS CLI would tell them; a case sets only what matters. */

/** A failing deployment with what is to be said about it. */
export interface CorpusCase {
  readonly name: string;
  readonly history: History;
  readonly class: DeploymentFailureClass;
  readonly cause: Cause;
  readonly confidence: Diagnosis['confidence'];
  /** Why this is the right answer. */
  readonly why: string;
}

/** One JSON document in the format of docs/diagnosis.md. */
export type History = Readonly<Record<string, unknown>>;

type Members = Readonly<Record<string, unknown>>;

const cluster = 'arn:aws:ecs:eu-west-1:111122223333:cluster/shop';
export const service = 'arn:aws:ecs:eu-west-1:111122223333:service/shop/web';
export const targetGroup = 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/0123456789abcdef';
export const repository = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/web';

/** The deployment that each history is about; ecs-svc/100 is the one before, ecs-svc/300 the one that takes it back. */
export const deploymentId = 'ecs-svc/2000000000000000200';
const earlierId = 'ecs-svc/1000000000000000100';
const rollbackId = 'ecs-svc/3000000000000000300';

const taskDefinition = (revision: number) => `arn:aws:ecs:eu-west-1:111122223333:task-definition/web:${revision}`;

/** Of the day of all histories: minutes after 12:00, when the deployment began. */
function at(minutes: number): string {
  return new Date(Date.UTC(2026, 4, 12, 12, minutes)).toISOString();
}

export interface TaskSpec {
  readonly members: Members;
}

let tasksMade = 0;

/** A task of the deployment, as DescribeTasks shows it. */
export function aTask(members: Members = {}): TaskSpec {
  tasksMade += 1;
  // Different from the first digit on, as ECS's are.
  const id = ((tasksMade * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0').repeat(4);
  return {
    members: {
      taskArn: `arn:aws:ecs:eu-west-1:111122223333:task/shop/${id}`,
      clusterArn: cluster,
      taskDefinitionArn: taskDefinition(8),
      group: 'service:web',
      startedBy: deploymentId,
      capacityProviderName: 'FARGATE_SPOT',
      availabilityZone: 'eu-west-1a',
      launchType: 'FARGATE',
      version: 3,
      desiredStatus: 'RUNNING',
      lastStatus: 'RUNNING',
      healthStatus: 'UNKNOWN',
      createdAt: at(1),
      startedAt: at(2),
      containers: [{ name: 'web', lastStatus: 'RUNNING' }],
      overrides: { containerOverrides: [{ name: 'web', environment: [{ name: 'TOKEN', value: 'hunter2' }] }] },
      ...members,
    },
  };
}

export function running(members: Members = {}): TaskSpec {
  return aTask(members);
}

/** It has come up and ended. */
export function stopped(
  stopCode: string | undefined,
  stoppedReason: string | undefined,
  members: Members = {},
): TaskSpec {
  return aTask({
    desiredStatus: 'STOPPED',
    lastStatus: 'STOPPED',
    stopCode,
    stoppedReason,
    stoppedAt: at(5),
    ...members,
  });
}

/** It never came up. */
export function notStarted(stoppedReason: string, members: Members = {}): TaskSpec {
  return stopped('TaskFailedToStart', stoppedReason, {
    startedAt: undefined,
    containers: [{ name: 'web', lastStatus: 'STOPPED' }],
    ...members,
  });
}

/** Its essential container has ended by itself. */
export function exited(exitCode: number, reason?: string, members: Members = {}): TaskSpec {
  return stopped('EssentialContainerExited', 'Essential container in task exited', {
    containers: [{ name: 'web', lastStatus: 'STOPPED', exitCode, reason }],
    ...members,
  });
}

export function spotStopped(exitCode?: number, members: Members = {}): TaskSpec {
  return stopped('SpotInterruption', 'Your Spot Task was interrupted.', {
    containers: [{ name: 'web', lastStatus: 'STOPPED', exitCode }],
    ...members,
  });
}

export function scaledIn(exitCode = 143): TaskSpec {
  return stopped('ServiceSchedulerInitiated', `Scaling activity initiated by (deployment ${deploymentId})`, {
    containers: [{ name: 'web', lastStatus: 'STOPPED', exitCode }],
  });
}

export function rebalanced(exitCode = 143): TaskSpec {
  return stopped(
    'ServiceSchedulerInitiated',
    `Availability-zone rebalancing initiated by (deployment ${deploymentId})`,
    {
      containers: [{ name: 'web', lastStatus: 'STOPPED', exitCode }],
    },
  );
}

export function stoppedByScheduler(stoppedReason: string, members: Members = {}): TaskSpec {
  return stopped('ServiceSchedulerInitiated', stoppedReason, {
    containers: [{ name: 'web', lastStatus: 'STOPPED', exitCode: 143 }],
    ...members,
  });
}

/** The full id of a task, as service events name it. */
export function idOf({ members }: TaskSpec): string {
  return String(members.taskArn).split('/').at(-1) ?? '';
}

export function times(count: number, make: () => TaskSpec): TaskSpec[] {
  return Array.from({ length: count }, make);
}

export interface HistorySpec {
  /** What became of the deployment; a failed one was taken back by the circuit breaker unless `rollback` is false. */
  readonly outcome?: 'in_progress' | 'failed' | 'completed';
  readonly rollback?: boolean;
  readonly desiredCount?: number;
  readonly failedTasks?: number;
  /** Provider names; an empty list is a launch type. */
  readonly providers?: readonly string[];
  readonly tasks?: readonly TaskSpec[];
  /** `events`: the tasks come as ECS Task State Change instead. */
  readonly tasksFrom?: 'describeTasks' | 'events';
  readonly placementFailures?: readonly { readonly reason?: string; readonly providers?: readonly string[] }[];
  readonly serviceEvents?: readonly string[];
  readonly serviceDeployment?: Members;
  readonly targets?: readonly Members[];
  readonly events?: readonly Members[];
  readonly service?: Members;
  readonly deployment?: Members;
  readonly containerDefinitions?: readonly Members[];
}

export function aHistory(spec: HistorySpec): History {
  const { tasks = [], tasksFrom = 'describeTasks' } = spec;
  return {
    events: [
      ...(spec.outcome === 'failed' ? failureEvents(spec) : []),
      ...(spec.placementFailures ?? []).map(placementFailure),
      ...(tasksFrom === 'events' ? tasks.map(taskEvent) : []),
      ...(spec.events ?? []),
    ],
    describeServices: { services: [describedService(spec)], failures: [] },
    ...(tasksFrom === 'describeTasks'
      ? { describeTasks: { tasks: tasks.map(({ members }) => members), failures: [] } }
      : {}),
    ...(spec.serviceDeployment === undefined
      ? {}
      : { describeServiceDeployments: { serviceDeployments: [aServiceDeployment(spec.serviceDeployment)] } }),
    ...(spec.targets === undefined ? {} : { describeTargetHealth: { TargetHealthDescriptions: spec.targets } }),
    describeTaskDefinition: {
      taskDefinition: {
        containerDefinitions: spec.containerDefinitions ?? [
          {
            name: 'web',
            logConfiguration: {
              logDriver: 'awslogs',
              options: {
                'awslogs-group': '/ecs/web',
                'awslogs-region': 'eu-west-1',
                'awslogs-stream-prefix': 'web',
              },
            },
          },
        ],
      },
    },
  };
}

function describedService(spec: HistorySpec): Members {
  const { desiredCount = 4, providers = ['FARGATE_SPOT'], tasks = [] } = spec;
  const runningCount = tasks.filter(({ members }) => members.lastStatus === 'RUNNING').length;
  const failedTasks = spec.failedTasks ?? tasks.filter(({ members }) => isFailure(members)).length;
  const isTakenBack = spec.outcome === 'failed' && spec.rollback !== false;
  return {
    serviceArn: service,
    serviceName: 'web',
    clusterArn: cluster,
    status: 'ACTIVE',
    desiredCount,
    runningCount,
    pendingCount: 0,
    taskDefinition: taskDefinition(isTakenBack ? 7 : 8),
    ...(providers.length === 0
      ? { launchType: 'FARGATE' }
      : { capacityProviderStrategy: providers.map((capacityProvider) => ({ capacityProvider, weight: 1, base: 0 })) }),
    deploymentController: { type: 'ECS' },
    deploymentConfiguration: {
      deploymentCircuitBreaker: { enable: true, rollback: true },
      maximumPercent: 200,
      minimumHealthyPercent: 100,
    },
    deployments: [
      ...(isTakenBack ? [rollback(desiredCount)] : []),
      {
        id: deploymentId,
        status: isTakenBack ? 'ACTIVE' : 'PRIMARY',
        taskDefinition: taskDefinition(8),
        desiredCount: spec.outcome === 'failed' ? 0 : desiredCount,
        runningCount,
        pendingCount: 0,
        failedTasks,
        createdAt: at(0),
        ...rollout(spec.outcome),
        ...spec.deployment,
      },
      {
        id: earlierId,
        status: 'ACTIVE',
        taskDefinition: taskDefinition(7),
        desiredCount,
        runningCount: desiredCount,
        pendingCount: 0,
        failedTasks: 0,
        createdAt: at(-3_000),
        rolloutState: 'COMPLETED',
        rolloutStateReason: `ECS deployment ${earlierId} completed.`,
      },
    ],
    events: [
      { id: 'before', createdAt: at(-60), message: '(service web) has reached a steady state.' },
      ...(spec.serviceEvents ?? []).map((message, index) => ({ id: `${index}`, createdAt: at(3 + index), message })),
    ],
    ...spec.service,
  };
}

function isFailure({ stopCode, stoppedReason }: Members): boolean {
  return (
    stopCode === 'TaskFailedToStart' ||
    stopCode === 'EssentialContainerExited' ||
    /health checks/.test(`${stoppedReason}`)
  );
}

function rollout(outcome: HistorySpec['outcome']): Members {
  switch (outcome) {
    case 'failed':
      return { rolloutState: 'FAILED', rolloutStateReason: 'ECS deployment circuit breaker: tasks failed to start.' };
    case 'completed':
      return { rolloutState: 'COMPLETED', rolloutStateReason: `ECS deployment ${deploymentId} completed.` };
    default:
      return { rolloutState: 'IN_PROGRESS', rolloutStateReason: `ECS deployment ${deploymentId} in progress.` };
  }
}

function rollback(desiredCount: number): Members {
  return {
    id: rollbackId,
    status: 'PRIMARY',
    taskDefinition: taskDefinition(7),
    desiredCount,
    runningCount: desiredCount,
    pendingCount: 0,
    failedTasks: 0,
    createdAt: at(20),
    rolloutState: 'IN_PROGRESS',
    rolloutStateReason: `ECS deployment circuit breaker: rolling back to deploymentId ${earlierId}.`,
  };
}

function aServiceDeployment(members: Members): Members {
  return {
    serviceDeploymentArn: 'arn:aws:ecs:eu-west-1:111122223333:service-deployment/shop/web/Zw8yCkq3T0a1',
    serviceArn: service,
    clusterArn: cluster,
    createdAt: at(0),
    status: 'IN_PROGRESS',
    ...members,
  };
}

let eventsMade = 0;

export function anEvent(detailType: string, resource: string, minutes: number, detail: Members): Members {
  eventsMade += 1;
  return {
    version: '0',
    id: `00000000-0000-4000-8000-${eventsMade.toString().padStart(12, '0')}`,
    'detail-type': detailType,
    source: 'aws.ecs',
    account: '111122223333',
    time: at(minutes),
    region: 'eu-west-1',
    resources: [resource],
    detail,
  };
}

function failureEvents({ rollback: takesBack }: HistorySpec): Members[] {
  const failure = anEvent('ECS Deployment State Change', service, 19, {
    eventType: 'ERROR',
    eventName: 'SERVICE_DEPLOYMENT_FAILED',
    deploymentId,
    updatedAt: at(19),
    reason: 'ECS deployment circuit breaker: tasks failed to start.',
  });
  if (takesBack === false) return [failure];
  return [
    failure,
    anEvent('ECS Deployment State Change', service, 20, {
      eventType: 'INFO',
      eventName: 'SERVICE_DEPLOYMENT_IN_PROGRESS',
      deploymentId: rollbackId,
      updatedAt: at(20),
      reason: `ECS deployment circuit breaker: rolling back to deploymentId ${earlierId}.`,
    }),
  ];
}

export function serviceAction(eventName: string, minutes: number, detail: Members = {}): Members {
  return anEvent('ECS Service Action', service, minutes, {
    eventType: 'ERROR',
    eventName,
    clusterArn: cluster,
    createdAt: at(minutes),
    ...detail,
  });
}

function placementFailure(
  { reason, providers = [] }: { readonly reason?: string; readonly providers?: readonly string[] },
  index: number,
): Members {
  return serviceAction('SERVICE_TASK_PLACEMENT_FAILURE', 4 + index, {
    reason,
    capacityProviderArns: providers.map((name) => `arn:aws:ecs:eu-west-1:111122223333:capacity-provider/${name}`),
  });
}

/** A task's state as the event tells it: without its health. */
export function taskEvent({ members }: TaskSpec): Members {
  const { healthStatus: _healthStatus, ...detail } = members;
  return anEvent('ECS Task State Change', String(members.taskArn), 6, detail);
}

export function hookEvent(eventName: string, members: Members = {}): Members {
  return anEvent(
    'ECS Hook State Change',
    'arn:aws:ecs:eu-west-1:111122223333:service-deployment/shop/web/Zw8yCkq3T0a1',
    9,
    {
      eventType: 'ERROR',
      eventName,
      hookId: 'ecs-pause-0a1b2c',
      hookType: 'PAUSE',
      lifecycleStage: 'POST_TEST_TRAFFIC_SHIFT',
      clusterArn: cluster,
      serviceArn: service,
      serviceDeploymentArn: 'arn:aws:ecs:eu-west-1:111122223333:service-deployment/shop/web/Zw8yCkq3T0a1',
      updatedAt: at(9),
      ...members,
    },
  );
}
