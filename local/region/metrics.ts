/** CloudWatch metrics of the region: from PutMetricData, from the embedded metric format in the functions' logs, and AWS's own. */
export interface MetricPoint {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
  readonly unit: string;
  readonly atMs: number;
}

/** Everything that was told of one metric: its name with exactly these dimensions. */
export interface MetricSeries {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly unit: string;
  /** In order of time. */
  readonly atMs: readonly number[];
  readonly values: readonly number[];
}

export interface MetricStore {
  putMetricData(input: Readonly<Record<string, unknown>>): void;
  add(point: MetricPoint): void;
  /** Takes a log line; @returns whether it was metrics. */
  takeLogLine(line: string): boolean;
  readonly points: readonly MetricPoint[];
  /** Values of a metric with exactly these dimensions, from `fromMs` (included) to `toMs` (excluded). */
  values(query: MetricQuery): number[];
  /** The metric with exactly these dimensions. */
  series(query: Pick<MetricQuery, 'namespace' | 'name' | 'dimensions'>): MetricSeries | undefined;
  /** What has that name with exactly these dimension names, whatever their values. */
  search(namespace: string, name: string, dimensionNames: readonly string[]): MetricSeries[];
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

interface Growing extends MetricSeries {
  readonly atMs: number[];
  readonly values: number[];
}

export function createMetricStore(nowMs: () => number): MetricStore {
  /** By namespace and name, then by dimensions. */
  const named = new Map<string, Map<string, Growing>>();
  const add = ({ namespace, name, dimensions, value, unit, atMs }: MetricPoint): void => {
    const alike = named.get(`${namespace}/${name}`) ?? new Map<string, Growing>();
    named.set(`${namespace}/${name}`, alike);
    const key = keyOf(dimensions);
    const series = alike.get(key) ?? { namespace, name, dimensions, unit, atMs: [], values: [] };
    alike.set(key, series);
    // What is told late belongs where it happened.
    const place = firstFrom(series.atMs, atMs + 1);
    series.atMs.splice(place, 0, atMs);
    series.values.splice(place, 0, value);
  };
  const seriesOf: MetricStore['series'] = ({ namespace, name, dimensions }) =>
    named.get(`${namespace}/${name}`)?.get(keyOf(dimensions));
  return {
    add,
    series: seriesOf,
    search(namespace, name, dimensionNames) {
      const wanted = [...dimensionNames].sort().join();
      const alike = [...(named.get(`${namespace}/${name}`)?.values() ?? [])];
      return alike.filter(({ dimensions }) => Object.keys(dimensions).sort().join() === wanted);
    },
    get points() {
      const all = [...named.values()].flatMap((alike) => [...alike.values()]);
      return all.flatMap(({ atMs, values, ...metric }) =>
        values.map((value, index) => ({ ...metric, value, atMs: atMs[index] ?? 0 })),
      );
    },
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
    values({ fromMs, toMs, ...metric }) {
      const series = seriesOf(metric);
      if (series === undefined) return [];
      return series.values.slice(firstFrom(series.atMs, fromMs), firstFrom(series.atMs, toMs));
    },
  };
}

/** The index of the first of the sorted moments that is not before that one. */
export function firstFrom(sorted: readonly number[], ms: number): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((sorted[middle] ?? 0) < ms) from = middle + 1;
    else to = middle;
  }
  return from;
}

function keyOf(dimensions: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(dimensions).sort(([left], [right]) => (left < right ? -1 : 1)));
}
