import { describe, expect, it } from 'vitest';
import { PoisonError } from '../../../shared/errors.ts';
import { taskFacts, withDescribedTask } from '../../../shared/events/task-state-change.ts';
import { aNotice, aTaskStateChange } from '../../builders/events.ts';

const receivedAtMs = 1_772_366_500_000;

describe('facts of a task', () => {
  it('holds what a decision can use', () => {
    expect(taskFacts(aNotice({ stoppingAt: '2026-03-01T12:00:00.5Z' }), receivedAtMs)).toEqual({
      eventId: 'af3c496d-f4a8-65d1-70f4-a69d52e9b584',
      eventTimeMs: 1_772_366_400_000,
      taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/shop/0123456789abcdef0123456789abcdef',
      clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
      serviceName: 'web',
      serviceArn: 'arn:aws:ecs:us-east-1:111122223333:service/shop/web',
      group: 'service:web',
      startedBy: 'ecs-svc/1234567890123456789',
      taskDefinitionArn: 'arn:aws:ecs:us-east-1:111122223333:task-definition/web:7',
      desiredStatus: 'STOPPED',
      lastStatus: 'RUNNING',
      version: 5,
      capacityProviderName: 'FARGATE_SPOT',
      launchType: 'FARGATE',
      availabilityZone: 'us-east-1b',
      stopCode: 'SpotInterruption',
      stoppedReason: 'Your Spot Task was interrupted.',
      spotStop: 'spot',
      isNotice: true,
      cpu: 256,
      memory: 512,
      cpuArchitecture: 'x86_64',
      ephemeralStorageGiB: 20,
      createdAtMs: 1_772_362_933_877,
      startedAtMs: 1_772_362_954_325,
      stoppingAtMs: 1_772_366_400_500,
      containers: [
        { name: 'web', lastStatus: 'RUNNING', privateIpv4Addresses: ['10.0.1.163'], hostPorts: [] },
        { name: 'aws-guardduty-agent-nm40lC', lastStatus: 'RUNNING', privateIpv4Addresses: [], hostPorts: [] },
      ],
      resumeAttempt: 0,
    });
  });

  it.each([
    ['memory', 512],
    ['cpu', 256],
    ['attributes', {}],
    ['ephemeralStorage', [20]],
    ['pullStartedAt', 1_772_362_933],
  ])('are not lost for a member %s that is none', (member, value) => {
    const facts = taskFacts(aNotice({ [member]: value }), receivedAtMs);
    expect(facts).toMatchObject({ serviceName: 'web', spotStop: 'spot', isNotice: true });
  });

  it('tells from when it is billed', () => {
    const facts = taskFacts(aTaskStateChange({ pullStartedAt: '2026-03-01T11:02:20.5Z' }), receivedAtMs);
    expect(facts.pullStartedAtMs).toBe(1_772_362_940_500);
  });

  it('tells how often Ballast has started it again, and nothing else of its environment', () => {
    const environment = [
      { name: 'TOKEN', value: 'hunter2' },
      { name: 'BALLAST_RESUME_ATTEMPT', value: '2' },
    ];
    const overrides = { containerOverrides: [{ name: 'web', environment }] };
    const facts = taskFacts(aTaskStateChange({ overrides }), receivedAtMs);
    expect(facts.resumeAttempt).toBe(2);
    expect(JSON.stringify(facts)).not.toContain('hunter2');
  });

  it('needs no more than the task, its cluster and its statuses', () => {
    const event = {
      id: 'e-1',
      source: 'aws.ecs',
      'detail-type': 'ECS Task State Change',
      detail: {
        taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/0123abc',
        clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
        desiredStatus: 'RUNNING',
        lastStatus: 'PENDING',
      },
    };
    expect(taskFacts(event, receivedAtMs)).toEqual({
      eventId: 'e-1',
      eventTimeMs: 1_772_366_500_000,
      taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/0123abc',
      clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
      desiredStatus: 'RUNNING',
      lastStatus: 'PENDING',
      version: 0,
      spotStop: 'other',
      isNotice: false,
      containers: [],
    });
  });

  it('takes null for what is not there', () => {
    const detail = {
      capacityProviderName: null,
      stopCode: null,
      stoppedReason: null,
      group: null,
      version: null,
      startedAt: null,
      containers: null,
    };
    const facts = taskFacts(aTaskStateChange(detail), receivedAtMs);
    expect(facts).toMatchObject({ version: 0, containers: [], spotStop: 'other' });
    for (const member of ['capacityProviderName', 'stopCode', 'stoppedReason', 'group', 'startedAtMs']) {
      expect(facts).not.toHaveProperty(member);
    }
  });

  it('tells how a container ended and where it listened', () => {
    const containers = [
      {
        name: 'web',
        lastStatus: 'STOPPED',
        exitCode: 0,
        reason: 'OutOfMemoryError: Container killed due to memory usage',
        networkInterfaces: [{ attachmentId: 'a' }, { privateIpv4Address: '10.0.1.5' }],
        networkBindings: [{ bindIP: '0.0.0.0', containerPort: 80, hostPort: 32_768, protocol: 'tcp' }, { hostPort: 1 }],
      },
    ];
    expect(taskFacts(aTaskStateChange({ containers }), receivedAtMs).containers).toEqual([
      {
        name: 'web',
        lastStatus: 'STOPPED',
        exitCode: 0,
        reason: 'OutOfMemoryError: Container killed due to memory usage',
        privateIpv4Addresses: ['10.0.1.5'],
        hostPorts: [{ containerPort: 80, hostPort: 32_768 }],
      },
    ]);
  });

  it.each(['family:batch', 'my-group', 'service:', undefined])('belongs to no service with the group %s', (group) => {
    const facts = taskFacts(aTaskStateChange({ group }), receivedAtMs);
    expect(facts.serviceName).toBeUndefined();
    expect(facts.serviceArn).toBeUndefined();
  });
});

describe('recognising that Spot takes a task back', () => {
  const stopping = { desiredStatus: 'STOPPED', lastStatus: 'RUNNING', stopCode: undefined, stoppedReason: undefined };
  const spotReason = 'Your Spot Task was interrupted.';

  it.each([
    ['stopCode SpotInterruption', { stopCode: 'SpotInterruption' }, 'spot', true],
    ['stopCode TerminationNotice', { stopCode: 'TerminationNotice' }, 'spot', true],
    [
      'a Spot stopCode and no provider',
      { stopCode: 'SpotInterruption', capacityProviderName: undefined },
      'spot',
      true,
    ],
    ["AWS's wording and no stopCode", { stoppedReason: spotReason }, 'spot', true],
    ["AWS's wording, stopCode null", { stoppedReason: spotReason, stopCode: null }, 'spot', true],
    ['a notice while PROVISIONING', { stopCode: 'SpotInterruption', lastStatus: 'PROVISIONING' }, 'spot', true],
    ['a notice while DEACTIVATING', { stopCode: 'SpotInterruption', lastStatus: 'DEACTIVATING' }, 'spot', true],
    ['a Spot stop that is over', { stopCode: 'SpotInterruption', lastStatus: 'STOPPED' }, 'spot', false],
    ['neither stopCode nor reason on FARGATE_SPOT', {}, 'unclear', true],
    ['neither, and already STOPPED', { lastStatus: 'STOPPED' }, 'unclear', false],
    ['neither stopCode nor reason on FARGATE', { capacityProviderName: 'FARGATE' }, 'other', false],
    ['neither and no provider', { capacityProviderName: undefined }, 'other', false],
    ["AWS's wording without its full stop", { stoppedReason: 'Your Spot Task was interrupted' }, 'other', false],
    ["AWS's wording in another case", { stoppedReason: 'your spot task was interrupted.' }, 'other', false],
    ["AWS's wording but another stopCode", { stopCode: 'UserInitiated', stoppedReason: spotReason }, 'other', false],
    [
      'a scale-in of a Spot task',
      {
        stopCode: 'ServiceSchedulerInitiated',
        stoppedReason: 'Scaling activity initiated by (deployment ecs-svc/1)',
      },
      'other',
      false,
    ],
    [
      'a scale-in without stopCode',
      { stoppedReason: 'Scaling activity initiated by (deployment ecs-svc/1)' },
      'other',
      false,
    ],
    ['a crash of a Spot task', { stopCode: 'EssentialContainerExited' }, 'other', false],
    ['a failed start', { stopCode: 'TaskFailedToStart' }, 'other', false],
    ['failing infrastructure', { stopCode: 'InfrastructureHealth' }, 'other', false],
    ['stopCode in another case', { stopCode: 'spotinterruption' }, 'other', false],
    ['not told to stop', { desiredStatus: 'RUNNING', stopCode: 'SpotInterruption' }, 'other', false],
  ])('%s', (_what, detail, spotStop, isNotice) => {
    const facts = taskFacts(aTaskStateChange({ ...stopping, ...detail }), receivedAtMs);
    expect({ spotStop: facts.spotStop, isNotice: facts.isNotice }).toEqual({ spotStop, isNotice });
  });

  it('counts a job that exits 0 on SIGTERM as reclaimed', () => {
    const stopped = { ...stopping, lastStatus: 'STOPPED', stopCode: 'SpotInterruption' };
    const containers = [{ name: 'job', lastStatus: 'STOPPED', exitCode: 0 }];
    expect(taskFacts(aTaskStateChange({ ...stopped, containers }), receivedAtMs).spotStop).toBe('spot');
  });
});

describe('asking ECS for what the event left open', () => {
  const described = {
    taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/shop/0123456789abcdef0123456789abcdef',
    clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
    taskDefinitionArn: 'arn:aws:ecs:us-east-1:111122223333:task-definition/web:7',
    group: 'service:web',
    desiredStatus: 'STOPPED',
    lastStatus: 'DEACTIVATING',
    version: 6,
  };
  const unclear = taskFacts(aNotice({ stopCode: undefined, stoppedReason: undefined, group: undefined }), receivedAtMs);

  it('confirms a Spot stop and finds the service', () => {
    const facts = withDescribedTask(unclear, { ...described, stopCode: 'SpotInterruption' });
    expect(facts).toMatchObject({
      spotStop: 'spot',
      isNotice: true,
      serviceArn: 'arn:aws:ecs:us-east-1:111122223333:service/shop/web',
    });
  });

  it('rules a Spot stop out', () => {
    const facts = withDescribedTask(unclear, { ...described, stopCode: 'ServiceSchedulerInitiated' });
    expect(facts).toMatchObject({ spotStop: 'other', isNotice: false });
  });

  it('stays unclear when ECS does not say either', () => {
    expect(withDescribedTask(unclear, described)).toMatchObject({ spotStop: 'unclear', isNotice: true });
  });

  it('keeps what the event said', () => {
    const told = taskFacts(aNotice(), receivedAtMs);
    const facts = withDescribedTask(told, { ...described, stopCode: 'UserInitiated', group: 'service:other' });
    expect(facts).toEqual(told);
  });
});

describe('a task event that cannot be handled', () => {
  it.each([
    ['taskArn', { taskArn: undefined }, 'ECS Task State Change: detail.taskArn: must be of type string'],
    ['taskArn', { taskArn: 'hunter2' }, 'ECS Task State Change: detail.taskArn: not the ARN of an ECS task'],
    ['clusterArn', { clusterArn: undefined }, 'ECS Task State Change: detail.clusterArn: must be of type string'],
    ['clusterArn', { clusterArn: 'shop' }, 'ECS Task State Change: detail.clusterArn: not the ARN of an ECS cluster'],
    ['desiredStatus', { desiredStatus: 7 }, 'ECS Task State Change: detail.desiredStatus: must be of type string'],
    ['lastStatus', { lastStatus: undefined }, 'ECS Task State Change: detail.lastStatus: must be of type string'],
    ['version', { version: 'hunter2' }, 'ECS Task State Change: detail.version: must be of type number'],
    [
      'exitCode',
      { containers: [{ name: 'web', exitCode: 'hunter2' }] },
      'ECS Task State Change: detail.containers.0.exitCode: must be of type number',
    ],
  ])('names %s and shows no value', (_what, detail, message) => {
    const parse = () => taskFacts(aNotice(detail), receivedAtMs);
    expect(parse).toThrow(PoisonError);
    expect(parse).toThrow(new PoisonError(message));
  });
});
