import { type Bound, type CatalogueEntry, type DimensionSet, metricCatalogue } from '../infra/metric-catalogue.ts';
import { type AccountSize, metricCount, metricPriceUsd, requestCostUsd } from '../infra/metric-cost.ts';
import { type MetricName, metricNamespace, metricUnits } from '../shared/telemetry/metrics.ts';

const sizes: readonly AccountSize[] = [
  { services: 10, clusters: 1, zones: 6 },
  { services: 100, clusters: 5, zones: 6 },
  { services: 1_000, clusters: 20, zones: 6 },
];

const head = `# Metrics

<!-- Written by npm run docs from infra/metric-catalogue.ts; a test compares. -->

Everything is in the namespace \`${metricNamespace}\`. The functions write metrics into their logs (embedded metric format),
which CloudWatch reads: no call of its API is made where a notice is handled or a decision is made. \`reconcile\` puts
gauges once a minute, up to 1,000 in a request; when CloudWatch does not take them, that is logged and nothing else.

A query has to name a metric with exactly one of its sets of dimensions. \`–\` is the set without any, over the whole
stack. Values of dimensions come from lists in code, or are names of clusters, of enrolled services and of Availability
Zones; a reason's text is in the log and in the decision record, never in a dimension.
`;

/** The text of docs/metrics.md. */
export function metricsPage(): string {
  const entries = Object.entries(metricCatalogue) as [MetricName, CatalogueEntry][];
  const perService = entries.filter(([, { dimensions }]) => dimensions.some(isPerService));
  const others = entries.filter((entry) => !perService.includes(entry));
  return [
    head,
    '## Of each enrolled service\n',
    'At most six; a test holds that.\n',
    table(perService),
    '\n## Of clusters and of the stack\n',
    table(others),
    '\n## Values of dimensions\n',
    valuesTable(entries),
    cost(),
  ].join('\n');
}

const isPerService = (set: DimensionSet) => 'ServiceName' in set;

function table(entries: readonly [MetricName, CatalogueEntry][]): string {
  const rows = entries.map(
    ([name, { dimensions, meaning, when, by }]) =>
      `| \`${name}\` | ${unitOf(name)} | ${dimensions.map(setText).join('; ')} | ${meaning} | ${when} | ${by === 'emf' ? 'log' : 'gauge'} |`,
  );
  return ['| metric | unit | dimensions | meaning | when | how |', '|---|---|---|---|---|---|', ...rows, ''].join('\n');
}

function unitOf(name: MetricName): string {
  return metricUnits[name];
}

function setText(set: DimensionSet): string {
  const names = Object.keys(set);
  return names.length === 0 ? '–' : names.map((name) => `\`${name}\``).join(' + ');
}

function valuesTable(entries: readonly [MetricName, CatalogueEntry][]): string {
  const lists = entries.flatMap(([name, { dimensions }]) =>
    dimensions.flatMap((set) =>
      Object.entries(set).flatMap(([dimension, bound]: [string, Bound]) =>
        typeof bound === 'string' ? [] : [{ name, dimension, values: bound.map((value) => `\`${value}\``).join(', ') }],
      ),
    ),
  );
  const texts = [...new Set(lists.map(({ values }) => values))];
  const rows = texts.map((values) => {
    const same = lists.filter((list) => list.values === values);
    return `| \`${same[0]?.dimension}\` | ${same.map(({ name }) => `\`${name}\``).join(', ')} | ${values} |`;
  });
  return ['| dimension | of | values |', '|---|---|---|', ...rows, ''].join('\n');
}

function cost(): string {
  const rows = sizes.map((size) => {
    const { always, atMost } = metricCount(size);
    return `| ${size.services} in ${size.clusters} | ${always} | ${usd(always * metricPriceUsd)} | ${atMost} | ${usd(atMost * metricPriceUsd)} | ${usd(requestCostUsd(size))} |`;
  });
  return [
    '## What they cost\n',
    `CloudWatch bills ${metricPriceUsd.toFixed(2)} USD a month for a custom metric (us-east-1, the first 10,000; as quoted by`,
    'third parties in autumn 2026, see the pricing page of CloudWatch), by the hour in which it has data. *Always* are the',
    'gauges. *At most* is every service, cluster, zone, reason, outcome and class in every hour of the month, which nobody',
    'has: a reason that is not met costs nothing. Six zones.\n',
    '| services in clusters | metrics always | USD a month | metrics at most | USD a month | PutMetricData, USD a month |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
    'Log lines of metrics are ingested as logs are. The dashboards ask CloudWatch only while somebody looks at them.',
    '',
  ].join('\n');
}

function usd(amount: number): string {
  return amount.toFixed(2);
}
