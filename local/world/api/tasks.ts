import { AwsError, invalidParameter } from '../aws-error.ts';
import { describeTask, present, record } from '../describe.ts';
import type { Engine } from '../engine.ts';
import type { ClusterModel, ServiceModel, TaskModel } from '../model.ts';
import { placementObstacle } from '../placement.ts';
import { type Launch, launchTask, stopTask } from '../tasks.ts';
import { arnScope, clusterOf, strategyFrom, taskDefinitionOf } from './clusters.ts';
import {
  type Input,
  lastSegment,
  optionalNumber,
  optionalText,
  page,
  records,
  refuseUnknown,
  text,
  texts,
} from './input.ts';
import { refuseMismatchedVolumes, refuseMissingNetwork, taskTags } from './launch-request.ts';

type Output = Record<string, unknown>;

/**
 * RunTask's answers by cluster and clientToken. A repeated token repeats the old answer, failures and all, for a day at
 * most, and no longer than an hour after the last of its tasks; then it is new.
 */
export type RunTaskAnswers = Map<string, RunTaskAnswer>;

interface RunTaskAnswer {
  readonly request: string;
  readonly answer: Output;
  readonly atMs: number;
  readonly tasks: readonly TaskModel[];
}

const tokenLifeMs = { max: 24 * 3_600_000, afterTask: 3_600_000 };

/**
 * @param startedByOther of an orchestrator of AWS's own, whose tasks carry what the API would not take from others.
 */
export function runTask(engine: Engine, input: Input, answers: RunTaskAnswers, startedByOther?: string): Output {
  refuseUnknown('RunTask', input, [
    'cluster',
    'taskDefinition',
    'count',
    'launchType',
    'capacityProviderStrategy',
    'networkConfiguration',
    'overrides',
    'group',
    'startedBy',
    'clientToken',
    'tags',
    'platformVersion',
    'propagateTags',
    'enableECSManagedTags',
    'enableExecuteCommand',
    'placementConstraints',
    'placementStrategy',
    'referenceId',
    'volumeConfigurations',
  ]);
  const cluster = clusterOf(engine, input);
  const { clientToken, ...rest } = input;
  const token = optionalText({ clientToken }, 'clientToken');
  if (token !== undefined && !/^[!-~]{1,64}$/.test(token)) throw invalidParameter('clientToken is not valid.');
  const key = `${cluster.name}/${token}`;
  const request = canonical(rest);
  const known = token === undefined ? undefined : answers.get(key);
  if (known !== undefined && engine.nowMs() < forgottenAtMs(known)) {
    if (known.request !== request)
      throw new AwsError('ConflictException', 'The clientToken was used with other parameters.');
    return known.answer;
  }
  const { answer, tasks } = launchAll(engine, cluster, input, startedByOther);
  if (token !== undefined) answers.set(key, { request, answer, atMs: engine.nowMs(), tasks });
  return answer;
}

function forgottenAtMs({ atMs, tasks }: RunTaskAnswer): number {
  const ends = tasks.map(({ stoppedAtMs = Number.POSITIVE_INFINITY }) => stoppedAtMs + tokenLifeMs.afterTask);
  return Math.min(atMs + tokenLifeMs.max, ends.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...ends));
}

/** As much as there is room for; for each task that there is none for, a failure. */
function launchAll(
  engine: Engine,
  cluster: ClusterModel,
  input: Input,
  startedByOther: string | undefined,
): { readonly answer: Output; readonly tasks: readonly TaskModel[] } {
  const count = optionalNumber(input, 'count') ?? 1;
  if (count < 1 || count > 10) throw invalidParameter('count must be between 1 and 10.');
  if (JSON.stringify(input.overrides ?? {}).length > 8192)
    throw invalidParameter('Overrides length must be at most 8192.');
  const startedBy = startedByOther ?? startedByFrom(input);
  if (input.launchType !== undefined && input.capacityProviderStrategy !== undefined) {
    throw invalidParameter('Specifying both a launch type and capacity provider strategy is not supported.');
  }
  if (input.propagateTags === 'SERVICE')
    throw invalidParameter('propagateTags: SERVICE is for tasks of services only.');
  const definition = taskDefinitionOf(engine, text(input, 'taskDefinition'));
  refuseMissingNetwork(definition, input.networkConfiguration);
  const volumeConfigurations = records(input, 'volumeConfigurations');
  refuseMismatchedVolumes(definition, volumeConfigurations);
  const strategy = strategyFrom(cluster, input) ?? (input.launchType === undefined ? cluster.defaultStrategy : []);
  const provider = strategy.find(({ weight = 0 }) => weight > 0)?.capacityProvider;
  const place = {
    clusterArn: cluster.arn,
    taskDefinition: definition,
    capacityProvider: provider,
    launchType: optionalText(input, 'launchType'),
  };
  const platformVersion = optionalText(input, 'platformVersion');
  const launch: Launch = {
    ...place,
    group: optionalText(input, 'group') ?? `family:${definition.family}`,
    ...(startedBy === undefined ? {} : { startedBy }),
    ...(input.overrides === undefined ? {} : { overrides: record(input.overrides) }),
    networkConfiguration: record(input.networkConfiguration),
    ...(platformVersion === undefined ? {} : { platformVersion }),
    enableExecuteCommand: input.enableExecuteCommand === true,
    volumeConfigurations,
    tags: taskTags(cluster, definition, input),
  };
  const tasks: TaskModel[] = [];
  const failures: Output[] = [];
  for (let started = 0; started < count; started += 1) {
    const obstacle = placementObstacle(engine, place);
    if (obstacle === undefined) tasks.push(launchTask(engine, launch));
    else failures.push({ reason: obstacle.reason === 'RESOURCE:FARGATE' ? obstacle.text : obstacle.reason });
  }
  return { tasks, answer: { tasks: tasks.map((task) => describeTask(task, true)), failures } };
}

function startedByFrom(input: Input): string | undefined {
  const startedBy = optionalText(input, 'startedBy');
  if (startedBy !== undefined && !/^[A-Za-z0-9_/-]{1,128}$/.test(startedBy))
    throw invalidParameter('startedBy is not valid.');
  return startedBy;
}

/** The same parameters in another order are the same. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)))
      : part,
  );
}

export function stopTaskCall(engine: Engine, input: Input): Output {
  refuseUnknown('StopTask', input, ['cluster', 'task', 'reason']);
  const task = taskOf(engine, input, text(input, 'task'));
  if (task === undefined) throw invalidParameter('The referenced task was not found.');
  stopTask(engine, task, 'UserInitiated', optionalText(input, 'reason') ?? 'Task stopped by user');
  // As AWS documents it of StopTask; it says nothing of other stops.
  task.tags.clear();
  return { task: describeTask(task, false) };
}

export function describeTasks(engine: Engine, input: Input): Output {
  refuseUnknown('DescribeTasks', input, ['cluster', 'tasks', 'include']);
  const cluster = clusterOf(engine, input);
  const asked = texts(input, 'tasks');
  if (asked.length === 0) throw invalidParameter('Tasks cannot be empty.');
  if (asked.length > 100) throw invalidParameter('Tasks cannot have more than 100 elements.');
  const withTags = texts(input, 'include').includes('TAGS');
  const found = asked.map((one) => taskOf(engine, input, one));
  return {
    tasks: found.flatMap((task) => (task === undefined ? [] : [describeTask(task, withTags)])),
    failures: asked
      .filter((_, index) => found[index] === undefined)
      .map((one) => ({ arn: `${arnScope(engine)}:task/${cluster.name}/${lastSegment(one)}`, reason: 'MISSING' })),
  };
}

/** In the order in which they ended: those before are forgotten. */
function stillShown({ stoppedTasks }: ServiceModel, goneMs: number): readonly TaskModel[] {
  const shown = stoppedTasks.findIndex(({ stoppedAtMs = 0 }) => stoppedAtMs > goneMs);
  stoppedTasks.splice(0, shown < 0 ? stoppedTasks.length : shown);
  return stoppedTasks;
}

/** AWS promises an hour at least. */
const stoppedShownMs = 3_600_000;

/** PENDING returns nothing, ever: it is no desired status that ECS gives. */
export function listTasks(engine: Engine, input: Input): Output {
  refuseUnknown('ListTasks', input, [
    'cluster',
    'containerInstance',
    'family',
    'nextToken',
    'maxResults',
    'startedBy',
    'serviceName',
    'desiredStatus',
    'launchType',
  ]);
  const cluster = clusterOf(engine, input);
  const desiredStatus = optionalText(input, 'desiredStatus') ?? 'RUNNING';
  const startedBy = optionalText(input, 'startedBy');
  const family = optionalText(input, 'family');
  const serviceName = optionalText(input, 'serviceName');
  if (startedBy !== undefined && (family ?? serviceName) !== undefined) {
    throw invalidParameter('startedBy must be the only filter.');
  }
  const service = serviceName === undefined ? undefined : cluster.services.get(lastSegment(serviceName));
  if (serviceName !== undefined && service === undefined)
    throw new AwsError('ServiceNotFoundException', 'Service not found.');
  const isOfStopped = desiredStatus === 'STOPPED';
  // Those that are STOPPED are shown for an hour.
  const goneMs = engine.nowMs() - stoppedShownMs;
  const ofService = (of: ServiceModel) => (isOfStopped ? [...stillShown(of, goneMs), ...of.tasks] : [...of.tasks]);
  const candidates = service === undefined ? [...engine.tasks.values()] : ofService(service);
  const arns = candidates
    .filter(
      (task) =>
        task.clusterArn === cluster.arn &&
        task.desiredStatus === desiredStatus &&
        (task.stoppedAtMs === undefined || task.stoppedAtMs > goneMs) &&
        (startedBy === undefined || task.startedBy === startedBy) &&
        (family === undefined || task.taskDefinition.family === family),
    )
    .map(({ arn }) => arn);
  const { items, nextToken } = page(arns, input, 100);
  return present({ taskArns: items, nextToken });
}

function taskOf(engine: Engine, input: Input, idOrArn: string): TaskModel | undefined {
  return engine.tasks.get(`${arnScope(engine)}:task/${clusterOf(engine, input).name}/${lastSegment(idOrArn)}`);
}
