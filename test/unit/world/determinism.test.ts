import { describe, expect, it } from 'vitest';
import { createCluster, createService, runJob } from '../../../local/scenarios/stage.ts';
import { createWorld, type EventBridgeEvent, type World } from '../../../local/world/world.ts';
import { startMs } from '../../builders/world.ts';

const strategy = [
  { capacityProvider: 'FARGATE', base: 1, weight: 1 },
  { capacityProvider: 'FARGATE_SPOT', weight: 3 },
];

/** An hour with everything that is drawn: launches, exits, event lag, reclaims, deployments, placement failures. */
function play(seed: number): { readonly log: string; readonly events: readonly EventBridgeEvent[] } {
  // With the default switches, and so with all their ranges.
  const world = createWorld({ seed, startMs });
  const arrived: { atMs: number; event: EventBridgeEvent }[] = [];
  world.onEvent((event) => arrived.push({ atMs: world.nowMs, event }));
  const until = (minutes: number) => world.advanceTo(startMs + minutes * 60_000);

  const clusterArn = createCluster(world, 'main');
  createService(world, clusterArn, { name: 'web', desiredCount: 12, strategy });
  const api = createService(world, clusterArn, { name: 'api', desiredCount: 5 });
  until(5);
  runJob(world, clusterArn, 'web');
  world.market.reclaimDownTo(6);
  until(20);
  world.call('ecs', 'UpdateService', { cluster: 'main', service: 'web', forceNewDeployment: true });
  world.market.setCapacity('FARGATE_SPOT', undefined);
  until(60);

  const figures = world.figures.of(api);
  return { log: JSON.stringify({ arrived, figures }), events: arrived.map(({ event }) => event) };
}

/** What became of service `web`'s tasks: their names, events and times. */
function webOf(prepare: (world: World, clusterArn: string) => void): unknown {
  const world = createWorld({ seed: 5, startMs });
  const seen: unknown[] = [];
  world.onEvent(({ detail }) => {
    if (detail.group === 'service:web') seen.push([world.nowMs, detail.taskArn, detail.lastStatus, detail.version]);
  });
  const clusterArn = createCluster(world, 'main');
  prepare(world, clusterArn);
  createService(world, clusterArn, { name: 'web', desiredCount: 4 });
  world.advanceTo(startMs + 600_000);
  return seen;
}

describe('the world is a function of its seed', () => {
  it('tells the same story for the same seed, to the byte', () => {
    const { log, events } = play(7);

    expect(play(7).log).toBe(log);
    // A story worth comparing.
    expect(events.length).toBeGreaterThan(150);
    expect(new Set(events.map((event) => event.detail.eventName ?? event.detail.lastStatus))).toEqual(
      new Set([
        'SERVICE_DEPLOYMENT_IN_PROGRESS',
        'SERVICE_DEPLOYMENT_COMPLETED',
        'SERVICE_STEADY_STATE',
        'SERVICE_TASK_PLACEMENT_FAILURE',
        'PROVISIONING',
        'PENDING',
        'ACTIVATING',
        'RUNNING',
        'DEACTIVATING',
        'DEPROVISIONING',
        'STOPPED',
      ]),
    );
  });

  it('tells another story for another seed', () => {
    expect(play(8).log).not.toBe(play(7).log);
  });

  it('gives no event id twice', () => {
    const { events } = play(7);

    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  });

  it("does not change a service's luck because there are others", () => {
    const alone = webOf(() => undefined);
    const inCompany = webOf((world, clusterArn) => createService(world, clusterArn, { name: 'api', desiredCount: 9 }));

    // Four tasks, four events each until they run.
    expect(alone).toHaveLength(16);
    expect(inCompany).toEqual(alone);
  });

  it('does not depend on how the clock is turned', () => {
    const inSteps = (stepMs: number) => {
      const world = createWorld({ seed: 5, startMs });
      const seen: unknown[] = [];
      world.onEvent((event) => seen.push([world.nowMs, event]));
      createService(world, createCluster(world, 'main'), { name: 'web', desiredCount: 3 });
      for (let atMs = 0; atMs < 600_000; atMs += stepMs) world.advanceTo(startMs + atMs + stepMs);
      return seen;
    };

    expect(inSteps(600_000)).not.toEqual([]);
    expect(inSteps(250)).toEqual(inSteps(600_000));
  });

  it('never turns the clock back', () => {
    const world = createWorld({ seed: 1, startMs });
    world.advanceTo(startMs + 1_000);
    world.advanceTo(startMs);

    expect(world.nowMs - startMs).toBe(1_000);
  });

  it('has nothing under way in an empty region', () => {
    expect(createWorld({ seed: 1, startMs }).nextAtMs()).toBeUndefined();
  });
});
