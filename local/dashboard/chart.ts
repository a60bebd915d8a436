import type { MetricStore } from '../region/metrics.ts';
import { type DataQuery, type Line, metricData, type TimeSpan } from './metric-data.ts';
import type { ShownAxis, ShownChart, ShownLine } from './shown.ts';

/** The properties of a metric widget, as the dashboard has them. */
type Properties = Readonly<Record<string, unknown>>;

interface Options {
  readonly id?: string;
  readonly label?: string;
  readonly stat?: string;
  readonly period?: number;
  readonly yAxis?: 'left' | 'right';
  readonly visible?: boolean;
  readonly expression?: string;
}

const known = [
  ...['title', 'view', 'stacked', 'region', 'period', 'stat', 'metrics', 'yAxis', 'annotations', 'liveData', 'legend'],
  ...['sparkline', 'setPeriodToTimeRange'],
];

/** @throws for what the page cannot draw as CloudWatch would. */
export function chartOf(store: MetricStore, properties: Properties, span: TimeSpan): ShownChart {
  const strange = Object.keys(properties).filter((name) => !known.includes(name));
  if (strange.length > 0) throw new Error(`metric widget: ${strange.join()} is not known to the embedded region`);
  const { title = '', view = 'timeSeries', stacked = false, period = 300, stat = 'Average', metrics } = properties;
  if (view !== 'timeSeries' && view !== 'singleValue')
    throw new Error(`metric widget: the view ${view} is not known to the embedded region`);
  const entries = entriesOf(metrics, Number(period), String(stat));
  const found = metricData(
    store,
    entries.map(({ query }) => query),
    span,
  );
  const shown = entries.flatMap(({ options }, index) =>
    options.visible === false ? [] : [{ options, lines: found[index] ?? [] }],
  );
  const automatic = shown.flatMap(({ options, lines }) => (options.label === undefined ? lines : []));
  const lines = shown.flatMap(({ options, lines: drawn }) =>
    drawn.map((line) => ({ line, label: options.label ?? labelOf(line, automatic), axis: options.yAxis ?? 'left' })),
  );
  const times = momentsOf(span, Math.min(...entries.map(({ query }) => query.periodMs)));
  const { left, right } = axesOf(properties.yAxis);
  return {
    title: String(title),
    view,
    stacked: stacked === true,
    columns:
      stacked === true &&
      stat === 'Sum' &&
      isPatchy(
        lines.map(({ line }) => line),
        times.length,
      ),
    periodS: Math.max(...entries.map(({ query }) => query.periodMs / 1_000)),
    times: times.map((ms) => ms / 1_000),
    lines: lines.map(
      ({ line, label, axis }): ShownLine => ({
        label,
        unit: line.unit,
        axis,
        values: times.map((atMs) => line.points.get(atMs) ?? null),
      }),
    ),
    left,
    ...(right === undefined && !lines.some(({ axis }) => axis === 'right') ? {} : { right: right ?? {} }),
    annotations: annotationsOf(properties.annotations),
  };
}

/** Every period of the time: one without a value is a gap in the line. */
function momentsOf({ fromMs, toMs }: TimeSpan, periodMs: number): number[] {
  const firstMs = Math.floor(fromMs / periodMs) * periodMs;
  return Array.from(
    { length: Math.max(0, Math.ceil((toMs - firstMs) / periodMs)) },
    (_, nth) => firstMs + nth * periodMs,
  );
}

/** A metric or an expression each; `.` repeats what the entry before has in that place. */
function entriesOf(metrics: unknown, periodS: number, stat: string) {
  let before: string[] = [];
  return (Array.isArray(metrics) ? metrics : []).map((entry: readonly unknown[]) => {
    const last = entry.at(-1);
    // The reference of the dashboard body has the options as an object at the end.
    const options = (typeof last === 'object' && last !== null ? last : {}) as Options;
    const written = entry.filter((part) => typeof part === 'string');
    const names =
      written[0] === '...'
        ? [...before.slice(0, 1 - written.length), ...written.slice(1)]
        : written.map((part, index) => (part === '.' ? (before[index] ?? '') : part));
    const shared = {
      ...(options.id === undefined ? {} : { id: options.id }),
      periodMs: (options.period ?? periodS) * 1_000,
    };
    if (options.expression !== undefined) return { options, query: { ...shared, expression: options.expression } };
    before = names;
    const [namespace = '', name = '', ...pairs] = names;
    const dimensions = Object.fromEntries(
      pairs.flatMap((key, index) => (index % 2 === 0 ? [[key, pairs[index + 1] ?? '']] : [])),
    );
    const query: DataQuery = { ...shared, namespace, name, dimensions, stat: options.stat ?? stat };
    return { options, query };
  });
}

/** CloudWatch names a line that has no label by what tells it apart from the others. */
function labelOf({ metric }: Line, others: readonly Line[]): string {
  if (metric === undefined) return '';
  const differs = (part: (of: NonNullable<Line['metric']>) => string) =>
    new Set(others.flatMap((line) => (line.metric === undefined ? [] : part(line.metric)))).size > 1;
  return [
    ...(metric.values.length === 0 || differs(({ name }) => name) ? [metric.name] : []),
    ...metric.values,
    ...(differs(({ stat }) => stat) ? [metric.stat] : []),
  ].join(' ');
}

/** Whether areas would be made up for a part of the time. */
function isPatchy(lines: readonly Line[], moments: number): boolean {
  const values = lines.reduce((sum, { points }) => sum + points.size, 0);
  return values < 0.9 * lines.length * moments;
}

function axesOf(yAxis: unknown): { readonly left: ShownAxis; readonly right?: ShownAxis } {
  const { left = {}, right } = (yAxis ?? {}) as { left?: ShownAxis; right?: ShownAxis };
  const axis = ({ label, min, max }: ShownAxis): ShownAxis => ({
    ...(label === undefined ? {} : { label }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  });
  return { left: axis(left), ...(right === undefined ? {} : { right: axis(right) }) };
}

function annotationsOf(annotations: unknown): ShownChart['annotations'] {
  const { horizontal = [], ...rest } = (annotations ?? {}) as { horizontal?: { label?: string; value: number }[] };
  if (Object.keys(rest).length > 0)
    throw new Error(`metric widget: annotations ${Object.keys(rest).join()} are not known to the embedded region`);
  return horizontal.map(({ label = '', value }) => ({ label, value }));
}
