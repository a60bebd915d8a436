import { describe, expect, it } from 'vitest';
import { createCluster, registerTask } from '../../../local/scenarios/stage.ts';
import {
  aJob,
  aStage,
  describedService,
  describedTask,
  first,
  listOf,
  pick,
  refusal,
  registerJob,
  runJob as runJobTask,
  type Stage,
  startMs,
  taskArns,
  tasksOf,
} from '../../builders/world.ts';

/**
 * What AWS documents, what Ballast relies on, and what the world therefore has to do as AWS does. One row per fact; where
 * AWS's text is known it stands here word for word.
 */
interface Refused {
  readonly fact: string;
  readonly call: (stage: Stage) => unknown;
  readonly error: string;
  readonly text?: string;
}

interface Answered {
  readonly fact: string;
  readonly ask: (stage: Stage) => unknown;
  readonly answer: unknown;
}

const spot = [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }];
const onDemand = [{ capacityProvider: 'FARGATE', weight: 1 }];
const arn = 'arn:aws:ecs:us-east-1:111122223333';

/** Service `web`: two tasks on Spot, steady since 62 s. */
function steadyStage(): Stage {
  const stage = aStage();
  stage.service();
  stage.until(100);
  return stage;
}

const runJob = (stage: Stage, input: Readonly<Record<string, unknown>> = {}) =>
  stage.ecs('RunTask', {
    taskDefinition: 'web',
    capacityProviderStrategy: spot,
    networkConfiguration: network('subnet-1'),
    ...input,
  });
const updateWeb = (stage: Stage, input: Readonly<Record<string, unknown>>) =>
  stage.ecs('UpdateService', { service: 'web', ...input });
const createWeb2 = (stage: Stage, input: Readonly<Record<string, unknown>> = {}) =>
  stage.ecs('CreateService', {
    serviceName: 'web2',
    taskDefinition: 'web',
    desiredCount: 1,
    capacityProviderStrategy: spot,
    networkConfiguration: network('subnet-1'),
    ...input,
  });
const stopDeployment = (stage: Stage, serviceDeploymentArn: unknown, input = {}) =>
  stage.world.call('ecs', 'StopServiceDeployment', { serviceDeploymentArn, ...input });
const texts = (count: number) => Array.from({ length: count }, (_, index) => `name-${index}`);
const tag = (key: string, value: string) => [{ key, value }];
/** Overrides whose JSON is as long as asked, punctuation included. */
const overrides = (length: number) => {
  const frame = '{"containerOverrides":[{"name":""}]}';
  return { containerOverrides: [{ name: 'x'.repeat(length - frame.length) }] };
};
const scalable = (name: string) => ({
  ServiceNamespace: 'ecs',
  ResourceId: `service/main/${name}`,
  ScalableDimension: 'ecs:service:DesiredCount',
});
/** A task definition that leaves its volume `data` to the launch. */
const launchVolume = { volumes: [{ name: 'data', configuredAtLaunch: true }] };
const volumeRole = 'arn:aws:iam::111122223333:role/ecsInfrastructureRole';
const dataVolume = (managedEBSVolume: Readonly<Record<string, unknown>>) => ({
  name: 'data',
  managedEBSVolume: { roleArn: volumeRole, ...managedEBSVolume },
});
/** A job on Fargate with its container, running; asked for besides as given. */
const runningJob = (stage: Stage, input: Readonly<Record<string, unknown>> = {}) => {
  const task = aJob(stage, input);
  stage.until(200);
  return describedTask(stage, task);
};
const interfaceOf = (stage: Stage, task: unknown) =>
  pick(
    stage.world.call('ec2', 'DescribeNetworkInterfaces', {
      NetworkInterfaceIds: [detailOf(task, 0, 'networkInterfaceId')],
    }),
    'NetworkInterfaces',
    0,
  );
const detailOf = (task: unknown, attachment: number, name: string) =>
  listOf(pick(task, 'attachments', attachment), 'details')
    .filter((detail) => pick(detail, 'name') === name)
    .map((detail) => pick(detail, 'value'))[0];
const network = (...subnets: string[]) => ({ awsvpcConfiguration: { subnets, assignPublicIp: 'DISABLED' } });
const primaryOf = (stage: Stage, name = 'web') => pick(describedService(stage, name), 'deployments', 0);
/** Whether RunTask with the token `resume-1` answers with the same task, so many seconds after the first time. */
const sameTaskAfter = (stage: Stage, seconds: readonly number[]) => {
  const from = (stage.world.nowMs - startMs) / 1000;
  const once = () => pick(runJob(stage, { clientToken: 'resume-1' }), 'tasks', 0, 'taskArn');
  const first = once();
  return seconds.map((later) => {
    stage.until(from + later);
    return once() === first;
  });
};
const instanceIds = (answer: unknown) => listOf(answer, 'Instances').map((instance) => pick(instance, 'Id'));
const counts = (stage: Stage) => {
  const service = describedService(stage);
  return [pick(service, 'desiredCount'), pick(service, 'runningCount'), pick(service, 'pendingCount')];
};

const impossibleVolumes: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['a volume without the role to manage it', { roleArn: undefined, sizeInGiB: 10 }],
  ['a volume of neither a size nor a snapshot', {}],
  ['IOPS of a gp2 volume, though DescribeVolumes shows them', { volumeType: 'gp2', sizeInGiB: 10, iops: 100 }],
  ['throughput of an io2 volume', { volumeType: 'io2', sizeInGiB: 10, iops: 100, throughput: 125 }],
];

const refused: readonly Refused[] = [
  {
    fact: 'refuses a strategy change without forceNewDeployment',
    call: (stage) => updateWeb(stage, { capacityProviderStrategy: onDemand }),
    error: 'InvalidParameterException',
    text: 'When switching from launch type to capacity provider strategy on an existing service, or making a change to a capacity provider strategy on a service that is already using one, you must force a new deployment.',
  },
  {
    fact: 'refuses a weight change without forceNewDeployment',
    call: (stage) => updateWeb(stage, { capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 2 }] }),
    error: 'InvalidParameterException',
    text: 'When switching from launch type to capacity provider strategy on an existing service, or making a change to a capacity provider strategy on a service that is already using one, you must force a new deployment.',
  },
  {
    fact: 'refuses to go from a launch type to a strategy without forceNewDeployment',
    call: (stage) => {
      createWeb2(stage, { capacityProviderStrategy: undefined, launchType: 'FARGATE' });
      return stage.ecs('UpdateService', { service: 'web2', capacityProviderStrategy: spot });
    },
    error: 'InvalidParameterException',
    text: 'When switching from launch type to capacity provider strategy on an existing service, or making a change to a capacity provider strategy on a service that is already using one, you must force a new deployment.',
  },
  {
    fact: 'refuses a strategy whose weights are all zero',
    call: (stage) =>
      createWeb2(stage, {
        capacityProviderStrategy: [
          { capacityProvider: 'FARGATE', weight: 0 },
          { capacityProvider: 'FARGATE_SPOT', weight: 0 },
        ],
      }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'takes an absent weight for zero',
    call: (stage) =>
      createWeb2(stage, {
        capacityProviderStrategy: [{ capacityProvider: 'FARGATE' }, { capacityProvider: 'FARGATE_SPOT' }],
      }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'refuses all-zero weights for RunTask too',
    call: (stage) =>
      runJob(stage, {
        capacityProviderStrategy: [
          { capacityProvider: 'FARGATE', weight: 0 },
          { capacityProvider: 'FARGATE_SPOT', weight: 0 },
        ],
      }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'takes one base only',
    call: (stage) =>
      createWeb2(stage, {
        capacityProviderStrategy: [
          { capacityProvider: 'FARGATE', base: 1, weight: 1 },
          { capacityProvider: 'FARGATE_SPOT', base: 1, weight: 1 },
        ],
      }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'refuses a provider that the cluster does not have',
    call: (stage) => createWeb2(stage, { capacityProviderStrategy: [{ capacityProvider: 'asg', weight: 1 }] }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'refuses CreateService with both launchType and a strategy',
    call: (stage) => createWeb2(stage, { launchType: 'FARGATE' }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'refuses an unknown member of UpdateService',
    call: (stage) => updateWeb(stage, { capacityStrategy: spot }),
    error: 'SerializationException',
  },
  {
    fact: 'refuses launchType in UpdateService',
    call: (stage) => updateWeb(stage, { launchType: 'FARGATE' }),
    error: 'SerializationException',
  },
  {
    fact: 'refuses an unknown member of CreateService',
    call: (stage) => createWeb2(stage, { forceNewDeployment: true }),
    error: 'SerializationException',
  },
  {
    fact: 'refuses an unknown member of RunTask',
    call: (stage) => runJob(stage, { desiredCount: 1 }),
    error: 'SerializationException',
  },
  {
    fact: 'refuses an unknown member of DescribeServices',
    call: (stage) => stage.ecs('DescribeServices', { services: ['web'], maxResults: 1 }),
    error: 'SerializationException',
  },
  {
    fact: 'refuses an unknown member of ListTasks',
    call: (stage) => stage.ecs('ListTasks', { service: 'web' }),
    error: 'SerializationException',
  },
  {
    fact: 'refuses an unknown member of DescribeTasks',
    call: (stage) => stage.ecs('DescribeTasks', { tasks: taskArns(stage), service: 'web' }),
    error: 'SerializationException',
  },
  {
    fact: 'refuses an unknown member of StopServiceDeployment',
    call: (stage) => stopDeployment(stage, `${arn}:service-deployment/main/web/x`, { cluster: 'main' }),
    error: 'SerializationException',
  },
  {
    fact: 'refuses an unknown member of DeleteService',
    call: (stage) => stage.ecs('DeleteService', { service: 'web', desiredCount: 0 }),
    error: 'SerializationException',
  },
  {
    fact: 'refuses eleven services in one DescribeServices',
    call: (stage) => stage.ecs('DescribeServices', { services: texts(11) }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'refuses DescribeServices without services',
    call: (stage) => stage.ecs('DescribeServices', { services: [] }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'refuses 101 tasks in one DescribeTasks',
    call: (stage) => stage.ecs('DescribeTasks', { tasks: texts(101) }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'refuses 21 ARNs in one DescribeServiceDeployments',
    call: (stage) => stage.world.call('ecs', 'DescribeServiceDeployments', { serviceDeploymentArns: texts(21) }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'answers ClusterNotFoundException for an unknown cluster',
    call: (stage) => stage.ecs('ListTasks', { cluster: 'other' }),
    error: 'ClusterNotFoundException',
  },
  {
    fact: 'answers ServiceNotFoundException to UpdateService of an unknown service',
    call: (stage) => stage.ecs('UpdateService', { service: 'other', desiredCount: 1 }),
    error: 'ServiceNotFoundException',
  },
  {
    fact: 'answers ServiceNotFoundException to ListTasks of an unknown service',
    call: (stage) => stage.ecs('ListTasks', { serviceName: 'other' }),
    error: 'ServiceNotFoundException',
  },
  {
    fact: 'refuses DeleteService above 0',
    call: (stage) => stage.ecs('DeleteService', { service: 'web' }),
    error: 'InvalidParameterException',
    text: 'The service cannot be stopped while it is scaled above 0.',
  },
  {
    fact: 'refuses UpdateService while a service drains',
    call: (stage) => {
      stage.ecs('DeleteService', { service: 'web', force: true });
      return updateWeb(stage, { desiredCount: 1 });
    },
    error: 'ServiceNotActiveException',
  },
  {
    fact: 'refuses UpdateService of a service that is gone',
    call: (stage) => {
      stage.ecs('DeleteService', { service: 'web', force: true });
      stage.until(200);
      return updateWeb(stage, { desiredCount: 1 });
    },
    error: 'ServiceNotActiveException',
  },
  {
    fact: 'refuses a second DeleteService while the first drains',
    call: (stage) => {
      stage.ecs('DeleteService', { service: 'web', force: true });
      return stage.ecs('DeleteService', { service: 'web' });
    },
    error: 'ServiceNotActiveException',
  },
  {
    fact: 'refuses the name of a draining service',
    call: (stage) => {
      createWeb2(stage);
      stage.ecs('DeleteService', { service: 'web2', force: true });
      return createWeb2(stage);
    },
    error: 'InvalidParameterException',
    text: 'Unable to Start a service that is still Draining.',
  },
  {
    fact: 'refuses the name of an active service',
    call: (stage) => {
      createWeb2(stage);
      return createWeb2(stage);
    },
    error: 'InvalidParameterException',
    text: 'Creation of service was not idempotent.',
  },
  {
    fact: 'refuses the name of an active service under another clientToken',
    call: (stage) => {
      createWeb2(stage, { clientToken: 'one' });
      return createWeb2(stage, { clientToken: 'two' });
    },
    error: 'InvalidParameterException',
    text: 'Creation of service was not idempotent.',
  },
  {
    fact: 'refuses a service name with a dot',
    call: (stage) => createWeb2(stage, { serviceName: 'web.bridge' }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'refuses a service name of 256 characters',
    call: (stage) => createWeb2(stage, { serviceName: 'x'.repeat(256) }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'refuses to run eleven tasks at once',
    call: (stage) => runJob(stage, { count: 11 }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'refuses overrides of 8193 characters, punctuation included',
    call: (stage) => runJob(stage, { overrides: overrides(8193) }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'refuses a startedBy with a colon',
    call: (stage) => runJob(stage, { startedBy: 'ballast:resume' }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'refuses a startedBy with a dot',
    call: (stage) => runJob(stage, { startedBy: 'ballast.resume' }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'refuses a startedBy of 129 characters',
    call: (stage) => runJob(stage, { startedBy: 'x'.repeat(129) }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'answers ConflictException for a clientToken with other parameters',
    call: (stage) => {
      runJob(stage, { clientToken: 'resume-1' });
      return runJob(stage, { clientToken: 'resume-1', count: 2 });
    },
    error: 'ConflictException',
  },
  {
    fact: 'answers ConflictException for the token of an answer that was all failures, with other parameters',
    call: (stage) => {
      stage.world.market.setCapacity('FARGATE_SPOT', 0);
      runJob(stage, { clientToken: 'resume-1' });
      stage.until(100 + 24 * 3600 - 1);
      return runJob(stage, { clientToken: 'resume-1', count: 2 });
    },
    error: 'ConflictException',
  },
  {
    fact: 'refuses a clientToken of 65 characters',
    call: (stage) => runJob(stage, { clientToken: 'x'.repeat(65) }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'refuses a space in a clientToken',
    call: (stage) => runJob(stage, { clientToken: 'resume 1' }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'refuses a startedBy with spaces, as Step Functions itself writes it',
    call: (stage) => runJob(stage, { startedBy: 'AWS Step Functions' }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'refuses propagateTags: SERVICE for a standalone task',
    call: (stage) => runJob(stage, { propagateTags: 'SERVICE' }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'refuses RunTask with both launchType and a strategy',
    call: (stage) => runJob(stage, { launchType: 'FARGATE' }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'refuses RunTask without a network for a task with an address of its own',
    call: (stage) => runJob(stage, { networkConfiguration: undefined }),
    error: 'InvalidParameterException',
    text: "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
  },
  {
    fact: 'refuses CreateService without a network for tasks with addresses of their own',
    call: (stage) => createWeb2(stage, { networkConfiguration: undefined }),
    error: 'InvalidParameterException',
    text: "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
  },
  {
    fact: 'refuses a network without subnets',
    call: (stage) => runJob(stage, { networkConfiguration: network() }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'refuses RunTask without the volume that its task definition leaves to the launch',
    call: (stage) => {
      registerJob(stage, launchVolume);
      return runJobTask(stage);
    },
    error: 'InvalidParameterException',
  },
  {
    fact: 'refuses CreateService without the volume that its task definition leaves to the launch',
    call: (stage) => {
      registerJob(stage, launchVolume);
      return createWeb2(stage, { taskDefinition: 'job' });
    },
    error: 'InvalidParameterException',
  },
  {
    fact: 'refuses a volume that the task definition does not leave to the launch',
    call: (stage) => runJob(stage, { volumeConfigurations: [dataVolume({ sizeInGiB: 10 })] }),
    error: 'InvalidParameterException',
  },
  ...impossibleVolumes.map(
    ([what, volume]): Refused => ({
      fact: `refuses ${what}`,
      call: (stage) => {
        registerJob(stage, launchVolume);
        return runJobTask(stage, { volumeConfigurations: [dataVolume(volume)] });
      },
      error: 'InvalidParameterException',
    }),
  ),
  {
    fact: 'knows no network interface before a task is PENDING',
    call: (stage) => {
      const task = runJob(stage);
      const id = String(pick(task, 'tasks', 0, 'taskArn'))
        .split('/')[2]
        ?.slice(0, 17);
      return stage.world.call('ec2', 'DescribeNetworkInterfaces', { NetworkInterfaceIds: [`eni-${id}`] });
    },
    error: 'InvalidNetworkInterfaceID.NotFound',
  },
  {
    fact: 'knows a network interface no longer once its task is DEPROVISIONING',
    call: (stage) => {
      registerJob(stage);
      const task = runningJob(stage);
      stage.world.market.reclaim(String(pick(task, 'taskArn')));
      stage.until(211);
      return interfaceOf(stage, task);
    },
    error: 'InvalidNetworkInterfaceID.NotFound',
  },
  {
    fact: 'knows a volume no longer once its task is STOPPED, unless it is to be kept',
    call: (stage) => {
      registerJob(stage, launchVolume);
      const task = runningJob(stage, { volumeConfigurations: [dataVolume({ sizeInGiB: 10 })] });
      stage.world.market.reclaim(String(pick(task, 'taskArn')));
      stage.until(300);
      return stage.world.call('ec2', 'DescribeVolumes', { VolumeIds: [detailOf(task, 1, 'volumeId')] });
    },
    error: 'InvalidVolume.NotFound',
  },
  {
    fact: 'refuses startedBy beside another filter of ListTasks',
    call: (stage) => stage.ecs('ListTasks', { startedBy: 'ballast', serviceName: 'web' }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'refuses StopTask of an unknown task',
    call: (stage) => stage.ecs('StopTask', { task: '0123456789abcdef0123456789abcdef' }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'refuses a percent sign in a tag value',
    call: (stage) => createWeb2(stage, { tags: tag('ballast:mode', '50%') }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'refuses a question mark in a tag value',
    call: (stage) => createWeb2(stage, { tags: tag('ballast:url', 'path?query') }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'refuses an ampersand in a tag key',
    call: (stage) => createWeb2(stage, { tags: tag('a&b', 'c') }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'refuses a tag value of 257 characters',
    call: (stage) => runJob(stage, { tags: tag('key', 'x'.repeat(257)) }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'refuses a tag key of 129 characters',
    call: (stage) =>
      stage.world.call('ecs', 'TagResource', {
        resourceArn: `${arn}:service/main/web`,
        tags: tag('x'.repeat(129), 'value'),
      }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'does not tag by the short service ARN',
    call: (stage) =>
      stage.world.call('ecs', 'TagResource', { resourceArn: `${arn}:service/web`, tags: tag('key', 'value') }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'refuses StopServiceDeployment with ABORT',
    call: (stage) =>
      stopDeployment(stage, pick(describedService(stage), 'currentServiceDeployment'), { stopType: 'ABORT' }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'answers ServiceDeploymentNotFoundException for an unknown service deployment',
    call: (stage) => stopDeployment(stage, `${arn}:service-deployment/main/web/000000000000`),
    error: 'ServiceDeploymentNotFoundException',
  },
  {
    fact: 'answers ConflictException to stopping a deployment that is through',
    call: (stage) => stopDeployment(stage, pick(describedService(stage), 'currentServiceDeployment')),
    error: 'ConflictException',
  },
  {
    fact: 'refuses to detach a provider in use',
    call: (stage) =>
      stage.ecs('PutClusterCapacityProviders', {
        capacityProviders: ['FARGATE'],
        defaultCapacityProviderStrategy: [],
      }),
    error: 'ResourceInUseException',
  },
  {
    fact: 'takes a stopTimeout of at most 120 seconds on Fargate',
    call: (stage) => registerTask(stage.world, 'slow', { stopTimeout: 121 }),
    error: 'ClientException',
  },
  {
    fact: 'answers an action that the embedded region has not',
    call: (stage) => stage.ecs('CreateTaskSet'),
    error: 'UnknownOperationException',
  },
  {
    fact: 'knows target groups by their ARN only',
    call: ({ world }) => world.call('elasticloadbalancing', 'DescribeTargetHealth', { TargetGroupArn: 'web' }),
    error: 'TargetGroupNotFound',
  },
  {
    fact: 'refuses DeleteCluster while a service is in it',
    call: (stage) => stage.ecs('DeleteCluster'),
    error: 'ClusterContainsServicesException',
  },
  {
    fact: 'refuses DeleteCluster while a service drains',
    call: (stage) => {
      stage.ecs('DeleteService', { service: 'web', force: true });
      return stage.ecs('DeleteCluster');
    },
    error: 'ClusterContainsServicesException',
  },
  {
    fact: 'refuses DeleteCluster while a standalone task runs',
    call: (stage) => {
      runJob(stage);
      stage.ecs('DeleteService', { service: 'web', force: true });
      stage.until(200);
      return stage.ecs('DeleteCluster');
    },
    error: 'ClusterContainsTasksException',
  },
  {
    fact: 'refuses DeleteCluster while it has container instances',
    call: (stage) => {
      const cluster = createCluster(stage.world, 'ec2');
      stage.world.addContainerInstance(cluster);
      return stage.ecs('DeleteCluster', { cluster });
    },
    error: 'ClusterContainsContainerInstancesException',
  },
  {
    fact: 'answers ClusterNotFoundException for a cluster that was deleted',
    call: (stage) => {
      const cluster = createCluster(stage.world, 'short-lived');
      stage.ecs('DeleteCluster', { cluster });
      return stage.ecs('ListServices', { cluster });
    },
    error: 'ClusterNotFoundException',
  },
  {
    fact: 'refuses a strategy that mixes Fargate with other providers',
    call: (stage) => {
      createCluster(stage.world, 'mixed', ['ec2-spot']);
      return createWeb2(stage, {
        cluster: 'mixed',
        capacityProviderStrategy: [...spot, { capacityProvider: 'ec2-spot', weight: 1 }],
      });
    },
    error: 'InvalidParameterException',
  },
  {
    fact: 'refuses a target group of instances for tasks with addresses of their own',
    call: (stage) => {
      const targetGroupArn = stage.world.createTargetGroup('instances', { targetType: 'instance' });
      return createWeb2(stage, { loadBalancers: [{ targetGroupArn, containerName: 'web', containerPort: 8080 }] });
    },
    error: 'InvalidParameterException',
  },
  {
    fact: 'refuses 101 instances in one DescribeContainerInstances',
    call: (stage) => stage.ecs('DescribeContainerInstances', { containerInstances: texts(101) }),
    error: 'InvalidParameterException',
  },
  {
    fact: 'answers InstanceNotFound to deregistering an instance that Cloud Map does not know',
    call: ({ world }) =>
      world.call('servicediscovery', 'DeregisterInstance', {
        ServiceId: world.createRegistry('web'),
        InstanceId: '0123456789abcdef0123456789abcdef',
      }),
    error: 'InstanceNotFound',
  },
  {
    fact: 'answers ServiceNotFound for an unknown Cloud Map service',
    call: ({ world }) => world.call('servicediscovery', 'ListInstances', { ServiceId: 'srv-unknown' }),
    error: 'ServiceNotFound',
  },
  {
    fact: 'answers NoSuchResourceException for a quota that does not exist',
    call: ({ world }) =>
      world.call('servicequotas', 'GetServiceQuota', { ServiceCode: 'fargate', QuotaCode: 'L-00000000' }),
    error: 'NoSuchResourceException',
  },
  {
    fact: 'refuses a scalable target of a service that does not exist',
    call: ({ world }) =>
      world.call('application-autoscaling', 'RegisterScalableTarget', {
        ...scalable('other'),
        MinCapacity: 1,
        MaxCapacity: 4,
      }),
    error: 'ValidationException',
  },
];

const answered: readonly Answered[] = [
  {
    fact: 'changes nothing with a refused strategy change',
    ask: (stage) => {
      refusal(() => updateWeb(stage, { desiredCount: 7, capacityProviderStrategy: onDemand }));
      const service = describedService(stage);
      return {
        desiredCount: pick(service, 'desiredCount'),
        capacityProviderStrategy: pick(service, 'capacityProviderStrategy'),
        deployments: listOf(service, 'deployments').length,
      };
    },
    answer: {
      desiredCount: 2,
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', base: 0, weight: 1 }],
      deployments: 1,
    },
  },
  {
    fact: 'takes a strategy change with forceNewDeployment as a new PRIMARY deployment',
    ask: (stage) => {
      updateWeb(stage, { capacityProviderStrategy: onDemand, forceNewDeployment: true });
      return listOf(describedService(stage), 'deployments').map((deployment) => ({
        status: pick(deployment, 'status'),
        rolloutState: pick(deployment, 'rolloutState'),
        provider: pick(deployment, 'capacityProviderStrategy', 0, 'capacityProvider'),
      }));
    },
    answer: [
      { status: 'PRIMARY', rolloutState: 'IN_PROGRESS', provider: 'FARGATE' },
      { status: 'ACTIVE', rolloutState: 'COMPLETED', provider: 'FARGATE_SPOT' },
    ],
  },
  {
    fact: 'replaces every task after a strategy change, the healthy ones too',
    ask: (stage) => {
      const before = taskArns(stage);
      updateWeb(stage, { capacityProviderStrategy: onDemand, forceNewDeployment: true });
      stage.until(300);
      const after = taskArns(stage);
      return { running: after.length, kept: after.filter((task) => before.includes(task)).length };
    },
    answer: { running: 2, kept: 0 },
  },
  {
    fact: 'deploys nothing for a desired count',
    ask: (stage) => {
      const before = pick(describedService(stage), 'deployments', 0, 'id');
      updateWeb(stage, { desiredCount: 3 });
      const service = describedService(stage);
      return [pick(service, 'deployments', 0, 'id') === before, listOf(service, 'deployments').length];
    },
    answer: [true, 1],
  },
  {
    fact: 'deploys nothing for a deployment configuration',
    ask: (stage) => {
      updateWeb(stage, { deploymentConfiguration: { minimumHealthyPercent: 50, maximumPercent: 150 } });
      const service = describedService(stage);
      return [listOf(service, 'deployments').length, pick(service, 'deploymentConfiguration')];
    },
    answer: [1, { minimumHealthyPercent: 50, maximumPercent: 150 }],
  },
  {
    fact: 'deploys for a new task definition without force, and leaves the desired count alone',
    ask: (stage) => {
      updateWeb(stage, { taskDefinition: registerTask(stage.world, 'web') });
      const service = describedService(stage);
      return {
        desiredCount: pick(service, 'desiredCount'),
        taskDefinitions: listOf(service, 'deployments').map((deployment) => pick(deployment, 'taskDefinition')),
      };
    },
    answer: { desiredCount: 2, taskDefinitions: [`${arn}:task-definition/web:2`, `${arn}:task-definition/web:1`] },
  },
  {
    fact: 'takes 100 and 200 percent where the service does not say',
    ask: (stage) => pick(describedService(stage), 'deploymentConfiguration'),
    answer: { minimumHealthyPercent: 100, maximumPercent: 200 },
  },
  {
    fact: 'takes ten services per DescribeServices',
    ask: (stage) => listOf(stage.ecs('DescribeServices', { services: texts(10) }), 'failures').length,
    answer: 10,
  },
  {
    fact: 'answers unknown services in failures[] as MISSING with no error',
    ask: (stage) => {
      const answer = stage.ecs('DescribeServices', { services: ['web', 'other'] });
      return [listOf(answer, 'services').length, answer.failures];
    },
    answer: [1, [{ arn: `${arn}:service/main/other`, reason: 'MISSING' }]],
  },
  {
    fact: 'shows tags of a service only where TAGS are included',
    ask: (stage) => {
      stage.world.call('ecs', 'TagResource', {
        resourceArn: `${arn}:service/main/web`,
        tags: tag('ballast:mode', 'act'),
      });
      const included = stage.ecs('DescribeServices', { services: ['web'], include: ['TAGS'] });
      return [pick(describedService(stage), 'tags'), pick(included, 'services', 0, 'tags')];
    },
    answer: [undefined, [{ key: 'ballast:mode', value: 'act' }]],
  },
  {
    fact: 'omits launchType of a service created with a strategy',
    ask: (stage) => {
      const service = describedService(stage);
      return [pick(service, 'launchType'), pick(service, 'capacityProviderStrategy', 0, 'capacityProvider')];
    },
    answer: [undefined, 'FARGATE_SPOT'],
  },
  {
    fact: 'omits the strategy of a service created with a launch type',
    ask: (stage) => {
      createWeb2(stage, { capacityProviderStrategy: undefined, launchType: 'FARGATE' });
      const service = describedService(stage, 'web2');
      return [pick(service, 'launchType'), pick(service, 'capacityProviderStrategy')];
    },
    answer: ['FARGATE', undefined],
  },
  {
    fact: "takes the cluster's default strategy where a service names neither launch type nor strategy",
    ask: (stage) => {
      stage.ecs('PutClusterCapacityProviders', {
        capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
        defaultCapacityProviderStrategy: spot,
      });
      createWeb2(stage, { capacityProviderStrategy: undefined });
      return pick(describedService(stage, 'web2'), 'capacityProviderStrategy');
    },
    answer: [{ capacityProvider: 'FARGATE_SPOT', base: 0, weight: 1 }],
  },
  {
    fact: "takes the cluster's default strategy where RunTask names neither",
    ask: (stage) => {
      stage.ecs('PutClusterCapacityProviders', {
        capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
        defaultCapacityProviderStrategy: spot,
      });
      return pick(runJob(stage, { capacityProviderStrategy: undefined }), 'tasks', 0, 'capacityProviderName');
    },
    answer: 'FARGATE_SPOT',
  },
  {
    fact: 'shows a Spot task under the launch type FARGATE',
    ask: (stage) => {
      const task = pick(stage.ecs('DescribeTasks', { tasks: taskArns(stage) }), 'tasks', 0);
      return [pick(task, 'launchType'), pick(task, 'capacityProviderName')];
    },
    answer: ['FARGATE', 'FARGATE_SPOT'],
  },
  {
    fact: 'counts running and pending tasks',
    ask: (stage) => {
      updateWeb(stage, { desiredCount: 5 });
      stage.until(120);
      return counts(stage);
    },
    answer: [5, 2, 3],
  },
  {
    fact: 'keeps the last hundred service events, newest first',
    ask: (stage) => {
      stage.world.market.reclaimDownTo(0);
      // A failure every 61 s.
      stage.until(3 * 3600);
      const events = listOf(describedService(stage), 'events');
      const times = events.map((event) => Number(pick(event, 'createdAt')));
      return [events.length, times.every((time, index) => index === 0 || time <= (times[index - 1] ?? 0))];
    },
    answer: [100, true],
  },
  {
    fact: 'keeps a deleted service visible: DRAINING, then INACTIVE',
    ask: (stage) => {
      stage.ecs('DeleteService', { service: 'web', force: true });
      const draining = pick(describedService(stage), 'status');
      stage.until(200);
      return [draining, pick(describedService(stage), 'status')];
    },
    answer: ['DRAINING', 'INACTIVE'],
  },
  {
    fact: 'deletes a service at 0 without force',
    ask: (stage) => {
      updateWeb(stage, { desiredCount: 0 });
      stage.until(200);
      stage.ecs('DeleteService', { service: 'web' });
      stage.until(210);
      return pick(describedService(stage), 'status');
    },
    answer: 'INACTIVE',
  },
  {
    fact: 'takes the name of a service that is INACTIVE again',
    ask: (stage) => {
      stage.ecs('DeleteService', { service: 'web', force: true });
      stage.until(200);
      stage.service({ desiredCount: 1 });
      const service = describedService(stage);
      return [pick(service, 'status'), pick(service, 'desiredCount')];
    },
    answer: ['ACTIVE', 1],
  },
  {
    fact: 'answers a repeated CreateService clientToken with the same service',
    ask: (stage) => {
      createWeb2(stage, { clientToken: 'bridge-1' });
      createWeb2(stage, { clientToken: 'bridge-1' });
      return listOf(stage.ecs('ListServices'), 'serviceArns');
    },
    answer: [`${arn}:service/main/web`, `${arn}:service/main/web2`],
  },
  {
    fact: 'leaves a service that drains out of ListServices',
    ask: (stage) => {
      createWeb2(stage);
      stage.ecs('DeleteService', { service: 'web', force: true });
      return stage.ecs('ListServices').serviceArns;
    },
    answer: [`${arn}:service/main/web2`],
  },
  {
    fact: 'lists services in pages of ten unless asked otherwise',
    ask: (stage) => {
      for (const name of texts(12)) createWeb2(stage, { serviceName: name, desiredCount: 0 });
      const page = stage.ecs('ListServices');
      const rest = stage.ecs('ListServices', { nextToken: page.nextToken });
      const all = stage.ecs('ListServices', { maxResults: 100 });
      return [page, rest, all].map((one) => [listOf(one, 'serviceArns').length, typeof one.nextToken]);
    },
    answer: [
      [10, 'string'],
      [3, 'undefined'],
      [13, 'undefined'],
    ],
  },
  {
    fact: 'lists tasks page by page, each once',
    ask: (stage) => {
      updateWeb(stage, { desiredCount: 5 });
      stage.until(200);
      const seen: unknown[] = [];
      const sizes: number[] = [];
      let nextToken: unknown;
      do {
        const page = stage.ecs('ListTasks', {
          serviceName: 'web',
          maxResults: 2,
          ...(nextToken === undefined ? {} : { nextToken }),
        });
        sizes.push(listOf(page, 'taskArns').length);
        seen.push(...listOf(page, 'taskArns'));
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      return [sizes, new Set(seen).size];
    },
    answer: [[2, 2, 1], 5],
  },
  {
    fact: 'lists at most a hundred tasks in a page',
    ask: (stage) => {
      updateWeb(stage, { desiredCount: 103 });
      stage.until(200);
      return [taskArns(stage).length, taskArns(stage, { maxResults: 500 }).length];
    },
    answer: [100, 100],
  },
  {
    fact: 'hides a task under notice from ListTasks unless STOPPED is asked for',
    ask: (stage) => {
      stage.world.market.reclaim(first(taskArns(stage)));
      return [taskArns(stage, { serviceName: 'web' }).length, taskArns(stage, { desiredStatus: 'STOPPED' }).length];
    },
    answer: [1, 1],
  },
  {
    fact: 'returns nothing from ListTasks with PENDING, even while tasks are',
    ask: (stage) => {
      updateWeb(stage, { desiredCount: 5 });
      stage.until(115);
      return [counts(stage)[2], taskArns(stage, { desiredStatus: 'PENDING' })];
    },
    answer: [3, []],
  },
  {
    fact: 'lists tasks of a service, a family or a starter',
    ask: (stage) => {
      runJob(stage, { taskDefinition: registerTask(stage.world, 'job'), startedBy: 'nightly' });
      return [{}, { serviceName: 'web' }, { family: 'job' }, { startedBy: 'nightly' }].map(
        (filter) => taskArns(stage, filter).length,
      );
    },
    answer: [3, 2, 1, 1],
  },
  {
    fact: 'answers unknown tasks in failures[] as MISSING with no error',
    ask: (stage) => stage.ecs('DescribeTasks', { tasks: ['0123456789abcdef0123456789abcdef'] }),
    answer: {
      tasks: [],
      failures: [{ arn: `${arn}:task/main/0123456789abcdef0123456789abcdef`, reason: 'MISSING' }],
    },
  },
  {
    fact: 'describes a stopped task for an hour at least',
    ask: (stage) => {
      const task = first(taskArns(stage));
      stage.ecs('StopTask', { task });
      stage.until(3600);
      return pick(stage.ecs('DescribeTasks', { tasks: [task] }), 'tasks', 0, 'lastStatus');
    },
    answer: 'STOPPED',
  },
  {
    fact: 'shows task cpu and memory as text, and the network interface as ElasticNetworkInterface',
    ask: (stage) => {
      const task = pick(stage.ecs('DescribeTasks', { tasks: taskArns(stage) }), 'tasks', 0);
      return [pick(task, 'cpu'), pick(task, 'memory'), pick(task, 'attachments', 0, 'type')];
    },
    answer: ['256', '512', 'ElasticNetworkInterface'],
  },
  {
    fact: "groups a service's tasks under service:NAME, started by the deployment",
    ask: (stage) => {
      const task = pick(stage.ecs('DescribeTasks', { tasks: taskArns(stage) }), 'tasks', 0);
      const deployment = pick(describedService(stage), 'deployments', 0, 'id');
      return [pick(task, 'group'), pick(task, 'startedBy') === deployment, /^ecs-svc\/\d+$/.test(String(deployment))];
    },
    answer: ['service:web', true, true],
  },
  {
    fact: 'groups a standalone task under family:FAMILY unless told otherwise',
    ask: (stage) => [
      pick(runJob(stage), 'tasks', 0, 'group'),
      pick(runJob(stage, { group: 'batch' }), 'tasks', 0, 'group'),
    ],
    answer: ['family:web', 'batch'],
  },
  {
    fact: 'answers RunTask without capacity with failures[] and no error',
    ask: (stage) => {
      stage.world.market.setCapacity('FARGATE_SPOT', 3);
      const answer = runJob(stage, { count: 3 });
      return [listOf(answer, 'tasks').length, answer.failures];
    },
    answer: [
      1,
      [
        { reason: 'Capacity is unavailable at this time. Please try again later or in a different availability zone' },
        { reason: 'Capacity is unavailable at this time. Please try again later or in a different availability zone' },
      ],
    ],
  },
  {
    fact: 'repeats the old answer for a repeated clientToken, failures and all, and starts nothing',
    ask: (stage) => {
      stage.world.market.setCapacity('FARGATE_SPOT', 3);
      const answer = runJob(stage, { count: 2, clientToken: 'resume-1' });
      stage.world.market.setCapacity('FARGATE_SPOT', undefined);
      stage.until(200);
      const again = runJob(stage, { count: 2, clientToken: 'resume-1' });
      return [
        JSON.stringify(again) === JSON.stringify(answer),
        listOf(again, 'failures').length,
        taskArns(stage, { family: 'web' }).length,
      ];
    },
    answer: [true, 1, 3],
  },
  {
    fact: 'repeats an answer that was all failures, though there is room by now',
    ask: (stage) => {
      stage.world.market.setCapacity('FARGATE_SPOT', 0);
      const answer = runJob(stage, { clientToken: 'resume-1' });
      stage.world.market.setCapacity('FARGATE_SPOT', undefined);
      stage.until(100 + 24 * 3600 - 1);
      return JSON.stringify(runJob(stage, { clientToken: 'resume-1' })) === JSON.stringify(answer);
    },
    answer: true,
  },
  {
    fact: 'takes the same parameters in another order for the same',
    ask: (stage) => {
      const overrides = { cpu: '512', memory: '1024' };
      const answer = runJob(stage, { clientToken: 'resume-1', group: 'jobs', overrides });
      const turned = { overrides: { memory: '1024', cpu: '512' }, group: 'jobs', clientToken: 'resume-1' };
      return runJob(stage, turned) === answer;
    },
    answer: true,
  },
  {
    fact: 'forgets a clientToken after a day, though the task still runs',
    ask: (stage) => sameTaskAfter(stage, [24 * 3600 - 1, 24 * 3600]),
    answer: [true, false],
  },
  {
    fact: 'forgets a clientToken an hour after its task has stopped',
    ask: (stage) => {
      const task = pick(runJob(stage, { clientToken: 'resume-1' }), 'tasks', 0, 'taskArn');
      stage.until(200);
      // STOPPED 15 s later.
      stage.world.market.reclaim(String(task));
      return sameTaskAfter(stage, [15 + 3600 - 1, 15 + 3600]);
    },
    answer: [true, false],
  },
  {
    fact: 'remembers a clientToken until an hour after the last of its tasks',
    ask: (stage) => {
      const tasks = listOf(runJob(stage, { clientToken: 'resume-1', count: 2 }), 'tasks');
      stage.until(200);
      stage.world.market.reclaim(String(pick(tasks[0], 'taskArn')));
      stage.until(3 * 3600);
      const again = runJob(stage, { clientToken: 'resume-1', count: 2 });
      return pick(again, 'tasks', 1, 'taskArn') === pick(tasks[1], 'taskArn');
    },
    answer: true,
  },
  {
    fact: "knows a clientToken in its cluster only, so that another cluster's is new",
    ask: (stage) => {
      stage.world.call('ecs', 'CreateCluster', { clusterName: 'second', capacityProviders: ['FARGATE_SPOT'] });
      const one = runJob(stage, { clientToken: 'resume-1' });
      const two = runJob(stage, { clientToken: 'resume-1', cluster: 'second' });
      return pick(one, 'tasks', 0, 'taskArn') === pick(two, 'tasks', 0, 'taskArn');
    },
    answer: false,
  },
  {
    fact: 'runs ten tasks at once',
    ask: (stage) => listOf(runJob(stage, { count: 10 }), 'tasks').length,
    answer: 10,
  },
  {
    fact: 'takes overrides of 8192 characters',
    ask: (stage) => listOf(runJob(stage, { overrides: overrides(8192) }), 'tasks').length,
    answer: 1,
  },
  {
    fact: 'takes a startedBy of 128 letters, digits, hyphens, slashes and underscores',
    ask: (stage) => pick(runJob(stage, { startedBy: `a/B-9_${'x'.repeat(122)}` }), 'tasks', 0, 'startedBy'),
    answer: `a/B-9_${'x'.repeat(122)}`,
  },
  {
    fact: 'shows what Step Functions starts as started by it, and finds it so',
    ask: (stage) => {
      const input = {
        cluster: 'main',
        taskDefinition: 'web',
        capacityProviderStrategy: spot,
        networkConfiguration: network('subnet-1'),
      };
      const answer = stage.world.runTaskAs('AWS Step Functions', input);
      return [
        pick(answer, 'tasks', 0, 'startedBy'),
        taskArns(stage, { startedBy: 'AWS Step Functions' })[0] === pick(answer, 'tasks', 0, 'taskArn'),
      ];
    },
    answer: ['AWS Step Functions', true],
  },
  {
    fact: 'puts a task into one of the subnets that it may be in, not always the same',
    ask: (stage) => {
      const networkConfiguration = network('subnet-1', 'subnet-2', 'subnet-3');
      const tasks = listOf(runJob(stage, { count: 10, networkConfiguration }), 'tasks');
      return [...new Set(tasks.map((task) => detailOf(task, 0, 'subnetId')))].sort();
    },
    answer: ['subnet-1', 'subnet-2', 'subnet-3'],
  },
  {
    fact: 'names the network interface once it is made, and tells EC2 its groups and its address',
    ask: (stage) => {
      registerJob(stage);
      const awsvpcConfiguration = {
        subnets: ['subnet-7'],
        securityGroups: ['sg-1', 'sg-2'],
        assignPublicIp: 'ENABLED',
      };
      const first = pick(runJobTask(stage), 'tasks', 0, 'attachments', 0);
      const task = runningJob(stage, { networkConfiguration: { awsvpcConfiguration } });
      const one = interfaceOf(stage, task);
      return [
        [pick(first, 'status'), listOf(first, 'details').map((detail) => pick(detail, 'name'))],
        pick(task, 'attachments', 0, 'status'),
        pick(one, 'SubnetId'),
        pick(one, 'PrivateIpAddress') === detailOf(task, 0, 'privateIPv4Address'),
        listOf(one, 'Groups').map((group) => pick(group, 'GroupId')),
        typeof pick(one, 'Association', 'PublicIp'),
        pick(one, 'Status'),
      ];
    },
    answer: [['PRECREATED', ['subnetId']], 'ATTACHED', 'subnet-7', true, ['sg-1', 'sg-2'], 'string', 'in-use'],
  },
  {
    fact: "takes the VPC's own group where none is named, and no public address unless it is asked for",
    ask: (stage) => {
      registerJob(stage);
      const one = interfaceOf(stage, runningJob(stage, { networkConfiguration: network('subnet-1') }));
      return [listOf(one, 'Groups').length, pick(one, 'Association')];
    },
    answer: [1, undefined],
  },
  {
    fact: 'keeps what a task was launched with: exec, storage, platform version, group and starter',
    ask: (stage) => {
      registerJob(stage);
      const task = runningJob(stage, {
        enableExecuteCommand: true,
        overrides: { ephemeralStorage: { sizeInGiB: 50 } },
        platformVersion: '1.3.0',
        group: 'nightly',
        startedBy: 'cron/1',
      });
      return [
        pick(task, 'enableExecuteCommand'),
        pick(task, 'ephemeralStorage'),
        pick(task, 'overrides'),
        pick(task, 'platformVersion'),
        pick(task, 'group'),
        pick(task, 'startedBy'),
      ];
    },
    answer: [true, { sizeInGiB: 50 }, { ephemeralStorage: { sizeInGiB: 50 } }, '1.3.0', 'nightly', 'cron/1'],
  },
  {
    fact: "shows Fargate's own defaults of what a launch leaves out",
    ask: (stage) => {
      registerJob(stage);
      const task = runningJob(stage);
      return ['enableExecuteCommand', 'ephemeralStorage', 'platformVersion', 'tags'].map((name) => pick(task, name));
    },
    answer: [false, { sizeInGiB: 20 }, '1.4.0', []],
  },
  {
    fact: 'takes ephemeral storage from the task definition where the launch says nothing',
    ask: (stage) => {
      registerJob(stage, { ephemeralStorage: { sizeInGiB: 100 } });
      return pick(runningJob(stage), 'ephemeralStorage');
    },
    answer: { sizeInGiB: 100 },
  },
  {
    fact: "copies the task definition's tags where propagateTags says so, under those of the launch",
    ask: (stage) => {
      registerJob(stage, { tags: [...tag('team', 'a'), ...tag('stage', 'live')] });
      const tags = (input: Readonly<Record<string, unknown>>) => pick(runJobTask(stage, input), 'tasks', 0, 'tags');
      return [
        tags({}),
        tags({ propagateTags: 'TASK_DEFINITION', tags: tag('stage', 'test') }),
        tags({ enableECSManagedTags: true }),
      ];
    },
    answer: [
      [],
      [
        { key: 'team', value: 'a' },
        { key: 'stage', value: 'test' },
      ],
      [{ key: 'aws:ecs:clusterName', value: 'main' }],
    ],
  },
  {
    fact: "gives a service's tasks the tags that propagateTags names, and its other settings",
    ask: (stage) => {
      registerJob(stage, { ...launchVolume, tags: tag('team', 'a') });
      const create = (serviceName: string, input: Readonly<Record<string, unknown>>) =>
        createWeb2(stage, {
          serviceName,
          taskDefinition: 'job',
          tags: tag('shop', 'b'),
          volumeConfigurations: [dataVolume({ sizeInGiB: 10 })],
          ...input,
        });
      create('one', { propagateTags: 'SERVICE', enableECSManagedTags: true, enableExecuteCommand: true });
      create('two', { propagateTags: 'TASK_DEFINITION', platformVersion: '1.3.0' });
      create('three', { networkConfiguration: network('subnet-9') });
      stage.until(110);
      return ['one', 'two', 'three'].map((serviceName) => {
        const task = describedTask(stage, first(taskArns(stage, { serviceName })));
        return [
          listOf(task, 'tags').map((one) => pick(one, 'key')),
          pick(task, 'enableExecuteCommand'),
          pick(task, 'platformVersion'),
          detailOf(task, 0, 'subnetId'),
          detailOf(task, 1, 'volumeName'),
        ];
      });
    },
    answer: [
      [['shop', 'aws:ecs:clusterName', 'aws:ecs:serviceName'], true, '1.4.0', 'subnet-1', 'data'],
      [['team'], false, '1.3.0', 'subnet-1', 'data'],
      [[], false, '1.4.0', 'subnet-9', 'data'],
    ],
  },
  {
    fact: 'forgets the tags of a task that StopTask stops',
    ask: (stage) => {
      registerJob(stage);
      const task = aJob(stage, { tags: tag('team', 'a') });
      stage.until(200);
      stage.ecs('StopTask', { task });
      return pick(describedTask(stage, task), 'tags');
    },
    answer: [],
  },
  {
    fact: 'attaches a volume of its own to each task, which EC2 describes',
    ask: (stage) => {
      registerJob(stage, launchVolume);
      const task = runningJob(stage, { volumeConfigurations: [dataVolume({ sizeInGiB: 10, encrypted: true })] });
      const VolumeId = detailOf(task, 1, 'volumeId');
      const volume = pick(stage.world.call('ec2', 'DescribeVolumes', { VolumeIds: [VolumeId] }), 'Volumes', 0);
      return [
        pick(task, 'attachments', 1, 'type'),
        ['roleArn', 'volumeName', 'deleteOnTermination'].map((name) => detailOf(task, 1, name)),
        ['Size', 'VolumeType', 'Iops', 'Throughput', 'Encrypted', 'SnapshotId', 'State'].map((one) =>
          pick(volume, one),
        ),
        String(pick(volume, 'KmsKeyId')).split(':').slice(0, 6),
        pick(volume, 'Attachments', 0, 'AssociatedResource') === pick(task, 'taskArn'),
      ];
    },
    answer: [
      'AmazonElasticBlockStorage',
      ['arn:aws:iam::111122223333:role/ecsInfrastructureRole', 'data', 'true'],
      [10, 'gp3', 3000, 125, true, '', 'in-use'],
      ['arn', 'aws', 'kms', 'us-east-1', '111122223333', 'key/0a1b2c3d-4e5f-4061-8728-394a5b6c7d8e'],
      true,
    ],
  },
  {
    fact: 'describes a volume as it was asked for, gp2 with IOPS that nobody asked for',
    ask: (stage) => {
      registerJob(stage, launchVolume);
      const ask = (managed: Readonly<Record<string, unknown>>) => {
        const answer = runJobTask(stage, { volumeConfigurations: [dataVolume(managed)] });
        return String(pick(answer, 'tasks', 0, 'taskArn'));
      };
      const tasks = [
        ask({ volumeType: 'io2', snapshotId: 'snap-1', iops: 4000, encrypted: true, kmsKeyId: `${arn}:key/k` }),
        ask({ volumeType: 'gp2', sizeInGiB: 500 }),
      ];
      stage.until(200);
      return tasks.map((task) => {
        const VolumeIds = [detailOf(describedTask(stage, task), 1, 'volumeId')];
        const volume = pick(stage.world.call('ec2', 'DescribeVolumes', { VolumeIds }), 'Volumes', 0);
        const members = ['VolumeType', 'Iops', 'Throughput', 'Encrypted', 'KmsKeyId', 'SnapshotId'];
        return members.map((member) => pick(volume, member));
      });
    },
    answer: [
      ['io2', 4000, undefined, true, `${arn}:key/k`, 'snap-1'],
      ['gp2', 1500, undefined, false, undefined, ''],
    ],
  },
  {
    fact: 'leaves a volume that is to be kept in the account, available',
    ask: (stage) => {
      registerJob(stage, launchVolume);
      const kept = dataVolume({ sizeInGiB: 10, terminationPolicy: { deleteOnTermination: false } });
      const task = runningJob(stage, { volumeConfigurations: [kept] });
      stage.world.market.reclaim(String(pick(task, 'taskArn')));
      stage.until(300);
      const VolumeIds = [detailOf(task, 1, 'volumeId')];
      const volume = pick(stage.world.call('ec2', 'DescribeVolumes', { VolumeIds }), 'Volumes', 0);
      return [detailOf(task, 1, 'deleteOnTermination'), pick(volume, 'State'), pick(volume, 'Attachments')];
    },
    answer: ['false', 'available', []],
  },
  {
    fact: 'takes letters, digits, spaces and _ . : / = + - @ in tags',
    ask: (stage) => {
      createWeb2(stage, { tags: tag('a_b.c:d/e=f+g-h@i 1', 'a_b.c:d/e=f+g-h@i 1') });
      return stage.world.call('ecs', 'ListTagsForResource', { resourceArn: `${arn}:service/main/web2` });
    },
    answer: { tags: [{ key: 'a_b.c:d/e=f+g-h@i 1', value: 'a_b.c:d/e=f+g-h@i 1' }] },
  },
  {
    fact: 'takes a tag key of 128 and a value of 256 characters',
    ask: (stage) =>
      pick(runJob(stage, { tags: tag('k'.repeat(128), 'v'.repeat(256)) }), 'tasks', 0, 'tags', 0, 'value'),
    answer: 'v'.repeat(256),
  },
  {
    fact: 'removes a tag by its key',
    ask: (stage) => {
      const resourceArn = `${arn}:service/main/web`;
      const tags = [...tag('one', '1'), ...tag('two', '2')];
      stage.world.call('ecs', 'TagResource', { resourceArn, tags });
      stage.world.call('ecs', 'UntagResource', { resourceArn, tagKeys: ['one'] });
      return stage.world.call('ecs', 'ListTagsForResource', { resourceArn });
    },
    answer: { tags: [{ key: 'two', value: '2' }] },
  },
  {
    fact: 'finds services by tag, page by page, the last with an empty token',
    ask: (stage) => {
      for (const name of ['a', 'b', 'c']) createWeb2(stage, { serviceName: name, tags: tag('ballast:mode', 'act') });
      createWeb2(stage, { serviceName: 'd', tags: tag('ballast:mode', 'observe') });
      const input = {
        ResourceTypeFilters: ['ecs:service'],
        TagFilters: [{ Key: 'ballast:mode', Values: ['act'] }],
        ResourcesPerPage: 2,
      };
      const page = stage.world.call('tagging', 'GetResources', input);
      const last = stage.world.call('tagging', 'GetResources', { ...input, PaginationToken: page.PaginationToken });
      return [page, last].map((one) => [
        listOf(one, 'ResourceTagMappingList').map((mapping) => pick(mapping, 'ResourceARN')),
        one.PaginationToken !== '',
      ]);
    },
    answer: [
      [[`${arn}:service/main/a`, `${arn}:service/main/b`], true],
      [[`${arn}:service/main/c`], false],
    ],
  },
  {
    fact: 'finds a tag key with any value where no value is asked for',
    ask: (stage) => {
      createWeb2(stage, { serviceName: 'a', tags: tag('ballast:mode', 'act') });
      createWeb2(stage, { serviceName: 'b', tags: tag('ballast:mode', 'observe') });
      createWeb2(stage, { serviceName: 'c', tags: tag('team', 'shop') });
      const answer = stage.world.call('tagging', 'GetResources', { TagFilters: [{ Key: 'ballast:mode' }] });
      return listOf(answer, 'ResourceTagMappingList').map((mapping) => pick(mapping, 'ResourceARN'));
    },
    answer: [`${arn}:service/main/a`, `${arn}:service/main/b`],
  },
  {
    fact: 'finds only what every tag filter holds for',
    ask: (stage) => {
      const act = tag('ballast:mode', 'act');
      createWeb2(stage, { serviceName: 'a', tags: act });
      createWeb2(stage, { serviceName: 'b', tags: [...act, ...tag('team', 'shop')] });
      const answer = stage.world.call('tagging', 'GetResources', {
        TagFilters: [
          { Key: 'ballast:mode', Values: ['act'] },
          { Key: 'team', Values: ['shop', 'search'] },
        ],
      });
      return listOf(answer, 'ResourceTagMappingList').map((mapping) => pick(mapping, 'ResourceARN'));
    },
    answer: [`${arn}:service/main/b`],
  },
  {
    fact: 'gives StopTask its reason as stoppedReason and UserInitiated as stopCode',
    ask: (stage) => {
      const task = pick(stage.ecs('StopTask', { task: first(taskArns(stage)), reason: 'drill' }), 'task');
      return [pick(task, 'desiredStatus'), pick(task, 'stopCode'), pick(task, 'stoppedReason')];
    },
    answer: ['STOPPED', 'UserInitiated', 'drill'],
  },
  {
    fact: 'rolls task definition and strategy back with StopServiceDeployment',
    ask: (stage) => {
      updateWeb(stage, {
        taskDefinition: registerTask(stage.world, 'web'),
        capacityProviderStrategy: onDemand,
        forceNewDeployment: true,
      });
      stage.until(110);
      const shown = () => {
        const service = describedService(stage);
        return [pick(service, 'taskDefinition'), pick(service, 'capacityProviderStrategy', 0, 'capacityProvider')];
      };
      const during = shown();
      stopDeployment(stage, pick(describedService(stage), 'currentServiceDeployment'), { stopType: 'ROLLBACK' });
      const after = shown();
      stage.until(300);
      const tasks = listOf(stage.ecs('DescribeTasks', { tasks: taskArns(stage) }), 'tasks');
      return { during, after, tasks: tasks.map((task) => pick(task, 'taskDefinitionArn')) };
    },
    answer: {
      during: [`${arn}:task-definition/web:2`, 'FARGATE'],
      after: [`${arn}:task-definition/web:1`, 'FARGATE_SPOT'],
      tasks: [`${arn}:task-definition/web:1`, `${arn}:task-definition/web:1`],
    },
  },
  {
    fact: 'rolls back to the newest deployment that completed, not to the first',
    ask: (stage) => {
      updateWeb(stage, { taskDefinition: registerTask(stage.world, 'web') });
      stage.until(300);
      updateWeb(stage, { taskDefinition: registerTask(stage.world, 'web') });
      stage.until(310);
      stopDeployment(stage, pick(describedService(stage), 'currentServiceDeployment'));
      return pick(describedService(stage), 'taskDefinition');
    },
    answer: `${arn}:task-definition/web:2`,
  },
  {
    fact: 'lists service deployments newest first, by status where asked',
    ask: (stage) => {
      updateWeb(stage, { forceNewDeployment: true });
      const all = listOf(stage.ecs('ListServiceDeployments', { service: 'web' }), 'serviceDeployments');
      const running = stage.ecs('ListServiceDeployments', { service: 'web', status: ['IN_PROGRESS'] });
      return [
        all.map((deployment) => pick(deployment, 'status')),
        listOf(running, 'serviceDeployments').map((deployment) => pick(deployment, 'status')),
      ];
    },
    answer: [['IN_PROGRESS', 'SUCCESSFUL'], ['IN_PROGRESS']],
  },
  {
    fact: 'shows the strategy in a service revision',
    ask: (stage) => {
      const serviceDeploymentArns = [pick(describedService(stage), 'currentServiceDeployment')];
      const answer = stage.world.call('ecs', 'DescribeServiceDeployments', { serviceDeploymentArns });
      const serviceRevisionArns = [pick(answer, 'serviceDeployments', 0, 'targetServiceRevision', 'arn')];
      const revisions = stage.world.call('ecs', 'DescribeServiceRevisions', { serviceRevisionArns });
      return pick(revisions, 'serviceRevisions', 0, 'capacityProviderStrategy');
    },
    answer: [{ capacityProvider: 'FARGATE_SPOT', base: 0, weight: 1 }],
  },
  {
    fact: 'answers an unknown cluster in failures[] as MISSING',
    ask: (stage) => stage.world.call('ecs', 'DescribeClusters', { clusters: ['other'] }),
    answer: { clusters: [], failures: [{ arn: 'other', reason: 'MISSING' }] },
  },
  {
    fact: 'replaces the whole provider list: what is left out is detached',
    ask: (stage) => {
      stage.ecs('PutClusterCapacityProviders', {
        capacityProviders: ['FARGATE_SPOT'],
        defaultCapacityProviderStrategy: [],
      });
      return pick(
        stage.world.call('ecs', 'DescribeClusters', { clusters: ['main'] }),
        'clusters',
        0,
        'capacityProviders',
      );
    },
    answer: ['FARGATE_SPOT'],
  },
  {
    fact: "leaves a service's strategy alone when the cluster's default changes",
    ask: (stage) => {
      stage.ecs('PutClusterCapacityProviders', {
        capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
        defaultCapacityProviderStrategy: onDemand,
      });
      return pick(describedService(stage), 'capacityProviderStrategy', 0, 'capacityProvider');
    },
    answer: 'FARGATE_SPOT',
  },
  {
    fact: 'deregisters a target that is not registered without an error',
    ask: ({ world }) =>
      world.call('elasticloadbalancing', 'DeregisterTargets', {
        TargetGroupArn: world.createTargetGroup('web'),
        Targets: [{ Id: '10.0.0.9', Port: 8080 }],
      }),
    answer: {},
  },
  {
    fact: 'deregisters a target without a port only at the port of the group',
    ask: ({ world }) => {
      const TargetGroupArn = world.createTargetGroup('web', { port: 80 });
      const elb = (action: string, Targets: unknown) =>
        world.call('elasticloadbalancing', action, { TargetGroupArn, Targets });
      elb('RegisterTargets', [{ Id: '10.0.0.1' }, { Id: '10.0.0.1', Port: 8080 }]);
      elb('DeregisterTargets', [{ Id: '10.0.0.1' }]);
      return listOf(elb('DescribeTargetHealth', undefined), 'TargetHealthDescriptions').map((target) => [
        pick(target, 'Target', 'Port'),
        pick(target, 'TargetHealth', 'State'),
      ]);
    },
    answer: [
      [80, 'draining'],
      [8080, 'initial'],
    ],
  },
  {
    fact: 'shows a target that is asked for and not registered as unused',
    ask: ({ world }) => {
      const answer = world.call('elasticloadbalancing', 'DescribeTargetHealth', {
        TargetGroupArn: world.createTargetGroup('web'),
        Targets: [{ Id: '10.0.0.9', Port: 8080 }],
      });
      return pick(answer, 'TargetHealthDescriptions', 0, 'TargetHealth', 'State');
    },
    answer: 'unused',
  },
  {
    fact: 'registers the tasks of two services in one target group',
    ask: (stage) => {
      const targetGroupArn = stage.world.createTargetGroup('shared');
      stage.service({ name: 'one', targetGroupArn, desiredCount: 2 });
      stage.service({ name: 'two', targetGroupArn, desiredCount: 1 });
      stage.until(200);
      const health = stage.world.call('elasticloadbalancing', 'DescribeTargetHealth', {
        TargetGroupArn: targetGroupArn,
      });
      return listOf(health, 'TargetHealthDescriptions').map((target) => pick(target, 'TargetHealth', 'State'));
    },
    answer: ['healthy', 'healthy', 'healthy'],
  },
  {
    fact: "shows each deployment's own configuration",
    ask: (stage) => {
      registerJob(stage, launchVolume);
      createWeb2(stage, {
        taskDefinition: 'job',
        desiredCount: 0,
        platformVersion: '1.4.0',
        networkConfiguration: network('subnet-1'),
        serviceConnectConfiguration: { enabled: true, namespace: 'shop' },
        volumeConfigurations: [dataVolume({ sizeInGiB: 10 })],
      });
      stage.ecs('UpdateService', {
        service: 'web2',
        networkConfiguration: network('subnet-2'),
        serviceConnectConfiguration: { enabled: false },
        volumeConfigurations: [dataVolume({ sizeInGiB: 20 })],
      });
      return listOf(describedService(stage, 'web2'), 'deployments').map((deployment) => [
        pick(deployment, 'status'),
        pick(deployment, 'platformVersion'),
        pick(deployment, 'networkConfiguration', 'awsvpcConfiguration', 'subnets'),
        pick(deployment, 'serviceConnectConfiguration'),
        pick(deployment, 'volumeConfigurations', 0, 'managedEBSVolume', 'sizeInGiB'),
      ]);
    },
    answer: [
      ['PRIMARY', '1.4.0', ['subnet-2'], { enabled: false }, 20],
      ['ACTIVE', '1.4.0', ['subnet-1'], { enabled: true, namespace: 'shop' }, 10],
    ],
  },
  {
    fact: 'shows LATEST for the service and the version it stands for in its deployments',
    ask: (stage) => {
      const service = describedService(stage);
      return [pick(service, 'platformVersion'), pick(service, 'deployments', 0, 'platformVersion')];
    },
    answer: ['LATEST', '1.4.0'],
  },
  {
    fact: 'shows load balancers and registries of the service, not of its deployments',
    ask: (stage) => {
      const registryArn = stage.world.createRegistry('web2');
      createWeb2(stage, { serviceRegistries: [{ registryArn }] });
      const service = describedService(stage, 'web2');
      return [
        pick(service, 'serviceRegistries', 0, 'registryArn') === registryArn,
        pick(service, 'deployments', 0, 'serviceRegistries'),
        pick(service, 'deployments', 0, 'loadBalancers'),
      ];
    },
    answer: [true, undefined, undefined],
  },
  {
    fact: 'says in rolloutStateReason that a deployment is in progress, then that it completed',
    ask: (stage) => {
      updateWeb(stage, { forceNewDeployment: true });
      const id = String(pick(primaryOf(stage), 'id'));
      const during = String(pick(primaryOf(stage), 'rolloutStateReason'));
      stage.until(300);
      const after = String(pick(primaryOf(stage), 'rolloutStateReason'));
      return [during, after].map((reason) => reason.replace(id, 'ID'));
    },
    answer: ['ECS deployment ID in progress.', 'ECS deployment ID completed.'],
  },
  {
    fact: 'starts one deployment for each member that triggers one, and for no other',
    ask: (stage) => {
      const deploys = (input: Readonly<Record<string, unknown>>) => {
        const before = pick(primaryOf(stage), 'id');
        updateWeb(stage, input);
        return pick(primaryOf(stage), 'id') !== before;
      };
      return [
        ['taskDefinition', deploys({ taskDefinition: 'web' })],
        ['networkConfiguration', deploys({ networkConfiguration: network('subnet-2') })],
        ['platformVersion', deploys({ platformVersion: '1.4.0' })],
        ['loadBalancers', deploys({ loadBalancers: [] })],
        ['serviceRegistries', deploys({ serviceRegistries: [] })],
        ['serviceConnectConfiguration', deploys({ serviceConnectConfiguration: { enabled: false } })],
        ['volumeConfigurations', deploys({ volumeConfigurations: [] })],
        ['forceNewDeployment', deploys({ forceNewDeployment: true })],
        ['desiredCount', deploys({ desiredCount: 3 })],
        ['deploymentConfiguration', deploys({ deploymentConfiguration: { maximumPercent: 150 } })],
        ['healthCheckGracePeriodSeconds', deploys({ healthCheckGracePeriodSeconds: 60 })],
        ['enableExecuteCommand', deploys({ enableExecuteCommand: true })],
        ['propagateTags', deploys({ propagateTags: 'SERVICE' })],
      ].flatMap(([member, deployed]) => (deployed === true ? [member] : []));
    },
    answer: [
      'taskDefinition',
      'networkConfiguration',
      'platformVersion',
      'loadBalancers',
      'serviceRegistries',
      'serviceConnectConfiguration',
      'volumeConfigurations',
      'forceNewDeployment',
    ],
  },
  {
    fact: 'takes a desired count beside a new task definition',
    ask: (stage) => {
      updateWeb(stage, { taskDefinition: registerTask(stage.world, 'web'), desiredCount: 3 });
      stage.until(300);
      return tasksOf(stage).map((task) => String(pick(task, 'taskDefinitionArn')).split('/')[1]);
    },
    answer: ['web:2', 'web:2', 'web:2'],
  },
  {
    fact: 'shows the deployment configuration as last updated',
    ask: (stage) => {
      createWeb2(stage, { deploymentConfiguration: { minimumHealthyPercent: 50, maximumPercent: 150 } });
      stage.ecs('UpdateService', { service: 'web2', deploymentConfiguration: { minimumHealthyPercent: 100 } });
      return pick(describedService(stage, 'web2'), 'deploymentConfiguration');
    },
    answer: { minimumHealthyPercent: 100, maximumPercent: 150 },
  },
  {
    fact: 'deletes an empty cluster and still shows it as INACTIVE',
    ask: (stage) => {
      const cluster = createCluster(stage.world, 'short-lived');
      stage.ecs('DeleteCluster', { cluster });
      const shown = stage.world.call('ecs', 'DescribeClusters', { clusters: [cluster] });
      return pick(shown, 'clusters', 0, 'status');
    },
    answer: 'INACTIVE',
  },
  {
    fact: 'takes the name of a deleted cluster again',
    ask: (stage) => {
      stage.ecs('DeleteCluster', { cluster: createCluster(stage.world, 'again') });
      const cluster = createCluster(stage.world, 'again');
      return stage.ecs('ListServices', { cluster }).serviceArns;
    },
    answer: [],
  },
  {
    fact: 'answers unknown container instances in failures[] as MISSING with no error',
    ask: (stage) => stage.ecs('DescribeContainerInstances', { containerInstances: ['abc'] }),
    answer: { containerInstances: [], failures: [{ arn: `${arn}:container-instance/main/abc`, reason: 'MISSING' }] },
  },
  {
    fact: 'lists Cloud Map instances page by page, each once',
    ask: (stage) => {
      const registryArn = stage.world.createRegistry('paged');
      stage.service({ name: 'paged', registryArn, desiredCount: 5 });
      stage.until(200);
      const list = (input: Readonly<Record<string, unknown>>) =>
        stage.world.call('servicediscovery', 'ListInstances', { ServiceId: registryArn, ...input });
      const first = list({ MaxResults: 3 });
      const rest = list({ MaxResults: 3, NextToken: first.NextToken });
      const tasks = tasksOf(stage, { serviceName: 'paged' }).map((task) => String(pick(task, 'taskArn')).split('/')[2]);
      const seen = [...instanceIds(first), ...instanceIds(rest)];
      return [
        instanceIds(first).length,
        rest.NextToken,
        seen.every((id) => tasks.includes(String(id))),
        new Set(seen).size,
      ];
    },
    answer: [3, undefined, true, 5],
  },
  {
    fact: 'finds a Cloud Map service by id as by ARN, and answers a deregistration with its operation',
    ask: (stage) => {
      const registryArn = stage.world.createRegistry('web2');
      stage.service({ name: 'web2', registryArn, desiredCount: 1 });
      stage.until(200);
      const ServiceId = registryArn.slice(registryArn.lastIndexOf('/') + 1);
      const map = (action: string, input = {}) => stage.world.call('servicediscovery', action, { ServiceId, ...input });
      const { OperationId } = map('DeregisterInstance', { InstanceId: first(instanceIds(map('ListInstances'))) });
      return [typeof OperationId, instanceIds(map('ListInstances'))];
    },
    answer: ['string', []],
  },
  {
    fact: 'tells the quota of Fargate On-Demand vCPU',
    ask: ({ world }) => {
      world.market.setOnDemandVcpuQuota(6);
      const answer = world.call('servicequotas', 'GetServiceQuota', {
        ServiceCode: 'fargate',
        QuotaCode: 'L-3032A538',
      });
      return pick(answer, 'Quota', 'Value');
    },
    answer: 6,
  },
  {
    fact: 'describes scalable targets by resource id, page by page',
    ask: (stage) => {
      const scaling = (action: string, input: Readonly<Record<string, unknown>>) =>
        stage.world.call('application-autoscaling', action, input);
      for (const name of ['a', 'b', 'c']) {
        createWeb2(stage, { serviceName: name });
        scaling('RegisterScalableTarget', { ...scalable(name), MinCapacity: 1, MaxCapacity: 4 });
      }
      const describe = (input: Readonly<Record<string, unknown>>) => {
        const answer = scaling('DescribeScalableTargets', { ServiceNamespace: 'ecs', ...input });
        const ids = listOf(answer, 'ScalableTargets').map((target) => pick(target, 'ResourceId'));
        return [ids, answer.NextToken !== undefined];
      };
      const { NextToken } = scaling('DescribeScalableTargets', { ServiceNamespace: 'ecs', MaxResults: 2 });
      return [
        describe({ MaxResults: 2 }),
        describe({ MaxResults: 2, NextToken }),
        describe({ ResourceIds: ['service/main/b', 'service/main/web'] }),
        describe({ ServiceNamespace: 'dynamodb' }),
      ];
    },
    answer: [
      [['service/main/a', 'service/main/b'], true],
      [['service/main/c'], false],
      [['service/main/b'], false],
      [[], false],
    ],
  },
];

describe('refuses what AWS refuses', () => {
  it.each(refused)('$fact', ({ call, error, text }) => {
    const stage = steadyStage();

    const thrown = refusal(() => call(stage));

    expect(thrown.name).toBe(error);
    if (text !== undefined) expect(thrown.message).toBe(text);
  });
});

describe('answers as AWS answers', () => {
  it.each(answered)('$fact', ({ ask, answer }) => {
    expect(ask(steadyStage())).toEqual(answer);
  });
});

describe('lets through as many calls as AWS', () => {
  /** How many calls in a row, refused for other reasons or not, go through before the bucket is empty. */
  const admitted = (stage: Stage, actions: readonly string[]): number => {
    for (let calls = 0; calls < 1000; calls += 1) {
      try {
        stage.ecs(actions[calls % actions.length] ?? '');
      } catch (error) {
        if (error instanceof Error && error.name === 'ThrottlingException') return calls;
      }
    }
    throw new Error('a thousand calls went through');
  };
  const buckets: readonly { actions: string[]; burst: number; refill: number }[] = [
    { actions: ['PutClusterCapacityProviders', 'DeleteCluster'], burst: 20, refill: 1 },
    { actions: ['DescribeClusters'], burst: 50, refill: 20 },
    { actions: ['RunTask', 'StopTask'], burst: 100, refill: 40 },
    { actions: ['DescribeTasks', 'ListTasks', 'DescribeContainerInstances'], burst: 100, refill: 20 },
    { actions: ['CreateService', 'UpdateService', 'DeleteService'], burst: 50, refill: 5 },
    { actions: ['DescribeServices', 'ListServices'], burst: 100, refill: 20 },
    { actions: ['ListServiceDeployments', 'DescribeServiceDeployments'], burst: 50, refill: 20 },
    { actions: ['TagResource', 'UntagResource'], burst: 20, refill: 10 },
    { actions: ['ListTagsForResource'], burst: 50, refill: 20 },
    { actions: ['DescribeTaskDefinition'], burst: 50, refill: 20 },
    { actions: ['RegisterTaskDefinition'], burst: 20, refill: 1 },
  ];

  it.each(buckets)('$actions share $burst at once and $refill per second', ({ actions, burst, refill }) => {
    const stage = aStage({ switches: { throttling: true } });
    // The stage's own calls are refilled by then.
    stage.until(60);

    const atOnce = admitted(stage, actions);
    stage.until(61);
    const aSecondLater = admitted(stage, actions);
    stage.until(600);
    const muchLater = admitted(stage, actions);

    expect([atOnce, aSecondLater, muchLater]).toEqual([burst, refill, burst]);
  });

  it('answers ThrottlingException, Rate exceeded, HTTP 400', () => {
    const stage = aStage({ switches: { throttling: true } });
    admitted(stage, ['UpdateService']);

    expect(refusal(() => stage.ecs('UpdateService'))).toEqual({
      name: 'ThrottlingException',
      message: 'Rate exceeded',
    });
    expect(() => stage.ecs('UpdateService')).toThrow(expect.objectContaining({ httpStatus: 400 }));
  });

  it('keeps the buckets of reading and writing apart', () => {
    const stage = aStage({ switches: { throttling: true } });
    stage.service();
    admitted(stage, ['UpdateService']);

    expect(pick(describedService(stage), 'desiredCount')).toBe(2);
  });

  it('knows no published bucket of StopServiceDeployment', () => {
    const stage = aStage({ switches: { throttling: true } });

    expect(() => admitted(stage, ['StopServiceDeployment'])).toThrow('a thousand calls went through');
  });
});
