import { describe, expect, it } from 'vitest';
import { fleetDashboardBody, type MetricWidget } from '../../infra/fleet-dashboard.ts';
import { metricUnits } from '../../shared/telemetry/metrics.ts';
import { emittedMetrics, gauges } from './emitted-dimensions.ts';
import { propertiesOf } from './packaged.ts';

const body = fleetDashboardBody();
const metricWidgets = body.widgets.filter((widget) => widget.type === 'metric');

/** `Namespace/Name{dimensions}` of a metric entry: a SEARCH expression or a metric by name. */
function metricOf(entry: readonly unknown[]): string {
  const [first, second, ...rest] = entry;
  if (typeof first === 'object' && first !== null && 'expression' in first) {
    const found = /SEARCH\('\{([^}]+)\} MetricName="(\w+)"', '(Sum|Average|Minimum|Maximum)', (\d+)\)/.exec(
      String(first.expression),
    );
    if (found === null) throw new Error(`no search: ${String(first.expression)}`);
    const [namespace, ...dimensions] = (found[1] ?? '').split(',');
    return `${namespace}/${found[2]}{${dimensions.sort().join(',')}}`;
  }
  const dimensions = rest.filter((part, index) => typeof part === 'string' && index % 2 === 0);
  return `${String(first)}/${String(second)}{${dimensions.sort().join(',')}}`;
}

const shown = metricWidgets.flatMap(({ properties }) =>
  properties.metrics.map((entry) => ({ title: properties.title, metric: metricOf(entry) })),
);

describe('fleet dashboard', () => {
  it('is in the packaged stack with the region of the stack', () => {
    expect(propertiesOf('FleetDashboard')).toEqual({
      DashboardName: 'ballast-dev-fleet',
      DashboardBody: { 'Fn::Sub': JSON.stringify(body) },
    });
    expect(JSON.stringify(body)).toContain(`"region":"\${${'AWS::Region'}}"`);
  });

  it('shows every metric that tells of Spot, of what was done about it and of the services', () => {
    expect([...new Set(shown.map(({ metric }) => /\/(\w+)\{/.exec(metric)?.[1]))].sort()).toEqual([
      'BridgeDesired',
      'BridgeGrown',
      'BridgeReturned',
      'CapacityProviderRebalanced',
      'CheckpointsExpired',
      'CheckpointsReported',
      'CheckpointsRequested',
      'Decisions',
      'EnrolledServices',
      'Notices',
      'OnDemandRunning',
      'OnDemandShortage',
      'ReconcileHeartbeat',
      'Shortfall',
      'SpotRunning',
      'TasksNotResumed',
      'TasksResumed',
      'UnclassifiedSpotStops',
      'WorkLost',
    ]);
  });

  it('names only metrics that exist', () => {
    const names = shown.map(({ metric }) => /^Ballast\/(\w+)\{/.exec(metric)?.[1] ?? metric);
    expect(names.filter((name) => !Object.keys(metricUnits).includes(name))).toEqual([]);
  });

  it('asks for each metric with the dimensions that it is published with', () => {
    const published = new Set([...emittedMetrics(), ...gauges]);
    expect(shown.filter(({ metric }) => !published.has(metric))).toEqual([]);
  });
});

describe("AWS's grammar of dashboards", () => {
  it('has at most 500 widgets', () => {
    expect(body.widgets.length).toBeGreaterThan(5);
    expect(body.widgets.length).toBeLessThanOrEqual(500);
  });

  it('fits every widget into 24 columns', () => {
    for (const { x, y, width, height } of body.widgets) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(width).toBeGreaterThanOrEqual(1);
      expect(height).toBeGreaterThanOrEqual(1);
      expect(height).toBeLessThanOrEqual(1000);
      expect(x + width).toBeLessThanOrEqual(24);
    }
  });

  it('lets no two widgets overlap', () => {
    const overlapping = body.widgets.flatMap((one, index) =>
      body.widgets
        .slice(index + 1)
        .filter(
          (other) =>
            one.x < other.x + other.width &&
            other.x < one.x + one.width &&
            one.y < other.y + other.height &&
            other.y < one.y + one.height,
        )
        .map((other) => [one, other]),
    );
    expect(overlapping).toEqual([]);
  });

  it.each(metricWidgets.map((widget): [string, MetricWidget] => [widget.properties.title, widget]))(
    'gives "%s" a view, a statistic, a region and a period that is a multiple of 60 s',
    (_title, { properties }) => {
      expect(['timeSeries', 'singleValue', 'gauge', 'bar', 'pie', 'table']).toContain(properties.view);
      expect(['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum']).toContain(properties.stat);
      expect(properties.region).not.toBe('');
      expect(properties.period % 60).toBe(0);
      expect(properties.period).toBeGreaterThan(0);
      expect(properties.metrics.length).toBeGreaterThan(0);
      expect(properties.metrics.length).toBeLessThanOrEqual(500);
    },
  );

  it('gives the expressions of a widget different ids that begin in lower case', () => {
    for (const { properties } of metricWidgets) {
      const ids = properties.metrics.flat().flatMap((part) => (isExpression(part) ? [part.id] : []));
      expect(ids.filter((id) => !/^[a-z][A-Za-z0-9_]*$/.test(id))).toEqual([]);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });
});

function isExpression(part: unknown): part is { id: string; expression: string } {
  return typeof part === 'object' && part !== null && 'expression' in part;
}
