import type { LogStore } from '../region/logs.ts';
import type { TimeSpan } from './metric-data.ts';

/**
 * The queries of Logs Insights that the dashboards make:
 * `SOURCE 'group' | fields a, b.c | filter a = "x" and b like /re/ | sort @timestamp desc | limit 50`.
 */
export interface LogTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

type Holds = (entry: Readonly<Record<string, unknown>>) => boolean;

/** @throws for any other query, with the part that is not known. */
export function queryLogs(logs: LogStore, query: string, { fromMs, toMs }: TimeSpan): LogTable {
  const [source = '', ...commands] = query.split(' | ');
  const [, logGroup] = /^SOURCE '([^']+)'$/.exec(source) ?? [];
  if (logGroup === undefined) throw new Error(`Logs Insights: ${source} is not known to the embedded region`);
  let columns: string[] = [];
  let limit = 1_000;
  const conditions: Holds[] = [];
  for (const command of commands) {
    const [, verb, rest = ''] = /^(\w+) (.*)$/s.exec(command.trim()) ?? [];
    if (verb === 'fields') columns = rest.split(',').map((name) => name.trim());
    else if (verb === 'filter') conditions.push(...rest.split(' and ').map(conditionOf));
    else if (verb === 'limit' && /^\d+$/.test(rest)) limit = Number(rest);
    else if (!(verb === 'sort' && rest === '@timestamp desc')) {
      throw new Error(`Logs Insights: ${command} is not known to the embedded region`);
    }
  }
  const rows: string[][] = [];
  const lines = logs.of(logGroup);
  for (let index = lines.length - 1; index >= 0 && rows.length < limit; index -= 1) {
    const { atMs = 0, line = '' } = lines[index] ?? {};
    if (atMs < fromMs || atMs >= toMs) continue;
    const entry = entryOf(line);
    if (entry === undefined || !conditions.every((holds) => holds(entry))) continue;
    rows.push(
      columns.map((name) =>
        name === '@timestamp'
          ? new Date(atMs).toISOString().replace('T', ' ').replace('Z', '')
          : textOf(memberOf(entry, name)),
      ),
    );
  }
  return { columns, rows };
}

function conditionOf(text: string): Holds {
  const [, equal, value] = /^\s*([\w.]+) = "([^"]*)"\s*$/.exec(text) ?? [];
  if (equal !== undefined) return (entry) => textOf(memberOf(entry, equal)) === value;
  const [, like, pattern] = /^\s*([\w.]+) like \/(.+)\/\s*$/.exec(text) ?? [];
  if (like === undefined || pattern === undefined) {
    throw new Error(`Logs Insights: the filter ${text} is not known to the embedded region`);
  }
  const expression = new RegExp(pattern);
  return (entry) => expression.test(textOf(memberOf(entry, like)));
}

function entryOf(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function memberOf(entry: Readonly<Record<string, unknown>>, path: string): unknown {
  let value: unknown = entry;
  for (const name of path.split('.')) {
    value =
      typeof value === 'object' && value !== null
        ? Object.entries(value).find(([key]) => key === name)?.[1]
        : undefined;
  }
  return value;
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
