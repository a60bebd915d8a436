import { describe, expect, it } from 'vitest';
import { RetryableError } from '../../../shared/errors.ts';
import type { Service } from '../../../shared/ports/ecs.ts';
import type { TaskRecord } from '../../../shared/ports/ledger.ts';
import type { TargetHealth } from '../../../shared/ports/load-balancers.ts';
import { aDecider, aManagedService } from '../../builders/decide.ts';
import { aBridge, aTaskRecord, bridgedControl, nowMs, provenControl } from '../../builders/service-facts.ts';

const group = 'arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/web/1';
const registryArn = 'arn:aws:servicediscovery:us-east-1:111122223333:service/srv-web';
const behindGroup: Partial<Service> = {
  loadBalancers: [{ targetGroupArn: group, containerName: 'web', containerPort: 80 }],
};
const healthy = (...ids: string[]): TargetHealth[] => ids.map((id) => ({ id, port: 80, state: 'healthy' }));
const noticed = (ip: string, changed: Partial<TaskRecord> = {}) =>
  aTaskRecord(`t-${ip}`, { desiredStatus: 'STOPPED', spotStopAtMs: nowMs - 5_000, privateIps: [ip], ...changed });

/** A service of ten behind a target group; one of its tasks is under notice. */
async function reclaiming({
  tags = {},
  tasks = [noticed('1')],
  service = behindGroup,
  control = provenControl,
  ...setup
}: {
  tags?: Readonly<Record<string, string>>;
  tasks?: readonly TaskRecord[];
  service?: Partial<Service>;
  control?: typeof provenControl;
} & Omit<NonNullable<Parameters<typeof aDecider>[0]>, 'tasks'> = {}) {
  const decider = aDecider({
    services: [aManagedService(service, tags)],
    listed: { web: 9 },
    targetHealth: { [group]: healthy('1', '2', '3', '4', '5', '6', '7') },
    ...setup,
  });
  await decider.remember(control);
  await decider.tell(tasks);
  decider.forget();
  return decider;
}

describe('targets of tasks under notice', () => {
  it('are taken out after the capacity was asked for', async () => {
    const decider = await reclaiming();
    await decider.decide();
    expect(decider.names('ecs.create', 'loadBalancers.')).toEqual([
      'ecs.createService',
      'loadBalancers.targetHealth',
      'loadBalancers.deregisterTargets',
    ]);
    expect(decider.called('loadBalancers.deregisterTargets')[0]?.args).toEqual([group, [{ id: '1', port: 80 }]]);
    expect((await decider.record()).targets).toMatchObject({
      reason: 'targets_deregistered',
      applied: [{ command: { kind: 'DeregisterTargets' }, result: 'applied' }],
    });
  });

  it('are looked after once', async () => {
    const decider = await reclaiming();
    await decider.decide();
    expect((await decider.stored())?.deregistered).toEqual(['t-1']);
    decider.pass(15_000);
    await decider.decide();
    expect(decider.called('loadBalancers.targetHealth')).toHaveLength(1);
    expect((await decider.record()).targets).toBeUndefined();
  });

  it('are forgotten when their two minutes are over', async () => {
    const decider = await reclaiming();
    await decider.decide();
    decider.pass(120_000);
    await decider.tell([noticed('2', { spotStopAtMs: nowMs + 119_000 })]);
    await decider.decide();
    expect((await decider.stored())?.deregistered).toEqual(['t-2']);
  });

  it('of another notice are taken out although the bridge may not be written yet', async () => {
    const decider = await reclaiming();
    await decider.decide();
    decider.pass(3_000);
    await decider.tell([noticed('2', { spotStopAtMs: nowMs + 2_000 })]);
    await decider.decide();
    expect((await decider.record()).reason).toBe('bridge_write_too_soon');
    expect(decider.called('loadBalancers.deregisterTargets')[1]?.args).toEqual([group, [{ id: '2', port: 80 }]]);
  });

  it('are kept while too few others are healthy, and looked at again in ten seconds', async () => {
    const decider = await reclaiming({ targetHealth: { [group]: healthy('1', '2') } });
    await decider.decide();
    expect(decider.called('loadBalancers.deregisterTargets')).toEqual([]);
    expect((await decider.record()).targets?.reason).toBe('would_empty_target_group');
    expect(decider.wakes()).toContainEqual(['wake', 10_000]);
    expect((await decider.stored())?.deregistered).toEqual([]);
  });

  it('are taken out of Cloud Map too', async () => {
    const decider = await reclaiming({
      service: { serviceRegistries: [{ registryArn }] },
      instanceIds: { [registryArn]: ['t-1', 'a', 'b', 'c', 'd', 'e'] },
    });
    await decider.decide();
    expect(decider.called('serviceRegistries.deregisterInstance')[0]?.args).toEqual([registryArn, 't-1']);
  });

  it('on shared instances are found by what ECS says of the instance', async () => {
    const containerInstanceArn = 'arn:aws:ecs:us-east-1:111122223333:container-instance/shop/1';
    const decider = await reclaiming({
      tasks: [
        noticed('none', {
          containerInstanceArn,
          hostPorts: [{ containerName: 'web', containerPort: 80, hostPort: 32_768 }],
        }),
      ],
      containerInstances: [{ containerInstanceArn, ec2InstanceId: 'i-1' }],
      targetHealth: { [group]: [{ id: 'i-1', port: 32_768, state: 'healthy' }, ...healthy('2', '3', '4', '5', '6')] },
    });
    await decider.decide();
    expect(decider.called('loadBalancers.deregisterTargets')[0]?.args).toEqual([group, [{ id: 'i-1', port: 32_768 }]]);
  });

  it.each<[string, Parameters<typeof reclaiming>[0]]>([
    ['`deregister` is off', { tags: { 'ballast:deregister': 'off' } }],
    ['the service is not managed', { tags: { 'ballast:managed': 'false' } }],
    ['the notice is two minutes old', { tasks: [noticed('1', { spotStopAtMs: nowMs - 120_000 })] }],
    ['the task has stopped', { tasks: [noticed('1', { lastStatus: 'STOPPED' })] }],
    ['the service registers nowhere', { service: {} }],
  ])('are not even looked at when %s', async (_why, setup) => {
    const decider = await reclaiming(setup);
    await decider.decide();
    expect(decider.names('loadBalancers.', 'serviceRegistries.')).toEqual([]);
    expect((await decider.record()).targets).toBeUndefined();
  });

  it('are told and left alone in mode observe', async () => {
    const decider = await reclaiming({ tags: { 'ballast:mode': 'observe' } });
    await decider.decide();
    expect(decider.called('loadBalancers.deregisterTargets')).toEqual([]);
    expect((await decider.record()).targets?.applied).toMatchObject([{ result: 'observed' }]);
  });

  it('are left alone in mode observe, also while the bridge of better days is taken down', async () => {
    const decider = await reclaiming({
      services: [aManagedService(behindGroup, { 'ballast:mode': 'observe' }), aBridge()],
      control: bridgedControl(),
    });
    await decider.decide();
    expect(await decider.record()).toMatchObject({
      reason: 'bridge_held',
      targets: { applied: [{ result: 'observed' }] },
    });
    expect(decider.called('loadBalancers.deregisterTargets')).toEqual([]);
  });
});

describe('what goes wrong with targets', () => {
  it.each(['loadBalancers.targetHealth', 'ecs.describeContainerInstances'])(
    'never stops capacity: %s',
    async (name) => {
      const decider = await reclaiming({
        tasks: [noticed('1', { containerInstanceArn: 'arn:instance/1' })],
        fault: (call) => (call.name === name ? new RetryableError(`${name}: busy`) : undefined),
      });
      expect(await decider.decide()).toEqual(new Set());
      expect(decider.called('ecs.createService')).toHaveLength(1);
      expect(await decider.record()).toMatchObject({
        reason: 'bridge_grown',
        targets: { reason: 'targets_unreadable', explanation: `${name}: busy`, applied: [] },
      });
      expect(decider.wakes()).toContainEqual(['wake', 10_000]);
    },
  );

  it('is told per target group, and tried again', async () => {
    const decider = await reclaiming({
      fault: ({ name }) => (name === 'loadBalancers.deregisterTargets' ? new RetryableError('busy') : undefined),
    });
    await decider.decide();
    expect((await decider.record()).targets?.applied).toMatchObject([{ result: 'failed', error: 'busy' }]);
    expect((await decider.stored())?.deregistered).toEqual([]);
    expect(decider.wakes()).toContainEqual(['wake', 10_000]);
  });

  it('never stops the bridge from growing while a release may have to be followed', async () => {
    const primary = aManagedService({
      ...behindGroup,
      deployments: [
        { ...(aManagedService().deployments[0] ?? never()), id: 'ecs-svc/1001', rolloutState: 'IN_PROGRESS' },
        { ...(aManagedService().deployments[0] ?? never()), status: 'ACTIVE' },
      ],
    });
    const decider = await reclaiming({
      services: [primary, aBridge()],
      listed: { web: 4 },
      tasks: [aTaskRecord('new', { deploymentId: 'ecs-svc/1001', startedAtMs: nowMs - 90_000 })],
      control: bridgedControl(),
      fault: ({ name }) => (name === 'loadBalancers.targetHealth' ? new RetryableError('busy') : undefined),
    });
    await decider.signalled('spot_placement_failure', nowMs - 30_000);
    await decider.decide();
    expect(decider.called('loadBalancers.targetHealth').length).toBeGreaterThan(0);
    expect(await decider.record()).toMatchObject({
      reason: 'bridge_grown',
      applied: [{ command: { to: 6 }, result: 'applied' }],
    });
    expect(decider.called('telemetry.postponed')).toHaveLength(1);
  });
});

function never(): never {
  throw new Error('a service has a deployment');
}
