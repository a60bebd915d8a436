import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Region, startRegion } from '../../local/region/region.ts';
import type { AwsCall } from '../../local/region/wire.ts';
import { acting, createCluster, createService, deployRevision } from '../../local/scenarios/stage.ts';
import { createWorld, type EventBridgeEvent, type World } from '../../local/world/world.ts';

/** A release whose image does not exist, in front of the deployed bundles, over the wire; every event comes thrice. */

const startMs = Date.parse('2026-03-01T09:00:00Z');
const root = new URL('../../', import.meta.url);
const minute = 60_000;
const speed = 20;

let world: World;
let region: Region;
const told: EventBridgeEvent[] = [];
const calls: AwsCall[] = [];

beforeAll(async () => {
  world = createWorld({ seed: 11, startMs, switches: { deploymentFailedAsServiceAction: true } });
  const clusterArn = createCluster(world, 'shop');
  createService(world, clusterArn, {
    name: 'breaker',
    desiredCount: 2,
    tags: acting,
    circuitBreaker: { enable: true, rollback: true },
  });
  createService(world, clusterArn, {
    name: 'policy',
    desiredCount: 2,
    tags: { ...acting, 'ballast:rollback-failed': 'true' },
  });
  world.advanceTo(startMs + 3 * minute);
  region = await startRegion({
    templateFile: fileURLToPath(new URL('.serverless/cloudformation-template-update-stack.json', root)),
    codeDir: fileURLToPath(root),
    world,
    speed,
    deliveries: () => [0, 7_000, 20_000],
    on: {
      awsCall: (call) => calls.push(call),
      event: (_busName, event) => {
        if (event['detail-type'] === 'Deployment Diagnosed') told.push(event);
      },
    },
  });
  await region.until(startMs + 4.5 * minute);
  for (const name of ['breaker', 'policy']) deployRevision(world, clusterArn, name, { broken: true });
}, 60_000);

afterAll(() => region.stop());

const diagnosesOf = (name: string) =>
  told.filter(({ detail }) => detail.serviceName === name).map(({ detail }) => detail);

async function waitUntil(what: string, holds: () => boolean): Promise<void> {
  const untilMs = Date.now() + 45_000;
  while (!holds()) {
    if (Date.now() > untilMs) throw new Error(`not within 45 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('a release that fails', { timeout: 100_000 }, () => {
  it('is diagnosed once, and rolled back once: by ECS, or by policy', async () => {
    await waitUntil('both diagnoses', () => diagnosesOf('breaker').length > 0 && diagnosesOf('policy').length > 0);
    // The copies are late, and the rollbacks tell of themselves.
    await region.until(region.clock.nowMs() + 3 * minute);
    expect(diagnosesOf('breaker')).toMatchObject([
      { class: 'image', cause: 'pull_not_found', answer: { kind: 'tell', reason: 'ecs_rolled_back' } },
    ]);
    expect(diagnosesOf('policy')).toMatchObject([
      { class: 'image', cause: 'pull_not_found', answer: { kind: 'StopServiceDeployment', reason: 'rolled_back' } },
    ]);
    const stops = calls.filter(({ action }) => action === 'StopServiceDeployment');
    expect(stops.map(({ input }) => input.serviceDeploymentArn)).toEqual([
      expect.stringContaining(':service-deployment/shop/policy/'),
    ]);
    expect(calls.filter(({ action }) => action === 'UpdateService')).toEqual([]);
  });
});
