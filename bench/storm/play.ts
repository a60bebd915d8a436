import { loadRules } from '../../local/rules.ts';
import { acting, createCluster, createService } from '../../local/scenarios/stage.ts';
import { loadStackPolicy } from '../../local/stack-policy.ts';
import { type AwsRequest, createVirtualRegion } from '../../local/virtual/virtual-region.ts';
import { createWorld, type EventBridgeEvent, type World } from '../../local/world/world.ts';
import type { DecisionRecord } from '../../shared/decisions/plan.ts';
import { createNaiveHandler } from './naive.ts';
import { firstNotices, serviceNameOf } from './notices.ts';

const startMs = Date.parse('2026-03-01T09:00:00Z');
const minuteMs = 60_000;
/** Bridges have proved themselves by then. Not at a full minute, when reconcile makes its pass. */
const stormAtMs = startMs + 20 * minuteMs + 17_000;
const endsAtMs = stormAtMs + 6 * minuteMs;

export interface StormSetup {
  readonly services: number;
  readonly tasksEach: number;
  /** Given at one moment; 0 for a day on which nothing happens. */
  readonly noticesEach: number;
  readonly handler: 'ballast' | 'naive';
  /** ECS's token buckets; on by default. */
  readonly throttling?: boolean;
  /** From the sensor's latency on: when each event is delivered. Once by default. */
  readonly deliveriesMs?: readonly number[];
  /** In the storm's place every event so far comes once more. */
  readonly redelivers?: boolean;
}

export interface NoticeSeen {
  readonly atMs: number;
  readonly serviceName: string;
}

export interface Storm {
  readonly setup: StormSetup;
  readonly stormAtMs: number;
  readonly serviceNames: readonly string[];
  /** From the storm on. */
  readonly notices: readonly NoticeSeen[];
  readonly requests: readonly AwsRequest[];
  readonly decisions: readonly { readonly atMs: number; readonly record: DecisionRecord }[];
}

/** Spot is taken back from every service at once and stays short; six virtual minutes of what comes of it. */
export async function playStorm(setup: StormSetup): Promise<Storm> {
  const world = createWorld({ seed: 3, startMs, switches: { throttling: setup.throttling ?? true } });
  const clusterArn = createCluster(world, 'main');
  const services = Array.from({ length: setup.services }, (_, index) => {
    // ECS's own rate for RegisterTaskDefinition: 20 at once, then one a second.
    world.advanceTo(Math.max(world.nowMs, startMs + Math.max(0, index - 18) * 1_000));
    const name = `svc-${String(index).padStart(3, '0')}`;
    return { name, arn: createService(world, clusterArn, { name, desiredCount: setup.tasksEach, tags: acting }) };
  });
  const requests: AwsRequest[] = [];
  const decisions: { atMs: number; record: DecisionRecord }[] = [];
  const notices: NoticeSeen[] = [];
  const past: EventBridgeEvent[] = [];
  const isInStorm = () => world.nowMs >= stormAtMs;
  world.onEvent((event) => {
    if (!isInStorm()) past.push(event);
  });
  world.onEvent(firstNotices((event) => notices.push({ atMs: world.nowMs, serviceName: serviceNameOf(event) })));
  const onRequest = (request: AwsRequest) => {
    if (isInStorm()) requests.push(request);
  };
  const region =
    setup.handler === 'naive'
      ? undefined
      : createVirtualRegion({
          world,
          rules: loadRules(),
          stackPolicy: loadStackPolicy(),
          deliveries: () => setup.deliveriesMs ?? [0],
          on: {
            awsRequest: onRequest,
            decision: (record, atMs) => {
              if (isInStorm()) decisions.push({ atMs, record });
            },
          },
        });
  if (region === undefined) world.onEvent(createNaiveHandler(world, clusterArn, onRequest));
  const runUntil = (ms: number) => (region === undefined ? stepUntil(world, ms) : region.runUntil(ms));
  await runUntil(stormAtMs);
  if (setup.noticesEach > 0) {
    world.market.setCapacity('FARGATE_SPOT', 0);
    for (const { arn } of services) world.market.reclaimFrom(arn, setup.noticesEach);
  }
  if (setup.redelivers === true) for (const event of past) region?.deliver(event);
  await runUntil(endsAtMs);
  return { setup, stormAtMs, serviceNames: services.map(({ name }) => name), notices, requests, decisions };
}

/** Whoever waits for a moment goes on at it. */
async function stepUntil(world: World, ms: number): Promise<void> {
  for (let nextMs = world.nextAtMs(); nextMs !== undefined && nextMs <= ms; nextMs = world.nextAtMs()) {
    world.advanceTo(nextMs);
    await new Promise(setImmediate);
  }
  world.advanceTo(ms);
}
