import { describe, expect, it } from 'vitest';
import { aDecider, aManagedService } from '../../builders/decide.ts';
import {
  aBridge,
  aDeployment,
  aTaskRecord,
  bridgedControl,
  nowMs,
  provenControl,
  reclaimed,
} from '../../builders/service-facts.ts';

const clusterArn = 'arn:aws:ecs:us-east-1:111122223333:cluster/shop';
const group = 'arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/web/1';
const task = (id: string, capacityProviderName: string, lastStatus = 'RUNNING') => ({
  taskArn: `arn:aws:ecs:us-east-1:111122223333:task/shop/${id}`,
  clusterArn,
  taskDefinitionArn: 'web:7',
  desiredStatus: 'RUNNING',
  lastStatus,
  capacityProviderName,
  version: 1,
});

describe('what a decision reads', () => {
  it('is the service and the tasks that stay', async () => {
    const decider = aDecider();
    await decider.remember(provenControl);
    await decider.decide();
    expect(decider.names('ecs.')).toEqual(['ecs.describeServices', 'ecs.listServiceTasks']);
  });

  it('is the bridge that it remembers too', async () => {
    const decider = aDecider({ services: [aManagedService(), aBridge()] });
    await decider.remember(bridgedControl());
    await decider.decide();
    expect((await decider.record()).facts).toMatchObject({ bridgeDesired: 4, bridgeRunning: 4 });
  });

  it('is not a bridge that ECS calls INACTIVE', async () => {
    const decider = aDecider({ services: [aManagedService(), aBridge({ status: 'INACTIVE' })] });
    await decider.remember(bridgedControl());
    await decider.decide();
    expect((await decider.record()).facts?.bridgeDesired).toBeUndefined();
  });

  it('are no tasks where nobody wants any', async () => {
    const decider = aDecider({ services: [aManagedService({ desiredCount: 0 })] });
    await decider.decide();
    expect(decider.called('ecs.listServiceTasks')).toEqual([]);
  });

  it('is the mix of providers only where there is a floor', async () => {
    const tasks = [task('a', 'FARGATE'), task('b', 'FARGATE_SPOT'), task('c', 'FARGATE', 'PENDING')];
    const decider = aDecider({ services: [aManagedService({}, { 'ballast:on-demand-floor': '3' })], tasks });
    await decider.remember(provenControl);
    await decider.decide();
    expect((await decider.record()).applied).toMatchObject([{ command: { request: { desiredCount: 2 } } }]);
  });

  it.each(['ecs.listServiceTasks', 'ecs.describeTasks'])(
    'is asked for again in ten seconds when %s fails',
    async (name) => {
      const decider = aDecider({
        services: [aManagedService({}, { 'ballast:on-demand-floor': '3' })],
        fault: (call) => (call.name === name ? new Error('busy') : undefined),
      });
      expect(await decider.decide()).toEqual(new Set());
      expect(decider.wakes()).toEqual([['notice', 10_000]]);
      expect(decider.called('telemetry.postponed')).toHaveLength(1);
      expect(decider.names('ledger.saveControl')).toEqual([]);
    },
  );
});

describe('the health of a release that the bridge may have to follow', () => {
  const eight = 'arn:aws:ecs:us-east-1:111122223333:task-definition/web:8';
  const releasing = aManagedService({
    taskDefinition: eight,
    loadBalancers: [{ targetGroupArn: group, containerName: 'web', containerPort: 80 }],
    deployments: [
      aDeployment({ id: 'ecs-svc/1001', rolloutState: 'IN_PROGRESS', taskDefinition: eight }),
      aDeployment({ status: 'ACTIVE' }),
    ],
  });

  async function drought(state: string) {
    const decider = aDecider({
      services: [releasing, aBridge()],
      listed: { web: 6 },
      targetHealth: { [group]: [{ id: '10.0.0.8', port: 80, state }] },
    });
    await decider.remember(bridgedControl());
    await decider.tell([
      ...reclaimed(4, nowMs - 300_000),
      aTaskRecord('new', { deploymentId: 'ecs-svc/1001', privateIps: ['10.0.0.8'], startedAtMs: nowMs - 90_000 }),
    ]);
    await decider.signalled('spot_placement_failure', nowMs - 30_000);
    await decider.decide('wake');
    return decider;
  }

  it('is read from its target groups, by the tasks that events have told of', async () => {
    expect((await (await drought('healthy')).record()).reason).toBe('bridge_follows_revision');
    expect((await (await drought('initial')).record()).reason).not.toBe('bridge_follows_revision');
  });

  it('is not read while Spot can place, or where no bridge stands', async () => {
    const calm = aDecider({ services: [releasing, aBridge()], listed: { web: 10 } });
    await calm.remember(bridgedControl());
    await calm.decide('wake');
    expect(calm.called('loadBalancers.targetHealth')).toEqual([]);
    const without = aDecider({ services: [releasing], listed: { web: 6 } });
    await without.remember(provenControl);
    await without.signalled('spot_placement_failure', nowMs - 30_000);
    await without.decide('wake');
    expect(without.called('loadBalancers.targetHealth')).toEqual([]);
  });
});
