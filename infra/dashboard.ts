import { type MetricName, metricNamespace } from '../shared/telemetry/metrics.ts';
import type { CustomWidget } from './custom-widget.ts';
import { metricCatalogue } from './metric-catalogue.ts';

export type Statistic = 'SampleCount' | 'Sum' | 'Average' | 'Minimum' | 'Maximum' | 'p50' | 'p95';

/** As CloudWatch documents the dashboard body; only what we use of it. */
export interface MetricProperties {
  readonly title: string;
  readonly view: 'timeSeries' | 'singleValue';
  readonly stacked?: boolean;
  readonly region: string;
  /** Seconds. */
  readonly period: number;
  readonly stat: Statistic;
  readonly metrics: readonly (readonly unknown[])[];
  readonly yAxis?: { readonly left: Axis; readonly right?: Axis };
  readonly annotations?: { readonly horizontal: readonly { readonly label: string; readonly value: number }[] };
}

interface Axis {
  readonly min: number;
  readonly max?: number;
  readonly label?: string;
  readonly showUnits?: boolean;
}

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

type Properties =
  | { readonly type: 'metric'; readonly properties: MetricProperties }
  | { readonly type: 'text'; readonly properties: { readonly markdown: string } }
  | { readonly type: 'alarm'; readonly properties: { readonly title: string; readonly alarms: readonly string[] } }
  | {
      readonly type: 'log';
      readonly properties: {
        readonly title: string;
        readonly view: 'table';
        readonly region: string;
        readonly query: string;
      };
    }
  | Pick<CustomWidget, 'type' | 'properties'>;

export type Unplaced = Properties & Pick<Place, 'width' | 'height'>;
export type Widget = Properties & Place;

/** What a person picks at the head of a dashboard: every match of `pattern` in its JSON becomes the choice. */
export interface Variable {
  readonly type: 'pattern';
  readonly pattern: string;
  readonly inputType: 'select';
  readonly id: string;
  readonly label: string;
  readonly visible: boolean;
  readonly search: string;
  readonly populateFrom: string;
  /** CloudWatch's word for the first that the search finds. */
  readonly defaultValue: '__FIRST';
}

export interface DashboardBody {
  readonly start: string;
  readonly periodOverride: 'inherit';
  readonly variables?: readonly Variable[];
  readonly widgets: readonly Widget[];
}

/** Filled in by CloudFormation: CloudWatch requires a region in every metric and log widget. */
const region = `\${AWS::Region}`;
const periodSeconds = 60;
const columns = 24;

export function body(rows: readonly (readonly Unplaced[])[], variables: readonly Variable[] = []): DashboardBody {
  return {
    start: '-PT6H',
    // `auto` would widen the period of a long time range and hide a minute's dip.
    periodOverride: 'inherit',
    ...(variables.length === 0 ? {} : { variables }),
    widgets: placed(rows),
  };
}

/** Side by side from the left, each row below the highest widget of the one above. */
function placed(rows: readonly (readonly Unplaced[])[]): Widget[] {
  let y = 0;
  return rows.flatMap((row) => {
    let x = 0;
    const widgets = row.map((widget): Widget => {
      const at = { ...widget, x, y };
      x += widget.width;
      return at;
    });
    y += Math.max(...row.map(({ height }) => height));
    return widgets;
  });
}

export function text(height: number, ...lines: readonly string[]): Unplaced {
  return { type: 'text', width: columns, height, properties: { markdown: lines.join('\n') } };
}

type GraphProperties = Pick<MetricProperties, 'title' | 'stat' | 'metrics'> & Partial<MetricProperties>;

/** A third of the width, unless told otherwise. */
export function graph(properties: GraphProperties, width = 8, height = 6): Unplaced {
  const isSeries = properties.view === undefined || properties.view === 'timeSeries';
  return {
    type: 'metric',
    width,
    height,
    properties: {
      view: 'timeSeries',
      region,
      period: periodSeconds,
      ...(isSeries ? { yAxis: { left: { min: 0 } } } : {}),
      ...properties,
    },
  };
}

/** A table of log lines. `query` is in the language of Logs Insights. */
export function logTable(title: string, logGroup: string, query: string, width: number, height = 6): Unplaced {
  const source = `SOURCE '${logGroup}' | ${query}`;
  return { type: 'log', width, height, properties: { title, view: 'table', region, query: source } };
}

export function alarmStates(title: string, arns: readonly string[], height: number): Unplaced {
  return { type: 'alarm', width: columns, height, properties: { title, alarms: arns } };
}

/** How a line is shown. */
export interface Line {
  readonly label?: string;
  readonly stat?: Statistic;
  readonly period?: number;
  readonly yAxis?: 'right';
}

/** A metric of ours by name, with exactly one of the sets of dimensions that it is published with. */
export function ofOurs(metric: MetricName, dimensions: Readonly<Record<string, string>>, line: Line = {}): unknown[] {
  return ofNamespace(metricNamespace, metric, dimensions, line);
}

export function ofNamespace(
  namespace: string,
  metric: string,
  dimensions: Readonly<Record<string, string>>,
  line: Line = {},
): unknown[] {
  return [namespace, metric, ...Object.entries(dimensions).flat(), ...(Object.keys(line).length === 0 ? [] : [line])];
}

/** The metric summed over all values of the dimension, whose names are not known when the stack is packaged. */
export function summedOver(metric: MetricName, dimension: string, id: string, label: string): unknown[] {
  return [{ expression: `SUM(${searchFor(metric, [dimension], 'Sum')})`, label, id }];
}

/** A line for each value of the dimensions; CloudWatch labels each by what tells it apart. */
export function each(
  metric: MetricName,
  dimensions: readonly string[],
  statistic: Statistic,
  id: string,
  period = periodSeconds,
): unknown[] {
  return [{ expression: searchFor(metric, dimensions, statistic, period), id }];
}

/** The ten of them that are the highest. */
export function topTen(metric: MetricName, dimensions: readonly string[], statistic: Statistic, id: string): unknown[] {
  return [{ expression: `SORT(${searchFor(metric, dimensions, statistic)}, MAX, DESC, 10)`, id }];
}

/** @throws where the metric is not published with these dimensions: such a search finds nothing, ever. */
function searchFor(metric: MetricName, dimensions: readonly string[], statistic: Statistic, period = periodSeconds) {
  const sets = metricCatalogue[metric].dimensions.map((set) => Object.keys(set).sort().join());
  if (!sets.includes([...dimensions].sort().join())) throw new Error(`${metric} is not published by ${dimensions}`);
  return `SEARCH('{${[metricNamespace, ...dimensions].join(',')}} MetricName="${metric}"', '${statistic}', ${period})`;
}
