/**
 * The dashboard body as CloudWatch's API reference has it ("Dashboard Body Structure and Syntax"): PutDashboard refuses
 * what is wrong here, or shows nothing. Stricter than that where more would be a slip: a member that is not known here
 * is a problem.
 */

type Members = Readonly<Record<string, unknown>>;

const widgetsMax = 500;
const variablesMax = 25;
const metricsMax = 500;
const alarmsMax = 100;
const columns = 24;

const statistic = /^(SampleCount|Average|Sum|Minimum|Maximum|p\d{1,2}(\.\d{1,2})?)$/;
const relativeTime = /^-P(T?\d+[HM]|\d+[DWM])$/;

/** Everything that is wrong, a sentence each; empty where CloudWatch would take the body. */
export function grammarProblems(body: unknown): string[] {
  if (!isMembers(body)) return ['a body is an object'];
  const { widgets, variables = [], start, periodOverride } = body;
  if (!Array.isArray(widgets)) return ['widgets is an array'];
  return [
    ...unknownMembers('body', body, ['widgets', 'variables', 'start', 'end', 'periodOverride']),
    ...problem(widgets.length > widgetsMax, `${widgets.length} widgets, ${widgetsMax} at most`),
    ...problem(start !== undefined && !relativeTime.test(String(start)) && !isTime(start), `start ${String(start)}`),
    ...problem(!['auto', 'inherit', undefined].includes(periodOverride as string), 'periodOverride is auto or inherit'),
    ...variableListProblems(variables),
    ...widgets.flatMap((widget, index) => widgetProblems(widget, `widget ${index}`)),
    ...overlaps(widgets.filter(isMembers)),
  ];
}

function widgetProblems(widget: unknown, at: string): string[] {
  if (!isMembers(widget)) return [`${at} is an object`];
  const { type, x, y, width = 6, height = 6, properties } = widget;
  const place = [
    ...unknownMembers(at, widget, ['type', 'x', 'y', 'width', 'height', 'properties']),
    ...problem((x === undefined) !== (y === undefined), `${at} has both x and y or neither`),
    ...problem(x !== undefined && !isWhole(x, 0, columns - 1), `${at} x ${String(x)}`),
    ...problem(y !== undefined && !isWhole(y, 0), `${at} y ${String(y)}`),
    ...problem(!isWhole(width, 1, columns), `${at} width ${String(width)}`),
    ...problem(!isWhole(height, 1, 1000), `${at} height ${String(height)}`),
    ...problem(Number(x ?? 0) + Number(width) > columns, `${at} ends beyond column ${columns}`),
  ];
  const check = typeof type === 'string' ? ofType[type] : undefined;
  if (check === undefined) return [...place, `${at} type ${String(type)}`];
  return [...place, ...(isMembers(properties) ? check(properties, at) : [`${at} properties is an object`])];
}

const ofType: Readonly<Record<string, (properties: Members, at: string) => string[]>> = {
  metric: metricProblems,
  text: ({ markdown, ...rest }, at) => [
    ...unknownMembers(at, rest, ['background']),
    ...problem(typeof markdown !== 'string' || markdown === '', `${at} has markdown`),
  ],
  log: ({ query, region, ...rest }, at) => [
    ...unknownMembers(at, rest, ['title', 'view', 'stacked', 'accountId']),
    ...problem(typeof region !== 'string' || region === '', `${at} has a region`),
    ...problem(typeof query !== 'string' || !/^SOURCE '[^']+' \| \S/.test(query), `${at} queries a SOURCE`),
    ...problem(!['table', 'timeSeries', 'bar', 'pie', undefined].includes(rest.view as string), `${at} view`),
  ],
  alarm: ({ alarms, ...rest }, at) => [
    ...unknownMembers(at, rest, ['title', 'sortBy', 'states']),
    ...problem(
      !Array.isArray(alarms) || alarms.length === 0 || alarms.length > alarmsMax,
      `${at} shows 1 to ${alarmsMax} alarms`,
    ),
    ...(Array.isArray(alarms) ? alarms : []).flatMap((arn) =>
      problem(
        !/^arn:aws[a-z-]*:cloudwatch:[a-z0-9-]+:\d{12}:alarm:\S+$/.test(String(arn)),
        `${at} alarm ${String(arn)}`,
      ),
    ),
  ],
  // Not in the reference: as the CDK writes it.
  custom: ({ endpoint, ...rest }, at) => [
    ...unknownMembers(at, rest, ['title', 'params', 'updateOn']),
    ...problem(!/^arn:aws[a-z-]*:lambda:/.test(String(endpoint)), `${at} has the ARN of a function as endpoint`),
  ],
};

function metricProblems(properties: Members, at: string): string[] {
  const { metrics, annotations, region, view = 'timeSeries', period = 300, stat, yAxis } = properties;
  return [
    ...unknownMembers(at, properties, [
      ...['metrics', 'annotations', 'region', 'view', 'period', 'stat', 'stacked', 'sparkline', 'title', 'yAxis'],
      ...['liveData', 'accountId', 'legend'],
    ]),
    ...problem(typeof region !== 'string' || region === '', `${at} has a region`),
    ...problem(!['timeSeries', 'singleValue', 'gauge', 'bar', 'pie', 'table'].includes(String(view)), `${at} view`),
    ...problem(!isPeriod(period), `${at} period ${String(period)}`),
    ...problem(stat !== undefined && !statistic.test(String(stat)), `${at} stat ${String(stat)}`),
    ...problem(metrics === undefined && annotations === undefined, `${at} has metrics or annotations`),
    ...(metrics === undefined ? [] : metricListProblems(metrics, at)),
    ...(yAxis === undefined ? [] : axisProblems(yAxis, at)),
    ...problem(view === 'gauge' && !hasRange(yAxis), `${at} a gauge has yAxis.left min and max`),
    ...(annotations === undefined ? [] : annotationProblems(annotations, at)),
  ];
}

function metricListProblems(metrics: unknown, at: string): string[] {
  if (!Array.isArray(metrics)) return [`${at} metrics is an array`];
  const ids = metrics.flatMap((entry) => (Array.isArray(entry) ? optionsOf(entry) : [])).flatMap(({ id }) => id ?? []);
  const insights = metrics.filter((entry) => /"expression":"\s*SELECT /i.test(JSON.stringify(entry)));
  return [
    ...problem(metrics.length === 0 || metrics.length > metricsMax, `${at} has 1 to ${metricsMax} metrics`),
    ...problem(insights.length > 1, `${at} has one Metrics Insights query at most`),
    ...problem(new Set(ids).size !== ids.length, `${at} repeats an id`),
    ...metrics.flatMap((entry, index) => entryProblems(entry, `${at} metric ${index}`)),
  ];
}

function entryProblems(entry: unknown, at: string): string[] {
  if (!Array.isArray(entry) || entry.length === 0) return [`${at} is an array with something in it`];
  const [options = {}] = optionsOf(entry);
  const names = entry.filter((part) => !isMembers(part));
  const isExpression = 'expression' in options;
  return [
    ...unknownMembers(at, options, [
      ...['expression', 'id', 'label', 'stat', 'period', 'color', 'yAxis', 'visible', 'region', 'accountId'],
    ]),
    ...problem(
      entry.some((part, index) => isMembers(part) && index < entry.length - 1),
      `${at} has its options last`,
    ),
    ...problem(
      names.some((part) => typeof part !== 'string' || part === ''),
      `${at} has names only`,
    ),
    ...problem(isExpression && names.length > 0, `${at} is an expression or a metric`),
    ...problem(!isExpression && (names.length < 2 || names.length % 2 !== 0), `${at} has pairs of dimensions`),
    ...problem(options.id !== undefined && !/^[a-z][A-Za-z0-9_]*$/.test(String(options.id)), `${at} id`),
    ...problem(options.stat !== undefined && !statistic.test(String(options.stat)), `${at} stat`),
    ...problem(options.period !== undefined && !isPeriod(options.period), `${at} period`),
    ...problem(!['left', 'right', undefined].includes(options.yAxis as string), `${at} yAxis is left or right`),
    ...(isExpression ? expressionProblems(String(options.expression), at) : []),
  ];
}

const functions = [
  'SUM',
  'AVG',
  'MIN',
  'MAX',
  'FILL',
  'IF',
  'RATE',
  'DIFF',
  'RUNNING_SUM',
  'SEARCH',
  'METRICS',
  'SORT',
];

function expressionProblems(expression: string, at: string): string[] {
  const unquoted = expression.replaceAll(/'[^']*'/g, "''");
  const called = [...unquoted.matchAll(/([A-Z_]+)\(/g)].map(([, name = '']) => name);
  const searches = [...expression.matchAll(/SEARCH\(([^)]*)\)/g)].map(([, inside = '']) => inside);
  const search = /^'\{[\w/]+(,\w+)*\} MetricName="\w+"', '(\w+)', (\d+)$/;
  return [
    ...called.filter((name) => !functions.includes(name)).map((name) => `${at} has no function ${name}`),
    ...problem([...unquoted].filter((char) => char === '(').length !== called.length, `${at} brackets`),
    ...searches.filter((inside) => !search.test(inside)).map((inside) => `${at} searches ${inside}`),
    ...searches
      .map((inside) => search.exec(inside))
      .filter((found) => found !== null && !(statistic.test(found[2] ?? '') && isPeriod(Number(found[3]))))
      .map(() => `${at} searches with a statistic and a period`),
  ];
}

function axisProblems(yAxis: unknown, at: string): string[] {
  if (!isMembers(yAxis)) return [`${at} yAxis is an object`];
  return [
    ...unknownMembers(`${at} yAxis`, yAxis, ['left', 'right']),
    ...Object.values(yAxis).flatMap((axis) =>
      isMembers(axis)
        ? unknownMembers(`${at} axis`, axis, ['min', 'max', 'label', 'showUnits'])
        : [`${at} an axis is an object`],
    ),
  ];
}

function annotationProblems(annotations: unknown, at: string): string[] {
  if (!isMembers(annotations)) return [`${at} annotations is an object`];
  const { alarms, horizontal = [], vertical = [] } = annotations;
  const lines = [horizontal, vertical].flat().filter(isMembers);
  return [
    ...unknownMembers(`${at} annotations`, annotations, ['alarms', 'horizontal', 'vertical']),
    ...problem(alarms !== undefined && lines.length > 0, `${at} annotates by an alarm or by lines`),
    ...problem(
      lines.some(({ value }) => value === undefined),
      `${at} a line has a value`,
    ),
  ];
}

function variableListProblems(variables: unknown): string[] {
  if (!Array.isArray(variables)) return ['variables is an array'];
  const ids = variables.filter(isMembers).map(({ id }) => id);
  return [
    ...problem(variables.length > variablesMax, `${variables.length} variables, ${variablesMax} at most`),
    ...problem(new Set(ids).size !== ids.length, 'variables repeat an id'),
    ...variables.flatMap((variable, index) => variableProblems(variable, `variable ${index}`)),
  ];
}

function variableProblems(variable: unknown, at: string): string[] {
  if (!isMembers(variable)) return [`${at} is an object`];
  const { type, inputType, id, search, populateFrom, values } = variable;
  const chosen = inputType === 'select' || inputType === 'radio';
  return [
    ...unknownMembers(at, variable, [
      ...['type', 'property', 'pattern', 'inputType', 'id', 'label', 'visible', 'search', 'populateFrom', 'values'],
      'defaultValue',
    ]),
    ...problem(type !== 'property' && type !== 'pattern', `${at} type ${String(type)}`),
    ...problem(typeof variable[String(type)] !== 'string', `${at} has the ${String(type)} that it changes`),
    ...problem(type === 'pattern' && variable.property !== undefined, `${at} changes a pattern or a property`),
    ...problem(!['input', 'select', 'radio'].includes(String(inputType)), `${at} inputType ${String(inputType)}`),
    ...problem(typeof id !== 'string' || !/^\w{1,32}$/.test(id), `${at} id`),
    ...problem(chosen && values === undefined && search === undefined, `${at} has values or a search`),
    ...problem((search === undefined) !== (populateFrom === undefined), `${at} populates from what it searches`),
  ];
}

function overlaps(widgets: readonly Members[]): string[] {
  const box = ({ x, y, width = 6, height = 6 }: Members) => ({
    left: Number(x),
    top: Number(y),
    right: Number(x) + Number(width),
    bottom: Number(y) + Number(height),
  });
  const boxes = widgets.filter(({ x, y }) => x !== undefined && y !== undefined).map(box);
  return boxes.flatMap((one, index) =>
    boxes
      .slice(index + 1)
      .filter(
        (other) => one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom,
      )
      .map((other) => `widgets overlap at ${other.left}, ${other.top}`),
  );
}

function unknownMembers(at: string, members: Members, known: readonly string[]): string[] {
  return Object.keys(members)
    .filter((name) => !known.includes(name))
    .map((name) => `${at} has no member ${name}`);
}

function problem(isWrong: boolean, text: string): string[] {
  return isWrong ? [text] : [];
}

function optionsOf(entry: readonly unknown[]): Members[] {
  return entry.filter(isMembers);
}

function hasRange(yAxis: unknown): boolean {
  const left = isMembers(yAxis) ? yAxis.left : undefined;
  return isMembers(left) && typeof left.min === 'number' && typeof left.max === 'number';
}

function isPeriod(value: unknown): boolean {
  return isWhole(value, 60) && Number(value) % 60 === 0;
}

function isWhole(value: unknown, min: number, max = Number.MAX_SAFE_INTEGER): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
}

function isTime(value: unknown): boolean {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value));
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
