import { describe, expect, it } from 'vitest';
import { metricAlarms } from '../../infra/alarms.ts';
import { metricCatalogue } from '../../infra/metric-catalogue.ts';
import { resolved } from './alarm-evaluation.ts';
import { grammarProblems } from './dashboard-grammar.ts';
import { publishedKeys } from './emitted-dimensions.ts';
import { resourcesOf } from './packaged.ts';

interface Shown {
  readonly type: string;
  readonly width: number;
  readonly properties: {
    readonly title?: string;
    readonly metrics?: readonly (readonly unknown[])[];
    readonly query?: string;
    readonly alarms?: readonly string[];
    readonly endpoint?: string;
    readonly params?: Readonly<Record<string, unknown>>;
  };
}

interface Body {
  readonly variables?: readonly { readonly id: string; readonly pattern: string; readonly search: string }[];
  readonly widgets: readonly Shown[];
}

const bodyOf = (logicalId: string): Body => JSON.parse(String(resolved.properties(logicalId).DashboardBody));

const dashboards = resourcesOf('AWS::CloudWatch::Dashboard').map(([logicalId]): [string, Body] => [
  logicalId,
  bodyOf(logicalId),
]);

/** Dimensions of AWS's own metrics, as Amazon ECS, Container Insights and Lambda document them. */
const ofAws = [
  'AWS/ECS/CPUUtilization{ClusterName,ServiceName}',
  'AWS/ECS/MemoryUtilization{ClusterName,ServiceName}',
  'AWS/Lambda/Errors{FunctionName}',
  'ECS/ContainerInsights/DeploymentCount{ClusterName,ServiceName}',
  'ECS/ContainerInsights/DesiredTaskCount{ClusterName,ServiceName}',
  'ECS/ContainerInsights/PendingTaskCount{ClusterName,ServiceName}',
  'ECS/ContainerInsights/RunningTaskCount{ClusterName,ServiceName}',
];
const known = new Set([...(await publishedKeys()), ...ofAws]);

/** `Namespace/Name{dimensions}` of what an entry shows, by name or by a search. */
function metricsOf(entry: readonly unknown[]): string[] {
  const [first, second, ...rest] = entry;
  if (typeof first === 'object' && first !== null && 'expression' in first) {
    return [...String(first.expression).matchAll(/\{([^}]+)\} MetricName="(\w+)"/g)].map(([, schema = '', name]) => {
      const [namespace, ...dimensions] = schema.split(',');
      return `${namespace}/${name}{${dimensions.sort().join(',')}}`;
    });
  }
  const dimensions = rest.filter((part, index) => typeof part === 'string' && index % 2 === 0);
  return [`${String(first)}/${String(second)}{${dimensions.sort().join(',')}}`];
}

const shownOn = ({ widgets }: Body) =>
  widgets.flatMap(({ properties }) => (properties.metrics ?? []).flatMap((entry) => metricsOf(entry)));

describe('the dashboards of the packaged stack', () => {
  it('are two', () => {
    expect(dashboards.map(([logicalId]) => resolved.properties(logicalId).DashboardName)).toEqual([
      'ballast-dev-fleet',
      'ballast-dev-service',
    ]);
  });

  it.each(dashboards)("%s keeps CloudWatch's grammar", (_logicalId, body) => {
    expect(body.widgets.length).toBeGreaterThan(10);
    expect(grammarProblems(body)).toEqual([]);
  });

  it.each(dashboards)('%s names metrics with exactly the dimensions that they are published with', (_id, body) => {
    const shown = shownOn(body);
    expect(shown.length).toBeGreaterThan(20);
    expect(shown.filter((metric) => !known.has(metric))).toEqual([]);
  });

  it.each(dashboards)('%s has titles that fit their widgets', (_logicalId, { widgets }) => {
    // On a screen of 1,440 pixels a column holds about seven letters of a title.
    const tooLong = widgets.filter(({ width, properties: { title = '' } }) => title.length > 6.5 * width);
    expect(tooLong.map(({ properties }) => properties.title)).toEqual([]);
  });

  it.each(dashboards)('%s shows something in every widget, under a title', (_logicalId, { widgets }) => {
    const empty = widgets.filter(({ type, properties: { title, metrics, query, alarms, endpoint } }) => {
      if (type === 'text') return false;
      const shows = (metrics ?? []).length + (alarms ?? []).length + (query ?? endpoint ?? '').length;
      return title === undefined || shows === 0;
    });
    expect(empty).toEqual([]);
  });

  it.each([
    ['FleetDashboard', {}],
    ['ServiceDashboard', { cluster: 'the-cluster-that-is-picked', service: 'the-service-that-is-picked' }],
  ])('%s has the services drawn with %j', (logicalId, params) => {
    const custom = bodyOf(logicalId).widgets.filter(({ type }) => type === 'custom');
    expect(custom.map(({ properties }) => [properties.endpoint, properties.params])).toEqual([
      ['arn:aws:lambda:us-east-1:111122223333:function:ballast-dev-show-services', params],
    ]);
  });

  it.each(dashboards)('%s says first how to read it', (_logicalId, { widgets }) => {
    expect(widgets[0]?.type).toBe('text');
  });

  it('leave no metric unseen: what no widget shows, an alarm watches', () => {
    const shown = dashboards.flatMap(([, body]) => shownOn(body)).map((key) => /^Ballast\/(\w+)\{/.exec(key)?.[1]);
    const watched = Object.values(metricAlarms).map(({ metric }) => metric);
    const unseen = Object.keys(metricCatalogue).filter((name) => !shown.includes(name) && !watched.includes(name));
    expect(unseen).toEqual([]);
  });
});

describe('the fleet dashboard', () => {
  it('shows every alarm that somebody is told of, by its ARN', () => {
    const arns = bodyOf('FleetDashboard').widgets.flatMap(({ properties }) => properties.alarms ?? []);
    expect(arns).toHaveLength(16);
    expect(arns).toContain('arn:aws:cloudwatch:us-east-1:111122223333:alarm:ballast-dev-service-below-desired');
    expect(arns).toContain('arn:aws:cloudwatch:us-east-1:111122223333:alarm:ballast-dev-notice-path-broken');
    expect(arns.join()).not.toContain('decide-errors');
  });

  it('counts by cluster, so that a thousand services fit: only the ten that lack most are named', () => {
    const perService = bodyOf('FleetDashboard')
      .widgets.flatMap(({ properties }) => properties.metrics ?? [])
      .filter((entry) => JSON.stringify(entry).includes('ServiceName'));
    expect(perService).toEqual([
      [
        {
          id: 'lacking',
          expression: `SORT(SEARCH('{Ballast,ClusterName,ServiceName} MetricName="Shortfall"', 'Maximum', 60), MAX, DESC, 10)`,
        },
      ],
    ]);
  });
});

describe('the service dashboard', () => {
  const text = String(resolved.properties('ServiceDashboard').DashboardBody);
  const body = bodyOf('ServiceDashboard');

  it('offers the enrolled services and their clusters', () => {
    expect(body.variables).toMatchObject([
      { id: 'cluster', populateFrom: 'ClusterName', defaultValue: '__FIRST', inputType: 'select' },
      { id: 'service', populateFrom: 'ServiceName', defaultValue: '__FIRST', inputType: 'select' },
    ]);
    const [search] = [...new Set(body.variables?.map((variable) => variable.search))];
    expect(search).toBe('{Ballast,ClusterName,ServiceName} MetricName="Mode"');
    expect(known.has('Ballast/Mode{ClusterName,ServiceName}')).toBe(true);
  });

  it('becomes that of the service that is picked, in metrics and in logs', () => {
    const picked = (body.variables ?? []).reduce(
      (json, { id, pattern }) => json.replaceAll(new RegExp(pattern, 'g'), id === 'cluster' ? 'shop' : 'web'),
      JSON.stringify(body.widgets),
    );
    expect(picked).toContain('["Ballast","SpotRunning","ClusterName","shop","ServiceName","web",{"label":"Spot"}]');
    expect(picked).toContain('["Ballast","TimeToWhole","ClusterName","shop",{"label":"to whole"}]');
    expect(picked).toContain('serviceArn like /\\\\/shop\\\\/web$/');
    expect(picked).not.toContain('that-is-picked');
  });

  it('reads the logs of the functions that decide and diagnose', () => {
    expect(text).toContain("SOURCE '/aws/lambda/ballast-dev-decide' | fields @timestamp, reason, explanation");
    expect(text).toContain("SOURCE '/aws/lambda/ballast-dev-diagnose' | fields @timestamp, diagnosis.class");
  });
});
