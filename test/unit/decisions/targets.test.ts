import { describe, expect, it } from 'vitest';
import {
  healthyTasks,
  liveNotices,
  openNotices,
  planTargets,
  type TargetFacts,
} from '../../../shared/decisions/targets.ts';
import type { TaskRecord } from '../../../shared/ports/ledger.ts';
import type { TargetHealth } from '../../../shared/ports/load-balancers.ts';
import { aTaskRecord, nowMs, provenControl, someFacts } from '../../builders/service-facts.ts';

const group = 'arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/web/0123456789abcdef';
const registryArn = 'arn:aws:servicediscovery:us-east-1:111122223333:service/srv-web';
const balancer = { targetGroupArn: group, containerName: 'web', containerPort: 8080 };
const noticed = (id: string, changed: Partial<TaskRecord> = {}) =>
  aTaskRecord(id, { desiredStatus: 'STOPPED', spotStopAtMs: nowMs - 5_000, privateIps: [`10.0.0.${id}`], ...changed });
const target = (id: string, state = 'healthy', port = 8080): TargetHealth => ({ id: `10.0.0.${id}`, port, state });
const registered = (changed: Partial<TargetFacts> = {}): TargetFacts => ({
  groups: [],
  registries: [],
  ec2InstanceIds: new Map(),
  ...changed,
});
const inGroup = (...health: TargetHealth[]) => registered({ groups: [{ balancer, health }] });

function plan(
  tasks: readonly TaskRecord[],
  targets: TargetFacts,
  {
    wanted = 4,
    deregister = 'when-covered' as 'when-covered' | 'now',
    deregistered = [] as string[],
    atMs = nowMs,
  } = {},
) {
  const facts = someFacts({ tasks, control: { ...provenControl, deregistered } });
  return planTargets(facts, { deregister }, targets, wanted, atMs);
}

describe('targets of a task under notice', () => {
  it('are taken out by address and port when half of what is wanted is healthy besides', () => {
    const targets = inGroup(target('1'), target('2'), target('3'));
    expect(plan([noticed('1')], targets)).toEqual({
      reason: 'targets_deregistered',
      explanation: '1 tasks under notice are taken out of their load balancers and registries',
      commands: [{ kind: 'DeregisterTargets', targetGroupArn: group, targets: [{ id: '10.0.0.1', port: 8080 }] }],
      done: ['1'],
    });
  });

  it('are kept while fewer than half of what is wanted is healthy besides', () => {
    const kept = plan([noticed('1')], inGroup(target('1'), target('2'), target('3', 'unhealthy')), { wanted: 3 });
    expect(kept).toMatchObject({
      reason: 'would_empty_target_group',
      commands: [],
      done: [],
      wakeAtMs: nowMs + 10_000,
    });
    expect(kept.explanation).toBe(
      'web has 1 other healthy targets; 2 are needed before a task under notice is taken out',
    );
  });

  it('are kept while no other is healthy, however few are wanted', () => {
    expect(plan([noticed('1')], inGroup(target('1')), { wanted: 1 }).commands).toEqual([]);
    expect(plan([noticed('1')], inGroup(target('1'), target('2')), { wanted: 1 }).commands).toHaveLength(1);
    expect(plan([noticed('1')], inGroup(target('1')), { wanted: 0 }).commands).toEqual([]);
  });

  it('are no cover for one another', () => {
    expect(plan([noticed('1'), noticed('2')], inGroup(target('1'), target('2')), { wanted: 2 }).commands).toEqual([]);
  });

  it('are taken out together', () => {
    const targets = inGroup(target('1'), target('2'), target('3'), target('4'));
    expect(plan([noticed('1'), noticed('2')], targets)).toMatchObject({
      commands: [{ targets: [{ id: '10.0.0.1' }, { id: '10.0.0.2' }] }],
      done: ['1', '2'],
    });
  });

  it('are covered by healthy targets only, not by those that are starting or draining', () => {
    const targets = inGroup(target('1'), target('2', 'initial'), target('3', 'draining'), target('4', 'unused'));
    expect(plan([noticed('1')], targets, { wanted: 2 }).commands).toEqual([]);
  });

  it('are covered by targets of the bridge like any other', () => {
    const bridge = aTaskRecord('9', { ofBridge: true, privateIps: ['10.0.0.9'] });
    expect(plan([noticed('1'), bridge], inGroup(target('1'), target('9')), { wanted: 2 }).commands).toHaveLength(1);
  });

  it('are left alone when they are draining already', () => {
    const gone = plan([noticed('1')], inGroup(target('1', 'draining'), target('2'), target('3')));
    expect(gone).toMatchObject({ reason: 'targets_deregistered', commands: [], done: ['1'] });
  });

  it('are taken out although they are not healthy', () => {
    const targets = inGroup(target('1', 'unhealthy'), target('2'), target('3'));
    expect(plan([noticed('1')], targets).commands).toHaveLength(1);
  });

  it('are taken out at every address of the task', () => {
    const task = noticed('1', { privateIps: ['10.0.0.1', '10.0.0.101'] });
    const targets = inGroup(target('1'), target('101'), target('2'), target('3'));
    expect(plan([task], targets)).toMatchObject({
      commands: [{ targets: [{ id: '10.0.0.1' }, { id: '10.0.0.101' }] }],
    });
  });

  it('are not those of another port at the same address', () => {
    expect(plan([noticed('1')], inGroup(target('1', 'healthy', 9090), target('2'), target('3'))).commands).toEqual([]);
  });
});

describe('with `now`', () => {
  it('a single healthy target besides is enough', () => {
    const targets = inGroup(target('1'), target('2'));
    expect(plan([noticed('1')], targets, { wanted: 20, deregister: 'now' }).commands).toHaveLength(1);
    expect(plan([noticed('1')], targets, { wanted: 20 }).commands).toEqual([]);
  });

  it('a target group is still never emptied', () => {
    expect(plan([noticed('1')], inGroup(target('1')), { deregister: 'now' })).toMatchObject({
      reason: 'would_empty_target_group',
      commands: [],
    });
  });
});

describe('targets on shared instances', () => {
  const instanceArn = 'arn:aws:ecs:us-east-1:111122223333:container-instance/shop/1';
  const ec2InstanceIds = new Map([[instanceArn, 'i-1']]);
  const onInstance = (id: string, hostPort: number, changed: Partial<TaskRecord> = {}) =>
    noticed(id, {
      privateIps: [],
      containerInstanceArn: instanceArn,
      hostPorts: [
        { containerName: 'web', containerPort: 8080, hostPort },
        { containerName: 'sidecar', containerPort: 9901, hostPort: hostPort + 1_000 },
      ],
      ...changed,
    });
  const at = (id: string, port: number, state = 'healthy'): TargetHealth => ({ id, port, state });
  const others = [at('i-2', 32_768), at('i-3', 32_768)];

  it('are taken out by instance and host port', () => {
    const health = [at('i-1', 32_768), ...others];
    expect(
      plan([onInstance('1', 32_768)], registered({ groups: [{ balancer, health }], ec2InstanceIds })),
    ).toMatchObject({
      commands: [{ targets: [{ id: 'i-1', port: 32_768 }] }],
    });
  });

  it("are not another task's on the same instance, which counts as cover", () => {
    const health = [at('i-1', 32_768), at('i-1', 32_770)];
    const targets = registered({ groups: [{ balancer, health }], ec2InstanceIds });
    expect(plan([onInstance('1', 32_768)], targets, { wanted: 2 }).commands).toEqual([
      { kind: 'DeregisterTargets', targetGroupArn: group, targets: [{ id: 'i-1', port: 32_768 }] },
    ]);
  });

  it("are not the same task's port of another container", () => {
    const health = [at('i-1', 33_768), ...others];
    expect(
      plan([onInstance('1', 32_768)], registered({ groups: [{ balancer, health }], ec2InstanceIds })).commands,
    ).toEqual([]);
  });

  it('are unknown where the instance is', () => {
    const health = [at('i-1', 32_768), ...others];
    expect(plan([onInstance('1', 32_768)], registered({ groups: [{ balancer, health }] })).commands).toEqual([]);
  });
});

describe('several target groups', () => {
  const admin = group.replace('/web/', '/admin/');
  const groups = (adminHealth: readonly TargetHealth[]) =>
    registered({
      groups: [
        { balancer, health: [target('1'), target('2'), target('3')] },
        { balancer: { targetGroupArn: admin, containerName: 'web', containerPort: 9000 }, health: adminHealth },
      ],
    });

  it('are each looked after with their own port', () => {
    const health = [target('1', 'healthy', 9000), target('2', 'healthy', 9000), target('3', 'healthy', 9000)];
    expect(plan([noticed('1')], groups(health)).commands).toEqual([
      { kind: 'DeregisterTargets', targetGroupArn: group, targets: [{ id: '10.0.0.1', port: 8080 }] },
      { kind: 'DeregisterTargets', targetGroupArn: admin, targets: [{ id: '10.0.0.1', port: 9000 }] },
    ]);
  });

  it('are each guarded: the task leaves the one that is covered, and is looked at again for the other', () => {
    const plan2 = plan([noticed('1')], groups([target('1', 'healthy', 9000), target('2', 'initial', 9000)]));
    expect(plan2).toMatchObject({
      reason: 'would_empty_target_group',
      commands: [{ targetGroupArn: group }],
      done: [],
      wakeAtMs: nowMs + 10_000,
    });
    expect(plan2.explanation).toContain('admin has 0 other healthy targets');
  });
});

describe('instances in a Cloud Map registry', () => {
  const registry = (...instanceIds: string[]) => registered({ registries: [{ registryArn, instanceIds }] });

  it('are taken out by task id, under the same guard', () => {
    expect(plan([noticed('1')], registry('1', '2', '3'))).toMatchObject({
      reason: 'targets_deregistered',
      commands: [{ kind: 'DeregisterInstance', registryArn, instanceId: '1' }],
      done: ['1'],
    });
    const kept = plan([noticed('1')], registry('1', '2'));
    expect(kept).toMatchObject({ reason: 'would_empty_target_group', commands: [], done: [] });
    expect(kept.explanation).toContain('srv-web has 1 other instances');
  });

  it('are no cover for one another', () => {
    expect(plan([noticed('1'), noticed('2')], registry('1', '2'), { wanted: 2 }).commands).toEqual([]);
  });

  it('that are not registered need nothing', () => {
    expect(plan([noticed('1')], registry('2'))).toMatchObject({ commands: [], done: ['1'] });
  });
});

describe('a notice', () => {
  const targets = inGroup(target('1'), target('2'), target('3'));

  it('counts for two minutes: afterwards the address may be somebody else’s', () => {
    const task = noticed('1', { spotStopAtMs: nowMs - 119_999 });
    expect(plan([task], targets).commands).toHaveLength(1);
    expect(plan([task], targets, { atMs: nowMs + 1 }).commands).toEqual([]);
  });

  it('is over when the task has stopped', () => {
    expect(plan([noticed('1', { lastStatus: 'STOPPED' })], targets).commands).toEqual([]);
  });

  it('is not that of a task of the bridge, and not another kind of stop', () => {
    const facts = someFacts({
      tasks: [
        noticed('1', { ofBridge: true }),
        aTaskRecord('2', { desiredStatus: 'STOPPED', privateIps: ['10.0.0.2'] }),
        aTaskRecord('3'),
      ],
    });
    expect(liveNotices(facts, nowMs)).toEqual([]);
  });

  it('that was looked after is not looked at again, and is still no cover', () => {
    const done = { deregistered: ['1'] };
    const control = { ...provenControl, ...done };
    expect(openNotices(someFacts({ tasks: [noticed('1')], control }), nowMs)).toEqual([]);
    expect(plan([noticed('1')], targets, done).commands).toEqual([]);
    const both = inGroup(target('1'), target('2'), target('3'));
    expect(plan([noticed('1'), noticed('2')], both, { ...done, wanted: 4 }).commands).toEqual([]);
  });
});

describe('tasks that answer', () => {
  const started = (id: string, agoMs: number) =>
    aTaskRecord(id, { privateIps: [`10.0.0.${id}`], startedAtMs: nowMs - agoMs });

  it('are healthy in every target group', () => {
    const second = { targetGroupArn: 'arn:tg/admin', containerPort: 9000 };
    const targets = registered({
      groups: [
        { balancer, health: [target('1'), target('2')] },
        { balancer: second, health: [target('1', 'healthy', 9000), target('2', 'initial', 9000)] },
      ],
    });
    expect(healthyTasks([started('1', 1_000), started('2', 1_000), started('3', 1_000)], targets, nowMs)).toBe(1);
  });

  it('have run for forty seconds where there is no target group', () => {
    expect(healthyTasks([started('1', 39_999), started('2', 40_000)], registered(), nowMs)).toBe(1);
  });
});
