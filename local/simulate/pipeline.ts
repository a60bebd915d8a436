import type { Act } from './act.ts';
import type { Draw } from './draw.ts';
import type { Stage } from './stage.ts';

/** How often the pipeline looks, and the market with it. */
const everyMs = 20_000;
/** Ballast has seen its shift by then, and knows whose doing the next strategy is. */
const shiftedForMs = 90_000;
const wantedTasks = 16;

interface Shown {
  readonly capacityProviderStrategy: readonly { readonly capacityProvider: string }[];
  readonly deployments: readonly { readonly status: string; readonly createdAt: number | Date }[];
  readonly runningCount: number;
  readonly desiredCount: number;
}

/**
 * A pipeline and Ballast write the strategy of shop in turn. Spot goes whenever the service stands on it, and is back
 * when the pipeline has written: a shift waits for the deployment of the return, which only Spot can complete.
 */
export function pipelineActs(draw: Draw, fromMs: number, toMs: number): Act[] {
  const original = { now: undefined as unknown };
  const title = 'the pipeline looks at shop';
  const acts: Act[] = [];
  for (let atMs = fromMs + draw.between(0, 30_000); atMs < toMs; atMs += everyMs) {
    acts.push({ atMs, title, run: (stage) => look(stage, original) });
  }
  return acts;
}

function look({ world, clusterArn, truth, person }: Stage, original: { now: unknown }): void {
  const shop = truth.byName('shop');
  if (shop === undefined || shop.deletedAtMs !== undefined) return;
  const { services } = world.call('ecs', 'DescribeServices', { cluster: clusterArn, services: ['shop'] });
  const [shown] = services as Shown[];
  if (shown === undefined) return;
  const { capacityProviderStrategy, deployments, runningCount, desiredCount } = shown;
  original.now ??= capacityProviderStrategy;
  const [newest] = deployments;
  if (newest === undefined) return;
  const isShifted = !capacityProviderStrategy.some(({ capacityProvider }) => capacityProvider === 'FARGATE_SPOT');
  if (isShifted) {
    if (world.nowMs - msOf(newest.createdAt) < shiftedForMs) return;
    world.market.setCapacity('FARGATE_SPOT', undefined);
    person('UpdateService', {
      service: 'shop',
      forceNewDeployment: true,
      capacityProviderStrategy: original.now,
    });
  } else if (deployments.length === 1 && runningCount >= desiredCount) {
    world.market.setCapacity('FARGATE_SPOT', 0);
    world.market.reclaimFrom(shop.arn, wantedTasks);
  }
}

/** The wire has seconds. */
function msOf(moment: number | Date): number {
  return typeof moment === 'number' ? moment * 1_000 : moment.getTime();
}
