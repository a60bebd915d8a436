import { describe, expect, it } from 'vitest';
import { aStage, first, listOf, pick, type Stage, taskArns } from '../../builders/world.ts';

function instanceIds(stage: Stage, ServiceId: string): unknown[] {
  const answer = stage.world.call('servicediscovery', 'ListInstances', { ServiceId });
  return listOf(answer, 'Instances').map((instance) => pick(instance, 'Id'));
}

const taskId = (arn: string) => arn.slice(arn.lastIndexOf('/') + 1);

describe('a task of a service with a Cloud Map registry', () => {
  it('is registered under its task id when it is RUNNING, not before', () => {
    const stage = aStage();
    const registryArn = stage.world.createRegistry('web');
    stage.service({ desiredCount: 1, registryArn });

    // RUNNING at 46 s.
    stage.until(45);
    const starting = instanceIds(stage, registryArn);
    stage.until(46);

    expect(starting).toEqual([]);
    expect(instanceIds(stage, registryArn)).toEqual(taskArns(stage).map(taskId));
  });

  it('is deregistered as a normal stop begins', () => {
    const stage = aStage();
    const registryArn = stage.world.createRegistry('web');
    stage.service({ desiredCount: 1, registryArn });
    stage.until(100);

    stage.ecs('UpdateService', { service: 'web', desiredCount: 0 });
    stage.until(101);

    expect(instanceIds(stage, registryArn)).toEqual([]);
  });

  it.each([
    { ecsDeregistersOnSpot: false, underNotice: 1 },
    { ecsDeregistersOnSpot: true, underNotice: 0 },
  ])(
    'under a Spot notice stays registered to the end, unless ECS deregisters: $ecsDeregistersOnSpot',
    ({ ecsDeregistersOnSpot, underNotice }) => {
      const stage = aStage({ switches: { ecsDeregistersOnSpot } });
      const registryArn = stage.world.createRegistry('web');
      stage.service({ desiredCount: 1, registryArn });
      stage.until(100);
      stage.world.market.setCapacity('FARGATE_SPOT', 0);

      stage.world.market.reclaim(first(taskArns(stage)));
      stage.until(109);
      const during = instanceIds(stage, registryArn).length;
      stage.until(110);

      expect([during, instanceIds(stage, registryArn).length]).toEqual([underNotice, 0]);
    },
  );

  it('shares the registry with the tasks of another service', () => {
    const stage = aStage();
    const registryArn = stage.world.createRegistry('web');
    stage.service({ desiredCount: 2, registryArn });
    stage.service({ name: 'bridge', desiredCount: 1, registryArn });

    stage.until(100);

    expect(instanceIds(stage, registryArn)).toHaveLength(3);
  });
});
