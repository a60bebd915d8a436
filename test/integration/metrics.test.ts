import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AwsCall } from '../../local/region/wire.ts';
import { openOnWire, type Play } from '../../local/scenarios/run-on-wire.ts';
import { minute, type Scenario, scenarioStartMs } from '../../local/scenarios/scenario.ts';
import { acting, createCluster, createService } from '../../local/scenarios/stage.ts';

/** The deployed bundles while CloudWatch fails: who calls it, and what becomes of decisions. */

const scenario: Scenario = {
  name: 'no-metrics',
  summary: 'Spot is short while CloudWatch takes nothing',
  seed: 5,
  switches: {},
  durationMs: 10 * minute,
  setUp(world) {
    const clusterArn = createCluster(world, 'shop');
    const arn = createService(world, clusterArn, { name: 'web', desiredCount: 4, tags: acting });
    return { clusterArn, services: [{ name: 'web', arn, role: 'bridge' }] };
  },
  acts: [],
};

let play: Play;
const logs: { readonly functionName: string; readonly line: string }[] = [];
const from = (caller: string) => play.awsCalls.filter((call) => call.caller === caller);
const toCloudWatch = ({ service }: AwsCall) => service === 'monitoring';

beforeAll(async () => {
  play = await openOnWire(scenario, scenario.seed, { log: (functionName, line) => logs.push({ functionName, line }) });
  play.region.takeMetrics(false);
  play.region.clock.setSpeed(8);
  await play.region.until(scenarioStartMs + 3.5 * minute);
  play.world.market.setCapacity('FARGATE_SPOT', 2);
  play.world.market.reclaimFrom(play.cast.services[0]?.arn ?? '', 2);
  await waitUntil('a bridge of 2', () => bridgeSizes().includes(2));
  await waitUntil('a refusal', () => play.awsCalls.some((call) => toCloudWatch(call) && call.error !== undefined));
}, 180_000);

afterAll(() => play.stop());

async function waitUntil(what: string, holds: () => boolean): Promise<void> {
  const untilMs = Date.now() + 75_000;
  while (!holds()) {
    if (Date.now() > untilMs) throw new Error(`not within 75 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function bridgeSizes(): unknown[] {
  return play.awsCalls.filter(({ action }) => action === 'CreateService').map(({ input }) => input.desiredCount);
}

describe('metrics on the way of a notice', () => {
  it('cost no call of CloudWatch in on-spot-notice and decide, which were called', () => {
    for (const caller of ['OnSpotNoticeLambdaFunction', 'DecideLambdaFunction']) {
      expect(from(caller).length).toBeGreaterThan(0);
      expect(from(caller).filter(toCloudWatch)).toEqual([]);
    }
    expect(new Set(play.awsCalls.filter(toCloudWatch).map(({ caller }) => caller))).toEqual(
      new Set(['ReconcileLambdaFunction']),
    );
  });

  it('are told all the same: in the log', () => {
    const { metrics } = play.region;
    expect(metrics.search('Ballast', 'Notices', ['ClusterName']).length).toBe(1);
    expect(metrics.search('Ballast', 'Decisions', ['Reason']).length).toBeGreaterThan(0);
    expect(metrics.search('Ballast', 'SpotRunning', ['ClusterName'])).toEqual([]);
  });

  it('that CloudWatch refuses fail no decision: exactly the missing tasks are asked for', () => {
    expect(bridgeSizes()).toEqual([0, 2]);
  });

  it('that CloudWatch refuses are told as that, and reconcile goes on', () => {
    const refusals = logs.filter(({ line }) => line.includes('CloudWatch did not take the gauges'));
    expect(refusals.every(({ functionName }) => functionName.endsWith('-reconcile'))).toBe(true);
    const errors = play.region.metrics.search('AWS/Lambda', 'Errors', ['FunctionName']);
    expect(errors.find(({ dimensions }) => dimensions.FunctionName?.endsWith('-reconcile'))?.values).not.toContain(1);
  });
});
