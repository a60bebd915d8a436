import { firstFrom, type MetricSeries, type MetricStore } from '../region/metrics.ts';
import { statistic } from '../region/statistics.ts';
import { type Expression, type Operator, parseExpression } from './expression.ts';

/** CloudWatch's GetMetricData over the region's metrics: as much of it as the stack's dashboards use. */

export interface TimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A line: values by the beginning of their period. */
export interface Line {
  /** What tells it apart from others that the same search found; absent for what was computed from several. */
  readonly metric?: {
    readonly name: string;
    readonly values: readonly string[];
    readonly stat: string;
  };
  readonly unit: string;
  readonly points: ReadonlyMap<number, number>;
}

/** A metric or an expression of a widget, with an id where others may refer to it. */
export type DataQuery = { readonly id?: string; readonly periodMs: number } & (
  | {
      readonly namespace: string;
      readonly name: string;
      readonly dimensions: Readonly<Record<string, string>>;
      readonly stat: string;
    }
  | { readonly expression: string }
);

/** The lines of each query, in their order. @throws for math that is not known here. */
export function metricData(store: MetricStore, queries: readonly DataQuery[], span: TimeSpan): Line[][] {
  const done = new Map<DataQuery, Line[]>();
  const linesOf = (query: DataQuery): Line[] => {
    const known = done.get(query);
    if (known !== undefined) return known;
    const lines =
      'expression' in query
        ? linesIn(evaluate(parseExpression(query.expression), query.periodMs), query.expression)
        : [store.series(query)].flatMap((series) =>
            series === undefined ? [] : [lineOf(series, query.stat, query.periodMs, span)],
          );
    done.set(query, lines);
    return lines;
  };

  const evaluate = (expression: Expression, periodMs: number): Value => {
    const of = (operand: Expression): Value => evaluate(operand, periodMs);
    switch (expression.kind) {
      case 'number':
        return expression.value;
      case 'text':
        throw new Error(`metric math: '${expression.text}' stands alone`);
      case 'id': {
        const query = queries.find(({ id }) => id === expression.id);
        if (query === undefined) throw new Error(`metric math: there is no id ${expression.id}`);
        return linesOf(query);
      }
      case 'arithmetic':
        return computed(expression.operator, of(expression.left), of(expression.right));
      case 'call': {
        const { name, operands } = expression;
        const [first, ...rest] = operands;
        if (name === 'METRICS' && operands.length === 0) {
          return queries.filter((query) => !('expression' in query)).flatMap(linesOf);
        }
        if (first === undefined) throw new Error(`metric math: ${name} of nothing`);
        if (name === 'SEARCH') return searched(store, [first, ...rest], span);
        const lines = linesIn(of(first), name);
        if (name === 'SUM') return lines.length === 0 ? [] : [summed(lines)];
        if (name === 'SORT') return sorted(lines, rest);
        if (name === 'FILL') return filled(lines, rest, periodMs, span);
        throw new Error(`metric math: ${name} is not known to the embedded region`);
      }
    }
  };
  return queries.map(linesOf);
}

type Value = number | Line[];

function linesIn(value: Value, what: string): Line[] {
  if (typeof value === 'number') throw new Error(`metric math: ${what} is a number, not a line`);
  return value;
}

const searchTerm = /^\{([\w/]+)((?:,\w+)*)\} MetricName="(\w+)"$/;

function searched(store: MetricStore, operands: readonly Expression[], span: TimeSpan): Line[] {
  const [term, stat, period] = operands;
  const [, namespace = '', names = '', name = ''] =
    (term?.kind === 'text' ? searchTerm.exec(term.text) : undefined) ?? [];
  if (namespace === '' || stat?.kind !== 'text' || period?.kind !== 'number') {
    throw new Error('metric math: SEARCH is known here as {namespace,dimension} MetricName="name", statistic, period');
  }
  return store
    .search(namespace, name, names.split(',').slice(1))
    .map((series) => lineOf(series, stat.text, period.value * 1_000, span))
    .filter(({ points }) => points.size > 0)
    .sort((left, right) => (labelOf(left) < labelOf(right) ? -1 : 1));
}

function labelOf({ metric }: Line): string {
  return metric?.values.join(' ') ?? '';
}

/** Periods begin where CloudWatch's do, at whole multiples of their length. */
function lineOf(series: MetricSeries, stat: string, periodMs: number, { fromMs, toMs }: TimeSpan): Line {
  const points = new Map<number, number>();
  const end = firstFrom(series.atMs, toMs);
  let index = firstFrom(series.atMs, Math.floor(fromMs / periodMs) * periodMs);
  while (index < end) {
    const beginsMs = Math.floor((series.atMs[index] ?? 0) / periodMs) * periodMs;
    const next = Math.min(end, firstFrom(series.atMs, beginsMs + periodMs));
    points.set(beginsMs, statistic(stat, series.values.slice(index, next)));
    index = next;
  }
  return {
    metric: { name: series.name, values: Object.values(series.dimensions), stat },
    unit: series.unit,
    points,
  };
}

/** Where one of them has no value, it adds nothing. */
function summed(lines: readonly Line[]): Line {
  const points = new Map<number, number>();
  for (const line of lines) for (const [atMs, value] of line.points) points.set(atMs, (points.get(atMs) ?? 0) + value);
  return { unit: lines[0]?.unit ?? 'None', points: inOrder(points) };
}

/** `SORT(lines, MAX, DESC, 10)` */
function sorted(lines: readonly Line[], [by, order, limit]: readonly Expression[]): Line[] {
  if (by?.kind !== 'id' || by.id !== 'MAX' || order?.kind !== 'id') {
    throw new Error('metric math: SORT is known here by MAX, then ASC or DESC');
  }
  const highest = ({ points }: Line) => Math.max(...points.values());
  const direction = order.id === 'DESC' ? -1 : 1;
  const all = [...lines].sort((left, right) => direction * (highest(left) - highest(right)));
  return limit?.kind === 'number' ? all.slice(0, limit.value) : all;
}

/** `FILL(lines, 0)` and `FILL(lines, REPEAT)` */
function filled(
  lines: readonly Line[],
  [by]: readonly Expression[],
  periodMs: number,
  { fromMs, toMs }: TimeSpan,
): Line[] {
  if (by?.kind !== 'number' && !(by?.kind === 'id' && by.id === 'REPEAT')) {
    throw new Error('metric math: FILL is known here with a number or REPEAT');
  }
  return lines.map((line) => {
    const points = new Map<number, number>();
    let last = by.kind === 'number' ? by.value : undefined;
    for (let atMs = Math.ceil(fromMs / periodMs) * periodMs; atMs < toMs; atMs += periodMs) {
      const value = line.points.get(atMs) ?? last;
      if (value === undefined) continue;
      points.set(atMs, value);
      if (by.kind !== 'number') last = value;
    }
    return { ...line, points };
  });
}

const operations: Readonly<Record<Operator, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
};

/** Only where both sides have a value; what a division by zero gives is no datapoint. */
function computed(operator: Operator, left: Value, right: Value): Value {
  const operate = operations[operator];
  if (typeof left === 'number' && typeof right === 'number') return operate(left, right);
  if (typeof left === 'number')
    return linesIn(right, operator).map((line) => mapped(line, (value) => operate(left, value)));
  if (typeof right === 'number') return left.map((line) => mapped(line, (value) => operate(value, right)));
  if (left.length > 1 && right.length > 1) throw new Error(`metric math: ${operator} of two arrays`);
  return left.flatMap((one) =>
    right.map((other) =>
      mapped(left.length === 1 ? other : one, (_, atMs) =>
        operate(one.points.get(atMs) ?? Number.NaN, other.points.get(atMs) ?? Number.NaN),
      ),
    ),
  );
}

function mapped(line: Line, change: (value: number, atMs: number) => number): Line {
  const points = [...line.points].map(([atMs, value]) => [atMs, change(value, atMs)] as const);
  return { ...line, points: new Map(points.filter(([, value]) => Number.isFinite(value))) };
}

function inOrder(points: ReadonlyMap<number, number>): ReadonlyMap<number, number> {
  return new Map([...points].sort(([left], [right]) => left - right));
}
