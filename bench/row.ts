import type { Summary } from './statistics.ts';

/** A line of the table. Numbers are kept as such: `--json` prints them unrounded. */
export interface Row {
  readonly section: Section;
  readonly what: string;
  readonly unit: string;
  readonly value: number | Summary;
  /** What it is compared with, by name. */
  readonly beside?: Readonly<Record<string, number | Summary>>;
  /** Of the value to what the goal is about. */
  readonly ratio?: number;
  /** Absent: the row is only told. */
  readonly goal?: Goal;
  /** What the number is made of; a line of its own. */
  readonly note?: string;
}

export interface Goal {
  /** As a person reads it: `≤ 0.7 × stock`. */
  readonly text: string;
  readonly met: boolean;
}

export type Section =
  | 'bundle size, gzipped'
  | 'import time'
  | 'CPU time of the import'
  | 'CPU per message'
  | 'memory'
  | 'AWS requests, virtual'
  | 'latency, virtual';

/** @param measured in the unit of the bound. */
export function atMost(measured: number, bound: number, text: string): Goal {
  return { text: `≤ ${text}`, met: measured <= bound };
}

export function exactly(measured: number, wanted: number): Goal {
  return { text: `= ${wanted}`, met: measured === wanted };
}

export function missedIn(rows: readonly Row[]): Row[] {
  return rows.filter(({ goal }) => goal?.met === false);
}
