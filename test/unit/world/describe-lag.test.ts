import { expect, it } from 'vitest';
import { createCluster, createService } from '../../../local/scenarios/stage.ts';
import { createWorld } from '../../../local/world/world.ts';

const startMs = Date.UTC(2026, 2, 1, 8);

it('shows new tags of a calm service as late as everything else, and no later', () => {
  const world = createWorld({ seed: 1, startMs, switches: { describeLagMs: 10_000 } });
  const cluster = createCluster(world, 'main');
  const resourceArn = createService(world, cluster, { name: 'web', desiredCount: 2, tags: { team: 'shop' } });
  world.advanceTo(startMs + 600_000);
  world.call('ecs', 'UntagResource', { resourceArn, tagKeys: ['team'] });

  const shownAfter = (seconds: number) => {
    world.advanceTo(startMs + 600_000 + seconds * 1_000);
    const { services } = world.call('ecs', 'DescribeServices', { cluster, services: ['web'], include: ['TAGS'] });
    return (services as { readonly tags: unknown }[])[0]?.tags;
  };

  expect([5, 9, 10].map(shownAfter)).toEqual([[{ key: 'team', value: 'shop' }], [{ key: 'team', value: 'shop' }], []]);
});

it('tells nobody of what was before', () => {
  const world = createWorld({ seed: 1, startMs, toldFromMs: startMs + 300_000 });
  const told: string[] = [];
  world.onEvent(({ time }) => told.push(time));
  createService(world, createCluster(world, 'main'), { name: 'web', desiredCount: 2 });
  world.advanceTo(startMs + 300_000);
  expect(told).toEqual([]);

  world.call('ecs', 'UpdateService', { cluster: 'main', service: 'web', desiredCount: 3 });
  world.advanceTo(startMs + 600_000);
  expect(told.length).toBeGreaterThan(3);
});
