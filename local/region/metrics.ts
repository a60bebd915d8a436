/** CloudWatch metrics of the region: from PutMetricData and from the embedded metric format in the functions' logs. */
export interface MetricPoint {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
  readonly unit: string;
  readonly atMs: number;
}

export interface MetricStore {
  putMetricData(input: Readonly<Record<string, unknown>>): void;
  /** Takes a log line; @returns whether it was metrics. */
  takeLogLine(line: string): boolean;
  readonly points: readonly MetricPoint[];
  /** Values of a metric with exactly these dimensions, from `fromMs` (included) to `toMs` (excluded). */
  values(query: MetricQuery): number[];
}

export interface MetricQuery {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly fromMs: number;
  readonly toMs: number;
}

interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit?: string }[];
}

export function createMetricStore(nowMs: () => number): MetricStore {
  const points: MetricPoint[] = [];
  const named = new Map<string, MetricPoint[]>();
  const keyOf = ({ namespace, name }: Pick<MetricPoint, 'namespace' | 'name'>) => `${namespace}/${name}`;
  const add = (point: MetricPoint): void => {
    points.push(point);
    const alike = named.get(keyOf(point));
    if (alike === undefined) named.set(keyOf(point), [point]);
    else alike.push(point);
  };
  return {
    points,
    putMetricData({ Namespace: namespace, MetricData: data }) {
      for (const datum of Array.isArray(data) ? data : []) {
        add({
          namespace: String(namespace),
          name: String(datum.MetricName),
          dimensions: Object.fromEntries(
            (datum.Dimensions ?? []).map(({ Name, Value }: { Name: string; Value: string }) => [Name, Value]),
          ),
          value: Number(datum.Value),
          unit: String(datum.Unit ?? 'None'),
          atMs: typeof datum.Timestamp === 'number' ? datum.Timestamp * 1000 : nowMs(),
        });
      }
    },
    takeLogLine(line) {
      if (!line.startsWith('{"_aws"')) return false;
      const document: Record<string, unknown> & {
        _aws: { Timestamp: number; CloudWatchMetrics: readonly Directive[] };
      } = JSON.parse(line);
      for (const { Namespace: namespace, Dimensions: sets, Metrics: metrics } of document._aws.CloudWatchMetrics) {
        for (const names of sets) {
          const dimensions = Object.fromEntries(names.map((name) => [name, String(document[name])]));
          for (const { Name: name, Unit: unit = 'None' } of metrics) {
            const value = document[name];
            for (const one of Array.isArray(value) ? value : [value]) {
              add({ namespace, name, dimensions, value: Number(one), unit, atMs: document._aws.Timestamp });
            }
          }
        }
      }
      return true;
    },
    values: ({ namespace, name, dimensions, fromMs, toMs }) =>
      (named.get(keyOf({ namespace, name })) ?? [])
        .filter((point) => point.atMs >= fromMs && point.atMs < toMs && sameDimensions(point.dimensions, dimensions))
        .map(({ value }) => value),
  };
}

function sameDimensions(left: Readonly<Record<string, string>>, right: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => left[name] === right[name]);
}
