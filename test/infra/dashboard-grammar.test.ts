import { describe, expect, it } from 'vitest';
import { customWidget } from '../../infra/custom-widget.ts';
import { grammarProblems } from './dashboard-grammar.ts';

const place = { x: 0, y: 0, width: 6, height: 6 };
const properties = { region: 'us-east-1', stat: 'Sum', metrics: [['Ballast', 'EnrolledServices']] };
const metric = (changed: Readonly<Record<string, unknown>>) => ({
  widgets: [{ type: 'metric', ...place, properties: { ...properties, ...changed } }],
});
const entry = (...parts: readonly unknown[]) => metric({ metrics: [parts] });
const expression = (text: string) => entry({ id: 'e1', expression: text });
const variable = (changed: Readonly<Record<string, unknown>>) => ({
  widgets: [],
  variables: [
    {
      type: 'pattern',
      pattern: 'web',
      inputType: 'select',
      id: 'service',
      search: '{Ballast,ServiceName}',
      populateFrom: 'ServiceName',
      ...changed,
    },
  ],
});
const searched = `SEARCH('{Ballast,ClusterName} MetricName="Notices"', 'Sum', 60)`;

describe("the grammar of CloudWatch's dashboards", () => {
  it.each([
    ['an empty one', { widgets: [] }],
    ['a metric', metric({})],
    ['a metric with dimensions and options', entry('Ballast', 'Notices', 'ClusterName', 'shop', { stat: 'p95' })],
    ['an expression', expression(`SUM(${searched})`)],
    ['sorted ones', expression(`SORT(${searched}, MAX, DESC, 10)`)],
    ['a gauge with its range', metric({ view: 'gauge', yAxis: { left: { min: 0, max: 1 } } })],
    ['lines', metric({ annotations: { horizontal: [{ label: 'act', value: 1 }] } })],
    ['a variable', variable({ defaultValue: '__FIRST', visible: true, label: 'Service' })],
    ['a variable that changes a property', variable({ type: 'property', property: 'ServiceName', pattern: undefined })],
    ['a time', { widgets: [], start: '-PT6H', periodOverride: 'inherit' }],
  ])('takes %s', (_what, body) => {
    expect(grammarProblems(JSON.parse(JSON.stringify(body)))).toEqual([]);
  });

  it.each([
    ['no widgets', {}, 'widgets is an array'],
    ['another member', { widgets: [], title: 'x' }, 'body has no member title'],
    [
      '501 widgets',
      { widgets: Array(501).fill({ type: 'text', properties: { markdown: 'x' } }) },
      '501 widgets, 500 at most',
    ],
    ['a start in words', { widgets: [], start: 'yesterday' }, 'start yesterday'],
    [
      'a widget beyond the grid',
      { widgets: [{ type: 'text', x: 20, y: 0, width: 6, height: 1, properties: { markdown: 'x' } }] },
      'widget 0 ends beyond column 24',
    ],
    [
      'x without y',
      { widgets: [{ type: 'text', x: 0, properties: { markdown: 'x' } }] },
      'widget 0 has both x and y or neither',
    ],
    [
      'half a column',
      { widgets: [{ type: 'text', ...place, width: 1.5, properties: { markdown: 'x' } }] },
      'widget 0 width 1.5',
    ],
    ['a type of its own', { widgets: [{ type: 'graph', ...place, properties: {} }] }, 'widget 0 type graph'],
    ['widgets over each other', { widgets: [...metric({}).widgets, ...metric({}).widgets] }, 'widgets overlap at 0, 0'],
    ['an empty text', { widgets: [{ type: 'text', ...place, properties: { markdown: '' } }] }, 'widget 0 has markdown'],
    [
      'a log without source',
      { widgets: [{ type: 'log', ...place, properties: { region: 'x', query: 'fields @message' } }] },
      'widget 0 queries a SOURCE',
    ],
    [
      'an alarm by name',
      { widgets: [{ type: 'alarm', ...place, properties: { alarms: ['late'] } }] },
      'widget 0 alarm late',
    ],
    ['no region', metric({ region: undefined }), 'widget 0 has a region'],
    ['a period of 90 s', metric({ period: 90 }), 'widget 0 period 90'],
    ['the mean', metric({ stat: 'Mean' }), 'widget 0 stat Mean'],
    ['no metrics', metric({ metrics: [] }), 'widget 0 has 1 to 500 metrics'],
    ['neither metrics nor annotations', metric({ metrics: undefined }), 'widget 0 has metrics or annotations'],
    ['a gauge without range', metric({ view: 'gauge' }), 'widget 0 a gauge has yAxis.left min and max'],
    [
      'an alarm and lines',
      metric({ annotations: { alarms: ['a'], horizontal: [{ value: 1 }] } }),
      'widget 0 annotates by an alarm or by lines',
    ],
    [
      'a dimension without value',
      entry('Ballast', 'Notices', 'ClusterName'),
      'widget 0 metric 0 has pairs of dimensions',
    ],
    ['options in between', entry('Ballast', { label: 'x' }, 'Notices'), 'widget 0 metric 0 has its options last'],
    ['an id in capitals', entry({ id: 'E1', expression: searched }), 'widget 0 metric 0 id'],
    [
      'the same id twice',
      metric({ metrics: [[{ id: 'a', expression: searched }], [{ id: 'a', expression: searched }]] }),
      'widget 0 repeats an id',
    ],
    [
      'two Metrics Insights queries',
      metric({
        metrics: [
          [{ expression: 'SELECT SUM(Notices) FROM Ballast' }],
          [{ expression: 'SELECT SUM(Holds) FROM Ballast' }],
        ],
      }),
      'widget 0 has one Metrics Insights query at most',
    ],
    ['a function that is not there', expression(`TOTAL(${searched})`), 'widget 0 metric 0 has no function TOTAL'],
    [
      'a search without statistic',
      expression(`SEARCH('{Ballast} MetricName="X"')`),
      `widget 0 metric 0 searches '{Ballast} MetricName="X"'`,
    ],
    ['a variable of nothing', variable({ pattern: undefined }), 'variable 0 has the pattern that it changes'],
    [
      'a choice of nothing',
      variable({ search: undefined, populateFrom: undefined }),
      'variable 0 has values or a search',
    ],
    ['a variable that is typed in a dropdown', variable({ inputType: 'dropdown' }), 'variable 0 inputType dropdown'],
  ])('refuses %s', (_what, body, expected) => {
    expect(grammarProblems(JSON.parse(JSON.stringify(body)))).toContain(expected);
  });
});

describe('a widget that a function draws', () => {
  const endpointArn = 'arn:aws:lambda:us-east-1:111122223333:function:ballast-dev-widget';

  it('names the function and what it is asked', () => {
    expect(customWidget({ title: 'Why', params: { view: 'decisions' }, endpointArn })).toEqual({
      type: 'custom',
      width: 24,
      height: 8,
      properties: {
        title: 'Why',
        endpoint: endpointArn,
        params: { view: 'decisions' },
        updateOn: { refresh: true, resize: false, timeRange: true },
      },
    });
  });

  it('fits the grammar', () => {
    const widget = { ...customWidget({ title: 'Why', params: {}, endpointArn, width: 12 }), x: 0, y: 0 };
    expect(grammarProblems({ widgets: [widget] })).toEqual([]);
    expect(grammarProblems({ widgets: [{ ...widget, properties: { endpoint: 'ballast-dev-widget' } }] })).toEqual([
      'widget 0 has the ARN of a function as endpoint',
    ]);
  });
});
