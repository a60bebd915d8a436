import * as z from 'zod/mini';
import { attemptOf } from '../decisions/launch.ts';
import type { Task } from '../ports/ecs.ts';
import { serviceArnOf } from './arn.ts';
import { ecsArn, envelope, optional, parseEvent, timeMs } from './envelope.ts';
import type { ContainerFacts, SpotStop, TaskFacts } from './facts.ts';
import { sizeTold } from './task-size.ts';

const text = optional(z.string());

/** What a task is billed by is read below, whatever it is: an event is not lost for it. */
const anything = z.optional(z.unknown());

const container = z.object({
  name: text,
  lastStatus: text,
  exitCode: optional(z.number()),
  reason: text,
  networkInterfaces: optional(z.array(z.object({ privateIpv4Address: text }))),
  networkBindings: optional(z.array(z.object({ containerPort: optional(z.number()), hostPort: optional(z.number()) }))),
});

/** AWS documents fewer members as required than events carry: its own sample of a notice has neither version nor group. */
const schema = z.extend(envelope, {
  detail: z.object({
    taskArn: ecsArn('task'),
    clusterArn: ecsArn('cluster'),
    desiredStatus: z.string(),
    lastStatus: z.string(),
    version: optional(z.number()),
    taskDefinitionArn: text,
    group: text,
    startedBy: text,
    capacityProviderName: text,
    launchType: text,
    availabilityZone: text,
    cpu: anything,
    memory: anything,
    attributes: anything,
    ephemeralStorage: anything,
    pullStartedAt: anything,
    containerInstanceArn: text,
    stopCode: text,
    stoppedReason: text,
    createdAt: text,
    startedAt: text,
    stoppingAt: text,
    stoppedAt: text,
    containers: optional(z.array(container)),
    // Environments hold secrets: only our own variable is taken out.
    overrides: optional(z.looseObject({})),
  }),
});

const spotStopCodes = ['SpotInterruption', 'TerminationNotice'];
/** AWS's wording, with the full stop. */
const spotReason = 'Your Spot Task was interrupted.';

/**
 * The facts of an `ECS Task State Change`.
 * @param receivedAtMs stands in for an envelope without `time`.
 * @throws PoisonError naming the member that is missing or wrong.
 */
export function taskFacts(body: unknown, receivedAtMs: number): TaskFacts {
  const event = parseEvent(schema, body, { source: 'aws.ecs', detailTypes: ['ECS Task State Change'] });
  const { detail } = event;
  const known = withoutAbsent({
    taskDefinitionArn: detail.taskDefinitionArn,
    group: detail.group,
    startedBy: detail.startedBy,
    capacityProviderName: detail.capacityProviderName,
    launchType: detail.launchType,
    availabilityZone: detail.availabilityZone,
    ...sizeTold(detail),
    containerInstanceArn: detail.containerInstanceArn,
    stopCode: detail.stopCode,
    stoppedReason: detail.stoppedReason,
    createdAtMs: timeMs(detail.createdAt),
    pullStartedAtMs: typeof detail.pullStartedAt === 'string' ? timeMs(detail.pullStartedAt) : undefined,
    startedAtMs: timeMs(detail.startedAt),
    stoppingAtMs: timeMs(detail.stoppingAt),
    stoppedAtMs: timeMs(detail.stoppedAt),
    resumeAttempt: detail.overrides ? attemptOf(detail.overrides) : undefined,
  });
  return derived({
    ...known,
    eventId: event.id,
    eventTimeMs: timeMs(event.time) ?? receivedAtMs,
    taskArn: detail.taskArn,
    clusterArn: detail.clusterArn,
    desiredStatus: detail.desiredStatus,
    lastStatus: detail.lastStatus,
    version: detail.version ?? 0,
    containers: (detail.containers ?? []).map(containerFacts),
  });
}

/** What the event left open, filled in by DescribeTasks: the service it belongs to and why it stops. */
export function withDescribedTask(facts: TaskFacts, task: Task): TaskFacts {
  const { spotStop: _spotStop, isNotice: _isNotice, ...told } = facts;
  return derived({
    ...withoutAbsent({
      group: task.group,
      taskDefinitionArn: task.taskDefinitionArn,
      capacityProviderName: task.capacityProviderName,
      stopCode: task.stopCode,
      stoppedReason: task.stoppedReason,
    }),
    ...told,
  });
}

function derived(told: Omit<TaskFacts, 'serviceName' | 'serviceArn' | 'spotStop' | 'isNotice'>): TaskFacts {
  const spotStop = spotStopOf(told);
  const serviceName = told.group === undefined ? undefined : /^service:(.+)$/.exec(told.group)?.[1];
  return {
    ...told,
    ...(serviceName === undefined ? {} : { serviceName, serviceArn: serviceArnOf(told.clusterArn, serviceName) }),
    spotStop,
    isNotice: told.desiredStatus === 'STOPPED' && told.lastStatus !== 'STOPPED' && spotStop !== 'other',
  };
}

/** Whether a task was told to stop by a Spot reclaim, as far as its event or DescribeTasks says. */
export function spotStopOf(
  task: Pick<TaskFacts, 'desiredStatus' | 'stopCode' | 'stoppedReason' | 'capacityProviderName'>,
): SpotStop {
  if (task.desiredStatus !== 'STOPPED') return 'other';
  if (task.stopCode !== undefined) return spotStopCodes.includes(task.stopCode) ? 'spot' : 'other';
  if (task.stoppedReason !== undefined) return task.stoppedReason === spotReason ? 'spot' : 'other';
  return task.capacityProviderName === 'FARGATE_SPOT' ? 'unclear' : 'other';
}

function containerFacts(told: z.infer<typeof container>): ContainerFacts {
  return {
    name: told.name ?? '',
    lastStatus: told.lastStatus ?? '',
    ...withoutAbsent({ exitCode: told.exitCode, reason: told.reason }),
    privateIpv4Addresses: (told.networkInterfaces ?? []).flatMap(({ privateIpv4Address }) => privateIpv4Address ?? []),
    hostPorts: (told.networkBindings ?? []).flatMap(({ containerPort, hostPort }) =>
      typeof containerPort === 'number' && typeof hostPort === 'number' ? [{ containerPort, hostPort }] : [],
    ),
  };
}

type Present<T> = { [K in keyof T]?: NonNullable<T[K]> };

/** AWS leaves members out, or writes null, where it knows nothing. */
function withoutAbsent<T extends object>(values: T): Present<T> {
  const known: Present<T> = {};
  for (const name in values) if (values[name] !== undefined && values[name] !== null) known[name] = values[name];
  return known;
}
