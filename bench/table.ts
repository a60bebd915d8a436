import type { Row, Section } from './row.ts';
import type { Summary } from './statistics.ts';

const head = ['', 'Ballast', 'beside it', 'ratio', 'goal', ''];

/** The rows as lines of text, a heading per section. */
export function tableLines(rows: readonly Row[]): string[] {
  const cells = rows.map(cellsOf);
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const lines = [line(head)];
  let section: Section | undefined;
  rows.forEach((row, index) => {
    if (row.section !== section) lines.push('', row.section);
    section = row.section;
    lines.push(line(cells[index] ?? []));
    if (row.note !== undefined) lines.push(`      ${row.note}`);
  });
  return lines;
}

function cellsOf({ what, unit, value, beside = {}, ratio, goal }: Row): string[] {
  return [
    `  ${what}`,
    figure(value, unit),
    Object.entries(beside)
      .map(([name, other]) => `${name} ${figure(other, unit)}`)
      .join('; '),
    ratio === undefined ? '' : `${ratio.toFixed(2)} ×`,
    goal?.text ?? '',
    goal === undefined ? '' : goal.met ? 'ok' : 'MISSED',
  ];
}

/** The median with the least and the most of the runs. */
function figure(value: number | Summary, unit: string): string {
  const suffix = unit === '' ? '' : ` ${unit}`;
  if (typeof value === 'number') return `${rounded(value)}${suffix}`;
  return `${rounded(value.median)} (${rounded(value.min)}–${rounded(value.max)})${suffix}`;
}

function rounded(value: number): string {
  if (!Number.isFinite(value)) return 'never';
  return Number.isInteger(value) || Math.abs(value) >= 1_000 ? String(Math.round(value)) : value.toFixed(1);
}
