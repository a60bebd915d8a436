import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { queueFunctions } from '../../infra/functions.ts';
import { dimensionNames, metricCatalogue } from '../../infra/metric-catalogue.ts';
import { metricCount, metricsPerService, requestCostUsd } from '../../infra/metric-cost.ts';
import { metricsPage } from '../../scripts/metrics-page.ts';
import { root } from '../../scripts/root.ts';
import { type MetricName, metricUnits } from '../../shared/telemetry/metrics.ts';
import { bundleOf } from './bundles.ts';
import { emitted, keyOf, type Published, put } from './emitted-dimensions.ts';

const byTelemetry = emitted();
const byReconcile = await put();
const published = [...byTelemetry, ...byReconcile];

const catalogued = (by: 'emf' | 'gauge') =>
  Object.entries(metricCatalogue)
    .filter(([, entry]) => entry.by === by)
    .flatMap(([name, { dimensions }]) => dimensions.map((set) => `Ballast/${name}{${dimensionNames(set).join(',')}}`))
    .sort();

const keysOf = (metrics: readonly Published[]) => [...new Set(metrics.map(keyOf))].sort();

describe('the catalogue of metrics', () => {
  it('has exactly what the functions write into their logs', () => {
    expect(keysOf(byTelemetry)).toEqual(catalogued('emf'));
  });

  it('has exactly what reconcile puts', () => {
    expect(keysOf(byReconcile)).toEqual(catalogued('gauge'));
  });

  it('says of each metric what it means and when it is published', () => {
    const silent = Object.entries(metricCatalogue).filter(([, { meaning, when }]) => meaning === '' || when === '');
    expect(silent).toEqual([]);
    expect(Object.keys(metricCatalogue).sort()).toEqual(Object.keys(metricUnits).sort());
  });

  it('gives every metric one unit, the one of its name', () => {
    expect(published.filter(({ name, unit }) => metricUnits[name as MetricName] !== unit)).toEqual([]);
  });
});

describe('docs/metrics.md', () => {
  it('is what the catalogue says: npm run docs writes it', async () => {
    expect(await readFile(join(root, 'docs/metrics.md'), 'utf8')).toBe(metricsPage());
  });
});

describe('dimensions', () => {
  const names = new Set(published.flatMap(({ dimensions }) => Object.keys(dimensions)));

  it('are these few', () => {
    expect([...names].sort()).toEqual([
      'AvailabilityZone',
      'CapacityProvider',
      'Class',
      'ClusterName',
      'Failure',
      'Function',
      'Outcome',
      'Reason',
      'ServiceName',
      'Tier',
    ]);
  });

  const boundOf = ({ name, dimensions }: Published) =>
    metricCatalogue[name as MetricName].dimensions.find(
      (set) => dimensionNames(set).join() === Object.keys(dimensions).sort().join(),
    ) ?? {};

  it('have values from lists only, or names of clusters, of enrolled services and of zones', () => {
    const free = published.filter((metric) =>
      Object.entries(metric.dimensions).some(([dimension, value]) => {
        const bound = boundOf(metric)[dimension];
        return Array.isArray(bound) ? !bound.includes(value) : typeof bound !== 'string';
      }),
    );
    expect(published.length).toBeGreaterThan(200);
    expect(free).toEqual([]);
  });

  it('take a zone only where it looks like one', () => {
    const zones = published.flatMap(({ dimensions }) => dimensions.AvailabilityZone ?? []);
    expect([...new Set(zones)]).toEqual(['us-east-1a', 'unknown']);
  });

  it('know every function that reads messages', () => {
    const functions = published.flatMap(({ dimensions }) => dimensions.Function ?? []);
    expect(new Set(functions)).toEqual(new Set(queueFunctions.map(({ name }) => name)));
  });
});

describe('what the metrics cost', () => {
  it('is at most six for each enrolled service', () => {
    expect(metricsPerService()).toEqual([
      'Ballast/Notices',
      'Ballast/SpotRunning',
      'Ballast/OnDemandRunning',
      'Ballast/Shortfall',
      'Ballast/BridgeDesired',
      'Ballast/Mode',
    ]);
  });

  it.each([
    [{ services: 10, clusters: 1, zones: 6 }, 63, 260],
    [{ services: 100, clusters: 5, zones: 6 }, 549, 948],
    [{ services: 1_000, clusters: 20, zones: 6 }, 5_184, 6_903],
  ])('is with %j %i metrics always and %i at most', (size, always, atMost) => {
    expect(metricCount(size)).toEqual({ always, atMost });
  });

  it('is a request a minute for each thousand gauges', () => {
    expect(requestCostUsd({ services: 10, clusters: 1, zones: 6 })).toBeCloseTo(0.44, 2);
    expect(requestCostUsd({ services: 1_000, clusters: 20, zones: 6 })).toBeCloseTo(2.63, 2);
  });
});

describe('calls of CloudWatch', () => {
  const inputs = (name: string) =>
    Object.keys(bundleOf(name).inputs).filter((path) => path.includes('/client-cloudwatch/'));

  it('are not even possible for any function but reconcile: metrics are lines in logs', () => {
    const able = queueFunctions.map(({ name }) => name).filter((name) => inputs(name).length > 0);
    expect(able).toEqual(['reconcile']);
  });
});
