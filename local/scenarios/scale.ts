import { nameOfArn } from '../../shared/events/arn.ts';
import type { AwsRequest } from '../virtual/virtual-region.ts';
import { atMost, exactly, isBridgeOf, percentile, told, writesTo } from './goals.ts';
import type { Outcome } from './outcome.ts';
import { minute, type Scenario, scenarioStartMs } from './scenario.ts';
import { acting, createCluster, createService } from './stage.ts';

const serviceCount = 200;
const tasksEach = 25;
const noticesEach = 5;
/** Not at a full minute, when reconcile makes its pass. */
const stormAtMs = 20 * minute + 17_000;
const stormMs = 10_000;

const serviceName = (index: number) => `svc-${String(index).padStart(3, '0')}`;

/** 1,000 notices in ten seconds, over 200 services of 25 tasks each. Spot stays short. */
export const scale: Scenario = {
  name: 'scale',
  summary: `${serviceCount} services of ${tasksEach} tasks, ${serviceCount * noticesEach} notices in 10 s`,
  seed: 3,
  switches: {},
  durationMs: stormAtMs + 6 * minute,
  setUp(world) {
    const clusterArn = createCluster(world, 'main');
    const services = Array.from({ length: serviceCount }, (_, index) => {
      // ECS's own rate for RegisterTaskDefinition: 20 at once, then one a second.
      world.advanceTo(Math.max(world.nowMs, scenarioStartMs + Math.max(0, index - 18) * 1_000));
      const name = serviceName(index);
      const arn = createService(world, clusterArn, {
        name,
        desiredCount: tasksEach,
        tags: acting,
      });
      return { name, arn, role: 'bridge', ...(index === 0 ? {} : { extra: true }) };
    });
    return { clusterArn, services };
  },
  acts: [
    ...Array.from({ length: stormMs / 100 }, (_, tick) => ({
      atMs: stormAtMs + tick * 100,
      title: `notices ${tick * 10} to ${tick * 10 + 9}`,
      ...(tick === 0 ? { opensPart: 'the storm, and what follows' } : {}),
      run: (world: Parameters<Scenario['setUp']>[0], { services }: ReturnType<Scenario['setUp']>) => {
        if (tick === 0) world.market.setCapacity('FARGATE_SPOT', 0);
        // Ten a tick; each service gets its five within the ten seconds, spread over it.
        for (let offset = 0; offset < 10; offset += 1) {
          const service = services[(tick * 10 + offset) % serviceCount];
          if (service !== undefined) world.market.reclaimFrom(service.arn, 1);
        }
      },
    })),
  ],
  goals(outcome) {
    const stormStartMs = scenarioStartMs + stormAtMs;
    const delays = delaysOf(outcome, stormStartMs);
    const inStorm = outcome.calls.filter(
      ({ atMs, service }) => service === 'ecs' && atMs >= stormStartMs && atMs <= delays.untilMs,
    );
    const counts = countsOf(inStorm);
    const lowerBound = Math.ceil((2 * serviceCount) / 10) + serviceCount + serviceCount;
    const seconds = Math.round((delays.untilMs - stormStartMs) / 1000);
    return [
      exactly('services that a notice came for', delays.planned.length, serviceCount),
      atMost(
        `ECS requests until the last bridge is whole, ${seconds} s (2 × ${lowerBound})`,
        inStorm.length,
        2 * lowerBound,
      ),
      atMost("from a service's first notice to its first plan, P99", percentile(delays.planned, 0.99) / 1000, 10, ' s'),
      atMost("from a service's first notice to its first plan, longest", Math.max(...delays.planned) / 1000, 10, ' s'),
      exactly('services with a bridge of what was taken', delays.whole, serviceCount),
      told('from the first notice to the first write, P50', `${(percentile(delays.applied, 0.5) / 1000).toFixed(1)} s`),
      told(
        'from the first notice to the first write, P99',
        `${(percentile(delays.applied, 0.99) / 1000).toFixed(1)} s`,
      ),
      told('from the first notice to the full bridge, P50', `${(percentile(delays.full, 0.5) / 1000).toFixed(1)} s`),
      told('from the first notice to the full bridge, P99', `${(percentile(delays.full, 0.99) / 1000).toFixed(1)} s`),
      exactly(
        'requests that AWS throttled',
        outcome.calls.filter(({ error }) => error === 'ThrottlingException').length,
        0,
      ),
      told(
        'ECS requests',
        Object.entries(counts)
          .map(([action, count]) => `${action} ${count}`)
          .join(', '),
      ),
    ];
  },
};

function countsOf(calls: readonly AwsRequest[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { action } of calls) counts[action] = (counts[action] ?? 0) + 1;
  return counts;
}

/** Milliseconds from each service's first notice: to a plan for a bridge, to its first write, to the whole bridge. */
function delaysOf(outcome: Outcome, stormStartMs: number) {
  const planned: number[] = [];
  const applied: number[] = [];
  const full: number[] = [];
  let untilMs = stormStartMs;
  for (const { name, arn } of outcome.cast.services) {
    const notice = outcome.events.find(
      ({ atMs, event }) =>
        atMs >= stormStartMs &&
        event.detail.group === `service:${name}` &&
        event.detail.stopCode === 'SpotInterruption',
    );
    if (notice === undefined) continue;
    const record = outcome.decisions.find(
      (one) =>
        nameOfArn(one.serviceArn) === name &&
        one.serviceArn === arn &&
        one.sinceMs >= notice.atMs &&
        one.applied.some(
          ({ command }) => command.kind === 'CreateService' || command.kind === 'UpdateService.desiredCount',
        ),
    );
    planned.push(record === undefined ? Number.POSITIVE_INFINITY : record.sinceMs - notice.atMs);
    const writes = writesTo(outcome, isBridgeOf(name)).filter(
      ({ atMs, action }) => atMs >= notice.atMs && action !== 'DeleteService',
    );
    applied.push((writes[0]?.atMs ?? Number.POSITIVE_INFINITY) - notice.atMs);
    const last = writes.find(({ input }) => input.desiredCount === noticesEach);
    untilMs = Math.max(untilMs, last?.atMs ?? 0);
    full.push((last?.atMs ?? Number.POSITIVE_INFINITY) - notice.atMs);
  }
  return { planned, applied, full, untilMs, whole: full.filter(Number.isFinite).length };
}
