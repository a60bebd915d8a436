import { type MetricName, metricNamespace } from '../shared/telemetry/metrics.ts';
import type { Resources } from './cloudformation.ts';

export type Statistic = 'Sum' | 'Average' | 'Minimum' | 'Maximum';

/** A metric widget as CloudWatch documents the dashboard body. */
export interface MetricWidget {
  readonly type: 'metric';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title: string;
    readonly view: 'timeSeries' | 'singleValue' | 'bar' | 'table';
    readonly stacked?: boolean;
    readonly region: string;
    /** Seconds. */
    readonly period: number;
    readonly stat: Statistic;
    readonly metrics: readonly (readonly unknown[])[];
    readonly yAxis?: { readonly left: { readonly min: number; readonly label?: string } };
  };
}

export interface TextWidget {
  readonly type: 'text';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: { readonly markdown: string };
}

export interface DashboardBody {
  readonly start: string;
  readonly periodOverride: 'inherit';
  readonly widgets: readonly (MetricWidget | TextWidget)[];
}

const periodSeconds = 60;

/** Sums over all clusters: a SEARCH, since the names of the clusters are not known when the stack is packaged. */
function summedOverClusters(metric: MetricName, label: string, index: number) {
  const search = `SEARCH('{${metricNamespace},ClusterName} MetricName="${metric}"', 'Sum', ${periodSeconds})`;
  return [{ expression: `SUM(${search})`, label, id: `e${index}` }];
}

/** A line per value of the dimensions; CloudWatch labels each by what tells it apart. */
function each(dimensions: readonly string[], metric: MetricName, statistic: Statistic, index: number) {
  const schema = [metricNamespace, ...dimensions].join(',');
  return [
    { expression: `SEARCH('{${schema}} MetricName="${metric}"', '${statistic}', ${periodSeconds})`, id: `e${index}` },
  ];
}

const perService = ['ClusterName', 'ServiceName'];

type Properties = MetricWidget['properties'];

function graph(
  place: Pick<MetricWidget, 'x' | 'y' | 'width' | 'height'>,
  properties: Pick<Properties, 'title' | 'stat' | 'metrics'> & Partial<Properties>,
): MetricWidget {
  return {
    type: 'metric',
    ...place,
    properties: {
      view: 'timeSeries',
      // Filled in by CloudFormation: CloudWatch requires a region in every metric widget.
      region: `\${AWS::Region}`,
      period: periodSeconds,
      ...(properties.view === undefined || properties.view === 'timeSeries' ? { yAxis: { left: { min: 0 } } } : {}),
      ...properties,
    },
  };
}

const half = { width: 12, height: 6 } as const;

/** Is Spot calm, is everything running, what does it cost us: the first look at an incident, top to bottom. */
export function fleetDashboardBody(): DashboardBody {
  return {
    start: '-PT6H',
    // `auto` would widen the period of a long time range and hide a minute's dip.
    periodOverride: 'inherit',
    widgets: [
      {
        type: 'text',
        x: 0,
        y: 0,
        width: 24,
        height: 2,
        properties: {
          markdown:
            '## Ballast: fleet\nSpot notices come in on the left, what Ballast did about them on the right, and below it ' +
            'each enrolled service. A shortfall that stays above zero while the bridge grows means on-demand is short too.',
        },
      },
      graph(
        { x: 0, y: 2, width: 6, height: 4 },
        {
          title: 'Enrolled services',
          view: 'singleValue',
          stat: 'Maximum',
          metrics: [[metricNamespace, 'EnrolledServices' satisfies MetricName]],
        },
      ),
      graph(
        { x: 6, y: 2, width: 6, height: 4 },
        {
          title: 'Reconcile passes per minute',
          view: 'singleValue',
          stat: 'Sum',
          metrics: [[metricNamespace, 'ReconcileHeartbeat' satisfies MetricName]],
        },
      ),
      graph(
        { x: 12, y: 2, width: 12, height: 4 },
        {
          title: 'Decisions by reason',
          stacked: true,
          stat: 'Sum',
          metrics: [each(['Reason'], 'Decisions', 'Sum', 1)],
        },
      ),
      graph(
        { x: 0, y: 6, ...half },
        {
          title: 'Spot notices',
          stat: 'Sum',
          metrics: [
            summedOverClusters('Notices', 'notices', 1),
            summedOverClusters('UnclassifiedSpotStops', 'unclassified stops', 2),
          ],
        },
      ),
      graph(
        { x: 12, y: 6, ...half },
        {
          title: 'What Ballast did',
          stat: 'Sum',
          metrics: [
            summedOverClusters('BridgeGrown', 'bridges grown', 1),
            summedOverClusters('BridgeReturned', 'bridges returned', 2),
            summedOverClusters('CapacityProviderRebalanced', 'strategies rewritten', 3),
            summedOverClusters('OnDemandShortage', 'on-demand short', 4),
          ],
        },
      ),
      graph(
        { x: 0, y: 12, ...half },
        {
          title: 'Running on Spot',
          stacked: true,
          stat: 'Average',
          metrics: [each(perService, 'SpotRunning', 'Average', 1)],
        },
      ),
      graph(
        { x: 12, y: 12, ...half },
        {
          title: 'Running on demand',
          stacked: true,
          stat: 'Average',
          metrics: [each(perService, 'OnDemandRunning', 'Average', 1)],
        },
      ),
      graph(
        { x: 0, y: 18, ...half },
        { title: 'Shortfall', stat: 'Maximum', metrics: [each(perService, 'Shortfall', 'Maximum', 1)] },
      ),
      graph(
        { x: 12, y: 18, ...half },
        { title: 'Bridge asked for', stat: 'Maximum', metrics: [each(perService, 'BridgeDesired', 'Maximum', 1)] },
      ),
      graph(
        { x: 0, y: 24, ...half },
        {
          title: 'Checkpoints',
          stat: 'Sum',
          metrics: [
            summedOverClusters('CheckpointsRequested', 'requested', 1),
            summedOverClusters('CheckpointsExpired', 'expired', 2),
            each(['Outcome'], 'CheckpointsReported', 'Sum', 3),
          ],
        },
      ),
      graph(
        { x: 12, y: 24, ...half },
        {
          title: 'Jobs started again, seconds of work lost, and why others were not',
          stat: 'Sum',
          metrics: [
            summedOverClusters('TasksResumed', 'started again', 1),
            summedOverClusters('WorkLost', 'seconds lost', 2),
            each(['Reason'], 'TasksNotResumed', 'Sum', 3),
          ],
        },
      ),
    ],
  };
}

/** The dashboard as a resource. */
export function dashboard(): Resources {
  return {
    FleetDashboard: {
      Type: 'AWS::CloudWatch::Dashboard',
      Properties: {
        DashboardName: `\${self:custom.namePrefix}-fleet`,
        DashboardBody: { 'Fn::Sub': JSON.stringify(fleetDashboardBody()) },
      },
    },
  };
}
