import { describe, expect, it } from 'vitest';
import { addContainerInstances, createCluster, createService } from '../../../local/scenarios/stage.ts';
import { aStage, eventsOfTask, first, listOf, pick, type Stage, taskArns } from '../../builders/world.ts';

/** Id, port and state of each target. */
function targets(stage: Stage, TargetGroupArn: string): unknown[][] {
  const health = stage.world.call('elasticloadbalancing', 'DescribeTargetHealth', { TargetGroupArn });
  return listOf(health, 'TargetHealthDescriptions').map((target) => [
    pick(target, 'Target', 'Id'),
    pick(target, 'Target', 'Port'),
    pick(target, 'TargetHealth', 'State'),
  ]);
}

/** Two EC2 instances and a service of `desiredCount` tasks on their Spot provider, behind a group of instances. */
function ec2Stage(desiredCount: number) {
  const stage = aStage();
  stage.world.market.addSpotProvider('ec2-spot');
  const clusterArn = createCluster(stage.world, 'ec2', ['ec2-spot']);
  const instances = addContainerInstances(stage.world, clusterArn, 2);
  const targetGroupArn = stage.world.createTargetGroup('instances', { targetType: 'instance' });
  createService(stage.world, clusterArn, {
    name: 'api',
    desiredCount,
    strategy: [{ capacityProvider: 'ec2-spot', weight: 1 }],
    onContainerInstances: true,
    targetGroupArn,
  });
  stage.until(100);
  const described = stage.ecs('DescribeContainerInstances', { cluster: clusterArn, containerInstances: instances });
  const instanceIds = listOf(described, 'containerInstances').map((one) => pick(one, 'ec2InstanceId'));
  return { stage, clusterArn, instances, instanceIds, targetGroupArn };
}

describe('on Fargate', () => {
  it('a task is a target in each of its target groups, at its own address', () => {
    const stage = aStage();
    const targetGroupArns = [stage.world.createTargetGroup('public'), stage.world.createTargetGroup('internal')];
    stage.service({ desiredCount: 1, targetGroupArns });

    stage.until(100);

    const [a, b] = targetGroupArns.map((arn) => targets(stage, arn));
    expect(a).toEqual([[expect.stringMatching(/^10\./), 8080, 'healthy']]);
    expect(b).toEqual(a);
  });

  it('DeregisterTargets drains the target at that address and port, in that group alone', () => {
    const stage = aStage();
    const [one, two] = [stage.world.createTargetGroup('public'), stage.world.createTargetGroup('internal')];
    stage.service({ desiredCount: 1, targetGroupArns: [one, two] });
    stage.until(100);
    const Id = first(targets(stage, one))[0];
    const deregister = (Port: number) =>
      stage.world.call('elasticloadbalancing', 'DeregisterTargets', { TargetGroupArn: one, Targets: [{ Id, Port }] });

    deregister(9090);
    const atAnotherPort = targets(stage, one);
    deregister(8080);

    expect(atAnotherPort).toEqual([[Id, 8080, 'healthy']]);
    expect(targets(stage, one)).toEqual([[Id, 8080, 'draining']]);
    expect(targets(stage, two)).toEqual([[Id, 8080, 'healthy']]);
  });
});

describe('on container instances', () => {
  it('two tasks on one instance are two targets, each at a host port of its own', () => {
    const { stage, instanceIds, targetGroupArn } = ec2Stage(4);
    const [a, b] = instanceIds;

    expect(targets(stage, targetGroupArn).sort()).toEqual(
      [
        [a, 32768, 'healthy'],
        [b, 32768, 'healthy'],
        [a, 32769, 'healthy'],
        [b, 32769, 'healthy'],
      ].sort(),
    );
  });

  it('DeregisterTargets leaves the other task of the instance alone', () => {
    const { stage, instanceIds, targetGroupArn } = ec2Stage(4);
    const [Id] = instanceIds;

    stage.world.call('elasticloadbalancing', 'DeregisterTargets', {
      TargetGroupArn: targetGroupArn,
      Targets: [{ Id, Port: 32769 }],
    });

    expect(targets(stage, targetGroupArn).filter(([, , state]) => state !== 'healthy')).toEqual([
      [Id, 32769, 'draining'],
    ]);
  });

  it('DescribeTasks and events show instance and host ports, and no network interface', () => {
    const { stage, clusterArn, instances } = ec2Stage(1);
    const arn = first(taskArns(stage, { cluster: clusterArn }));
    const shown = pick(stage.ecs('DescribeTasks', { cluster: clusterArn, tasks: [arn] }), 'tasks', 0);
    const networkBindings = [{ bindIP: '0.0.0.0', containerPort: 8080, hostPort: 32768, protocol: 'tcp' }];

    const running = eventsOfTask(stage, arn).find(({ event }) => event.detail.lastStatus === 'RUNNING');
    const bindings = eventsOfTask(stage, arn).map(({ event }) => [
      event.detail.lastStatus,
      pick(event.detail, 'containers', 0, 'networkBindings'),
    ]);

    for (const seen of [shown, running?.event.detail]) {
      expect(seen).toMatchObject({
        launchType: 'EC2',
        capacityProviderName: 'ec2-spot',
        containerInstanceArn: instances[0],
        attachments: [],
        containers: [{ networkBindings }],
      });
      expect(seen).not.toHaveProperty('platformVersion');
    }
    expect(bindings).toEqual([
      ['PROVISIONING', undefined],
      ['PENDING', undefined],
      ['ACTIVATING', networkBindings],
      ['RUNNING', networkBindings],
    ]);
  });

  it('a reclaimed task looks like one of Fargate Spot, and its target stays to the end', () => {
    const { stage, clusterArn, targetGroupArn } = ec2Stage(1);
    const task = first(taskArns(stage, { cluster: clusterArn }));

    stage.world.market.reclaim(task);
    stage.until(101);
    const underNotice = targets(stage, targetGroupArn);
    stage.until(111);

    expect(eventsOfTask(stage, task).at(4)?.event.detail).toMatchObject({
      desiredStatus: 'STOPPED',
      lastStatus: 'RUNNING',
      stopCode: 'SpotInterruption',
      stoppedReason: 'Your Spot Task was interrupted.',
      capacityProviderName: 'ec2-spot',
    });
    expect(underNotice).toHaveLength(1);
    expect(underNotice[0]?.[2]).toBe('healthy');
    expect(targets(stage, targetGroupArn).filter(([, port]) => port === 32768)).toEqual([]);
  });

  it('only tasks of a Spot provider can be reclaimed', () => {
    const stage = aStage();
    const clusterArn = createCluster(stage.world, 'ec2', ['ec2']);
    addContainerInstances(stage.world, clusterArn, 1);
    createService(stage.world, clusterArn, {
      name: 'api',
      desiredCount: 1,
      strategy: [{ capacityProvider: 'ec2', weight: 1 }],
      onContainerInstances: true,
    });
    stage.until(100);

    stage.world.market.reclaim(first(taskArns(stage, { cluster: clusterArn })));

    expect(taskArns(stage, { cluster: clusterArn })).toHaveLength(1);
  });

  it('fails to place where the cluster has no instance', () => {
    const stage = aStage();
    const clusterArn = createCluster(stage.world, 'ec2', ['ec2-spot']);
    createService(stage.world, clusterArn, {
      name: 'api',
      desiredCount: 1,
      strategy: [{ capacityProvider: 'ec2-spot', weight: 1 }],
      onContainerInstances: true,
    });

    stage.until(2);

    expect(stage.seen.map(({ event }) => [event.detail.eventName, event.detail.reason])).toContainEqual([
      'SERVICE_TASK_PLACEMENT_FAILURE',
      'RESOURCE:CPU',
    ]);
    expect(taskArns(stage, { cluster: clusterArn })).toEqual([]);
  });
});
