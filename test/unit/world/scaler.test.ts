import { describe, expect, it } from 'vitest';
import { deployRevision } from '../../../local/scenarios/stage.ts';
import { aStage, describedService, pick, type Stage, taskArns } from '../../builders/world.ts';

/** Service `web` of four tasks, healthy at 61 s, each to carry 10; a look every minute from 100 s on. */
function scaled(options: { readonly servingTasks?: () => number } = {}) {
  const stage = aStage();
  const serviceArn = stage.service({ desiredCount: 4 });
  stage.until(100);
  const weather = { load: 40 };
  const detach = stage.world.attachScaler({
    serviceArn,
    min: 2,
    max: 10,
    targetPerTask: 10,
    load: () => weather.load,
    ...options,
  });
  return { stage, serviceArn, weather, detach };
}
const desired = (stage: Stage) => pick(describedService(stage), 'desiredCount');

describe('target tracking', () => {
  it('is registered with Application Auto Scaling', () => {
    const { stage } = scaled();

    const answer = stage.world.call('application-autoscaling', 'DescribeScalableTargets', { ServiceNamespace: 'ecs' });

    expect(pick(answer, 'ScalableTargets', 0)).toMatchObject({
      ResourceId: 'service/main/web',
      MinCapacity: 2,
      MaxCapacity: 10,
    });
  });

  it('changes nothing while the load fits', () => {
    const { stage } = scaled();

    stage.until(2000);

    expect(desired(stage)).toBe(4);
  });

  it('scales out at its next look, up to the maximum', () => {
    const { stage, weather } = scaled();
    weather.load = 55;
    stage.until(159);
    const before = desired(stage);
    stage.until(160);
    const after = desired(stage);
    weather.load = 500;
    stage.until(400);

    expect([before, after, desired(stage)]).toEqual([4, 6, 10]);
  });

  it('scales in only after the cool-down, down to the minimum', () => {
    const { stage, weather } = scaled();
    weather.load = 5;
    // 300 s after 100 s.
    stage.until(399);
    const before = desired(stage);
    stage.until(400);

    expect([before, desired(stage)]).toEqual([4, 2]);
  });

  it('does not scale in while a deployment runs', () => {
    const { stage, weather } = scaled();
    weather.load = 20;
    stage.until(390);
    stage.world.market.setCapacity('FARGATE_SPOT', 0);
    deployRevision(stage.world, stage.clusterArn, 'web');
    stage.until(2000);

    expect(desired(stage)).toBe(4);
  });

  it('scales out while a deployment runs', () => {
    const { stage, weather } = scaled();
    stage.world.market.setCapacity('FARGATE_SPOT', 0);
    deployRevision(stage.world, stage.clusterArn, 'web');
    weather.load = 55;
    stage.until(200);

    expect(desired(stage)).toBe(6);
  });

  it('folds a short service whose load others carry: it counts the running tasks, not the desired ones', () => {
    const { stage } = scaled({ servingTasks: () => 4 });
    stage.world.market.reclaimDownTo(2);

    stage.until(400);

    // ceil(2 running × 40 / 4 / 10), though four are desired and the load needs four.
    expect(desired(stage)).toBe(2);
    expect(taskArns(stage)).toHaveLength(2);
  });

  it('does nothing without running tasks: there is no metric', () => {
    const { stage } = scaled();
    stage.world.market.reclaimDownTo(0);

    stage.until(2000);

    expect(desired(stage)).toBe(4);
  });

  it('respects suspended scaling', () => {
    const { stage, weather } = scaled();
    stage.world.call('application-autoscaling', 'RegisterScalableTarget', {
      ServiceNamespace: 'ecs',
      ResourceId: 'service/main/web',
      ScalableDimension: 'ecs:service:DesiredCount',
      SuspendedState: { DynamicScalingInSuspended: true },
    });
    weather.load = 5;
    stage.until(2000);
    const low = desired(stage);
    weather.load = 55;
    stage.until(2100);

    expect([low, desired(stage)]).toEqual([4, 6]);
  });

  it('ends when it is taken off', () => {
    const { stage, weather, detach } = scaled();
    detach();
    weather.load = 500;
    stage.until(2000);

    expect(desired(stage)).toBe(4);
    expect(stage.world.nextAtMs()).toBeUndefined();
  });
});
