import { type Result, type Row, rowOf } from './result.ts';
import type { SweepRow } from './sweep.ts';

/** A trace's results as lines of text. */
export function resultLines(result: Result): string[] {
  const { trace, tasks, share, falls, rows } = result;
  const length = `${round(trace.lengthMs / 86_400_000, 1)} days, a sample every ${trace.gapSeconds} s`;
  const spot = `Spot had room for ${percent(share, 1)} of ${tasks} tasks and fell ${falls === 1 ? 'once' : `${falls} times`}`;
  const head = ['', 'availability', 'below desired', 'of on-demand', 'of optimum', 'surplus', 'launches', 'forced'];
  const body = rows.map(({ title, figures, ofOptimum }) => [
    title,
    percent(figures.availability, 4),
    `${Math.round(figures.belowDesiredSeconds / 60)} min`,
    percent(figures.cost, 2),
    round(ofOptimum, 4),
    `${round(figures.surplusTaskSeconds / 3_600, 1)} task-h`,
    round(figures.launchesPerTaskDay, 2),
    String(figures.forcedDeployments),
  ]);
  return [`${trace.name}: ${length}; ${spot}`, '', ...table([head, ...body]), '', twinLine(result)];
}

/** What buying on demand for the whole service at once would add. */
function twinLine(result: Result): string {
  const [bridge, twin] = [rowOf(result, 'bridge'), rowOf(result, 'whole-twin')];
  const points = (twin.figures.availability - bridge.figures.availability) * 100;
  const times = twin.figures.cost / bridge.figures.cost;
  return `a whole-service twin instead of the bridge: ${signed(points, 4)} points of availability, ${round(times, 3)} × the cost`;
}

/** One line for each set of assumptions, one column for each policy: availability and cost of on-demand. */
export function sweepLines(rows: readonly SweepRow[]): string[] {
  const head = (policies: readonly Row[]) => ['', 'launch', 'stop', 'lost', ...policies.map(({ title }) => title)];
  const lines = rows.map(({ trace, launch, stopTimeoutMs, lostNoticeShare, policies }) => [
    trace,
    `${launch.medianMs / 1_000} s`,
    `${stopTimeoutMs / 1_000} s`,
    percent(lostNoticeShare, 0),
    ...policies.map(({ figures }) => `${percent(figures.availability, 3)} ${round(figures.cost, 3)}`),
  ]);
  return table([head(rows[0]?.policies ?? []), ...lines]);
}

/** The first column to the left, numbers to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

export function percent(share: number, digits: number): string {
  return `${(share * 100).toFixed(digits)} %`;
}

export function round(value: number, digits: number): string {
  return value.toFixed(digits);
}

function signed(value: number, digits: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;
}
