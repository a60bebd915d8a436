import { describe, expect, it } from 'vitest';
import { queryLogs } from '../../../local/dashboard/log-query.ts';
import { createLogStore } from '../../../local/region/logs.ts';

const startMs = Date.parse('2026-03-01T09:00:00Z');
const span = { fromMs: startMs, toMs: startMs + 60_000 };
const group = '/aws/lambda/ballast-dev-decide';

function aStore() {
  const logs = createLogStore();
  const add = (seconds: number, entry: unknown) =>
    logs.add(group, typeof entry === 'string' ? entry : JSON.stringify(entry), startMs + seconds * 1_000);
  add(-1, { message: 'decision', reason: 'too_early', serviceArn: 'a/web' });
  add(1, { message: 'decision', reason: 'steady', serviceArn: 'a/web', facts: { missing: 2 } });
  add(2, { message: 'notice', serviceArn: 'a/web' });
  add(3, 'no JSON at all');
  add(4, { message: 'decision', reason: 'paused', serviceArn: 'a/webshop' });
  add(5, { message: 'decision', reason: 'bridge_grown', serviceArn: 'a/web', facts: { missing: 3 } });
  return logs;
}

const query = (rest: string) => queryLogs(aStore(), `SOURCE '${group}' | ${rest}`, span);

describe('queryLogs', () => {
  it('has the newest first, of the time that is shown, with members of members', () => {
    expect(
      query(
        'fields @timestamp, reason, facts.missing | filter message = "decision" and serviceArn like /\\/web$/ | sort @timestamp desc | limit 50',
      ),
    ).toEqual({
      columns: ['@timestamp', 'reason', 'facts.missing'],
      rows: [
        ['2026-03-01 09:00:05.000', 'bridge_grown', '3'],
        ['2026-03-01 09:00:01.000', 'steady', '2'],
      ],
    });
  });

  it('ends at the limit', () => {
    expect(query('fields reason | filter message = "decision" | limit 1').rows).toEqual([['bridge_grown']]);
  });

  it('finds nothing where nobody has written', () => {
    expect(queryLogs(createLogStore(), `SOURCE '${group}' | fields reason`, span).rows).toEqual([]);
  });

  it.each(['stats count(*) by reason', 'filter reason != "steady"', 'sort reason asc'])('refuses %s', (command) => {
    expect(() => query(`fields reason | ${command}`)).toThrow('not known to the embedded region');
  });
});
