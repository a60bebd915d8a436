import { describe, expect, it } from 'vitest';
import { RetryableError } from '../../../shared/errors.ts';
import { nowMs } from '../../builders/service-facts.ts';
import {
  aJobWork,
  aLaunchedTask,
  aRequest,
  aSpotStop,
  aWork,
  clusterArn,
  definitionArn,
  nextTaskArn,
  taskArn,
} from '../../builders/work.ts';
import { aResumer } from './resumer.ts';

const underNotice = aLaunchedTask({
  desiredStatus: 'STOPPED',
  stopCode: 'SpotInterruption',
  stoppingAtMs: nowMs - 30_000,
});
const reclaimed = { ...underNotice, lastStatus: 'STOPPED', stoppedAtMs: nowMs - 1_000 };
const captured = {
  taskArn,
  clusterArn,
  job: {
    jobId: taskArn,
    attempt: 0,
    taskDefinitionArn: definitionArn,
    startedAtMs: nowMs - 3_600_000,
    launch: {
      taskDefinition: definitionArn,
      group: 'family:crunch',
      capacityProviderName: 'FARGATE_SPOT',
      awsvpcConfiguration: { subnets: ['subnet-a'], securityGroups: ['sg-1'], assignPublicIp: 'DISABLED' },
      enableExecuteCommand: false,
      overrides: { containerOverrides: [{ name: 'crunch' }] },
      tags: {},
      volumeConfigurations: [],
      containerNames: ['crunch'],
    },
  },
};

describe('a job that has come to run', () => {
  it('is captured with the security groups of its network interface, and looked at again in a quarter of an hour', async () => {
    const resumer = await aResumer();
    await resumer.look('running');
    expect(await resumer.work()).toEqual(captured);
    expect(resumer.called('ec2.networkInterface').map(({ args }) => args)).toEqual([['eni-1']]);
    expect(await resumer.open()).toEqual([[taskArn, 900_000]]);
    expect(resumer.names('jobs.', 'bus.', 'ecs.runTask')).toEqual([]);
  });

  it('is captured once: what is known costs no call', async () => {
    const resumer = await aResumer();
    await resumer.look('running');
    await resumer.look('running');
    await resumer.look('notice');
    expect(resumer.called('ecs.describeLaunchedTask')).toHaveLength(1);
  });

  it('is captured at the notice where its start was lost', async () => {
    const resumer = await aResumer({ tasks: [underNotice] });
    await resumer.look('notice');
    expect(await resumer.work()).toEqual(captured);
  });

  it('keeps the request that the notice has made meanwhile', async () => {
    const resumer = await aResumer({ work: [aWork({ checkpoint: aRequest() })], tasks: [underNotice] });
    await resumer.look('notice');
    expect(await resumer.work()).toEqual({ ...captured, checkpoint: aRequest() });
  });

  it('is captured by the next look where EC2 did not answer', async () => {
    const resumer = await aResumer();
    resumer.fail('ec2.networkInterface', new RetryableError('EC2 is throttled'));
    await expect(resumer.look('running')).rejects.toThrow('EC2 is throttled');
    expect(await resumer.work()).toBeUndefined();
    await resumer.look('running', { redelivered: true });
    expect(await resumer.work()).toEqual(captured);
  });

  it('is captured with volumes like those that it has', async () => {
    const volumes = [
      {
        volumeId: 'vol-1',
        name: 'data',
        roleArn: 'arn:aws:iam::111122223333:role/volumes',
        deleteOnTermination: false,
      },
      { volumeId: 'vol-2' },
    ];
    const resumer = await aResumer({
      tasks: [aLaunchedTask({ volumes })],
      volumeLike: async (id) => ({ sizeInGiB: id === 'vol-1' ? 10 : 20 }),
    });
    await resumer.look('running');
    expect((await resumer.work())?.job?.launch?.volumeConfigurations).toEqual([
      {
        name: 'data',
        managedEBSVolume: {
          sizeInGiB: 10,
          roleArn: 'arn:aws:iam::111122223333:role/volumes',
          terminationPolicy: { deleteOnTermination: false },
        },
      },
      { managedEBSVolume: { sizeInGiB: 20 } },
    ]);
  });

  it.each<[string, Parameters<typeof aResumer>[0]]>([
    ['its network interface', { network: undefined }],
    ['one of its volumes', { tasks: [aLaunchedTask({ volumes: [{ volumeId: 'vol-1' }] })] }],
  ])('is a job without a known launch where %s is gone, and is asked about again', async (_what, setup) => {
    const resumer = await aResumer(setup);
    await resumer.look('running');
    expect((await resumer.work())?.job).toMatchObject({ jobId: taskArn });
    expect((await resumer.work())?.job).not.toHaveProperty('launch');
    await resumer.look('deadline');
    expect(resumer.called('ecs.describeLaunchedTask')).toHaveLength(2);
  });

  it('is not captured where ECS shows no network interface any more', async () => {
    const { subnetId: _subnet, networkInterfaceId: _eni, ...bare } = aLaunchedTask();
    const resumer = await aResumer({ tasks: [bare], network: undefined });
    await resumer.look('running');
    expect((await resumer.work())?.job).not.toHaveProperty('launch');
    expect(resumer.names('ec2.')).toEqual([]);
  });

  it('is told of once when somebody else writes at the same time', async () => {
    const resumer = await aResumer();
    await Promise.all([resumer.look('running'), resumer.look('notice')]);
    expect(await resumer.work()).toEqual(captured);
  });
});

describe('a task that did not opt in', () => {
  it.each([
    ['to anything', undefined],
    ['to this', { 'ballast:checkpoint': 'save' }],
    ['but out', { 'ballast:resume': 'false' }],
  ])('%s is left alone', async (_what, tags) => {
    const resumer = await aResumer({ tags, tasks: [reclaimed] });
    await resumer.look('stopped');
    expect(await resumer.work()).toBeUndefined();
    expect(resumer.names('ecs.runTask', 'ec2.', 'bus.', 'jobs.', 'ledger.openJob')).toEqual([]);
  });
});

describe('a job of which no event told the end', () => {
  it('is asked about by the sweep, and started again', async () => {
    const resumer = await aResumer({ work: [aJobWork()], tasks: [reclaimed] });
    await resumer.look('schedule');
    expect((await resumer.work())?.job).toMatchObject({
      stop: { kind: 'spot', atMs: nowMs - 1_000 },
      resume: { state: 'started', taskArn: nextTaskArn },
    });
  });

  it('goes on where it runs', async () => {
    const resumer = await aResumer({ work: [aJobWork()] });
    await resumer.look('schedule');
    expect((await resumer.work())?.job).not.toHaveProperty('stop');
    expect(await resumer.open()).toEqual([[taskArn, 900_000]]);
    expect(resumer.names('ec2.')).toEqual([]);
  });

  it('is over where ECS no longer knows the task', async () => {
    const resumer = await aResumer({ work: [aJobWork()], tasks: [] });
    await resumer.look('schedule');
    expect((await resumer.work())?.job).toMatchObject({
      stop: { kind: 'unknown' },
      resume: { state: 'ended', reason: 'interruption_too_old' },
    });
    expect(resumer.ecs.started).toEqual([]);
    expect(await resumer.open()).toEqual([]);
  });

  it('stopped as its event says, not as ECS words it later', async () => {
    const resumer = await aResumer({
      work: [aJobWork({ stop: aSpotStop() })],
      tasks: [{ ...reclaimed, stopCode: 'UserInitiated' }],
    });
    await resumer.look('stopped');
    expect(resumer.names('ecs.')).toEqual(['ecs.runTask']);
  });

  it('is asked about where its last event did not say why it stopped', async () => {
    const resumer = await aResumer({ work: [aJobWork()], tasks: [reclaimed] });
    await resumer.look('stopped');
    expect(resumer.names('ecs.')).toEqual(['ecs.describeLaunchedTask', 'ecs.runTask']);
  });

  it.each(['deadline', 'report'] as const)('is not asked about because of a %s', async (cause) => {
    const resumer = await aResumer({ work: [aJobWork()], tasks: [reclaimed] });
    await resumer.look(cause);
    expect(resumer.names('ecs.')).toEqual([]);
  });
});

describe('a look at a task that nobody knows', () => {
  it.each(['running', 'notice', 'stopped', 'report', 'deadline', 'retry', 'schedule'] as const)(
    'does nothing: %s',
    async (cause) => {
      const resumer = await aResumer({ tasks: [] });
      await resumer.look(cause);
      expect(await resumer.work()).toBeUndefined();
      expect(resumer.names('ecs.runTask', 'bus.', 'jobs.', 'ledger.save', 'ledger.open')).toEqual([]);
    },
  );
});
