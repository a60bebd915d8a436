import uPlot from 'uplot';
import type { ShownAxis, ShownChart, ShownLine } from '../shown.ts';
import { element } from './element.ts';
import { inks, softened, strokeOf, type Theme } from './palette.ts';
import { clock, day, numberText, unitText } from './text.ts';

/** A chart of one widget: its title, the plot, and a legend with the newest values, or those under the pointer. */
export interface Chart {
  readonly root: HTMLElement;
  /** New data of the same widget. */
  show(chart: ShownChart, span: Span): void;
  /** After it was put into the page, or its place has changed. */
  fit(): void;
  destroy(): void;
}

/** Seconds since the epoch. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const font = '11px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

export function createChart(first: ShownChart, span: Span, theme: Theme): Chart {
  const plotArea = element('div', { class: 'plot' });
  const legend = element('ul', { class: 'legend' });
  const root = element('div', { class: 'chart' }, plotArea, legend);
  let chart = first;
  let shown = span;
  let plot: uPlot | undefined;
  let values: HTMLElement[] = [];

  const fill = (index: number | null | undefined): void => {
    chart.lines.forEach((line, nth) => {
      const isPointedAt = index !== null && index !== undefined;
      const value = isPointedAt ? line.values[index] : newest(line);
      const place = values[nth];
      const absent = isPointedAt ? '–' : '';
      if (place !== undefined) place.textContent = value == null ? absent : numberText(value) + unitText(line.unit);
    });
  };
  const drawLegend = (): void => {
    values = [];
    legend.replaceChildren(
      ...chart.lines.map((line, index) => {
        const value = element('b');
        values.push(value);
        const { colour, dash } = strokeOf(index, theme);
        const sign = element('i', { class: dash === undefined ? 'sign' : 'sign dashed' });
        sign.style.color = colour;
        return element('li', { title: line.label }, sign, element('span', {}, line.label), value);
      }),
    );
    fill(undefined);
  };
  const draw = (): void => {
    plot?.destroy();
    plot = undefined;
    const { clientWidth: width, clientHeight: height } = plotArea;
    if (width < 40 || height < 30) return;
    plot = new uPlot(optionsOf(chart, shown, theme, { width, height }, fill), dataOf(chart), plotArea);
  };

  drawLegend();
  return {
    root,
    show(next, nextSpan) {
      const isAlike = shapeOf(next) === shapeOf(chart);
      chart = next;
      shown = nextSpan;
      if (plot === undefined || !isAlike) {
        drawLegend();
        draw();
        return;
      }
      plot.batch(() => {
        plot?.setData(dataOf(chart), false);
        plot?.setScale('x', { min: shown.from, max: shown.to });
      });
      fill(plot.cursor.idx);
    },
    fit() {
      const { clientWidth: width, clientHeight: height } = plotArea;
      if (plot === undefined || width < 40 || height < 30) draw();
      else if (plot.width !== width || plot.height !== height) plot.setSize({ width, height });
    },
    destroy: () => plot?.destroy(),
  };
}

/** What makes a plot another one. */
function shapeOf({ lines, stacked, columns, annotations }: ShownChart): string {
  return JSON.stringify([lines.map(({ label, axis }) => [label, axis]), stacked, columns, annotations]);
}

/** Of the period that has just ended, or of the one that is not over: an older one is no news. */
function newest({ values }: ShownLine): number | null {
  return values.at(-1) ?? values.at(-2) ?? null;
}

/** Stacked ones stand on each other; the topmost comes first, so that the others are drawn over it. */
function dataOf({ times, lines, stacked }: ShownChart): uPlot.AlignedData {
  if (!stacked) return [[...times], ...lines.map(({ values }) => [...values])];
  const sums: (number | null)[] = times.map(() => null);
  const stackedLines = lines.map(({ values }) =>
    values.map((value, index) => {
      const below = sums[index];
      if (value !== null) sums[index] = (below ?? 0) + value;
      return sums[index] ?? null;
    }),
  );
  return [[...times], ...stackedLines.reverse()];
}

function optionsOf(
  chart: ShownChart,
  span: Span,
  theme: Theme,
  size: { readonly width: number; readonly height: number },
  onCursor: (index: number | null | undefined) => void,
): uPlot.Options {
  const { faint, grid } = inks[theme];
  const hasRight = chart.right !== undefined;
  const lines = chart.lines.map((line, index) => seriesOf(chart, line, index, theme));
  const axis: uPlot.Axis = {
    stroke: faint,
    font,
    labelFont: font,
    grid: { stroke: grid, width: 1 },
    ticks: { show: false },
  };
  return {
    ...size,
    padding: [10, hasRight ? 4 : 14, 0, 4],
    legend: { show: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), 'Etc/UTC'),
    cursor: { drag: { x: false, y: false }, points: { size: 7 }, y: false },
    scales: {
      x: { time: true, range: () => [span.from, span.to] },
      left: { range: rangeOf(chart, chart.left) },
      right: { range: rangeOf(chart, chart.right ?? {}) },
    },
    series: [{}, ...(chart.stacked ? lines.reverse() : lines)],
    axes: [
      { ...axis, size: 22, space: 60, values: (_plot, splits) => splits.map(timeTick), grid: { show: false } },
      { ...axis, scale: 'left', ...sideOf(chart, 'left') },
      ...(hasRight
        ? [{ ...axis, scale: 'right', side: 1 as const, ...sideOf(chart, 'right'), grid: { show: false } }]
        : []),
    ],
    hooks: {
      setCursor: [(plot) => onCursor(plot.cursor.idx)],
      draw: [(plot) => drawAnnotations(plot, chart, theme)],
    },
  };
}

const wholeSteps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000];

function sideOf(chart: ShownChart, side: 'left' | 'right'): Partial<uPlot.Axis> {
  const { label } = chart[side] ?? {};
  const onIt = chart.lines.filter(({ axis }) => axis === side);
  // Half a task is nothing; an average of them is.
  const isWhole = onIt.every(
    ({ unit, values }) => unit === 'Count' && values.every((value) => Number.isInteger(value ?? 0)),
  );
  return {
    size: (_plot, values) => 12 + 6.5 * Math.max(2, ...(values ?? []).map((value) => value.length)),
    space: 26,
    values: (_plot, splits) => splits.map((value) => numberText(value)),
    ...(isWhole ? { incrs: wholeSteps } : {}),
    ...(label === undefined ? {} : { label, labelSize: 16, labelGap: 0 }),
  };
}

/** From 0 where the dashboard says so, with some room above; annotations are always in sight. */
function rangeOf({ annotations }: ShownChart, { min, max }: ShownAxis): uPlot.Scale.Range {
  return (_plot, lowest, highest) => {
    const top = Math.max(highest ?? 1, ...annotations.map(({ value }) => value));
    const bottom = min ?? Math.min(0, lowest ?? 0);
    return [bottom, max ?? (top <= bottom ? bottom + 1 : top + (top - bottom) * 0.08)];
  };
}

function seriesOf(chart: ShownChart, line: ShownLine, index: number, theme: Theme): uPlot.Series {
  const { colour, dash } = strokeOf(index, theme);
  const shared: uPlot.Series = { label: line.label, scale: line.axis, stroke: colour, width: 1.5 };
  if (chart.columns) {
    return { ...shared, fill: colour, width: 0, paths: columnPaths(), points: { show: false } };
  }
  return {
    ...shared,
    ...(dash === undefined ? {} : { dash: [...dash] }),
    ...(chart.stacked ? { fill: softened(colour, theme) } : {}),
    points: { show: true, size: 5, stroke: colour, fill: colour, filter: isSparse(line) ? every : lonely },
  };
}

function columnPaths(): uPlot.Series.PathBuilder {
  return uPlot.paths.bars?.({ size: [0.8, 14, 3], align: 1 }) ?? (() => null);
}

/** Few values: each is seen, also where two of them make a line. */
function isSparse({ values }: ShownLine): boolean {
  return values.filter((value) => value !== null).length <= 40;
}

function every(plot: uPlot, series: number, isShown: boolean): number[] | null {
  if (!isShown) return null;
  return [...(plot.data[series] ?? [])].flatMap((value, index) => (value == null ? [] : [index]));
}

/** A value without neighbours makes no line: it is drawn as a point. */
function lonely(plot: uPlot, series: number, isShown: boolean): number[] | null {
  if (!isShown) return null;
  const values = plot.data[series] ?? [];
  const found: number[] = [];
  for (let index = 0; index < values.length; index += 1) {
    if (values[index] != null && values[index - 1] == null && values[index + 1] == null) found.push(index);
  }
  return found;
}

function timeTick(seconds: number): string {
  const ms = seconds * 1_000;
  return ms % 86_400_000 === 0 ? day(ms).slice(5) : clock(ms);
}

function drawAnnotations(plot: uPlot, { annotations }: ShownChart, theme: Theme): void {
  const { ctx, bbox } = plot;
  const { threshold, faint, paper } = inks[theme];
  const ratio = uPlot.pxRatio;
  ctx.save();
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  for (const { label, value } of annotations) {
    const y = Math.round(plot.valToPos(value, 'left', true));
    ctx.strokeStyle = annotations.length === 1 ? threshold : faint;
    ctx.fillStyle = ctx.strokeStyle;
    ctx.lineWidth = ratio;
    ctx.setLineDash([5 * ratio, 4 * ratio]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.textAlign = 'right';
    // Below the line where there is no room above it; on paper of its own where a line runs through.
    const textY = y - bbox.top < 14 * ratio ? y + 13 * ratio : y - 5 * ratio;
    const textX = bbox.left + bbox.width - 4 * ratio;
    ctx.setLineDash([]);
    ctx.strokeStyle = paper;
    ctx.lineWidth = 4 * ratio;
    ctx.lineJoin = 'round';
    ctx.strokeText(label, textX, textY);
    ctx.fillText(label, textX, textY);
  }
  ctx.restore();
}
