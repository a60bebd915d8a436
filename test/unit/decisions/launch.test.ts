import { describe, expect, it } from 'vitest';
import {
  attemptOf,
  launchSpecOf,
  type NextStart,
  orchestratorOf,
  runTaskInput,
} from '../../../shared/decisions/launch.ts';
import type { LaunchedTask, LaunchSpec, Opaque, RunTaskInput } from '../../../shared/ports/ecs.ts';
import {
  aLaunchedTask,
  aLaunchSpec,
  aRestorePoint,
  aRunTask,
  checkpointId,
  clusterArn,
  definitionArn,
  taskArn,
} from '../../builders/work.ts';

const network = { securityGroups: ['sg-1', 'sg-2'], hasPublicIp: false, volumeConfigurations: [] };

const capture = (changed: Partial<LaunchedTask> = {}, surroundings: Partial<typeof network> = {}) =>
  launchSpecOf(aLaunchedTask(changed), { ...network, ...surroundings });

function request(launch: Partial<LaunchSpec> = {}, next: Partial<NextStart> = {}): RunTaskInput {
  const input = runTaskInput(aLaunchSpec(launch), {
    taskArn,
    clusterArn,
    attempt: 1,
    try: 1,
    capacityProvider: 'FARGATE_SPOT',
    ...next,
  });
  if ('tooLong' in input) throw new Error(`${input.tooLong} characters`);
  return input;
}

/** The environment that a request gives to each container that it overrides. */
function environments({ overrides }: RunTaskInput): Record<string, unknown> {
  const { containerOverrides } = overrides as { containerOverrides: { name: string; environment?: Opaque[] }[] };
  return Object.fromEntries(
    containerOverrides.map(({ name, environment = [] }) => [
      name,
      Object.fromEntries(environment.map((variable) => [variable.name, variable.value])),
    ]),
  );
}

describe('what is captured of a task', () => {
  it('is all that starts its like', () => {
    const volumeConfigurations = [{ name: 'data', managedEBSVolume: { sizeInGiB: 10 } }];
    const task = aLaunchedTask({
      startedBy: 'nightly',
      launchType: 'FARGATE',
      platformVersion: '1.4.0',
      enableExecuteCommand: true,
      overrides: { cpu: '512', containerOverrides: [{ name: 'crunch', command: ['--all'] }] },
      tags: { team: 'data', 'aws:ecs:clusterName': 'shop' },
      ephemeralStorageGiB: 40,
    });
    expect(launchSpecOf(task, { ...network, volumeConfigurations })).toStrictEqual({
      taskDefinition: 'arn:aws:ecs:us-east-1:111122223333:task-definition/crunch:3',
      group: 'family:crunch',
      startedBy: 'nightly',
      launchType: 'FARGATE',
      capacityProviderName: 'FARGATE_SPOT',
      platformVersion: '1.4.0',
      awsvpcConfiguration: { subnets: ['subnet-a'], securityGroups: ['sg-1', 'sg-2'], assignPublicIp: 'DISABLED' },
      enableExecuteCommand: true,
      overrides: { cpu: '512', containerOverrides: [{ name: 'crunch', command: ['--all'] }] },
      tags: { team: 'data', 'aws:ecs:clusterName': 'shop' },
      ephemeralStorageGiB: 40,
      volumeConfigurations: [{ name: 'data', managedEBSVolume: { sizeInGiB: 10 } }],
      containerNames: ['crunch'],
    });
  });

  it('is that it has a public address', () => {
    expect(capture({}, { hasPublicIp: true }).awsvpcConfiguration?.assignPublicIp).toBe('ENABLED');
  });

  it('is no network where the task has none of its own', () => {
    const { subnetId: _subnet, networkInterfaceId: _eni, ...bridged } = aLaunchedTask();
    expect(launchSpecOf(bridged, network)).not.toHaveProperty('awsvpcConfiguration');
  });

  it('is only its own containers: AWS puts some of its own in', () => {
    const containerNames = ['crunch', 'aws-guardduty-agent-nm40lC', 'log-router', 'ecs-service-connect-abc'];
    expect(capture({ containerNames }).containerNames).toEqual(['crunch', 'log-router']);
  });

  it('is not what an earlier start put in', () => {
    const overrides = {
      containerOverrides: [
        {
          name: 'crunch',
          environment: [
            { name: 'DAY', value: '2026-03-01' },
            { name: 'BALLAST_RESUME_ATTEMPT', value: '1' },
            { name: 'BALLAST_CHECKPOINT_ID', value: 'ckpt-0' },
            { name: 'BALLAST_CHECKPOINT_URI', value: 's3://checkpoints/0' },
          ],
        },
        { name: 'log-router', cpu: 64, environment: [{ name: 'BALLAST_RESUME_ATTEMPT', value: '1' }] },
      ],
    };
    expect(capture({ overrides }).overrides).toStrictEqual({
      containerOverrides: [
        { name: 'crunch', environment: [{ name: 'DAY', value: '2026-03-01' }] },
        { name: 'log-router', cpu: 64 },
      ],
    });
  });
});

describe('the attempt that a task was told it is', () => {
  const told = (value: unknown) => ({
    containerOverrides: [
      { name: 'log-router' },
      { name: 'crunch', environment: [{ name: 'BALLAST_RESUME_ATTEMPT', value }] },
    ],
  });

  it.each([
    ['what its environment says', told('2'), 2],
    ['0 where it says nothing', { containerOverrides: [{ name: 'crunch' }] }, 0],
    ['0 where it says nonsense', told('-1'), 0],
    ['0 where there are no overrides', {}, 0],
  ])('is %s', (_what, overrides, attempt) => {
    expect(attemptOf(overrides)).toBe(attempt);
  });
});

describe('the request that starts a job again', () => {
  it('is the whole of its launch', () => {
    const launch = {
      group: 'night-batch',
      startedBy: 'nightly',
      platformVersion: '1.4.0',
      enableExecuteCommand: true,
      overrides: { cpu: '512', containerOverrides: [{ name: 'crunch', command: ['--all'] }] },
      tags: { team: 'data', 'aws:ecs:clusterName': 'shop', 'aws:ecs:serviceName': 'none' },
      ephemeralStorageGiB: 40,
      volumeConfigurations: [{ name: 'data', managedEBSVolume: { sizeInGiB: 10 } }],
    };
    expect(request(launch, { attempt: 2, try: 3, restorePoint: aRestorePoint() })).toStrictEqual({
      cluster: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
      taskDefinition: 'arn:aws:ecs:us-east-1:111122223333:task-definition/crunch:3',
      count: 1,
      clientToken: 'ckpt-0123456789abcdef0123456789abcdef-2-3',
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
      networkConfiguration: {
        awsvpcConfiguration: { subnets: ['subnet-a'], securityGroups: ['sg-1'], assignPublicIp: 'DISABLED' },
      },
      overrides: {
        cpu: '512',
        containerOverrides: [
          {
            name: 'crunch',
            command: ['--all'],
            environment: [
              { name: 'BALLAST_RESUME_ATTEMPT', value: '2' },
              { name: 'BALLAST_CHECKPOINT_ID', value: 'ckpt-0123456789abcdef0123456789abcdef' },
              { name: 'BALLAST_CHECKPOINT_URI', value: 's3://checkpoints/crunch/1' },
            ],
          },
        ],
        ephemeralStorage: { sizeInGiB: 40 },
      },
      group: 'night-batch',
      startedBy: 'nightly',
      platformVersion: '1.4.0',
      enableExecuteCommand: true,
      enableECSManagedTags: true,
      tags: [{ key: 'team', value: 'data' }],
      volumeConfigurations: [{ name: 'data', managedEBSVolume: { sizeInGiB: 10 } }],
    });
  });

  it('holds nothing that the task did not have', () => {
    expect(request()).toStrictEqual(aRunTask());
    const { awsvpcConfiguration: _network, ...bridged } = aLaunchSpec();
    const next = { taskArn, clusterArn, attempt: 1, try: 1, capacityProvider: 'FARGATE_SPOT' };
    expect(runTaskInput(bridged, next)).not.toHaveProperty('networkConfiguration');
  });

  it('names the capacity provider that it is given', () => {
    expect(request({ launchType: 'FARGATE' }, { capacityProvider: 'FARGATE' }).capacityProviderStrategy).toEqual([
      { capacityProvider: 'FARGATE', weight: 1 },
    ]);
  });

  it('leaves the default group out: what begins with family: may be reserved', () => {
    expect(request({ group: 'family:crunch' })).not.toHaveProperty('group');
    expect(request({ group: 'family:other' }).group).toBe('family:other');
  });

  it.each(['AWS Step Functions', 'a:b', 'x'.repeat(129), ''])('leaves out that it was started by %j', (startedBy) => {
    expect(request({ startedBy })).not.toHaveProperty('startedBy');
  });

  it.each(['nightly', 'events-rule/9', 'x'.repeat(128)])('says again that it was started by %j', (startedBy) => {
    expect(request({ startedBy }).startedBy).toBe(startedBy);
  });

  it('asks for no more storage than every task has', () => {
    expect(request({ ephemeralStorageGiB: 20 }).overrides).not.toHaveProperty('ephemeralStorage');
    expect(request({ ephemeralStorageGiB: 21 }).overrides.ephemeralStorage).toEqual({ sizeInGiB: 21 });
  });

  it('keeps the storage that the caller asked for', () => {
    const overrides = { ephemeralStorage: { sizeInGiB: 50 }, containerOverrides: [] };
    expect(request({ ephemeralStorageGiB: 51, overrides }).overrides.ephemeralStorage).toEqual({ sizeInGiB: 50 });
  });

  it('has a new token for every attempt and try, of at most 64 characters', () => {
    const uuid = 'arn:aws:ecs:us-east-1:111122223333:task/shop/01234567-89ab-cdef-0123-456789abcdef';
    const tokens = [
      request().clientToken,
      request({}, { try: 2 }).clientToken,
      request({}, { attempt: 2 }).clientToken,
      request({}, { taskArn: uuid, attempt: 100, try: 100_000 }).clientToken,
    ];
    expect(tokens).toEqual([
      'ckpt-0123456789abcdef0123456789abcdef-1-1',
      'ckpt-0123456789abcdef0123456789abcdef-1-2',
      'ckpt-0123456789abcdef0123456789abcdef-2-1',
      'ckpt-01234567-89ab-cdef-0123-456789abcdef-100-100000',
    ]);
    expect(Math.max(...tokens.map(({ length }) => length))).toBeLessThanOrEqual(64);
  });
});

describe('what the containers are told', () => {
  const two = { containerNames: ['crunch', 'log-router'] };

  it('is told to all of the task’s own', () => {
    expect(environments(request(two, { restorePoint: aRestorePoint() }))).toEqual({
      crunch: {
        BALLAST_RESUME_ATTEMPT: '1',
        BALLAST_CHECKPOINT_ID: checkpointId,
        BALLAST_CHECKPOINT_URI: 's3://checkpoints/crunch/1',
      },
      'log-router': {
        BALLAST_RESUME_ATTEMPT: '1',
        BALLAST_CHECKPOINT_ID: checkpointId,
        BALLAST_CHECKPOINT_URI: 's3://checkpoints/crunch/1',
      },
    });
  });

  it('is told to the one that the policy names', () => {
    expect(environments(request(two, { container: 'crunch' }))).toEqual({
      crunch: { BALLAST_RESUME_ATTEMPT: '1' },
    });
  });

  it('is added to their own environment, and the others keep their overrides', () => {
    const overrides = {
      containerOverrides: [
        { name: 'log-router', cpu: 64 },
        { name: 'crunch', environment: [{ name: 'DAY', value: '2026-03-01' }] },
      ],
    };
    expect(request({ ...two, overrides }, { container: 'crunch' }).overrides).toStrictEqual({
      containerOverrides: [
        { name: 'log-router', cpu: 64 },
        {
          name: 'crunch',
          environment: [
            { name: 'DAY', value: '2026-03-01' },
            { name: 'BALLAST_RESUME_ATTEMPT', value: '1' },
          ],
        },
      ],
    });
  });

  it('is the checkpoint without a place where the task knows it by itself', () => {
    const restorePoint = { checkpointId, savedAtMs: 0 };
    expect(environments(request({}, { restorePoint }))).toEqual({
      crunch: { BALLAST_RESUME_ATTEMPT: '1', BALLAST_CHECKPOINT_ID: checkpointId },
    });
  });

  it('replaces what the task was told when it was started itself', () => {
    const started = request({}, { restorePoint: aRestorePoint({ uri: 's3://checkpoints/crunch/1' }) });
    const launch = capture({ overrides: started.overrides });
    const restorePoint = aRestorePoint({ uri: 's3://checkpoints/crunch/2' });
    expect(request(launch, { attempt: 2, restorePoint }).overrides).toStrictEqual({
      containerOverrides: [
        {
          name: 'crunch',
          environment: [
            { name: 'BALLAST_RESUME_ATTEMPT', value: '2' },
            { name: 'BALLAST_CHECKPOINT_ID', value: 'ckpt-0123456789abcdef0123456789abcdef' },
            { name: 'BALLAST_CHECKPOINT_URI', value: 's3://checkpoints/crunch/2' },
          ],
        },
      ],
    });
  });

  it('is not told to containers that AWS puts in, whatever overrides AWS itself gave them', () => {
    const launch = capture({
      containerNames: ['crunch', 'aws-guardduty-agent-nm40lC'],
      overrides: {
        containerOverrides: [
          { name: 'crunch' },
          {
            name: 'aws-guardduty-agent-nm40lC',
            memory: 128,
            environment: [{ name: 'CLUSTER_NAME', value: 'shop' }],
          },
        ],
      },
    });
    expect(Object.keys(environments(request(launch)))).toEqual(['crunch']);
  });
});

describe('overrides', () => {
  const around =
    '{"containerOverrides":[{"name":"crunch","environment":[{"name":"PAD","value":""},{"name":"BALLAST_RESUME_ATTEMPT","value":"1"}]}]}';
  const padded = (length: number) => ({
    overrides: {
      containerOverrides: [
        { name: 'crunch', environment: [{ name: 'PAD', value: 'x'.repeat(length - around.length) }] },
      ],
    },
  });
  const next: NextStart = { taskArn, clusterArn, attempt: 1, try: 1, capacityProvider: 'FARGATE_SPOT' };

  it('of 8192 characters fit, the punctuation of their JSON included', () => {
    const input = runTaskInput(aLaunchSpec(padded(8_192)), next);
    expect(input).toHaveProperty('clientToken');
    expect(JSON.stringify(request(padded(8_192)).overrides)).toHaveLength(8_192);
  });

  it('of 8193 do not', () => {
    expect(runTaskInput(aLaunchSpec(padded(8_193)), next)).toEqual({ tooLong: 8_193 });
  });
});

describe('who starts a task again himself', () => {
  const orchestrator = (launch: Partial<LaunchSpec>, ...patterns: string[]) =>
    orchestratorOf(aLaunchSpec(launch), clusterArn, patterns);

  it.each<[string, Partial<LaunchSpec>, string[], string]>([
    ['its starter', { startedBy: 'AWS Step Functions' }, ['AWS Step Functions*'], 'AWS Step Functions'],
    ['its group', { group: 'airflow' }, ['airflow'], 'airflow'],
    ['its cluster', {}, ['sh*p'], 'shop'],
    ['any text in the middle', { startedBy: 'team-a/batch/9' }, ['team-*/batch/*'], 'team-a/batch/9'],
    ['everything', { startedBy: 'x' }, ['*'], 'x'],
    ['one pattern of several', { startedBy: 'chronos/1' }, ['airflow*', 'chronos/*'], 'chronos/1'],
    ['the second of two equal parts', { startedBy: 'abab' }, ['a*b*ab'], 'abab'],
  ])('is told by %s', (_what, launch, patterns, told) => {
    expect(orchestrator(launch, ...patterns)).toBe(told);
  });

  it('is the scheduler of its service, without a pattern', () => {
    expect(orchestrator({ group: 'service:web' })).toBe('service:web');
  });

  it.each<[string, Partial<LaunchSpec>, string]>([
    ['there is nothing to compare', {}, 'AWS*'],
    ['only the beginning is alike', { startedBy: 'airflow-2' }, 'airflow'],
    ['only the end is alike', { startedBy: 'my-airflow' }, 'airflow*'],
    ['the end is not alike', { startedBy: 'team-a/batch' }, 'team-*/nightly'],
    ['the beginning and the end would overlap', { startedBy: 'aba' }, 'ab*ba'],
    ['two parts in the middle would overlap', { startedBy: 'ab' }, '*ab*b*'],
    ['the middle is missing', { startedBy: 'team-a/9' }, 'team-*/batch/*'],
    ['letters are of another case', { startedBy: 'aws step functions' }, 'AWS Step Functions*'],
    ['what is a regular expression elsewhere is a letter here', { startedBy: 'xyz' }, 'x.z'],
  ])('is nobody where %s', (_what, launch, pattern) => {
    expect(orchestrator(launch, pattern)).toBeUndefined();
  });

  it('is nobody where the stack names nobody', () => {
    expect(orchestrator({ startedBy: 'AWS Step Functions' })).toBeUndefined();
  });
});

it('starts the task definition that ran, not its newest revision', () => {
  expect(request(capture()).taskDefinition).toBe(definitionArn);
});
