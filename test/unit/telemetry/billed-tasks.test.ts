import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { UsageRecord } from '../../../shared/decisions/usage.ts';
import { createEmfTelemetry } from '../../../shared/telemetry/emf-telemetry.ts';
import { aUsage } from '../../builders/money.ts';

beforeEach(() => {
  // Powertools prints through the global console in development mode only, where it leaves metrics out by default.
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** The one line of metrics that a billed task leaves. */
function lineOf(usage: UsageRecord): Record<string, unknown> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  const metrics = new Metrics({ namespace: 'Ballast' });
  createEmfTelemetry(new Logger({ logLevel: 'SILENT' }), metrics).taskBilled(usage);
  expect(log).toHaveBeenCalledTimes(1);
  const { _aws, ...values } = JSON.parse(String(log.mock.calls[0]?.[0]));
  const [{ Dimensions, Metrics: named }] = _aws.CloudWatchMetrics;
  return { ...values, dimensions: Dimensions, units: named.map(({ Unit }: { readonly Unit: string }) => Unit) };
}

describe('a billed task is told to CloudWatch', () => {
  it('on Spot with its seconds and what it saved', () => {
    expect(lineOf(aUsage())).toEqual({
      ClusterName: 'shop',
      dimensions: [['ClusterName']],
      units: ['Seconds', 'None'],
      SpotTaskSeconds: 3_600,
      Saving: 0.03365075,
    });
  });

  it('in a bridge with its seconds and what it cost more than on Spot', () => {
    expect(lineOf(aUsage('a', { payment: 'onDemand', ofBridge: true }))).toEqual({
      ClusterName: 'shop',
      dimensions: [['ClusterName']],
      units: ['Seconds', 'None'],
      OnDemandTaskSeconds: 3_600,
      BridgePremium: 0.03365075,
    });
  });

  it('on demand by its own strategy with its seconds alone', () => {
    expect(lineOf(aUsage('a', { payment: 'onDemand' }))).toEqual({
      ClusterName: 'shop',
      dimensions: [['ClusterName']],
      units: ['Seconds'],
      OnDemandTaskSeconds: 3_600,
    });
  });
});
