import { describe, expect, it } from 'vitest';
import { moneyPerHour, type Running } from '../../../functions/reconcile/money-per-hour.ts';
import { reconcile } from '../../../functions/reconcile/reconcile.ts';
import { createMemoryLedger } from '../../../local/memory-ledger.ts';
import { createQuietTelemetry } from '../../../local/virtual/quiet-telemetry.ts';
import type { Gauge } from '../../../shared/ports/gauges.ts';
import { aManagedService } from '../../builders/decide.ts';
import { rates } from '../../builders/money.ts';
import { nowMs, serviceArn, stackPolicy } from '../../builders/service-facts.ts';

/** 0.04937 on demand, 0.01571925 on Spot: 0.03365075 an hour between them. */
const size = { cpu: 1_024, memoryMiB: 2_048, architecture: 'x86', extraStorageGiB: 0 } as const;

function aService(changed: Partial<Running> = {}): Running {
  return { size, onSpot: true, running: 10, bridgeRunning: 0, ...changed };
}

describe('money an hour', () => {
  it.each([
    ['ten Spot tasks save', aService(), 0.3365075, 0],
    ['four bridge tasks cost more', aService({ running: 6, bridgeRunning: 4 }), 0.2019045, 0.134603],
    ['tasks that are on demand anyway do neither', aService({ onSpot: false }), 0, 0],
    [
      'a bridge beside a service that was shifted costs more',
      aService({ onSpot: false, bridgeRunning: 1 }),
      0,
      0.03365075,
    ],
    // Storage costs the same both ways.
    ['storage makes no difference', aService({ size: { ...size, extraStorageGiB: 80 } }), 0.3365075, 0],
  ])('%s', (_what, service, saving, premium) => {
    const { SavingPerHour, BridgePremiumPerHour } = moneyPerHour([service], rates);
    expect(SavingPerHour).toBeCloseTo(saving, 12);
    expect(BridgePremiumPerHour).toBeCloseTo(premium, 12);
  });

  it('is summed over the services whose size is known', () => {
    const { size: _size, ...unknown } = aService();
    // ARM: 0.03238 + 2 × 0.00356 − (0.01030969 + 2 × 0.00113349) = 0.0395 − 0.01257667 = 0.02692333; twice 0.05384666
    const arm = aService({ size: { ...size, architecture: 'arm' }, running: 2 });
    // 0.3365075 + 0.05384666
    expect(moneyPerHour([aService(), arm, unknown], rates).SavingPerHour).toBeCloseTo(0.39035416, 12);
    expect(moneyPerHour([unknown], rates)).toEqual({});
    expect(moneyPerHour([], rates)).toEqual({});
  });
});

it('reconcile publishes it by the sizes that tasks have told, also when a tag has changed', async () => {
  const clock = { nowMs: () => nowMs };
  const ledger = createMemoryLedger(clock);
  await ledger.enrol({ arn: serviceArn, kind: 'service', tags: { 'ballast:managed': 'true' } });
  await ledger.noteSize(serviceArn, size);
  const put: Gauge[] = [];
  const nowhere = async () => {};
  const pass = reconcile({
    ledger,
    ecs: { describeServices: async () => [aManagedService({ desiredCount: 10, runningCount: 10 })] },
    decisions: { ask: nowhere, askLater: nowhere },
    jobs: { look: nowhere, lookLater: nowhere },
    diagnoses: { ask: nowhere },
    runningTasks: { clusters: async () => [], ofFamily: async () => [] },
    discovery: {
      managedServices: async () => [{ arn: serviceArn, tags: { 'ballast:managed': 'true', 'ballast:priority': '7' } }],
      taskDefinitions: async () => [],
      bridges: async () => [],
    },
    gauges: { put: async (gauges) => void put.push(...gauges) },
    quotas: { onDemandVcpu: async () => 100 },
    scaling: { scaledServices: async () => [] },
    telemetry: createQuietTelemetry(() => {}),
    clock,
    stackPolicy,
  });
  await pass();
  await pass();
  const saving = put.filter(({ name }) => name === 'SavingPerHour');
  expect(saving.map(({ dimensions }) => dimensions)).toEqual([{ ClusterName: 'shop' }, { ClusterName: 'shop' }]);
  for (const { value } of saving) expect(value).toBeCloseTo(0.3365075, 12);
});
