import { AwsError, invalidParameter } from '../aws-error.ts';
import { describeTask, present, record } from '../describe.ts';
import type { Engine } from '../engine.ts';
import type { TaskModel } from '../model.ts';
import { placementObstacle } from '../placement.ts';
import { launchTask, stopTask } from '../tasks.ts';
import { arnScope, clusterOf, strategyFrom, taskDefinitionOf } from './clusters.ts';
import {
  type Input,
  lastSegment,
  optionalNumber,
  optionalText,
  page,
  refuseUnknown,
  tagsOf,
  text,
  texts,
} from './input.ts';

type Output = Record<string, unknown>;

/** Answers by cluster and clientToken: a repeated token repeats the old answer, failures and all. */
export type RunTaskAnswers = Map<string, { readonly request: string; readonly answer: Output }>;

export function runTask(engine: Engine, input: Input, answers: RunTaskAnswers): Output {
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
  const token = optionalText(input, 'clientToken');
  const key = `${cluster.name}/${token}`;
  const { clientToken: _token, ...rest } = input;
  const request = JSON.stringify(rest);
  const known = token === undefined ? undefined : answers.get(key);
  if (known !== undefined) {
    if (known.request !== request)
      throw new AwsError('ConflictException', 'The clientToken was used with other parameters.');
    return known.answer;
  }
  const count = optionalNumber(input, 'count') ?? 1;
  if (count < 1 || count > 10) throw invalidParameter('count must be between 1 and 10.');
  if (JSON.stringify(input.overrides ?? {}).length > 8192)
    throw invalidParameter('Overrides length must be at most 8192.');
  const startedBy = optionalText(input, 'startedBy');
  if (startedBy !== undefined && !/^[A-Za-z0-9_/-]{1,128}$/.test(startedBy))
    throw invalidParameter('startedBy is not valid.');
  const definition = taskDefinitionOf(engine, text(input, 'taskDefinition'));
  const strategy = strategyFrom(cluster, input) ?? (input.launchType === undefined ? cluster.defaultStrategy : []);
  const provider = strategy.find(({ weight = 0 }) => weight > 0)?.capacityProvider;
  const place = {
    clusterArn: cluster.arn,
    taskDefinition: definition,
    capacityProvider: provider,
    launchType: optionalText(input, 'launchType'),
  };
  const tasks: Output[] = [];
  const failures: Output[] = [];
  for (let started = 0; started < count; started += 1) {
    const obstacle = placementObstacle(engine, place);
    if (obstacle !== undefined) {
      failures.push({ reason: obstacle.reason === 'RESOURCE:FARGATE' ? obstacle.text : obstacle.reason });
      continue;
    }
    const task = launchTask(engine, {
      ...place,
      group: optionalText(input, 'group') ?? `family:${definition.family}`,
      ...(startedBy === undefined ? {} : { startedBy }),
      ...(input.overrides === undefined ? {} : { overrides: record(input.overrides) }),
      tags: tagsOf(input),
    });
    tasks.push(describeTask(task, true));
  }
  const answer = { tasks, failures };
  if (token !== undefined) answers.set(key, { request, answer });
  return answer;
}

export function stopTaskCall(engine: Engine, input: Input): Output {
  refuseUnknown('StopTask', input, ['cluster', 'task', 'reason']);
  const task = taskOf(engine, input, text(input, 'task'));
  if (task === undefined) throw invalidParameter('The referenced task was not found.');
  stopTask(engine, task, 'UserInitiated', optionalText(input, 'reason') ?? 'Task stopped by user');
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
  const candidates = service === undefined ? [...engine.tasks.values()] : [...service.tasks];
  const arns = candidates
    .filter(
      (task) =>
        task.clusterArn === cluster.arn &&
        task.desiredStatus === desiredStatus &&
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
