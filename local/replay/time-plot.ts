import { at, escaped, linear, type Scale, steps } from './markup.ts';
import type { Sample } from './meter.ts';
import type { Result, Row } from './result.ts';
import { replayStartMs } from './settings.ts';

/** Running tasks over time, Spot below and on-demand on top of it, with capacity and what is wanted as lines. */

const [width, height] = [1_000, 210];
const plot = { left: 34, right: 966, top: 12, bottom: 178 };
const columns = plot.right - plot.left;
const hourMs = 3_600_000;
const windowMs = 6 * hourMs;
const hourSteps = [1, 2, 6, 12, 24, 48, 120, 240, 480, 960];

/** A part of the trace. Milliseconds since it began. */
export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Six hours with the most taken away. */
export function roughest({ trace }: Result): Span {
  const { segments, lengthMs } = trace;
  const losses = segments.map(({ atMs, capacity }, index) => ({
    atMs,
    lost: Math.max(0, (segments[index - 1]?.capacity ?? capacity) - capacity),
  }));
  const leadMs = windowMs / 12;
  let most = { fromMs: 0, lost: 0 };
  for (const { atMs } of losses) {
    const fromMs = Math.max(0, Math.min(lengthMs - windowMs, atMs - leadMs));
    const lost = losses.reduce(
      (sum, one) => (one.atMs >= fromMs && one.atMs < fromMs + windowMs ? sum + one.lost : sum),
      0,
    );
    if (lost > most.lost) most = { fromMs, lost };
  }
  return { fromMs: most.fromMs, untilMs: Math.min(lengthMs, most.fromMs + windowMs) };
}

/** What holds from a moment on. */
type Levels = readonly { readonly atMs: number; readonly value: number }[];

/** One drawing with the areas of every policy, of which the page shows one. */
export function timePlot(result: Result, span: Span, label: string): string {
  const { trace, tasks, rows } = result;
  const capacity = trace.segments.map((segment) => ({ atMs: segment.atMs, value: segment.capacity }));
  const most = Math.max(...rows.flatMap(({ samples }) => highest(samples, span)), tasks);
  const x = linear([span.fromMs, span.untilMs], [plot.left, plot.right]);
  const y = linear([0, most], [plot.bottom, plot.top]);
  const wanted = at(y(tasks));
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(label)}">
${axes(span, most, x, y)}
${rows.map((row) => areas(row, span, x, y)).join('\n')}
<path class="capacity${capacity.length < columns / 8 || span.untilMs - span.fromMs <= windowMs ? '' : ' thin'}" d="${line(inSpan(capacity, span), span, x, y)}"/>
<path class="wanted" d="M${plot.left} ${wanted}H${plot.right}"/>
</svg>`;
}

function areas({ name, samples }: Row, span: Span, x: Scale, y: Scale): string {
  const of = (value: (sample: Sample) => number): Levels =>
    samples.map((sample) => ({ atMs: sample.atMs - replayStartMs, value: value(sample) }));
  const spot = inSpan(
    of((sample) => sample.spot),
    span,
  );
  const both = inSpan(
    of((sample) => sample.spot + sample.onDemand),
    span,
  );
  return `<g class="run show-${name}"><path class="on-demand" d="${area(both, span, x, y)}"/><path class="spot" d="${area(spot, span, x, y)}"/></g>`;
}

/** As it is where there is room to see it, else the mean of each column. */
function inSpan(levels: Levels, span: Span): Levels {
  const first = levels.findLast(({ atMs }) => atMs <= span.fromMs);
  const within = levels.filter(({ atMs }) => atMs > span.fromMs && atMs < span.untilMs);
  const all = [{ atMs: span.fromMs, value: first?.value ?? 0 }, ...within];
  if (all.length < columns) return all;
  const columnMs = (span.untilMs - span.fromMs) / columns;
  const sums = new Float64Array(columns);
  all.forEach(({ atMs, value }, index) => {
    const untilMs = all[index + 1]?.atMs ?? span.untilMs;
    for (let fromMs = atMs; fromMs < untilMs; ) {
      const column = Math.min(columns - 1, Math.floor((fromMs - span.fromMs) / columnMs));
      const endMs = Math.min(untilMs, column === columns - 1 ? untilMs : span.fromMs + (column + 1) * columnMs);
      sums[column] = (sums[column] ?? 0) + value * (endMs - fromMs);
      fromMs = Math.max(endMs, fromMs + 1);
    }
  });
  return [...sums].map((sum, column) => ({ atMs: span.fromMs + column * columnMs, value: sum / columnMs }));
}

function line(levels: Levels, span: Span, x: Scale, y: Scale): string {
  const [first, ...rest] = levels;
  if (first === undefined) return '';
  const turns = rest.map(({ atMs, value }) => `H${at(x(atMs))}V${at(y(value))}`).join('');
  return `M${at(x(first.atMs))} ${at(y(first.value))}${turns}H${at(x(span.untilMs))}`;
}

function area(levels: Levels, span: Span, x: Scale, y: Scale): string {
  return `${line(levels, span, x, y)}V${at(y(0))}H${at(x(span.fromMs))}Z`;
}

function highest(samples: readonly Sample[], { fromMs, untilMs }: Span): number[] {
  const most = samples.reduce((found, { atMs, spot, onDemand }) => {
    const sinceMs = atMs - replayStartMs;
    return sinceMs >= fromMs && sinceMs < untilMs ? Math.max(found, spot + onDemand) : found;
  }, 0);
  return [most];
}

function axes({ fromMs, untilMs }: Span, most: number, x: Scale, y: Scale): string {
  const lengthHours = (untilMs - fromMs) / hourMs;
  const inDays = lengthHours > 48;
  const firstHour = Math.ceil(fromMs / hourMs);
  const hours = steps(untilMs / hourMs - firstHour, 14, hourSteps).map((hour) => firstHour + hour);
  const down = hours.map((hour) => {
    const place = at(x(hour * hourMs));
    const text = inDays ? `day ${Math.round(hour / 24)}` : `day ${Math.floor(hour / 24)}, ${hour % 24}:00`;
    return `<path class="grid" d="M${place} ${plot.top}V${plot.bottom}"/><text x="${place}" y="${plot.bottom + 18}" text-anchor="middle">${text}</text>`;
  });
  const across = steps(most, 5, [1, 2, 5, 10, 20, 50, 100, 200, 500]).map((count) => {
    const place = at(y(count));
    return `<path class="grid" d="M${plot.left} ${place}H${plot.right}"/><text x="${plot.left - 8}" y="${at(y(count) + 4)}" text-anchor="end">${count}</text>`;
  });
  return [...down, ...across].join('');
}
